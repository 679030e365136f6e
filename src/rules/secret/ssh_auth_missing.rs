//! Credentials for SSH need a private key that is not empty.

use super::{Object, is_whole, kind_of, report_missing, value};
use crate::diagnostic::ErrorType;
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

const TYPE: &str = "kubernetes.io/ssh-auth";
const KEY: &str = "ssh-privatekey";

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    match value(secret, KEY) {
        None if is_whole(secret, cx, TYPE) => {
            report_missing(
                secret,
                cx,
                KEY,
                format!("this Secret of type `{TYPE}` has no key `{KEY}`"),
            )
            .help(format!("put the private key under `{KEY}`"));
        }
        Some(value)
            if kind_of(secret, cx).is_some_and(|kind| kind == TYPE)
                && value.bytes().is_some_and(|bytes| bytes.is_empty()) =>
        {
            cx.report(
                value.place(),
                format!("`{KEY}` is empty, which counts as missing in a Secret of type `{TYPE}`"),
            )
            .help("put the private key there; a newline at its end belongs to it")
            .refusal(ErrorType::Required, format!("data[{KEY}]"));
        }
        _ => {}
    }
}
