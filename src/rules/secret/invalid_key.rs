//! Keys that cannot become file names.

use super::{Object, values};
use crate::diagnostic::ErrorType;
use crate::names;
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    for value in values(secret) {
        let key = value.replaced.unwrap_or(value.entry).key;
        let Some(name) = key.key_text() else { continue };
        if cx.is_unrendered(&name) {
            continue;
        }
        for fault in names::data_key(&name) {
            let shown = cx.shown(key);
            cx.report(
                key.span(),
                format!("key {shown} {fault}: in a volume it becomes a file's name"),
            )
            .help("rename the key, and what uses it with it; a volume's `items` can map it to a path with folders")
            .refusal(ErrorType::Invalid, format!("data[{name}]"));
        }
    }
}
