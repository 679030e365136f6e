//! A resource backend with a faulty `apiGroup`, `kind` or `name`.

use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_backend(ingress, |backend| {
        let resource = backend.child("resource");
        if resource.is_set() && super::is_struct(&resource) && !backend.child("service").is_set() {
            super::check_reference(&resource, &["apiGroup", "kind", "name"], cx);
        }
    });
}
