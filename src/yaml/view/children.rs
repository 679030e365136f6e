//! What is within a mapping or a sequence: its entries and items, as written and as kubectl reads them, with merge
//! keys applied. Nothing is copied but where keys are merged.

use super::Node;
use crate::source::Span;
use crate::yaml::cook;
use crate::yaml::resolve::Tag;
use crate::yaml::tree::{Kind, NodeId, PROPS, Style};

/// A key and its value in a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t> {
    /// The key.
    pub key: Node<'t>,
    /// The value.
    pub value: Node<'t>,
}

impl Entry<'_> {
    /// From the key's first to the value's last byte.
    pub fn span(&self) -> Span {
        self.key.span().to(self.value.span())
    }

    /// Whether a bare key holds a colon and has no value, as `{a:b}` does: a blank is missing there.
    pub fn lacks_blank(&self) -> bool {
        let (key, value) = (self.key.raw(), self.value);
        let is_bare = key.kind == Kind::Scalar && key.style == Style::Plain && !self.key.is_json();
        is_bare
            && memchr::memchr(b':', self.key.bytes()).is_some()
            && value.is_null()
            && value.span().is_empty()
    }
}

impl<'t> Node<'t> {
    /// Whether this key merges its value into the mapping: `<<`, plain, or tagged `!` or `!!merge`.
    pub fn is_merge_key(self) -> bool {
        let raw = self.raw();
        if !self.indirect || raw.kind != Kind::Scalar {
            return false;
        }
        if raw.flags & PROPS == 0 {
            return raw.style == Style::Plain && self.bytes() == b"<<";
        }
        match Tag::of(self) {
            Tag::None => raw.style == Style::Plain && self.source() == "<<",
            // With a tag, quotes do not count.
            Tag::NonSpecific | Tag::Merge => cook::text(self) == "<<",
            _ => false,
        }
    }

    /// Whether the node is a mapping that another one is merged into.
    pub(in crate::yaml) fn merges(self) -> bool {
        self.indirect && self.raw_entries().any(|entry| entry.key.is_merge_key())
    }

    /// The entries as written, duplicates and merge keys included. Empty for anything but a mapping.
    pub fn raw_entries(self) -> RawEntries<'t> {
        let node = self.resolved();
        let raw = node.raw();
        let (next, end) = if raw.kind == Kind::Map {
            (node.id + 1, raw.next)
        } else {
            (0, 0)
        };
        RawEntries { node, next, end }
    }

    /// The entries with merge keys applied in document order. A key may come twice: the last one holds.
    pub fn entries(self) -> Entries<'t> {
        if !self.merges() {
            return Entries::Written(self.raw_entries());
        }
        let mut merged = Vec::new();
        self.resolved().collect_merged(&mut merged, 0);
        Entries::Merged(merged.into_iter())
    }

    fn collect_merged(self, out: &mut Vec<Entry<'t>>, depth: u32) {
        // A chain of merges deeper than this is an attack; go-yaml's own budget ends long before.
        if depth > 64 {
            return;
        }
        for entry in self.raw_entries() {
            if !entry.key.is_merge_key() {
                out.push(entry);
                continue;
            }
            let value = entry.value.resolved();
            if value.raw().kind == Kind::Seq {
                // Of a list of maps the first has the last word.
                let maps: Vec<_> = value.items().collect();
                for map in maps.into_iter().rev() {
                    map.resolved().collect_merged(out, depth + 1);
                }
            } else {
                value.collect_merged(out, depth + 1);
            }
        }
    }

    /// The items of a sequence. Empty for anything else.
    pub fn items(self) -> Items<'t> {
        let node = self.resolved();
        let raw = node.raw();
        let (next, end) = if raw.kind == Kind::Seq {
            (node.id + 1, raw.next)
        } else {
            (0, 0)
        };
        Items { node, next, end }
    }
}

/// Entries of a mapping as written.
#[derive(Clone)]
pub struct RawEntries<'t> {
    node: Node<'t>,
    next: NodeId,
    end: NodeId,
}

impl<'t> Iterator for RawEntries<'t> {
    type Item = Entry<'t>;

    fn next(&mut self) -> Option<Entry<'t>> {
        if self.next >= self.end {
            return None;
        }
        let key = self.node.at(self.next);
        let value = self.node.at(key.raw().next);
        self.next = value.raw().next;
        Some(Entry { key, value })
    }
}

/// Entries of a mapping as kubectl reads it.
pub enum Entries<'t> {
    /// No merge key can occur.
    Written(RawEntries<'t>),
    /// Merge keys applied.
    Merged(std::vec::IntoIter<Entry<'t>>),
}

impl<'t> Iterator for Entries<'t> {
    type Item = Entry<'t>;

    fn next(&mut self) -> Option<Entry<'t>> {
        match self {
            Entries::Written(entries) => entries.next(),
            Entries::Merged(entries) => entries.next(),
        }
    }
}

/// Items of a sequence.
#[derive(Clone)]
pub struct Items<'t> {
    node: Node<'t>,
    next: NodeId,
    end: NodeId,
}

impl<'t> Iterator for Items<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.next >= self.end {
            return None;
        }
        let item = self.node.at(self.next);
        self.next = item.raw().next;
        Some(item)
    }
}
