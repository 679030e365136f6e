//! A `*` in a rule's host that is not its whole first part.

use super::host;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_host(ingress, cx, |field, text, cx| {
        if text.contains('*') {
            host::report_faults(field, "wildcard host", text, cx);
        }
    });
}
