//! Registry credentials stand under one fixed key per type.

use super::{Object, is_whole, report_missing, value};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

/// The two types of registry credentials and the key that each needs.
pub(super) const TYPES: [(&str, &str); 2] = [
    ("kubernetes.io/dockerconfigjson", ".dockerconfigjson"),
    ("kubernetes.io/dockercfg", ".dockercfg"),
];

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    for (at, (kind, key)) in TYPES.into_iter().enumerate() {
        if !is_whole(secret, cx, kind) || value(secret, key).is_some() {
            continue;
        }
        let (other_kind, other_key) = TYPES[1 - at];
        let undotted = &key[1..];
        let help = if value(secret, other_key).is_some() {
            format!(
                "`{other_key}` belongs to type `{other_kind}`: change the type, or the key with its content"
            )
        } else if value(secret, undotted).is_some() {
            format!("the key begins with a dot: rename `{undotted}` to `{key}`")
        } else {
            format!("put the registry credentials, as JSON, under `{key}`")
        };
        report_missing(
            secret,
            cx,
            key,
            format!("this Secret of type `{kind}` has no key `{key}`"),
        )
        .help(help);
    }
}
