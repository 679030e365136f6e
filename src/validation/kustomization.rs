//! What kustomize reads of its own file: a kustomization, or a component. It never reaches an API server, but is read as
//! strictly: a field that kustomize does not know, or a value of another type, and nothing is built.

use super::decode::{Decoder, Reader, Strictness};
use super::path::Place;
use super::resolved::Resolved;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::Document;
use crate::near::nearest;
use crate::quote::quote;
use crate::schema::{Shape, table};
use crate::yaml::{DuplicateKind, Node};

/// The kinds, each with the one version that kustomize takes.
const KINDS: [(&str, &str); 2] = [
    ("Kustomization", "kustomize.config.k8s.io/v1beta1"),
    ("Component", "kustomize.config.k8s.io/v1alpha1"),
];

/// Checks a document that is a kustomization.
pub(super) fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some(root) = document.root.filter(|root| root.is_map()) else {
        return;
    };
    if document.chunk.error.is_some() || !names_its_kind(root, cx) {
        return;
    }
    // Of a key that comes again the last value counts.
    let repeated = document.chunk.duplicates.iter();
    let written = repeated.filter(|found| found.kind == DuplicateKind::Written);
    let mut overridden: Vec<u32> = written.map(|found| found.first).collect();
    overridden.sort_unstable();
    let mut decoder = Decoder {
        minor: cx.kube().minor(),
        cx,
        reader: Reader::Kustomize,
        in_list: false,
        strictness: Strictness::Strict,
        overridden: &overridden,
        resolved: &mut Resolved::default(),
        skip_base64: true,
        depth: 0,
        misplaced: None,
    };
    decoder.value(&Place::root(root, Shape::Struct(table::KUSTOMIZATION)));
    super::duplicates::report(&document.chunk.duplicates, root, &[], &[], false, cx);
}

/// Whether the document is one of the kinds that kustomize reads as such; what is wrong about how it says so is
/// reported. Other kinds of the group are read by plugins.
fn names_its_kind<'t>(root: Node<'t>, cx: &mut Cx<'t>) -> bool {
    let said = |key: &str| root.get(key).filter(|node| !node.is_null());
    let (version, kind) = (said("apiVersion"), said("kind"));
    let name = kind.map_or(Some("Kustomization".into()), Node::str);
    let known = KINDS.iter().find(|(known, _)| Some(*known) == name.as_deref());
    if let (None, Some(name), Some(kind)) = (known, &name, kind)
        && let Some(near) = nearest(name, KINDS.into_iter().map(|(known, _)| known))
    {
        let text = format!(
            "kustomize knows no kind {} of its own file; it refuses it",
            quote(name)
        );
        let report = cx.report_as(ids::KUSTOMIZE_WRONG_TYPE, kind.span(), text);
        report.help(format!("write `kind: {near}`"));
        return true;
    }
    let (Some((kind, wanted)), Some(version)) = (known, version) else {
        return known.is_some();
    };
    let written = version.str().unwrap_or_default();
    if written != *wanted && !cx.is_unrendered(&written) {
        let text = format!("kustomize reads a {kind} of {wanted} only; it refuses this one");
        let report = cx.report_as(ids::KUSTOMIZE_WRONG_TYPE, version.span(), text);
        report.help(format!("write `apiVersion: {wanted}`"));
    }
    true
}
