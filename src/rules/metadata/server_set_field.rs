//! Fields that the API server sets, left in a manifest.

use crate::diagnostic::{Edit, Severity};
use crate::edit;
use crate::manifest::{Document, Object};
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

/// An export holds them in every object: one finding an object, and one for a whole List, is enough.
fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let objects = &cx.file.objects[document.objects.start as usize..document.objects.end as usize];
    let mut found: Option<(&Object<'t>, Vec<(&'static str, Span)>)> = None;
    let mut others = 0;
    let mut edits = Some(Vec::new());
    for object in objects {
        let fields = set_by_server(object);
        if fields.is_empty() || super::judge(object, cx).is_none() {
            continue;
        }
        // Of a List all items are mended at once; where one cannot be, none is.
        if let Some(all) = &mut edits {
            match removal(object, &fields) {
                Some(some) => all.extend(some),
                None => edits = None,
            }
        }
        match found {
            None => found = Some((object, fields)),
            Some(_) => others += 1,
        }
    }
    let Some((object, mut fields)) = found else {
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
            listed(&names),
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
    for (name, key) in &fields[1..] {
        report = report.related(*key, format!("`{name}` as well"));
    }
    // What becomes of the `status` of a custom resource depends on its definition.
    if let Some(edits) = edits.filter(|edits| !only_status && !edits.is_empty()) {
        report.fix("remove what the server sets", true, edits);
    }
}

/// The edits that take fields out of one object.
fn removal(object: &Object<'_>, fields: &[(&'static str, Span)]) -> Option<Vec<Edit>> {
    let starts_with = |key: Node<'_>| fields.iter().any(|(_, span)| *span == key.span());
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
fn set_by_server(object: &Object<'_>) -> Vec<(&'static str, Span)> {
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

/// `a`, `b` and `c`
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
