//! Keys that stand twice in one mapping, and what the server makes of them.

use super::keys::written;
use super::locate::{self, Fault};
use super::read_by::ReadBy;
use super::repeats::slip_of;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::{Edit, ErrorType, Severity};
use crate::edit;
use crate::hash::HashMap;
use crate::manifest::{Object, second_objects};
use crate::quote::quote;
use crate::schema::TypeId;
use crate::yaml::tree::{NodeId, PROPS};
use crate::yaml::{Duplicate, DuplicateKind, Kind, Node};

/// Reports the duplicate keys of a document. `types` are those of its `objects`, where the server has one.
pub(super) fn report<'t>(
    reader: ReadBy,
    duplicates: &[Duplicate],
    root: Node<'t>,
    objects: &[Object<'t>],
    types: &[Option<TypeId>],
    list: bool,
    cx: &mut Cx<'t>,
) {
    // Keys of the root that come again because a `---` is missing are that rule's to report.
    let spoken_for = told_elsewhere(root);
    let paths = if root.is_json() {
        json_paths(duplicates, root, objects, types, cx)
    } else {
        Vec::new()
    };
    // To find what to take out costs a look at the mapping each time, and nobody mends so many one by one.
    let mendable = duplicates.len() <= MENDABLE;
    let maps: Option<Vec<_>> = mendable.then(|| {
        let keys = duplicates.iter().map(|duplicate| root.with_id(duplicate.again));
        keys.map(mapping_of).collect()
    });
    // The last place so far of a key that comes again and again, by its first one.
    let mut latest: HashMap<NodeId, NodeId> = HashMap::default();
    for (i, duplicate) in duplicates.iter().enumerate() {
        let earlier = match duplicate.kind {
            DuplicateKind::Written => latest.insert(duplicate.first, duplicate.again),
            _ => None,
        };
        let earlier = earlier.unwrap_or(duplicate.first);
        if spoken_for.binary_search(&duplicate.again).is_ok() {
            continue;
        }
        let again = root.with_id(duplicate.again);
        let owner = owner_of(duplicate.again, objects);
        cx.object = owner.map(|at| objects[at].index);
        // What stands in a List is taken apart by kubectl, which keeps the last value only.
        let judged = !list && owner.is_some_and(|at| types[at].is_some());
        let field = if root.is_json() {
            let path = paths.binary_search_by_key(&i, |(i, _)| *i);
            path.ok().map(|at| paths[at].1.clone())
        } else {
            again.key_text().map(Into::into)
        };
        let before = cx.count();
        one(
            reader,
            duplicate,
            mendable.then_some(earlier),
            again,
            field.filter(|_| judged),
            cx,
        );
        let slip = maps
            .as_deref()
            .and_then(|maps| slip_of(i, duplicates, maps, root));
        if let (Some(slip), Some(finding)) = (slip, cx.found.get_mut(before)) {
            slip.tell(finding);
        }
    }
}

/// The earlier occurrences of repeated keys, which do not count: YAML keeps the last value only.
pub(super) fn overridden(duplicates: &[Duplicate], root: Node<'_>) -> Vec<NodeId> {
    let written = duplicates
        .iter()
        .filter(|found| found.kind == DuplicateKind::Written);
    let mut overridden: Vec<NodeId> = written
        .filter(|_| !root.is_json())
        .map(|found| found.first)
        .collect();
    overridden.sort_unstable();
    overridden
}

/// More keys of a file that stand twice are reported without a fix.
const MENDABLE: usize = 500;

/// The object that a key lies in: sorted by their place, the last one that starts before the key.
pub(super) fn owner_of(key: NodeId, objects: &[Object<'_>]) -> Option<usize> {
    let at = objects.partition_point(|object| object.root.id() <= key);
    at.checked_sub(1).filter(|&at| key < objects[at].root.raw().next)
}

/// The paths of duplicates that the server's JSON reader complains about, by their index.
fn json_paths<'t>(
    duplicates: &[Duplicate],
    root: Node<'t>,
    objects: &[Object<'t>],
    types: &[Option<TypeId>],
    cx: &Cx<'t>,
) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut places: Vec<(u32, usize)> = (duplicates.iter().enumerate())
        .map(|(i, duplicate)| (duplicate.again, i))
        .collect();
    places.sort_unstable();
    for (object, ty) in objects.iter().zip(types) {
        let Some(ty) = ty else { continue };
        let at = |id: u32| places.partition_point(|(again, _)| *again < id);
        let own = at(object.root.id())..at(object.root.raw().next);
        let own = places.get(own).unwrap_or_default().iter();
        let mut faults: Vec<Fault> = own.map(|(again, i)| (root.with_id(*again).span(), *i)).collect();
        faults.sort_unstable();
        found.extend(locate::paths(object.root, *ty, &faults, cx.kube()));
    }
    found.sort_unstable();
    found
}

/// The edits that take the earlier of two equal keys out: kubectl does the same. Safe where both say the same.
fn drop_earlier(earlier: NodeId, again: Node<'_>) -> Option<(bool, Vec<Edit>)> {
    let map = mapping_of(again.with_id(earlier))?;
    let of = |key| map.raw_entries().find(|entry| entry.key.id() == key);
    let (first, last) = (of(earlier)?, of(again.id())?);
    let same = says_the_same(first.value, last.value);
    Some((same, edit::remove_entry(map, first.key)?))
}

/// Whether two values are read as the same. Their texts may differ in indentation and quotes alone, and may be the
/// same and yet be read in two ways, as the indentation around them differs.
pub(super) fn says_the_same(a: Node<'_>, b: Node<'_>) -> bool {
    let nodes = |node: Node<'_>| (node.id()..node.raw().next).len();
    nodes(a) == nodes(b)
        && (a.id()..a.raw().next).zip(b.id()..).all(|(in_a, in_b)| {
            let (one, other) = (a.with_id(in_a), b.with_id(in_b));
            let (raw, other_raw) = (one.raw(), other.raw());
            raw.kind == other_raw.kind
                && raw.kind != Kind::Alias
                && (raw.flags | other_raw.flags) & PROPS == 0
                && raw.next - in_a == other_raw.next - in_b
                && one.scalar() == other.scalar()
        })
}

/// The mapping that a key stands in: the last node before it that goes on after it. A mapping with very many
/// entries above the key is not looked for.
fn mapping_of(key: Node<'_>) -> Option<Node<'_>> {
    let (low, at) = (key.id().saturating_sub(10_000), key.id());
    (low..at)
        .rev()
        .map(|id| key.with_id(id))
        .find(|node| node.raw().next > at)
}

/// One key that stands twice; `field` is what the server names it.
fn one<'t>(
    reader: ReadBy,
    duplicate: &Duplicate,
    earlier: Option<NodeId>,
    again: Node<'t>,
    field: Option<String>,
    cx: &mut Cx<'t>,
) {
    let first = again.with_id(duplicate.first);
    let (key, other) = (written(again), written(first));
    let shown = if cx.is_masked(again.span()) {
        "a key".to_string()
    } else if key != other && duplicate.kind == DuplicateKind::Written && !cx.is_masked(first.span()) {
        format!(
            "{}, which YAML 1.1 reads as it reads {},",
            quote(&key),
            quote(&other)
        )
    } else if duplicate.kind == DuplicateKind::Collision {
        quote(&again.key_text().unwrap_or_default())
    } else {
        quote(&key)
    };
    let first = first.span();
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
            let text = format!("{shown} is set twice in this mapping; {}", reader.takes_last());
            let fix = earlier.and_then(|earlier| drop_earlier(earlier, again));
            let mut report = cx
                .report_as(id, again.span(), text)
                .related(first, "first set here")
                .help("remove one of them");
            if let Some((safe, edits)) = fix {
                report = report.fix("remove the earlier one, which kubectl drops", safe, edits);
            }
            if reader == ReadBy::Kustomize {
                report = report.severity(Severity::Warning);
            }
            if let Some(field) = field {
                report.refusal(ErrorType::DuplicateField, field);
            }
        }
    }
}

/// The keys that `yaml/missing-separator` speaks of, so that they are not reported as plain duplicates: when two objects
/// stand in the document all keys of the root, by ascending index, else none.
fn told_elsewhere(root: Node<'_>) -> Vec<NodeId> {
    if second_objects(root).is_empty() {
        return Vec::new();
    }
    root.raw_entries().map(|entry| entry.key.id()).collect()
}
