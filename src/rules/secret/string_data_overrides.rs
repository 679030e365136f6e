//! A key in both maps: the value in `data` is lost.

use super::{Object, values};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    if secret.root.get(super::DATA).is_none() || secret.root.get(super::STRING_DATA).is_none() {
        return;
    }
    for value in values(secret) {
        let Some(lost) = value.replaced else { continue };
        // An empty value there is a place kept for this one.
        if lost.value.is_null() || lost.value.str().is_some_and(|text| text.trim().is_empty()) {
            continue;
        }
        let shown = cx.shown(lost.key);
        cx.report(
            lost.key.span(),
            format!("`stringData` sets {shown} too and wins: this value is never stored"),
        )
        .help("keep the key in one of the two")
        .related(value.entry.key.span(), "the value that is stored");
    }
}
