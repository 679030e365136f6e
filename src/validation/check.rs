//! The structural check of a document: what its objects are, whether the server can read them, and which
//! of its keys stand twice.

use std::sync::OnceLock;

use super::decode::{Decoder, Strictness};
use super::locate::{Fault, Order};
use super::path::{Part, Place};
use super::read_by::ReadBy;
use super::resolved::Resolved;
use super::served::{self, Identity};
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, ErrorType, Stage};
use crate::hash::HashSet;
use crate::manifest::{Document, File, Object, Skip};
use crate::schema::{Shape, TypeId, table};
use crate::source::Span;
use crate::yaml::Entry;

/// Checks a document and its objects, before the rules do.
pub fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    match document.skip {
        // With --no-skip it is judged as an object as well.
        None if cx.settings.no_skip && super::kustomization::is_one(document) => {
            super::kustomization::check(document, cx);
        }
        None => {}
        Some(Skip::Kustomization) => return super::kustomization::check(document, cx),
        Some(_) => return,
    }
    let Some(root) = document.root else { return };
    if document.chunk.error.is_some() {
        // Only part of it is known; what is missing or unknown cannot be told from it.
        return;
    }
    let file = cx.file;
    let before = cx.count();
    cx.object = None;
    super::list::check(document, root, cx);
    let duplicates = &document.chunk.duplicates;
    let overridden = super::duplicates::overridden(duplicates, root);
    let objects = &file.objects[document.objects.start as usize..document.objects.end as usize];
    let mut kinds = Vec::new();
    let mut resolved = Resolved::default();
    for object in objects {
        cx.object = Some(object.index);
        let in_list = document.list && super::list::is_generic(root);
        let kind = check_object(object, in_list, &overridden, &mut resolved, cx);
        if !duplicates.is_empty() {
            kinds.push(kind);
        }
    }
    if !duplicates.is_empty() {
        super::duplicates::report(
            ReadBy::Server,
            duplicates,
            root,
            objects,
            &kinds,
            document.list,
            cx,
        );
    }
    super::keys::check(document, root, before, cx);
    cx.object = None;
}

/// Checks one object. Its type, when the server has one.
fn check_object<'t>(
    object: &Object<'t>,
    in_list: bool,
    overridden: &[u32],
    resolved: &mut Resolved,
    cx: &mut Cx<'t>,
) -> Option<TypeId> {
    let identity = served::identify(object, cx);
    let mut decoder = Decoder::new(cx, overridden, resolved);
    decoder.in_list = in_list;
    match identity {
        Identity::Known(info) => {
            let ty = info.ty?;
            decoder.skip_base64 = info.group.is_empty() && info.kind == "Secret";
            decoder.resolved.start(object.root);
            let before = decoder.cx.count();
            decoder.value(&Place::root(object.root, Shape::Struct(ty)));
            super::constraints::check(object, ty, resolved, cx);
            drop_unread(before, cx);
            Some(ty)
        }
        Identity::Custom => {
            custom_metadata(object, &mut decoder);
            None
        }
        Identity::Unknown => None,
    }
}

/// Drops what calls a field missing whose value has a wrong type: it is there, and the server gets no further.
fn drop_unread(from: usize, cx: &mut Cx<'_>) {
    let is = |finding: &Diagnostic, kind: ErrorType| {
        let refusal = finding.refusal.as_ref();
        refusal.is_some_and(|refusal| refusal.kind == kind)
    };
    let found = cx.found.iter().skip(from);
    let unread = found.filter(|finding| is(finding, ErrorType::TypeMismatch));
    let unread: HashSet<Span> = unread.map(|finding| finding.span).collect();
    if unread.is_empty() {
        return;
    }
    let mut at = 0;
    cx.found.retain(|finding| {
        at += 1;
        at <= from || !is(finding, ErrorType::Required) || !unread.contains(&finding.span)
    });
}

/// Fields of metadata that the server reads in every object, custom resources included.
const READ_EVERYWHERE: [&str; 6] = [
    "annotations",
    "finalizers",
    "generateName",
    "labels",
    "name",
    "namespace",
];

/// The metadata of a custom resource. What else a program puts there is its own affair: not everything with
/// an apiVersion and a kind is meant for an API server.
fn custom_metadata<'t>(object: &Object<'t>, decoder: &mut Decoder<'_, 't>) {
    decoder.strictness = Strictness::Off;
    with_metadata(object, decoder, |decoder, at| {
        if !at.value.is_map() {
            return decoder.value(at);
        }
        for name in READ_EVERYWHERE {
            if let Some(entry) = at.value.entry(name) {
                metadata_field(decoder, at, entry);
            }
        }
    });
}

/// What [`custom_metadata`] passes over, in an object that is certainly meant for the server.
pub(super) fn rest_of_metadata<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    let mut resolved = Resolved::default();
    let mut decoder = Decoder::new(cx, &[], &mut resolved);
    with_metadata(object, &mut decoder, |decoder, at| {
        for entry in at.value.entries() {
            if !READ_EVERYWHERE.iter().any(|name| entry.key.key_is(name)) {
                metadata_field(decoder, at, entry);
            }
        }
    });
}

fn metadata_field<'t>(decoder: &mut Decoder<'_, 't>, at: &Place<'_, 't>, entry: Entry<'t>) {
    let name = entry.key.key_text().unwrap_or_default();
    match table::field_named(table::OBJECT_META, name.as_bytes(), decoder.minor) {
        Some((_, field)) => decoder.value(&Place {
            up: Some(at),
            part: Part::Field(field),
            shape: field.ty().shape(),
            key: Some(entry.key),
            value: entry.value,
        }),
        None => decoder.unknown_field(table::OBJECT_META, at, entry, &name),
    }
}

fn with_metadata<'t>(
    object: &Object<'t>,
    decoder: &mut Decoder<'_, 't>,
    check: impl FnOnce(&mut Decoder<'_, 't>, &Place<'_, 't>),
) {
    /// Any kind; metadata is the same in all.
    static HOLDER: OnceLock<Option<TypeId>> = OnceLock::new();
    let fields = object.fields();
    let metadata = fields.child("metadata");
    let Some(value) = metadata.value() else { return };
    let holder = HOLDER.get_or_init(|| crate::schema::kind("", "v1", "Secret").and_then(|info| info.ty));
    let Some(field) = holder.and_then(|holder| table::field_named(holder, b"metadata", decoder.minor)) else {
        return;
    };
    let root = Place::root(object.root, Shape::Any);
    let at = Place {
        up: Some(&root),
        part: Part::Field(field.1),
        shape: Shape::Struct(table::OBJECT_META),
        key: metadata.key_node(),
        value,
    };
    check(decoder, &at);
}

/// Gives each of an object's decode errors its turn in the server's own order, so that [`verdict`] knows
/// which one the server would name.
///
/// [`verdict`]: crate::engine::verdict
pub fn rank(file: &File<'_>, kube: crate::version::KubeVersion, diagnostics: &mut [Diagnostic]) {
    let decode = |d: &Diagnostic| {
        let refused = d.refusal.as_ref().is_some_and(|r| r.stage == Stage::Decode);
        d.object.filter(|_| refused)
    };
    let mut faults: Vec<(u32, usize)> = diagnostics
        .iter()
        .enumerate()
        .filter_map(|(i, d)| Some((decode(d)?, i)))
        .collect();
    faults.sort_unstable();
    for group in faults.chunk_by(|a, b| a.0 == b.0) {
        if group.len() > 1
            && let Some(object) = file.objects.get(group[0].0 as usize)
        {
            rank_object(object, kube, group, diagnostics);
        }
    }
}

fn rank_object(
    object: &Object<'_>,
    kube: crate::version::KubeVersion,
    group: &[(u32, usize)],
    diagnostics: &mut [Diagnostic],
) {
    let info = crate::schema::kind(object.group(), object.version(), &object.kind);
    let Some(ty) = info.and_then(|info| info.ty) else {
        return;
    };
    let mut faults: Vec<Fault> = group
        .iter()
        .filter_map(|&(_, i)| Some((diagnostics.get(i)?.span, i)))
        .collect();
    faults.sort_unstable();
    for (turn, i) in Order::of(object.root, ty, &faults, kube).into_iter().enumerate() {
        if let Some(refusal) = diagnostics.get_mut(i).and_then(|d| d.refusal.as_mut()) {
            refusal.turn = turn as u32;
        }
    }
}
