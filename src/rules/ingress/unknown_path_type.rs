//! A `pathType` that does not exist.

use crate::diagnostic::ErrorType::NotSupported;
use crate::edit;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

/// All there are.
const TYPES: [&str; 3] = ["Exact", "ImplementationSpecific", "Prefix"];

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_path(ingress, |path| {
        let path_type = path.child("pathType");
        let Some(text) = super::judged(&path_type, cx) else {
            return;
        };
        if !path_type.is_set() || TYPES.contains(&&*text) {
            return;
        }
        let meant = TYPES.iter().find(|known| letters(known).eq(letters(&text)));
        let help = match meant {
            Some(known) => format!("write `{known}`"),
            None => String::from("write `Prefix`, `Exact` or `ImplementationSpecific`"),
        };
        let message = match &*text {
            "" => String::from("the pathType is empty"),
            _ => format!("there is no pathType {}", super::shown(&path_type, cx)),
        };
        // A path that the type does not allow is not mended by one; what the author means is less than sure then.
        let takes_a_type = path
            .child("path")
            .text()
            .is_some_and(|text| text.starts_with('/'));
        let edit = meant.and_then(|meant| Some((meant, edit::replace_scalar(path_type.value()?, meant)?)));
        let report = cx
            .report_at(&path_type, message)
            .refusal(NotSupported, path_type.path())
            .help(help);
        if let Some((meant, edit)) = edit {
            report.fix(format!("write `{meant}`"), takes_a_type, vec![edit]);
        }
    });
}

/// A word's letters without case, so that `implementation-specific` is seen for what it means.
fn letters(word: &str) -> impl Iterator<Item = u8> {
    word.bytes()
        .filter(u8::is_ascii_alphabetic)
        .map(|b| b.to_ascii_lowercase())
}
