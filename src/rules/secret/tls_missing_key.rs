//! A TLS Secret needs both its certificate and its key.

use super::{Object, is_whole, report_missing, value};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    if !is_whole(secret, cx, "kubernetes.io/tls") {
        return;
    }
    for key in ["tls.crt", "tls.key"] {
        if value(secret, key).is_none() {
            report_missing(
                secret,
                cx,
                key,
                format!("this Secret of type `kubernetes.io/tls` has no key `{key}`"),
            )
            .help(format!(
                "add `{key}`; it may be empty if a controller fills it in. A Secret with other keys has type Opaque"
            ));
        }
    }
}
