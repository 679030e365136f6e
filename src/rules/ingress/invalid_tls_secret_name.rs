//! A `tls.secretName` that no Secret can have.

use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_tls(ingress, |tls| {
        let name = tls.child("secretName");
        let Some(text) = super::judged(&name, cx).filter(|text| !text.is_empty()) else {
            return;
        };
        let help = if text.contains('/') {
            "an Ingress takes its certificate from its own namespace: write the bare name of the Secret"
        } else {
            "no Secret can have this name: write the name of the Secret with the certificate"
        };
        super::report_faults(&name, "Secret name", names::dns1123_subdomain(&text), help, cx);
    });
}
