//! A host under `tls` that is no DNS name.

use super::host;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_tls(ingress, |tls| {
        for field in tls.child("hosts").items() {
            if let Some(text) = super::judged(&field, cx) {
                host::report_faults(&field, "TLS host", &text, cx);
            }
        }
    });
}
