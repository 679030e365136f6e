//! An `ingressClassName` that no IngressClass can have.

use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let root = ingress.fields();
    let spec = root.child("spec");
    let name = spec.child("ingressClassName");
    if !super::is_v1(ingress) || !name.is_set() {
        return;
    }
    let Some(text) = super::judged(&name, cx) else {
        return;
    };
    let help = if text.is_empty() {
        "leave the field out to get the cluster's default class"
    } else {
        "write the name of an IngressClass as `kubectl get ingressclass` lists it"
    };
    super::report_faults(&name, "class name", names::dns1123_subdomain(&text), help, cx);
}
