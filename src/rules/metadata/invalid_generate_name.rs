//! `metadata.generateName`, and the name that the server makes from it.

use std::borrow::Cow;

use crate::diagnostic::ErrorType;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

const HELP: &str = "end it in `-`, as in `report-`: the server appends five letters and digits";

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.has_metadata("generateName") {
        return;
    }
    let root = object.fields();
    let Some(metadata) = super::metadata(&root) else {
        return;
    };
    let prefix = metadata.child("generateName");
    let (Some(value), Some(text)) = (prefix.value(), prefix.text().filter(|text| !text.is_empty())) else {
        return;
    };
    let Some(judge) = super::judge(object, cx) else {
        return;
    };
    if cx.is_unrendered(&text) {
        return;
    }
    let shown = cx.shown(value);
    // Of these two kinds only the name that comes out is checked (measured on 1.36; of the older one not always so).
    let only_name = object.is("", "ReplicationController") && cx.kube().minor() >= 34
        || object.is("resource.k8s.io", "DeviceClass");
    let faults = if only_name {
        Vec::new()
    } else {
        (judge.name)(&masked(&text))
    };
    for fault in faults {
        cx.report_at(&prefix, format!("the `generateName` {shown} {fault}"))
            .refusal(ErrorType::Invalid, prefix.path())
            .help(HELP);
    }
    let name = metadata.child("name");
    if name.text().is_some_and(|name| name.is_empty()) && !super::is_partial(object, cx) {
        for fault in (judge.name)(&produced(&text)) {
            cx.report_at(
                &name,
                format!("the name that the server makes from `generateName` {shown} {fault}"),
            )
            .refusal(ErrorType::Invalid, name.path())
            .related(
                prefix.place(),
                "it starts with this, and five letters and digits follow",
            )
            .help(HELP);
        }
    }
}

/// The prefix as apimachinery checks it: where it ends in `-`, its last two characters become an `a`.
fn masked(prefix: &str) -> Cow<'_, str> {
    if prefix.len() < 2 || !prefix.ends_with('-') {
        return Cow::Borrowed(prefix);
    }
    let mut kept = prefix.len() - 2;
    while !prefix.is_char_boundary(kept) {
        kept += 1; // half a character is as wrong as a whole one
    }
    Cow::Owned(format!("{}a", &prefix[..kept]))
}

/// A name as the server makes it: at most 58 bytes of the prefix and five random letters and digits.
fn produced(prefix: &str) -> String {
    let mut kept = prefix.len().min(58);
    while !prefix.is_char_boundary(kept) {
        kept += 1;
    }
    format!("{}x4k2z", &prefix[..kept])
}

#[cfg(test)]
mod tests {
    use super::{masked, produced};

    #[test]
    fn a_final_dash_hides_the_character_before_it() {
        assert_eq!(masked("jobs-"), "joba");
        assert_eq!(masked("jobs.-"), "jobsa");
        assert_eq!(masked("jobs--"), "jobsa");
        assert_eq!(masked("-"), "-");
        assert_eq!(masked("é-"), "éa");
        assert_eq!(masked("jobs"), "jobs");
    }

    #[test]
    fn a_produced_name_has_63_bytes_at_most() {
        assert_eq!(produced("a-").len(), 7);
        assert_eq!(produced(&"a".repeat(253)).len(), 63);
        // Cut within a character, the name is as wrong as with all of it.
        assert!(produced(&format!("{}é", "a".repeat(57))).contains('é'));
    }
}
