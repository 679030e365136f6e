//! The class is given by the deprecated annotation.

use crate::diagnostic::Edit;
use crate::edit;
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};
use crate::yaml::Node;

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let root = ingress.fields();
    let (metadata, spec) = (root.child("metadata"), root.child("spec"));
    let annotations = metadata.child("annotations");
    let class = annotations.key(super::CLASS_ANNOTATION);
    let Some(key) = class.key_node() else {
        return;
    };
    if !super::is_v1(ingress) || spec.child("ingressClassName").is_set() {
        return;
    }
    let Some(text) = class.text() else {
        return;
    };
    // The controller built into GKE knows no IngressClass: it goes by the annotation alone.
    if matches!(&*text, "gce" | "gce-internal" | "gce-multi-cluster") {
        return;
    }
    let help = if names::dns1123_subdomain(&text).is_empty() {
        format!(
            "once the cluster has an IngressClass {}, set `spec.ingressClassName` instead",
            super::shown(&class, cx)
        )
    } else {
        String::from("set `spec.ingressClassName` to an IngressClass of the cluster instead")
    };
    let edits = moved(ingress, key, &text);
    let report = cx
        .report(
            key.span(),
            "this annotation is deprecated since Kubernetes 1.18, and the API server warns about it",
        )
        .help(help);
    if let Some(edits) = edits {
        // Whether the cluster has an IngressClass of that name stands elsewhere.
        report.fix("set `spec.ingressClassName` instead", false, edits);
    }
}

/// The class as the first field of `spec`, and no annotation.
fn moved<'t>(ingress: &Object<'t>, key: Node<'t>, class: &str) -> Option<Vec<Edit>> {
    let spec = ingress.path(&["spec"])?;
    // A class of another shape is for controllers that know the annotation only.
    if !names::dns1123_subdomain(class).is_empty() || spec.entry("ingressClassName").is_some() {
        return None;
    }
    let mut edits = edit::remove_below(ingress.path(&["metadata"])?, "annotations", key)?;
    let value = edit::encode(class, edit::style_in(spec), spec.is_json());
    edits.push(edit::insert_first(spec, "ingressClassName", &value)?);
    Some(edits)
}
