//! A backend with both a Service and a resource.

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
        let (service, resource) = (backend.child("service"), backend.child("resource"));
        if service.is_set() && resource.is_set() {
            cx.report_at(
                backend,
                "the backend names both a `service` and a `resource`, but requests can go to one only",
            )
            .refusal(Invalid, backend.path())
            .related(service.handle(), "a Service")
            .related(resource.handle(), "and another resource")
            .help("keep the one that is meant");
        }
    });
}
