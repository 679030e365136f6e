//! Keys and values of `metadata.labels`.

use crate::diagnostic::ErrorType;
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx, quote};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.may_have_metadata("labels") {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let labels = metadata.child("labels");
    if !labels.is_filled() || super::judge(object, cx).is_none() {
        return;
    }
    for label in super::entries(&labels) {
        let (key, Some(key_node)) = (label.name(), label.key_node()) else {
            continue;
        };
        if !cx.is_unrendered(key) {
            let help = match label.entry().is_some_and(|entry| entry.lacks_blank()) {
                true => "put a blank behind the `:`",
                false => "a label key is a `name` or `example.com/name`; free text goes into annotations",
            };
            for fault in names::qualified_name(key) {
                cx.report(key_node.span(), format!("the label key {} {fault}", quote(key)))
                    .refusal(ErrorType::Invalid, labels.path())
                    .help(help);
            }
        }
        let (Some(value), Some(text)) = (label.value(), label.text()) else {
            continue; // of another type: it does not decode
        };
        let faults = names::label_value(&text);
        if faults.is_empty() || cx.is_unrendered(&text) || is_overwritten(object, key) {
            continue;
        }
        let shown = cx.shown(value);
        let help = if text.ends_with('\n') {
            "the value ends in a line break: write it on the line of its key, without `|` or `>`".to_string()
        } else {
            match value_like(&text) {
                Some(like) => format!("use a value like `{like}`, or an annotation, which may hold any text"),
                None => "shorten it, or use an annotation, which may hold any text".to_string(),
            }
        };
        for fault in faults {
            cx.report(
                key_node.span().to(value.span()),
                format!("the value {shown} of label {} {fault}", quote(key)),
            )
            .refusal(ErrorType::Invalid, labels.path())
            .help(help.as_str());
        }
    }
}

/// The server gives a Namespace its name as a label, whatever stands there.
fn is_overwritten(object: &Object<'_>, key: &str) -> bool {
    key == "kubernetes.io/metadata.name"
        && (object.group(), &*object.kind) == ("", "Namespace")
        && object.name.as_ref().is_some_and(|name| !name.is_empty())
}

/// A value in the spirit of a refused one.
fn value_like(text: &str) -> Option<String> {
    let swapped: String = text
        .trim()
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => c,
            _ => '-',
        })
        .collect();
    let like = swapped.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    (!like.is_empty() && text.is_ascii() && names::label_value(like).is_empty()).then(|| like.to_string())
}

#[cfg(test)]
mod tests {
    use super::value_like;

    #[test]
    fn suggests_only_values_that_are_right() {
        assert_eq!(value_like("team shop").as_deref(), Some("team-shop"));
        assert_eq!(value_like("*.example.com").as_deref(), Some("example.com"));
        assert_eq!(value_like("māori"), None);
        assert_eq!(value_like("--"), None);
        assert_eq!(value_like(&"a".repeat(64)), None);
    }
}
