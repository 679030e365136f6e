//! An IngressClass whose `parameters` refer to nothing that can exist.

use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(class: &Object<'t>, cx: &mut Cx<'t>) {
    let root = class.fields();
    let spec = root.child("spec");
    let parameters = spec.child("parameters");
    if super::is_v1(class) && parameters.is_set() && super::is_struct(&parameters) {
        super::check_reference(
            &parameters,
            &["apiGroup", "kind", "name", "namespace", "scope"],
            cx,
        );
    }
}
