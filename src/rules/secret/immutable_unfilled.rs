//! `immutable: true` on a Secret that something is meant to fill in later.

use super::{Object, is_whole, value};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let root = secret.fields();
    let immutable = root.child("immutable");
    if immutable.bool() != Some(true) {
        return;
    }
    let empty = |key| value(secret, key).is_none_or(|v| v.bytes().is_some_and(|bytes| bytes.is_empty()));
    let what = if is_whole(secret, cx, "kubernetes.io/service-account-token") && empty("token") {
        "the token controller can never put the token into"
    } else if is_whole(secret, cx, "kubernetes.io/tls") && empty("tls.crt") && empty("tls.key") {
        "no controller can ever put a certificate into"
    } else {
        return;
    };
    cx.report_at(
        &immutable,
        format!("{what} this Secret: it is empty, and `immutable` forbids any change of its data"),
    )
    .help("leave `immutable` out until the Secret is filled");
}
