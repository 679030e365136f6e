//! Keys that cannot become file names.

use super::{Object, values};
use crate::diagnostic::ErrorType;
use crate::names;
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    for value in values(secret) {
        let entry = value.replaced.unwrap_or(value.entry);
        let key = entry.key;
        let Some(name) = key.key_text() else { continue };
        if cx.is_unrendered(&name) {
            continue;
        }
        for fault in names::data_key(&name) {
            // What stands behind a colon without a blank is a value, so that the key is not told.
            let subject = match cx.is_masked(key.span()) {
                true => "a key".to_string(),
                false => format!("key {}", cx.shown(key)),
            };
            let help = match entry.lacks_blank() {
                true => "put a blank behind the `:`",
                false => {
                    "rename the key, and what uses it with it; a volume's `items` can map it to a path with folders"
                }
            };
            cx.report(
                key.span(),
                format!("{subject} {fault}: in a volume it becomes a file's name"),
            )
            .help(help)
            .refusal(ErrorType::Invalid, format!("data[{name}]"));
        }
    }
}
