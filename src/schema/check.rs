//! The structural check of a document: what its objects are, whether the server can read them, and which
//! of its keys stand twice.

use std::sync::OnceLock;

use super::decode::{Decoder, Strictness};
use super::locate::Located;
use super::path::{Part, Place};
use super::served::{self, Identity};
use super::{Shape, Ty, TypeId, table};
use crate::diagnostic::{Diagnostic, ErrorType, Severity, Stage};
use crate::manifest::{Document, File, Object};
use crate::rules::yaml::missing_separator;
use crate::rules::{Cx, ids, quote};
use crate::source::Span;
use crate::yaml::{self, Duplicate, DuplicateKind, Node};

/// Checks a document and its objects, before the rules do.
pub fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    if document.skip.is_some() {
        return;
    }
    let Some(root) = document.root else { return };
    if document.chunk.error.is_some() {
        // Only part of it is known; what is missing or unknown cannot be told from it.
        return;
    }
    let file = cx.file;
    cx.object = None;
    super::list::check(document, root, cx);
    let duplicates = yaml::duplicates(file.text, file.tree, document.chunk);
    let mut overridden: Vec<u32> = duplicates
        .iter()
        .filter(|d| d.kind == DuplicateKind::Written && !root.is_json())
        .map(|d| d.first)
        .collect();
    overridden.sort_unstable();
    let objects = &file.objects[document.objects.start as usize..document.objects.end as usize];
    let mut kinds = Vec::new();
    for object in objects {
        cx.object = Some(object.index);
        let in_list = document.list && super::list::is_generic(root);
        kinds.push(check_object(object, in_list, &overridden, cx));
    }
    // Keys of the root that come again because a `---` is missing are that rule's to report.
    let spoken_for = if duplicates.is_empty() {
        Vec::new()
    } else {
        missing_separator::spoken_for(root)
    };
    for duplicate in &duplicates {
        let again = root.with_id(duplicate.again);
        if spoken_for.binary_search(&duplicate.again).is_ok() {
            continue;
        }
        // Sorted by their place, so the last one that starts before the key is the only one to hold it.
        let at = objects.partition_point(|object| object.root.id() <= duplicate.again);
        let owner = at
            .checked_sub(1)
            .map(|i| (&objects[i], kinds[i]))
            .filter(|(object, _)| duplicate.again < object.root.raw().next);
        cx.object = owner.map(|(object, _)| object.index);
        let ty = owner.and_then(|(_, ty)| ty);
        report_duplicate(
            duplicate,
            again,
            owner.map(|(object, _)| object),
            ty,
            document.list,
            cx,
        );
    }
    cx.object = None;
}

/// Checks one object. Its type, when the server has one.
fn check_object<'t>(
    object: &Object<'t>,
    in_list: bool,
    overridden: &[u32],
    cx: &mut Cx<'t>,
) -> Option<TypeId> {
    let identity = served::identify(object, cx);
    let minor = cx.kube().minor();
    let mut decoder = Decoder {
        cx,
        minor,
        in_list,
        strictness: Strictness::Strict,
        overridden,
        skip_base64: false,
        depth: 0,
    };
    match identity {
        Identity::Known(info) => {
            let ty = info.ty?;
            decoder.skip_base64 = info.group.is_empty() && info.kind == "Secret";
            decoder.value(&Place::root(object.root, Shape::Struct(ty)));
            Some(ty)
        }
        Identity::Custom => {
            custom_metadata(object, &mut decoder);
            None
        }
        Identity::Unknown => None,
    }
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
    let Some(metadata) = object.root.entry("metadata") else {
        return;
    };
    static OBJECT_META: OnceLock<Option<TypeId>> = OnceLock::new();
    let find = || table::types().find(|ty| ty.group() == "meta" && ty.name() == "v1.ObjectMeta");
    let Some(ty) = *OBJECT_META.get_or_init(find) else {
        return;
    };
    decoder.strictness = Strictness::Off;
    let holder = super::kind("", "v1", "Secret").and_then(|info| info.ty);
    let Some(field) = holder
        .zip(table::name_id(b"metadata"))
        .and_then(|(holder, name)| table::field(holder, name, decoder.minor))
    else {
        return;
    };
    let root = Place::root(object.root, Shape::Any);
    let at = Place {
        up: Some(&root),
        part: Part::Field(field.1),
        shape: Shape::Struct(ty),
        key: Some(metadata.key),
        value: metadata.value,
    };
    if !metadata.value.is_map() {
        return decoder.value(&at);
    }
    for name in READ_EVERYWHERE {
        let field = table::name_id(name.as_bytes()).and_then(|id| table::field(ty, id, decoder.minor));
        if let (Some(entry), Some((_, field))) = (metadata.value.entry(name), field) {
            decoder.value(&Place {
                up: Some(&at),
                part: Part::Field(field),
                shape: Ty(field.ty()).shape(),
                key: Some(entry.key),
                value: entry.value,
            });
        }
    }
}

/// A key that stands twice in one mapping.
fn report_duplicate<'t>(
    duplicate: &Duplicate,
    again: Node<'t>,
    object: Option<&Object<'t>>,
    ty: Option<TypeId>,
    in_list: bool,
    cx: &mut Cx<'t>,
) {
    let key = again.key_text().unwrap_or_default();
    let shown = if cx.is_masked(again.span()) {
        "a key".to_string()
    } else {
        quote(&key)
    };
    let first = again.with_id(duplicate.first).span();
    let id = ids::YAML_DUPLICATE_KEY;
    match duplicate.kind {
        // Overriding what a merge brings is what merges are for.
        DuplicateKind::Merged => {}
        DuplicateKind::Collision => {
            let text = format!(
                "two keys of this mapping become {shown}; which of their values counts is left to chance"
            );
            cx.report_as(id, again.span(), text)
                .related(first, "the other one")
                .help("remove one of them")
                .severity(Severity::Warning);
        }
        DuplicateKind::Written => {
            let text = format!(
                "{shown} is set twice in this mapping; kubectl silently takes the last value, a strict reader refuses the file"
            );
            let field = refused_field(again, &key, object, ty, cx);
            let report = cx
                .report_as(id, again.span(), text)
                .related(first, "first set here")
                .help("remove one of them");
            // What stands in a List is taken apart by kubectl, which keeps the last value only.
            if let Some(field) = field.filter(|_| !in_list) {
                report.refusal(ErrorType::DuplicateField, field);
            }
        }
    }
}

/// The field as the server's strict decoding names it: of YAML the key alone, of JSON the path. `None` where
/// the server does not complain.
fn refused_field<'t>(
    again: Node<'t>,
    key: &str,
    object: Option<&Object<'t>>,
    ty: Option<TypeId>,
    cx: &Cx<'t>,
) -> Option<String> {
    let (object, ty) = object.zip(ty)?;
    if !again.is_json() {
        return Some(key.to_string());
    }
    let located = Located::new(object.root, ty, again.span(), cx.kube());
    (located.typed && !located.own_reader).then(|| located.path())
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
    let info = super::kind(object.group(), object.version(), &object.kind);
    let Some(ty) = info.and_then(|info| info.ty) else {
        return;
    };
    let located = |span: Span| Located::new(object.root, ty, span, kube);
    let mut order: Vec<(usize, bool, Span, Located<'_>)> = group
        .iter()
        .filter_map(|&(_, i)| {
            let diagnostic = diagnostics.get(i)?;
            let at = located(diagnostic.span);
            let own = matches!(
                diagnostic.refusal.as_ref()?.kind,
                ErrorType::TimeFormat | ErrorType::Quantity
            );
            Some((i, own || at.own_reader, diagnostic.span, at))
        })
        .collect();
    let json = object.root.is_json();
    order.sort_by(|a, b| {
        let place = if json { a.2.cmp(&b.2) } else { a.3.before(&b.3) };
        b.1.cmp(&a.1).then(place)
    });
    for (turn, (i, ..)) in order.into_iter().enumerate() {
        if let Some(refusal) = diagnostics.get_mut(i).and_then(|d| d.refusal.as_mut()) {
            refusal.turn = turn as u32;
        }
    }
}
