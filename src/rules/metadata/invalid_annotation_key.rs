//! Keys of `metadata.annotations`.

use crate::diagnostic::ErrorType;
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx, quote};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.may_have_metadata("annotations") {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    if !annotations.is_filled() {
        return;
    }
    for annotation in super::entries(&annotations) {
        let (key, Some(key_node)) = (annotation.name(), annotation.key_node()) else {
            continue;
        };
        let faults = names::qualified_name(&lower_case(key));
        if faults.is_empty() || cx.is_unrendered(key) {
            continue;
        }
        if super::judge(object, cx).is_none() {
            return;
        }
        for fault in faults {
            cx.report(
                key_node.span(),
                format!("the annotation key {} {fault}", quote(key)),
            )
            .refusal(ErrorType::Invalid, annotations.path())
            .help("an annotation key is a `name` or `example.com/name`; free text belongs into its value");
        }
    }
}

/// Lower case as Go makes it, one character for one: of `İ` that is `i`, of the Kelvin sign `k`.
fn lower_case(key: &str) -> String {
    key.chars()
        .map(|c| c.to_lowercase().next().unwrap_or(c))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::lower_case;

    #[test]
    fn two_letters_become_ascii() {
        assert_eq!(lower_case("\u{212a}\u{130}A"), "kia");
        assert_eq!(lower_case("Ключ"), "ключ");
    }
}
