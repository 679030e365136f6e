//! kubectl's copy of an earlier version of the object, left in a manifest.

use crate::edit;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.may_have_metadata("annotations") {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    let Some(entry) = annotations
        .value()
        .and_then(|map| map.entry("kubectl.kubernetes.io/last-applied-configuration"))
    else {
        return;
    };
    let message = if object.is("", "Secret") {
        "this annotation, which `kubectl apply` writes, holds a second copy of the Secret's values"
    } else {
        "this annotation, which `kubectl apply` writes, holds an old copy of the whole object"
    };
    let edits = object
        .path(&["metadata"])
        .and_then(|metadata| edit::remove_below(metadata, "annotations", entry.key));
    let report = cx.report(entry.key.span(), message).help(
        "remove the annotation; it came with an export from a cluster, and kubectl writes it anew when it applies",
    );
    if let Some(edits) = edits {
        report.fix("remove the annotation", true, edits);
    }
}
