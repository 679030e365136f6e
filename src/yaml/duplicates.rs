//! Keys that a mapping holds more than once.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::filter;
use super::resolve::{self, Scalar};
use super::tree::{Chunk, Kind, NodeId, Style, Tree};
use super::view::Node;

/// Why two keys of one mapping are the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DuplicateKind {
    /// Both are written in the mapping and equal after resolution (`yes` and `true`, `1` and `0x1`): the
    /// server's strict decoding refuses them, kubectl takes the last one.
    Written,
    /// At least one comes through a merge key (`<<`): an override, which kubectl accepts. Strict decoding of
    /// the raw text refuses it as well.
    Merged,
    /// They differ in type and become the same string (`1` and `"1"`): nobody complains, and which of the
    /// two kubectl takes is left to chance.
    Collision,
}

/// A key that an earlier one of the same mapping equals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Duplicate {
    /// The earlier key.
    pub first: NodeId,
    /// The key that is there again.
    pub again: NodeId,
    /// In what way they are the same.
    pub kind: DuplicateKind,
}

/// Up to this many entries, comparing every key with every other is fastest.
const SMALL: usize = 12;

/// All duplicate keys of a chunk, mapping by mapping, in the order of the text (of the merging mapping,
/// where keys are merged).
pub fn duplicates(text: &str, tree: &Tree, chunk: &Chunk) -> Vec<Duplicate> {
    let mut found = Vec::new();
    let Some(root) = Node::root(text, tree, chunk) else {
        return found;
    };
    let (mut keys, mut order) = (Vec::new(), Vec::new());
    let first = tree.suspects.partition_point(|map| *map < root.id());
    let suspects = tree.suspects[first..].iter();
    for map in suspects.take_while(|map| **map < chunk.nodes_end) {
        let map = root.at(*map);
        if map.merges() {
            merged(map, &mut order, &mut found);
        } else {
            written(map, &mut keys, &mut order, &mut found);
        }
    }
    found
}

/// Looks at the keys of mappings: notes in their nodes which keys they may have, and in the tree the mappings
/// that may have one twice. Those of a chunk that the fast reader took are the ones that it was not sure of.
pub(super) fn look_at_keys(text: &str, tree: &mut Tree, chunk: &Chunk) {
    let mut unsure = std::mem::take(&mut tree.unsure);
    if let Some(root) = chunk.root
        && !chunk.fast
    {
        unsure.clear();
        let nodes = tree.nodes.get(root as usize..chunk.nodes_end as usize);
        let nodes = nodes.unwrap_or_default().iter().zip(root..);
        unsure.extend(nodes.filter(|(node, _)| node.kind == Kind::Map).map(|(_, id)| id));
    }
    for map in &unsure {
        let Some(node) = Node::root(text, tree, chunk).map(|root| root.at(*map)) else {
            break;
        };
        let merges = node.merges();
        let keys = look_at(node);
        if !merges {
            tree.nodes[*map as usize].indent = keys.filter;
        }
        if merges || keys.may_repeat {
            tree.suspects.push(*map);
        }
        if keys.typed {
            tree.typed.push(*map);
        }
    }
    unsure.clear();
    tree.unsure = unsure;
}

/// What there is to know of a mapping's keys.
struct Keys {
    /// Bits of the keys that it may have.
    filter: u8,
    /// Whether any two may be the same.
    may_repeat: bool,
    /// Whether one is no string.
    typed: bool,
}

fn look_at(map: Node<'_>) -> Keys {
    let (mut wide, mut may_repeat, mut typed) = (0, false, false);
    for entry in map.raw_entries() {
        let key = entry.key;
        let word = key
            .raw()
            .is_bare_word()
            .then(|| filter::of_word(key.source().as_bytes()));
        let hash = match word.flatten() {
            Some(hash) => hash,
            None => {
                // What becomes no string is no key that anybody asks for.
                let Some(key) = Key::of(key) else { continue };
                typed |= key.kind != KeyKind::Str;
                filter::hash(key.text.as_bytes())
            }
        };
        may_repeat |= wide & filter::wide(hash) != 0;
        wide |= filter::wide(hash);
    }
    Keys {
        filter: filter::narrowed(wide),
        may_repeat,
        typed,
    }
}

/// The duplicates of a mapping without merge keys.
fn written<'t>(map: Node<'t>, keys: &mut Vec<Key<'t>>, order: &mut Vec<u32>, found: &mut Vec<Duplicate>) {
    keys.clear();
    keys.extend(map.raw_entries().filter_map(|entry| Key::of(entry.key)));
    compare(keys, order, found, |_, _, kind| kind);
}

/// The duplicates of a mapping with merge keys.
fn merged(map: Node<'_>, order: &mut Vec<u32>, found: &mut Vec<Duplicate>) {
    let own = map.id()..map.raw().next;
    // What stands in a map that is merged from right here is not the mapping's own either.
    let direct: Vec<NodeId> = map.raw_entries().map(|entry| entry.key.id()).collect();
    let is_own = |id: NodeId| own.contains(&id) && direct.binary_search(&id).is_ok();
    let keys: Vec<Key<'_>> = map.entries().filter_map(|entry| Key::of(entry.key)).collect();
    compare(&keys, order, found, |first, again, kind| {
        if is_own(first) && is_own(again) {
            kind
        } else {
            DuplicateKind::Merged
        }
    });
}

/// A key in the form it is compared in. Most keys are bare words and cost nothing to make.
struct Key<'t> {
    node: NodeId,
    /// The string that it becomes.
    text: Cow<'t, str>,
    kind: KeyKind,
}

/// Keys of one kind and one text are equal in Go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    Str,
    Bool,
    Int,
    /// The exact value: its text is rounded.
    Float(u64),
}

impl<'t> Key<'t> {
    fn of(node: Node<'t>) -> Option<Key<'t>> {
        let raw = node.raw();
        let id = node.id();
        if raw.kind == Kind::Scalar && raw.flags == 0 && raw.style == Style::Plain {
            let source = node.source();
            if !resolve::may_be_typed(source.as_bytes()) {
                return Some(Key {
                    node: id,
                    text: Cow::Borrowed(source),
                    kind: KeyKind::Str,
                });
            }
        }
        let scalar = node.scalar()?;
        let kind = match scalar {
            Scalar::Str(_) => KeyKind::Str,
            Scalar::Bool(_) => KeyKind::Bool,
            Scalar::Int(_) => KeyKind::Int,
            // 0 and -0 are equal.
            Scalar::Float(value) => KeyKind::Float((value + 0.0).to_bits()),
            Scalar::Null | Scalar::Uint(_) => return None,
        };
        Some(Key {
            node: id,
            text: resolve::key_text(scalar)?,
            kind,
        })
    }

    /// In what way the two are the same, if they are.
    fn same(&self, other: &Key<'_>) -> Option<DuplicateKind> {
        if self.text != other.text {
            return None;
        }
        Some(if self.kind == other.kind {
            DuplicateKind::Written
        } else {
            DuplicateKind::Collision
        })
    }
}

/// Finds equal keys. Every key is reported once, with the first one that it equals.
fn compare(
    keys: &[Key<'_>],
    order: &mut Vec<u32>,
    found: &mut Vec<Duplicate>,
    kind_of: impl Fn(NodeId, NodeId, DuplicateKind) -> DuplicateKind,
) {
    let mut report = |first: &Key<'_>, again: &Key<'_>, kind| {
        found.push(Duplicate {
            first: first.node,
            again: again.node,
            kind: kind_of(first.node, again.node, kind),
        });
    };
    if keys.len() <= SMALL {
        for (index, again) in keys.iter().enumerate() {
            let earlier = keys[..index].iter();
            let same = earlier.filter_map(|first| Some((first, first.same(again)?)));
            if let Some((first, kind)) = best(same) {
                report(first, again, kind);
            }
        }
        return;
    }
    // Sorting needs no hash and so knows no bad luck. It is stable: equal texts stay in their order.
    order.clear();
    order.extend(0..keys.len() as u32);
    order.sort_by(|&a, &b| compare_text(&keys[a as usize], &keys[b as usize]));
    let mut pairs = Vec::new();
    for group in order.chunk_by(|&a, &b| keys[a as usize].text == keys[b as usize].text) {
        // Of each kind, the first; there are four kinds but for floats that round to one text.
        let mut firsts: Vec<u32> = Vec::new();
        for &again in group {
            let again_key = &keys[again as usize];
            let same = firsts
                .iter()
                .take(8)
                .filter_map(|&first| Some((first, keys[first as usize].same(again_key)?)));
            match best(same) {
                Some((first, kind)) => {
                    pairs.push((again, first, kind));
                    if kind == DuplicateKind::Collision {
                        firsts.push(again);
                    }
                }
                None => firsts.push(again),
            }
        }
    }
    pairs.sort_unstable_by_key(|pair| pair.0);
    for (again, first, kind) in pairs {
        report(&keys[first as usize], &keys[again as usize], kind);
    }
}

/// The first pair that is written twice, or else the first collision.
fn best<K>(same: impl Iterator<Item = (K, DuplicateKind)>) -> Option<(K, DuplicateKind)> {
    let mut collision = None;
    for pair in same {
        if pair.1 == DuplicateKind::Written {
            return Some(pair);
        }
        collision.get_or_insert(pair);
    }
    collision
}

/// Any total order in which equal texts are neighbours, the quickest to tell: by length first.
fn compare_text(a: &Key<'_>, b: &Key<'_>) -> Ordering {
    a.text
        .len()
        .cmp(&b.text.len())
        .then_with(|| a.text.as_bytes().cmp(b.text.as_bytes()))
}
