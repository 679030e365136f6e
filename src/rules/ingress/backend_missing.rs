//! A backend that names neither a Service nor a resource.

use crate::diagnostic::ErrorType::Invalid;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_backend(ingress, |backend| {
        if backend.child("service").is_set()
            || backend.child("resource").is_set()
            || super::has_unknown_key(backend, &["service", "resource"])
        {
            return;
        }
        cx.report_at(
            backend,
            "the backend names neither a `service` nor a `resource`, so that requests lead nowhere",
        )
        .refusal(Invalid, backend.path())
        .help("name the Service and its port: `backend: {service: {name: web, port: {number: 80}}}`");
    });
}
