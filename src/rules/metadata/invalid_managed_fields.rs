//! `metadata.managedFields`: the server's own bookkeeping, judged only when all of it parses.

use crate::diagnostic::ErrorType;
use crate::manifest::{Field, Object};
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

const HELP: &str = "remove `managedFields`: the API server keeps this record itself";

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.has_metadata("managedFields") {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let list = metadata.child("managedFields");
    // One entry that does not parse, and the server drops the whole list without a word.
    if !list.is_filled()
        || !super::judge(object, cx).is_some_and(|judge| judge.built_in)
        || !list.items().all(|entry| parses(&entry, object))
    {
        return;
    }
    for (index, entry) in kept(&list).iter().enumerate() {
        let path = |part| format!("{}[{index}].{part}", list.path());
        let manager = entry.child("manager");
        let text = manager.text().unwrap_or_default();
        if text.len() > 128 {
            cx.report_at(
                &manager,
                "the name of this field manager is longer than 128 bytes",
            )
            .refusal(ErrorType::TooLong, path("manager"))
            .help(HELP);
        }
        if text.chars().any(|c| !printable(c)) {
            cx.report_at(
                &manager,
                "the name of this field manager has a character that cannot be printed",
            )
            .refusal(ErrorType::Invalid, path("manager"))
            .help(HELP);
        }
        let subresource = entry.child("subresource");
        if subresource.text().is_some_and(|text| text.len() > 256) {
            cx.report_at(
                &subresource,
                "the name of this subresource is longer than 256 bytes",
            )
            .refusal(ErrorType::TooLong, path("subresource"))
            .help(HELP);
        }
    }
}

/// The entries in the server's order, without those that own no field: it drops them.
fn kept<'s, 't>(list: &'s Field<'s, 't>) -> Vec<Field<'s, 't>> {
    let mut entries: Vec<_> = list
        .items()
        .filter(|entry| entry.child("fieldsV1").is_filled())
        .collect();
    let key = |entry: &Field<'s, 't>| {
        ["operation", "time", "manager", "apiVersion", "subresource"]
            .map(|name| entry.child(name).text().unwrap_or_default().into_owned())
    };
    entries.sort_by_cached_key(key);
    entries
}

/// Whether the server can read an entry. Versions other than the object's own are taken for unknown ones.
fn parses(entry: &Field<'_, '_>, object: &Object<'_>) -> bool {
    let is = |name, wanted: &[&str]| {
        let text = entry.child(name).text();
        text.is_some_and(|text| wanted.contains(&&*text))
    };
    let fields = entry.child("fieldsV1");
    is("operation", &["Apply", "Update"])
        && is("fieldsType", &["FieldsV1"])
        && is("apiVersion", &[&object.api_version])
        && fields.value().is_none_or(|v| v.is_map() || v.is_null())
}

/// Roughly Go's `unicode.IsPrint`: of the blanks only the ordinary one, no control or format characters.
fn printable(c: char) -> bool {
    c == ' '
        || !(c.is_whitespace()
            || c.is_control()
            || matches!(c,
                '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
                | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
                | '\u{2066}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0001}' | '\u{e0020}'..='\u{e007f}' | '\u{f0000}'..))
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn knows_what_cannot_be_printed() {
        assert!("kubectl-client-side apply é 日本".chars().all(printable));
        for c in ['\n', '\t', '\u{a0}', '\u{200b}', '\u{7f}', '\u{feff}'] {
            assert!(!printable(c), "{c:?}");
        }
    }
}
