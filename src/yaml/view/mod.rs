//! The tree as kubectl reads it: aliases followed, merge keys applied, keys turned into strings.
//!
//! Here is what a [`Node`] says of itself: where it stands, what it is, the value of a scalar. `children` goes through
//! the entries and items within it, `lookup` finds a key among them.

mod children;
mod lookup;

pub use children::{Entries, Entry, Items, RawEntries};

use std::borrow::Cow;

use super::cook;
use super::resolve::{self, Scalar};
use super::tree::{COOK, Chunk, Kind, NodeId, PROPS, RawNode, Style, Tree};
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

    /// Where the anchor and the tag of the node stand, of what it has, aliases not followed.
    pub(crate) fn properties(self) -> Option<(Span, Span)> {
        if self.raw().flags & PROPS == 0 {
            return None;
        }
        self.tree.props_of(self.id).map(|props| (props.anchor, props.tag))
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

    /// Whether the value is the boolean `true`.
    pub fn is_true(self) -> bool {
        self.scalar() == Some(Scalar::Bool(true))
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
}
