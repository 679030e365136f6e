//! Fields that the API server sets, left in a manifest.

use crate::diagnostic::{Edit, Severity};
use crate::edit;
use crate::manifest::{Document, Object};
use crate::quote::listed;
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::tree::NodeId;
use crate::yaml::{Kind, Node, Scalar};

pub const CHECK: Check = Check::Document(check);

const FIELDS: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Kinds that the server takes with the `status` that they are made with.
const TAKEN_AT_ITS_WORD: [(&str, &str); 2] = [("", "Node"), ("networking.k8s.io", "ServiceCIDR")];

/// The keys of one object's fields.
type Fields = Vec<(&'static str, Span)>;

/// An export holds them in every object: one finding an object, and one for a whole List, is enough.
fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let objects = &cx.file.objects[document.objects.start as usize..document.objects.end as usize];
    let (mut found, mut kept) = (Vec::new(), Vec::new());
    for object in objects {
        let fields = set_by_server(object);
        if fields.is_empty() || super::judge(object, cx).is_none() {
            continue;
        }
        // What a comment is about is not mended with the rest.
        let (back, open): (Fields, Fields) = fields.into_iter().partition(|(_, key)| cx.keeps_back(*key));
        for (group, fields) in [(&mut kept, back), (&mut found, open)] {
            if !fields.is_empty() {
                group.push((object, fields));
            }
        }
    }
    for (found, mend) in [(found, true), (kept, false)] {
        if !found.is_empty() {
            report(found, mend, cx);
        }
    }
}

/// Reports the fields of some objects.
fn report<'t>(found: Vec<(&Object<'t>, Fields)>, mend: bool, cx: &mut Cx<'t>) {
    // Of a List all items are mended at once; where one cannot be, none is.
    let edits = mend.then(|| {
        let edits = found
            .iter()
            .map(|(object, fields)| removal(object, fields, super::judge(object, cx)?.built_in));
        edits.collect::<Option<Vec<_>>>()
    });
    let edits: Option<Vec<Edit>> = edits.flatten().map(|edits| edits.concat());
    let others = found.len().saturating_sub(1);
    let Some((object, mut fields)) = found.into_iter().next() else {
        return;
    };
    fields.sort_by_key(|(_, key)| key.start);
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let mut message = match names[..] {
        ["status"] => {
            "`status` is for controllers to report; in a manifest it is dropped, or taken for their word"
                .into()
        }
        _ => format!(
            "{} {} set by the API server and of no use in a manifest",
            listed(&names, "and"),
            if names.len() == 1 { "is" } else { "are" },
        ),
    };
    if names.contains(&"uid") || names.contains(&"resourceVersion") {
        message.push_str("; once the object has changed, an update with them is refused");
    }
    if others > 0 {
        let (items, have) = if others == 1 {
            ("item", "has")
        } else {
            ("items", "have")
        };
        message.push_str(&format!(
            "; {others} more {items} of this List {have} such fields"
        ));
    }
    let first = fields.first().map_or(Span::default(), |(_, key)| *key);
    cx.object = Some(object.index);
    let only_status = names == ["status"] && !super::judge(object, cx).is_some_and(|judge| judge.built_in);
    let severity = if only_status {
        Severity::Info
    } else {
        Severity::Warning
    };
    let mut report = cx
        .report(first, message)
        .severity(severity)
        .help("remove what an export from a cluster left behind; keep only what you mean to set");
    for (name, key) in fields.iter().skip(1) {
        report = report.related(*key, format!("`{name}` as well"));
    }
    if let Some(edits) = edits.filter(|edits| !edits.is_empty()) {
        report.fix("remove what the server sets", true, edits);
    }
}

/// The edits that take fields out of one object. What becomes of the `status` of a custom resource depends on its
/// definition: without a subresource for it, it is a field like others.
fn removal(object: &Object<'_>, fields: &[(&'static str, Span)], built_in: bool) -> Option<Vec<Edit>> {
    let goes = |name: &str| built_in || name != "status";
    let starts_with = |key: Node<'_>| (fields.iter()).any(|(name, span)| *span == key.span() && goes(name));
    let mut edits = Vec::new();
    let metadata = object.root.get("metadata")?;
    for map in [metadata, object.root] {
        let keys: Vec<NodeId> = map
            .raw_entries()
            .filter(|entry| starts_with(entry.key))
            .map(|entry| entry.key.id())
            .collect();
        if !keys.is_empty() {
            edits.extend(edit::remove_entries(map, &keys)?);
        }
    }
    Some(edits)
}

/// The fields of one object that the server sets, by the spans of their keys.
fn set_by_server(object: &Object<'_>) -> Fields {
    let mut found = Vec::new();
    let Some(metadata) = object.path(&["metadata"]).filter(|m| m.is_map()) else {
        return found;
    };
    for entry in metadata.entries() {
        // Most keys are none of these, and show it by their first letter.
        if entry
            .key
            .source()
            .bytes()
            .next()
            .is_some_and(|b| !b"cdgmrsu\"'*?!&".contains(&b))
        {
            continue;
        }
        // `creationTimestamp: null` is what Go programs print for an object that is yet to be created.
        if let Some(name) = FIELDS.iter().find(|name| entry.key.key_is(name))
            && !is_zero(entry.value, 0, &mut 1_000)
        {
            found.push((*name, entry.key.span()));
        }
    }
    if let Some(status) = object.root.entry("status")
        && !TAKEN_AT_ITS_WORD
            .iter()
            .any(|(group, kind)| object.is(group, kind))
        && !is_zero(status.value, 0, &mut 1_000)
    {
        found.push(("status", status.key.span()));
    }
    found
}

/// Whether nothing but zero values is in there, as in the `status` that code generators print. Aliases can
/// make a small text endless, so only `budget` nodes are looked at.
fn is_zero(node: Node<'_>, depth: u32, budget: &mut u32) -> bool {
    if depth > 16 || *budget == 0 {
        return false;
    }
    *budget -= 1;
    match node.kind() {
        Kind::Map => node
            .entries()
            .all(|entry| is_zero(entry.value, depth + 1, budget)),
        Kind::Seq => node.items().all(|item| is_zero(item, depth + 1, budget)),
        _ => match node.scalar() {
            Some(Scalar::Null) => true,
            Some(Scalar::Str(text)) => text.is_empty(),
            Some(Scalar::Int(n)) => n == 0,
            Some(Scalar::Bool(b)) => !b,
            _ => false,
        },
    }
}
