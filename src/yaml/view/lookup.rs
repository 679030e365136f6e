//! A node as a key, and a key among the entries of a mapping: what the rest of kubeproof asks for most, most of it in
//! vain. So nothing is allocated where the written bytes tell, and keys that are not there show it in the mapping's
//! own row of the arena.

use std::borrow::Cow;

use super::{Entry, Node};
use crate::same::same;
use crate::yaml::tree::{Kind, NodeId, RawNode, Style};
use crate::yaml::{filter, resolve};

impl<'t> Node<'t> {
    /// The string that the node becomes as a mapping key; `None` for null, a mapping or a sequence.
    pub fn key_text(self) -> Option<Cow<'t, str>> {
        // Nearly every key is a bare word that reads as it is written.
        if self.raw().is_bare_word() && !self.json && !resolve::may_be_typed(self.bytes()) {
            return Some(Cow::Borrowed(self.source()));
        }
        resolve::key_text(self.scalar()?)
    }

    /// Whether the node, as a key, reads `key`.
    pub fn key_is(self, key: &str) -> bool {
        let node = self.resolved();
        let raw = node.raw();
        if raw.kind != Kind::Scalar {
            return false;
        }
        node.compares(raw, key)
            .unwrap_or_else(|| node.key_text().is_some_and(|text| text == key))
    }

    /// Whether a scalar of this document reads `key`, where its source alone tells: a bare word, a quoted
    /// string without escapes. Lengths differ for nearly all keys that are looked at, so that their text is
    /// not even touched.
    fn compares(self, raw: &RawNode, key: &str) -> Option<bool> {
        if raw.flags != 0 {
            return None;
        }
        let (quotes, length) = match raw.style {
            Style::Plain => (0, raw.end - raw.start),
            Style::Double | Style::Single => (1, (raw.end - raw.start).saturating_sub(2)),
            _ => return None,
        };
        let equal = length as usize == key.len() && {
            let start = (raw.start + quotes) as usize;
            let source = self
                .text
                .as_bytes()
                .get(start..start + key.len())
                .unwrap_or_default();
            same(source, key.as_bytes())
        };
        // A bare word may be a boolean or a number, which reads otherwise than it is written.
        let as_written = quotes > 0 || is_plain(key);
        as_written.then_some(equal)
    }

    /// The entry of a mapping with this key: the last one, as in go-yaml; `None` when the node is no
    /// mapping or has no such key.
    #[inline(always)]
    pub fn entry(self, key: &str) -> Option<Entry<'t>> {
        if !self.may_have(key) {
            return None;
        }
        let id = self.find(key)?;
        Some(Entry {
            key: self.at(id),
            value: self.at(self.tree.nodes[id as usize].next),
        })
    }

    /// Whether the node may be a mapping with this key. Most of what is asked for is not there, and shows it here;
    /// where the key is known to the compiler, so is its bit.
    #[inline(always)]
    pub fn may_have(self, key: &str) -> bool {
        let map = self.raw();
        match map.kind {
            Kind::Map => map.indent == 0 || map.indent & filter::narrow(filter::hash(key.as_bytes())) != 0,
            Kind::Alias => true,
            Kind::Scalar | Kind::Seq => false,
        }
    }

    /// The key that reads `key`: the last one, as in go-yaml.
    #[inline(never)]
    fn find(&self, key: &str) -> Option<NodeId> {
        let nodes = &self.tree.nodes[..];
        let this = self.resolved().id;
        let map = &nodes[this as usize];
        if map.kind != Kind::Map {
            return None;
        }
        // Where keys are merged there is no filter.
        if map.indent == 0 && self.at(this).merges() {
            let merged = self.entries().filter(|entry| entry.key.key_is(key));
            return merged.last().map(|entry| entry.key.id);
        }
        // The hot case: no allocation, and at most one pass over the rows of the arena.
        let (mut id, end, mut found) = (this + 1, map.next, None);
        let wanted = key.as_bytes();
        let plain = is_plain(key);
        while id < end {
            let row = &nodes[id as usize];
            let is = if plain && row.is_bare_word() {
                // Lengths differ for most.
                (row.end - row.start) as usize == wanted.len()
                    && self
                        .text
                        .as_bytes()
                        .get(row.start as usize..row.end as usize)
                        .is_some_and(|source| same(source, wanted))
            } else {
                row.kind != Kind::Map && row.kind != Kind::Seq && self.at(id).key_is(key)
            };
            if is {
                found = Some(id);
                if self.unique {
                    break;
                }
            }
            id = nodes[row.next as usize].next;
        }
        found
    }

    /// The value of a mapping's key. See [`entry`](Node::entry).
    #[inline]
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The entries with these keys, all in one pass; of each what [`entry`](Node::entry) gives.
    pub fn picks<const N: usize>(self, keys: [&str; N]) -> [Option<Entry<'t>>; N] {
        if self.merges() || keys.iter().any(|key| !is_plain(key)) {
            return keys.map(|key| self.entry(key));
        }
        let mut found = [None; N];
        for entry in self.raw_entries() {
            let (row, bytes) = (entry.key.raw(), entry.key.bytes());
            for (key, found) in keys.iter().zip(&mut found) {
                let is = if row.is_bare_word() {
                    same(bytes, key.as_bytes())
                } else {
                    entry.key.key_is(key)
                };
                if is {
                    *found = Some(entry);
                }
            }
        }
        found
    }

    /// Follows keys down: `node.path(&["metadata", "name"])`.
    pub fn path(self, keys: &[&str]) -> Option<Node<'t>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }
}

/// Whether a bare word becomes this key if, and only if, it is written so. What begins a number or is a word for a
/// boolean may be typed; there are `Infinity` and `NaN` as well.
#[inline]
fn is_plain(key: &str) -> bool {
    let bytes = key.as_bytes();
    !resolve::may_be_typed(bytes) && !matches!(bytes.first(), Some(b'I' | b'N'))
}
