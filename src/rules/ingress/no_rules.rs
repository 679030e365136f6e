//! Neither `spec.rules` nor `spec.defaultBackend`.

use crate::diagnostic::ErrorType::Invalid;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

const KNOWN: [&str; 4] = ["defaultBackend", "ingressClassName", "rules", "tls"];

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let root = ingress.fields();
    let spec = root.child("spec");
    if !super::is_v1(ingress)
        || !super::is_struct(&spec)
        || !super::is_empty_list(&spec.child("rules"))
        || spec.child("defaultBackend").is_set()
        || super::has_unknown_key(&spec, &KNOWN)
    {
        return;
    }
    cx.report_at(&spec, "the Ingress has neither `rules` nor a `defaultBackend`, so that it routes nothing")
        .refusal(Invalid, "spec")
        .help("list under `spec.rules` which host and path leads to which Service, or name one for everything in `spec.defaultBackend`");
}
