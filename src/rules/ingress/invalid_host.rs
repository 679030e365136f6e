//! A rule's host is no DNS name.

use super::host;
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_host(ingress, cx, |field, text, cx| {
        // IP addresses and wildcards have rules of their own.
        if !text.contains('*') && !names::is_ip_sloppy(text) {
            host::report_faults(field, "host", text, cx);
        }
    });
}
