//! The class annotation and `ingressClassName` do not go together.

use crate::diagnostic::ErrorType::Invalid;
use crate::edit;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let root = ingress.fields();
    let (metadata, spec) = (root.child("metadata"), root.child("spec"));
    let annotations = metadata.child("annotations");
    let old = annotations.key(super::CLASS_ANNOTATION);
    let new = spec.child("ingressClassName");
    // An annotation that is null is there all the same, with the value "".
    if !super::is_v1(ingress) || old.value().is_none() || !new.is_set() {
        return;
    }
    let (Some(old_text), Some(new_text)) = (super::judged(&old, cx), super::judged(&new, cx)) else {
        return;
    };
    let message = if cx.kube().minor() < 27 {
        "the class is given by annotation and by `ingressClassName`; Kubernetes before 1.27 takes one only"
    } else if old_text != new_text {
        "the class annotation names another class than `ingressClassName`"
    } else {
        return;
    };
    let same = old_text == new_text;
    let edits = old
        .key_node()
        .zip(metadata.value())
        .and_then(|(key, metadata)| edit::remove_below(metadata, "annotations", key));
    // The server prints this path without `metadata`.
    let report = cx
        .report_at(&old, message)
        .refusal(Invalid, "annotations.kubernetes.io/ingress.class")
        .related(new.place(), "the class by field")
        .help("take the annotation out: the field has replaced it");
    if let Some(edits) = edits {
        report.fix("take the annotation out", same, edits);
    }
}
