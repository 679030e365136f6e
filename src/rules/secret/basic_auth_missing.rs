//! Credentials for basic authentication need a user name or a password.

use super::{Object, is_whole, report_missing, value};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    const KEYS: [&str; 2] = ["username", "password"];
    if !is_whole(secret, cx, "kubernetes.io/basic-auth")
        || KEYS.iter().any(|key| value(secret, key).is_some())
    {
        return;
    }
    // The server reports both keys although one would do.
    for key in KEYS {
        report_missing(
            secret,
            cx,
            key,
            "this Secret of type `kubernetes.io/basic-auth` has neither `username` nor `password`",
        )
        .help("add at least one of the two; a Secret with other keys has type Opaque");
    }
}
