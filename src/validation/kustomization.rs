//! What kustomize reads of its own file: a kustomization, or a component. It never reaches an API server, but is read as
//! strictly: a field that kustomize does not know, or a value of another type, and nothing is built.

use super::decode::Decoder;
use super::duplicates;
use super::path::Place;
use super::read_by::ReadBy;
use super::resolved::Resolved;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::{Document, kustomization};
use crate::near::nearest;
use crate::quote::quote;
use crate::schema::{Shape, table};
use crate::yaml::Node;

/// The kinds, each with the one version that kustomize takes.
const KINDS: [(&str, &str); 2] = [
    ("Kustomization", "kustomize.config.k8s.io/v1beta1"),
    ("Component", "kustomize.config.k8s.io/v1alpha1"),
];

/// Whether a document says that it is one.
pub(super) fn is_one(document: &Document<'_>) -> bool {
    let said = document.root.and_then(|root| root.get("apiVersion")?.str());
    said.is_some_and(|said| said.starts_with("kustomize.config.k8s.io/"))
}

/// Checks a document that is a kustomization.
pub(super) fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some(root) = document.root.filter(|root| root.is_map()) else {
        return;
    };
    if document.chunk.error.is_some() || is_dropped(document, cx) || !names_its_kind(root, cx) {
        return;
    }
    let duplicates = &document.chunk.duplicates;
    let overridden = duplicates::overridden(duplicates, root);
    let mut resolved = Resolved::default();
    let mut decoder = Decoder::new(cx, &overridden, &mut resolved);
    decoder.reader = ReadBy::Kustomize;
    decoder.value(&Place::root(root, Shape::Struct(table::KUSTOMIZATION)));
    duplicates::report(ReadBy::Kustomize, duplicates, root, &[], &[], false, cx);
}

/// Whether the document is one of the kinds that kustomize reads as such; what is wrong about how it says so is
/// reported. Other kinds of the group, in other files than its own, are read by plugins.
fn names_its_kind<'t>(root: Node<'t>, cx: &mut Cx<'t>) -> bool {
    let said = |key: &str| {
        let mut entries = root.raw_entries();
        let entry = entries.find(|entry| entry.key.source().eq_ignore_ascii_case(key))?;
        Some(entry.value).filter(|node| !node.is_null())
    };
    let (version, kind) = (said("apiVersion"), said("kind"));
    let name = kind.map_or(Some("Kustomization".into()), Node::str);
    let known = KINDS.iter().find(|(known, _)| Some(*known) == name.as_deref());
    let Some((kind, wanted)) = known else {
        let (Some(name), Some(kind)) = (name, kind) else {
            return true;
        };
        let near = nearest(&name, KINDS.into_iter().map(|(known, _)| known));
        if near.is_none() && !kustomization::is_own(cx.file.name) || cx.is_unrendered(&name) {
            return false;
        }
        let text = format!(
            "kustomize reads no {} in its own file; it refuses it",
            quote(&name)
        );
        let report = cx.report_as(ids::KUSTOMIZE_WRONG_TYPE, kind.span(), text);
        report.help(format!("write `kind: {}`", near.unwrap_or("Kustomization")));
        return true;
    };
    let Some(written) = version.and_then(Node::str) else {
        return true;
    };
    if written != *wanted && !cx.is_unrendered(&written) {
        let text = format!("kustomize reads a {kind} of {wanted} only; it refuses this one");
        let span = version.map_or_else(|| root.span(), Node::span);
        let report = cx.report_as(ids::KUSTOMIZE_WRONG_TYPE, span, text);
        report.help(format!("write `apiVersion: {wanted}`"));
    }
    true
}

/// Reports a document that kustomize does not read: it takes the first of its file only. Whether it is one.
fn is_dropped(document: &Document<'_>, cx: &mut Cx<'_>) -> bool {
    if kustomization::is_read(cx.file, document) {
        return false;
    }
    let text = "kustomize reads the first document of its file only, and drops this one without a word";
    let span = document.root.and_then(|root| root.raw_entries().next());
    let span = span.map_or(document.chunk.span, |entry| entry.key.span());
    let report = cx.report_as(ids::YAML_LOST_CONTENT, span, text);
    report.help("remove the `---` above, or put this into a file of its own");
    true
}
