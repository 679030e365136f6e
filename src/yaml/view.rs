//! The tree as kubectl reads it: aliases followed, merge keys applied, keys turned into strings.

use std::borrow::Cow;

use super::cook;
use super::filter;
use super::resolve::{self, Scalar, Tag};
use super::tree::{COOK, Chunk, Kind, NodeId, PROPS, RawNode, Style, Tree};
use crate::same::same;
use crate::source::Span;

/// One node together with the text and the tree it lives in. Cheap to copy.
///
/// [`kind`](Node::kind), [`scalar`](Node::scalar), [`get`](Node::get), [`entries`](Node::entries) and
/// [`items`](Node::items) look through aliases; [`span`](Node::span) stays where the author wrote the node.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    text: &'t str,
    tree: &'t Tree,
    id: NodeId,
    json: bool,
    indirect: bool,
    unique: bool,
}

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
}

impl std::fmt::Debug for Node<'_> {
    /// Place and kind only: a value may be a Secret's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?}@{}..{}",
            self.raw().kind,
            self.raw().start,
            self.raw().end
        )
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.tree, other.tree)
    }
}

impl<'t> Node<'t> {
    /// The root of a chunk, when it has one.
    pub fn root(text: &'t str, tree: &'t Tree, chunk: &Chunk) -> Option<Node<'t>> {
        let id = chunk.root?;
        Some(Node {
            text,
            tree,
            id,
            json: chunk.json,
            indirect: chunk.indirect,
            unique: chunk.unique,
        })
    }

    /// The node with the given index in the same document.
    pub(super) fn at(self, id: NodeId) -> Node<'t> {
        Node { id, ..self }
    }

    /// Another node of the same document, by its index in the arena.
    pub fn with_id(self, id: NodeId) -> Node<'t> {
        self.at(id)
    }

    /// Index in the arena.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The arena's row, aliases not followed.
    #[inline]
    pub fn raw(self) -> &'t RawNode {
        &self.tree.nodes[self.id as usize]
    }

    /// Where the author wrote the node (of an alias: the alias).
    pub fn span(self) -> Span {
        let raw = self.raw();
        Span::new(raw.start, raw.end)
    }

    /// The text between the node's first and last byte, as written.
    #[inline]
    pub fn source(self) -> &'t str {
        &self.text[self.span().range()]
    }

    /// The bytes of [`source`](Node::source).
    pub(crate) fn bytes(self) -> &'t [u8] {
        let raw = self.raw();
        self.text
            .as_bytes()
            .get(raw.start as usize..raw.end as usize)
            .unwrap_or_default()
    }

    /// The whole text that the node's span points into.
    pub fn text(self) -> &'t str {
        self.text
    }

    /// The tree that the node lives in.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Whether the document is JSON: its escapes and numbers hold, not YAML's.
    pub fn is_json(self) -> bool {
        self.json
    }

    /// Whether the document holds aliases, merge keys or tags.
    pub fn is_indirect(self) -> bool {
        self.indirect
    }

    /// Whether no mapping of the document holds a key twice, not even through a merge.
    pub fn has_unique_keys(self) -> bool {
        self.unique
    }

    /// The node an alias stands for; any other node itself.
    pub fn resolved(self) -> Node<'t> {
        if self.indirect && self.raw().kind == Kind::Alias {
            // Targets precede their aliases and are never aliases themselves, so this ends.
            return self.tree.alias_target(self.id).map_or(self, |id| self.at(id));
        }
        self
    }

    /// What the node is, aliases followed. `Kind::Alias` only for an alias to nothing.
    pub fn kind(self) -> Kind {
        self.resolved().raw().kind
    }

    /// How it is written, aliases followed.
    pub fn style(self) -> Style {
        self.resolved().raw().style
    }

    /// The tag as written, or "".
    pub fn tag(self) -> &'t str {
        self.resolved().own_tag()
    }

    /// The tag as written, or "", aliases not followed.
    pub(super) fn own_tag(self) -> &'t str {
        if self.raw().flags & PROPS == 0 {
            return "";
        }
        self.tree
            .props_of(self.id)
            .map_or("", |p| &self.text[p.tag.range()])
    }

    /// The value of a scalar by go-yaml v2's rules (JSON's in a JSON document); `None` for collections.
    pub fn scalar(self) -> Option<Scalar<'t>> {
        let node = self.resolved();
        (node.raw().kind == Kind::Scalar).then(|| resolve::scalar(node))
    }

    /// The text of a scalar with quotes taken off, escapes resolved and lines folded, whatever type it
    /// resolves to (`0644` stays `0644`); `None` for collections.
    pub fn cooked(self) -> Option<Cow<'t, str>> {
        let node = self.resolved();
        (node.raw().kind == Kind::Scalar).then(|| cook::text(node))
    }

    /// The value when it is a string.
    pub fn str(self) -> Option<Cow<'t, str>> {
        if self.raw().is_bare_word() && !self.json && !resolve::may_be_typed(self.bytes()) {
            return Some(Cow::Borrowed(self.source()));
        }
        match self.scalar()? {
            Scalar::Str(s) => Some(s),
            _ => None,
        }
    }

    /// Whether the value is null (absent, `~`, `null`).
    pub fn is_null(self) -> bool {
        if self.raw().is_bare_word() && !self.json {
            return resolve::is_null(self.bytes());
        }
        !self.is_surely_string() && matches!(self.scalar(), Some(Scalar::Null))
    }

    /// Whether the value is a string, as far as its style and first byte tell: long texts need not be cooked to
    /// know. An alias is looked through.
    pub fn is_surely_string(self) -> bool {
        // Nearly every scalar is a bare word.
        if self.raw().is_bare_word() {
            return !self.json && !resolve::may_be_typed(self.bytes());
        }
        let node = self.resolved();
        let raw = node.raw();
        raw.kind == Kind::Scalar
            && raw.flags & PROPS == 0
            && match raw.style {
                Style::Plain if self.json => false,
                Style::Plain => raw.flags & COOK != 0 || !resolve::may_be_typed(node.bytes()),
                _ => true,
            }
    }

    /// Whether the value is a string of at least one character, without cooking it where its length tells.
    pub fn is_filled_string(self) -> bool {
        // Quotes, a block scalar's header and an escaped line break take four bytes at the most.
        self.is_surely_string()
            && (self.resolved().span().len() > 4 || self.str().is_some_and(|s| !s.is_empty()))
    }

    /// Whether it is a mapping.
    pub fn is_map(self) -> bool {
        self.kind() == Kind::Map
    }

    /// Whether it is a sequence.
    pub fn is_seq(self) -> bool {
        self.kind() == Kind::Seq
    }

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
    pub(super) fn merges(self) -> bool {
        self.indirect && self.raw_entries().any(|entry| entry.key.is_merge_key())
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

/// Whether a bare word becomes this key if, and only if, it is written so. What begins a number or is a word for a
/// boolean may be typed; there are `Infinity` and `NaN` as well.
#[inline]
fn is_plain(key: &str) -> bool {
    let bytes = key.as_bytes();
    !resolve::may_be_typed(bytes) && !matches!(bytes.first(), Some(b'I' | b'N'))
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
