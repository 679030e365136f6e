//! A namespace on what lives in none is dropped by the server.

use crate::manifest::Object;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if object.namespace.is_none()
        || super::judge(object, cx).and_then(|judge| judge.namespaced) != Some(false)
    {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let namespace = metadata.child("namespace");
    cx.report(
        namespace.handle(),
        format!(
            "{} objects live in no namespace; the API server drops this field without a word",
            object.kind
        ),
    )
    .help("remove `namespace`; the object is seen from the whole cluster and its name must be unique in it");
}
