//! The span arena: every node of a file's documents in one flat vector, in the order of the text.
//!
//! A node's first child is the node after it; its next sibling is at `next`. A mapping's children
//! alternate key, value. Nothing is copied out of the text: a scalar is the span of its source text
//! (quotes and block header included), cooked and resolved only when somebody asks ([`super::view`]).

use super::duplicates::Duplicate;
use super::fast::Scratch;
use crate::source::Span;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A scalar; an absent value is an empty plain scalar of zero width.
    Scalar,
    /// A sequence.
    Seq,
    /// A mapping.
    Map,
    /// An alias (`*name`); [`Tree::alias_target`] says which node it stands for. In a document with an error
    /// also a value that could not be read: it stands for nothing.
    Alias,
}

/// How a node is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Style {
    /// `plain text`; also collections in block style.
    Plain,
    /// `'single quoted'`.
    Single,
    /// `"double quoted"`.
    Double,
    /// `|` block scalar.
    Literal,
    /// `>` block scalar.
    Folded,
    /// `[a, b]` or `{a: b}`.
    Flow,
}

/// Index of a node in [`Tree::nodes`].
pub type NodeId = u32;

/// One node, 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RawNode {
    /// First byte: of a scalar its opening quote or `|`, of a block sequence its first `-`.
    pub start: u32,
    /// One past the last byte: of a collection the end of its last child (flow: past its bracket), of a
    /// block scalar the end of its last content line, without that line's break.
    pub end: u32,
    /// The node after this one's subtree.
    pub next: NodeId,
    /// What it is.
    pub kind: Kind,
    /// How it is written.
    pub style: Style,
    /// [`COOK`] and [`PROPS`].
    pub flags: u8,
    /// Of a block scalar, the column of the block collection around it plus one (0 = none), which it is
    /// cooked with; saturates at 255. Of a mapping a filter of its keys; 0 for any other node and where there is
    /// none, as where keys are merged.
    pub indent: u8,
}

impl RawNode {
    /// Whether it is a plain scalar that is read as it stands, but for what it may be resolved to.
    #[inline]
    pub(crate) fn is_bare_word(&self) -> bool {
        // All in one: `Kind::Scalar` and `Style::Plain` are 0.
        (self.kind as u8 | self.style as u8 | self.flags) == 0
    }
}

/// The source text differs from the value: escapes, doubled quotes, folded lines, block scalars.
pub const COOK: u8 = 1;
/// The node has an anchor or a tag, to be found in [`Tree::props`].
pub const PROPS: u8 = 2;

/// Anchor and tag of one node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Props {
    /// The node that carries them.
    pub node: NodeId,
    /// `&name`, with the `&`; empty when there is none.
    pub anchor: Span,
    /// The tag as written (`!!str`, `!<…>`, `!x`); empty when there is none.
    pub tag: Span,
}

/// Why a chunk could not be read, or where it stops being readable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// Where, on the exact character.
    pub span: Span,
    /// What is wrong, in our words, without quoting the text.
    pub message: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// Which class of refusal the API server would answer with.
    pub class: ErrorClass,
}

/// The class of a reading error, as `conformance/README.md` names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorClass {
    /// The YAML or JSON does not parse.
    Syntax,
    /// A map key that cannot become a string: null, a map, a list.
    Key,
    /// `.inf` or `.nan`, which JSON cannot hold.
    Number,
    /// kubectl cannot split the file here: text after `---` on the separator line.
    Separator,
}

/// What kubectl drops without a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LossKind {
    /// Content after `...` up to the next `---`.
    AfterDocumentEnd,
    /// The first line is indented more than the rest, so the rest is another document.
    FirstLineIndented,
    /// Content after a complete flow collection or scalar at the root.
    AfterRoot,
    /// A quoted scalar holds a line that starts with `---`: kubectl cuts the document there.
    SplitInsideQuotes,
}

/// Content that is dropped silently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loss {
    /// Why it is dropped.
    pub kind: LossKind,
    /// What is dropped (for [`LossKind::SplitInsideQuotes`] the cutting line).
    pub span: Span,
}

/// One document as kubectl cuts it: what lies between two separator lines, or one value of a JSON stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// The number of separator lines above; in a JSON stream the value's index.
    pub document: u32,
    /// The text between the separator lines.
    pub span: Span,
    /// The root node; `None` when the chunk is empty or nothing of it could be read. With `error` set,
    /// the root holds as much of the document as is sure: what stands before the error, and what follows
    /// from where the indentation is clear again.
    pub root: Option<NodeId>,
    /// One past the last node of the chunk.
    pub nodes_end: NodeId,
    /// Why the document (or the rest of it) cannot be read.
    pub error: Option<SyntaxError>,
    /// What kubectl would drop silently.
    pub losses: Vec<Loss>,
    /// Whether the chunk is a JSON value (JSON's escapes and numbers hold, not YAML's).
    pub json: bool,
    /// Whether the fast path took it.
    pub fast: bool,
    /// Whether it holds an alias, a merge key (`<<`) or a tag; if not, views skip those steps.
    pub indirect: bool,
    /// Keys that come again, once [`note_duplicates`](super::note_duplicates) has looked for them.
    pub duplicates: Vec<Duplicate>,
    /// Known to hold no key twice: views stop at the first match.
    pub unique: bool,
}

/// All documents of one file. The vectors are reused from file to file.
#[derive(Clone, Default, Debug)]
pub struct Tree {
    /// The arena.
    pub nodes: Vec<RawNode>,
    /// Comments from `#` to the end of their text, in the order of the text.
    pub comments: Vec<Span>,
    /// Anchors and tags, by ascending node.
    pub props: Vec<Props>,
    /// Alias node and the node it stands for, by ascending alias node.
    pub aliases: Vec<(NodeId, NodeId)>,
    /// The documents.
    pub chunks: Vec<Chunk>,
    /// Mappings that may have a key twice, in ascending order.
    pub(super) suspects: Vec<NodeId>,
    /// Mappings with a key that is no string, in ascending order.
    pub(super) typed: Vec<NodeId>,
    /// Mappings of the chunk at hand whose keys are yet to be looked at.
    pub(super) unsure: Vec<NodeId>,
    /// Memory of the fast reader, kept from chunk to chunk.
    pub(super) scratch: Scratch,
}

impl Tree {
    /// Empties the tree and keeps its memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.comments.clear();
        self.props.clear();
        self.aliases.clear();
        self.chunks.clear();
        self.suspects.clear();
        self.typed.clear();
        self.unsure.clear();
    }

    /// The mappings of a chunk with a key that YAML reads as a boolean or a number, in ascending order.
    pub fn with_typed_keys(&self, chunk: &Chunk) -> &[NodeId] {
        let from = self
            .typed
            .partition_point(|map| *map < chunk.root.unwrap_or(NodeId::MAX));
        let to = self.typed.partition_point(|map| *map < chunk.nodes_end);
        self.typed.get(from..to).unwrap_or_default()
    }

    /// The node that the alias node `id` stands for.
    pub fn alias_target(&self, id: NodeId) -> Option<NodeId> {
        self.aliases
            .binary_search_by_key(&id, |a| a.0)
            .ok()
            .map(|i| self.aliases[i].1)
    }

    /// The anchors and tags of a range of nodes, in order.
    pub fn props_in(&self, nodes: std::ops::Range<NodeId>) -> &[Props] {
        let from = self.props.partition_point(|props| props.node < nodes.start);
        let to = self.props.partition_point(|props| props.node < nodes.end);
        self.props.get(from..to).unwrap_or_default()
    }

    /// The comments within a span, in order.
    pub fn comments_in(&self, span: Span) -> &[Span] {
        let from = self
            .comments
            .partition_point(|comment| comment.start < span.start);
        let to = self.comments.partition_point(|comment| comment.start < span.end);
        self.comments.get(from..to).unwrap_or_default()
    }

    /// Anchor and tag of a node, if it has any.
    pub fn props_of(&self, id: NodeId) -> Option<&Props> {
        self.props
            .binary_search_by_key(&id, |p| p.node)
            .ok()
            .map(|i| &self.props[i])
    }
}
