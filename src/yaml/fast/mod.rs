//! The fast reader: one pass from text to arena over the YAML that manifests are written in.
//!
//! It takes block mappings and sequences, plain, quoted and block scalars, flow collections, comments, and
//! both kinds of line ends. Whatever it is not certain about makes it give up (`None`), and the complete
//! reader ([`super::slow`]) reads the chunk instead: anchors, aliases, tags, directives, document markers,
//! keys that span lines, tabs in odd places, every error. So it never decides that a text is wrong, never
//! accepts one that the complete reader refuses, and always builds the same tree; tests compare the two.
//!
//! ```text
//! metadata:            line: close what is indented deeper; a key, so an entry of the mapping
//!   labels: {a: b}     block: key, then a value on the same line (flow)
//! items:
//! - name: x            block: `- ` opens a sequence, `name` opens a mapping at column 2
//!   text: |            block scalar: skip the lines that are indented deeper
//!     …
//! ```
//!
//! Columns are counted in bytes. That is exact: only spaces, `-` and brackets stand before anything whose
//! column matters.

mod block;
mod block_scalar;
mod flow;
mod key;
mod scalar;

use super::chars::trim_end;
use super::filter;
use super::tree::{Kind, NodeId, RawNode, Style, Tree};
use crate::source::Span;

/// Deepest nesting that is taken.
const DEPTH: usize = 64;
/// Deepest indentation that is taken; a node's indentation is stored in one byte.
const WIDTH: usize = 200;

/// An open block collection.
#[derive(Clone, Copy, Debug)]
struct Frame {
    node: NodeId,
    /// Column of its keys or dashes.
    column: u32,
    kind: Kind,
    /// A key or dash waits for its value.
    wanting: bool,
    /// Where that value would stand if it were absent: right after the `:` or `-`.
    gap: u32,
    /// Of a mapping, the bits of its keys ([`filter::wide`]).
    keys: u64,
    /// Two keys have one bit, so that they may be the same.
    repeats: bool,
    /// A key may read otherwise than it is written.
    odd: bool,
}

/// See the module's documentation.
struct Reader<'a> {
    /// The text up to the end of the chunk.
    bytes: &'a [u8],
    nodes: &'a mut Vec<RawNode>,
    comments: &'a mut Vec<Span>,
    /// Index of the root node, once there is one.
    root: usize,
    /// Where the node that was completed last ends.
    last_end: u32,
    /// Open block collections.
    frames: &'a mut Vec<Frame>,
    /// Open flow collections.
    flow_frames: &'a mut Vec<flow::Frame>,
    /// Mappings that may have a key twice.
    suspects: &'a mut Vec<NodeId>,
    /// Mappings whose keys somebody else must look at.
    unsure: &'a mut Vec<NodeId>,
}

/// The stacks of a reader, kept from one chunk to the next.
#[derive(Clone, Default, Debug)]
pub(super) struct Scratch {
    frames: Vec<Frame>,
    flow_frames: Vec<flow::Frame>,
}

/// Reads a chunk. `None` when this reader does not take it; the tree is unchanged then. Otherwise the root,
/// or `None` within when the chunk holds nothing but comments.
pub(super) fn parse(text: &str, span: Span, tree: &mut Tree) -> Option<Option<NodeId>> {
    let bytes = text.as_bytes().get(..span.end as usize)?;
    let mut start = span.start as usize;
    if bytes.get(start..)?.starts_with("\u{feff}".as_bytes()) {
        start += 3;
    }
    if !is_ordinary(&bytes[start..]) {
        return None;
    }
    let (root, comments, suspects) = (tree.nodes.len(), tree.comments.len(), tree.suspects.len());
    tree.scratch.frames.clear();
    tree.scratch.flow_frames.clear();
    let mut reader = Reader {
        bytes,
        nodes: &mut tree.nodes,
        comments: &mut tree.comments,
        root,
        last_end: 0,
        frames: &mut tree.scratch.frames,
        flow_frames: &mut tree.scratch.flow_frames,
        suspects: &mut tree.suspects,
        unsure: &mut tree.unsure,
    };
    let taken = reader.document(start);
    if taken.is_none() {
        tree.nodes.truncate(root);
        tree.comments.truncate(comments);
        tree.suspects.truncate(suspects);
        tree.unsure.clear();
    }
    taken.map(|()| (tree.nodes.len() > root).then_some(root as NodeId))
}

/// Whether the text holds no character that YAML forbids, and no line break but LF and CRLF.
fn is_ordinary(bytes: &[u8]) -> bool {
    let (mut rare, mut all) = (false, 0);
    for &byte in bytes {
        // Without branches and with little to do, so that many bytes are looked at together.
        rare |= (byte < 0x20 && byte != b'\n') | (byte == 0x7F);
        all |= byte;
    }
    (!rare || rare_ones_are_ordinary(bytes))
        && (all < 0x80
            || memchr::memchr3_iter(0xC2, 0xE2, 0xEF, bytes).all(|at| is_ordinary_char(&bytes[at..])))
}

/// Whether control characters are none but tabs, LF and CRLF.
fn rare_ones_are_ordinary(bytes: &[u8]) -> bool {
    let control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\n' | b'\t' | b'\r')) | (byte == 0x7F);
    !bytes.iter().fold(false, |found, &byte| found | control(byte))
        && memchr::memchr_iter(b'\r', bytes).all(|at| bytes.get(at + 1) == Some(&b'\n'))
}

/// Whether a character is none of U+0080 to U+009F, U+2028, U+2029, U+FFFE, U+FFFF.
fn is_ordinary_char(rest: &[u8]) -> bool {
    !matches!(
        rest,
        [0xC2, 0x80..=0x9F, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..]
    )
}

/// LF, or the CR of a CRLF.
fn is_break(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// Whether an indicator is one when this byte follows it.
fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

impl Reader<'_> {
    // ---- bytes and lines

    /// The byte at `at`; the end of the text reads as a line break.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    /// Eight bytes at once, the first one lowest; `None` near the end of the text.
    #[inline(always)]
    fn eight(&self, at: usize) -> Option<u64> {
        let eight = self.bytes.get(at..)?.first_chunk()?;
        Some(u64::from_le_bytes(*eight))
    }

    /// The first byte from `at` on that is no space.
    #[inline(always)]
    fn skip_spaces(&self, at: usize) -> usize {
        let mut at = at;
        while let Some(eight) = self.eight(at) {
            let differs = eight ^ 0x2020_2020_2020_2020;
            if differs != 0 {
                return at + differs.trailing_zeros() as usize / 8;
            }
            at += 8;
        }
        while self.bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        at
    }

    /// The line break at or after `at`.
    #[inline]
    fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let newline = memchr::memchr(b'\n', rest);
        newline.map_or(self.bytes.len(), |newline| at + newline)
    }

    /// The start of the line after the line break at `at`.
    #[inline(always)]
    fn after_break(&self, at: usize) -> usize {
        at + if self.byte(at) == b'\r' { 2 } else { 1 }
    }

    /// Notes the comment at `at` and returns the start of the next line.
    fn comment(&mut self, at: usize) -> usize {
        let end = self.line_end(at);
        self.comments
            .push(Span::new(at as u32, trim_end(self.bytes, at, end) as u32));
        end + 1
    }

    /// The rest of a line after a complete value: blank, or a comment. Returns the start of the next line.
    #[inline]
    fn rest_of_line(&mut self, at: usize) -> Option<usize> {
        let text = self.skip_spaces(at);
        match self.byte(text) {
            b'\n' | b'\r' => Some(self.after_break(text)),
            b'#' if text > at => Some(self.comment(text)),
            _ => None,
        }
    }

    // ---- the arena

    #[inline(always)]
    fn push(&mut self, node: RawNode) {
        self.last_end = node.end;
        self.nodes.push(node);
    }

    #[inline(always)]
    fn push_scalar(&mut self, style: Style, flags: u8, start: usize, end: usize) {
        self.push(RawNode {
            start: start as u32,
            end: end as u32,
            next: self.nodes.len() as NodeId + 1,
            kind: Kind::Scalar,
            style,
            flags,
            indent: 0,
        });
    }

    /// Pushes a collection whose end is not known yet, and returns its index.
    #[inline]
    fn push_collection(&mut self, kind: Kind, style: Style, start: usize) -> NodeId {
        let node = self.nodes.len() as NodeId;
        self.nodes.push(RawNode {
            start: start as u32,
            end: 0,
            next: 0,
            kind,
            style,
            flags: 0,
            indent: 0,
        });
        node
    }

    /// Sets the end of a collection to `end`.
    #[inline]
    fn end_collection(&mut self, node: NodeId, end: u32) {
        let next = self.nodes.len() as NodeId;
        self.last_end = end;
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.end = end;
            node.next = next;
        }
    }

    // ---- open block collections

    #[inline(always)]
    fn top(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    /// Opens a block collection whose first key or dash is at `at`.
    #[inline]
    fn open(&mut self, kind: Kind, column: u32, at: usize) -> Option<()> {
        if column as usize > WIDTH || self.frames.len() >= DEPTH {
            return None;
        }
        let node = self.push_collection(kind, Style::Plain, at);
        self.frames.push(Frame {
            node,
            column,
            kind,
            wanting: false,
            gap: 0,
            keys: 0,
            repeats: false,
            odd: false,
        });
        Some(())
    }

    /// Closes the innermost block collection.
    #[inline]
    fn close(&mut self) {
        self.settle();
        if let Some(frame) = self.frames.pop() {
            self.end_collection(frame.node, self.last_end);
            if frame.odd {
                self.unsure.push(frame.node);
            } else if frame.kind == Kind::Map {
                if let Some(node) = self.nodes.get_mut(frame.node as usize) {
                    node.indent = filter::narrowed(frame.keys);
                }
                if frame.repeats {
                    self.suspects.push(frame.node);
                }
            }
        }
    }

    /// Notes the key of an entry of the innermost collection, a mapping.
    #[inline(always)]
    fn note_key(&mut self, start: usize, key: &scalar::Found) {
        let word = match key.style {
            Style::Plain => self.bytes.get(start..key.end).and_then(filter::of_word),
            _ => None,
        };
        if let Some(frame) = self.frames.last_mut() {
            match word.map(filter::wide) {
                Some(bit) => {
                    frame.repeats |= frame.keys & bit != 0;
                    frame.keys |= bit;
                }
                None => frame.odd = true,
            }
        }
    }

    /// Gives the innermost collection an absent value if it waits for one.
    #[inline(always)]
    fn settle(&mut self) {
        if let Some(frame) = self.top()
            && frame.wanting
        {
            frame.wanting = false;
            let gap = frame.gap as usize;
            self.push_scalar(Style::Plain, 0, gap, gap);
        }
    }

    /// The key or dash that ends at `gap` waits for a value.
    #[inline(always)]
    fn want(&mut self, gap: usize) {
        if let Some(frame) = self.top() {
            frame.wanting = true;
            frame.gap = gap as u32;
        }
    }

    /// The value that the innermost collection waits for is about to be pushed, at `column`.
    #[inline]
    fn give(&mut self, column: u32) -> Option<()> {
        let Some(frame) = self.top() else {
            return (self.nodes.len() == self.root).then_some(());
        };
        let expected = frame.wanting && frame.column < column;
        frame.wanting = false;
        expected.then_some(())
    }
}
