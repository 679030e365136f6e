//! What parses and still cannot be read: the refusals of go-yaml's decoder and of the conversion to JSON.

use super::problems as problem;
use super::resolve::{self, Mismatch, Scalar};
use super::tree::{Chunk, Kind, NodeId, Style, SyntaxError, Tree};
use super::view::Node;
use crate::source::Span;

/// The first refusal of a document that parses.
pub(super) fn check(text: &str, tree: &Tree, chunk: &Chunk) -> Verdict {
    let Some(root) = Node::root(text, tree, chunk) else {
        return Verdict::default();
    };
    let mut decoder = Decoder::default();
    if chunk.indirect {
        decoder.run(root);
    }
    Verdict {
        error: decoder.error.or_else(|| conversion(root, chunk)),
        bomb: decoder.bomb,
    }
}

/// What [`check`] found.
#[derive(Default)]
pub(super) struct Verdict {
    /// Why the document cannot be read.
    pub(super) error: Option<SyntaxError>,
    /// Nobody may follow the aliases of this document: they expand to too much.
    pub(super) bomb: bool,
}

fn at(problem: problem::Problem, node: Node<'_>) -> SyntaxError {
    let Span { start, end } = node.span();
    problem.at(start as usize, end as usize)
}

/// The conversion to JSON: keys must become strings, numbers must be finite. (kubectl does not get to see a
/// value that a duplicate of its key overrides; it is judged here all the same.)
fn conversion(root: Node<'_>, chunk: &Chunk) -> Option<SyntaxError> {
    let mut key_error = None;
    let mut number_error = number(root);
    for id in root.id()..chunk.nodes_end {
        let node = root.at(id);
        match node.raw().kind {
            Kind::Map => {
                for entry in node.raw_entries() {
                    if key_error.is_none() && !entry.key.is_merge_key() {
                        key_error = key(entry.key);
                    }
                    number_error = number_error.or_else(|| number(entry.value));
                }
            }
            Kind::Seq => {
                for item in node.items() {
                    number_error = number_error.or_else(|| number(item));
                }
            }
            Kind::Scalar | Kind::Alias => {}
        }
        if key_error.is_some() {
            break;
        }
    }
    key_error.or(number_error)
}

fn key(key: Node<'_>) -> Option<SyntaxError> {
    match key.kind() {
        Kind::Map | Kind::Seq => Some(collection_key(key)),
        Kind::Alias => None,
        Kind::Scalar => match key.scalar()? {
            Scalar::Null => Some(at(problem::NULL_KEY, key)),
            Scalar::Uint(_) => Some(at(problem::LARGE_KEY, key)),
            _ => None,
        },
    }
}

/// The error that a key is a collection. Of `{{ … }}` the author sees one thing, so all of it is named.
fn collection_key(key: Node<'_>) -> SyntaxError {
    let id = key.id();
    let outer = id.checked_sub(1).map(|id| key.at(id)).filter(|outer| {
        let raw = outer.raw();
        raw.kind == Kind::Map && raw.style == Style::Flow && raw.next > id && raw.start + 1 == key.raw().start
    });
    at(problem::COLLECTION_KEY, outer.unwrap_or(key))
}

fn number(node: Node<'_>) -> Option<SyntaxError> {
    if node.raw().kind != Kind::Scalar {
        return None;
    }
    match node.scalar()? {
        Scalar::Float(value) if !value.is_finite() => Some(at(problem::NOT_FINITE, node)),
        _ => None,
    }
}

/// Walks a document as go-yaml's decoder does, aliases expanded, and counts as it does, so that it ends
/// where go-yaml ends with "excessive aliasing".
#[derive(Default)]
struct Decoder {
    decoded: u64,
    through_alias: u64,
    alias_depth: u32,
    depth: u32,
    error: Option<SyntaxError>,
    bomb: bool,
}

/// Deepest nesting, aliases followed, that the JSON decoders of kubectl and the server take.
const DEPTH: u32 = 10_000;

/// What is being decoded.
enum Frame<'t> {
    /// Items of a sequence from here on.
    Items { next: NodeId, end: NodeId },
    /// Entries of a mapping from here on; the key when its value is next.
    Entries {
        next: NodeId,
        end: NodeId,
        key: Option<NodeId>,
    },
    /// Mappings to merge, the last one first.
    Merges(Vec<Node<'t>>),
    /// The target of an alias.
    Alias,
}

/// Up to this many nodes, 99 % may come from aliases.
const RATIO_LOW: f64 = 400_000.0;
/// From this many nodes on, 10 % may.
const RATIO_HIGH: f64 = 4_000_000.0;

fn allowed_ratio(decoded: u64) -> f64 {
    let beyond = ((decoded as f64 - RATIO_LOW) / (RATIO_HIGH - RATIO_LOW)).clamp(0.0, 1.0);
    0.99 - 0.89 * beyond
}

impl Decoder {
    fn run(&mut self, root: Node<'_>) {
        // The document itself counts.
        self.decoded = 1;
        let mut frames = Vec::new();
        self.visit(root, &mut frames);
        while let Some(frame) = frames.last_mut() {
            match frame {
                Frame::Items { next, end } if *next < *end => {
                    let item = root.at(*next);
                    *next = item.raw().next;
                    self.visit(item, &mut frames);
                }
                Frame::Entries { next, end, key } if *next < *end => {
                    let node = root.at(*next);
                    *next = node.raw().next;
                    match key.take() {
                        None => {
                            *key = Some(node.id());
                            self.decode_key(node, &mut frames);
                        }
                        Some(key) => self.decode_value(root.at(key), node, &mut frames),
                    }
                }
                Frame::Merges(maps) if !maps.is_empty() => {
                    if let Some(map) = maps.pop() {
                        self.merge_one(map, &mut frames);
                    }
                }
                done => {
                    match done {
                        Frame::Alias => self.alias_depth -= 1,
                        Frame::Items { .. } | Frame::Entries { .. } => self.depth -= 1,
                        Frame::Merges(_) => {}
                    }
                    frames.pop();
                }
            }
            if self.bomb {
                return;
            }
        }
    }

    fn note(&mut self, problem: problem::Problem, node: Node<'_>) {
        self.error.get_or_insert_with(|| at(problem, node));
    }

    fn decode_key<'t>(&mut self, key: Node<'t>, frames: &mut Vec<Frame<'t>>) {
        if key.is_merge_key() {
            return;
        }
        if matches!(key.kind(), Kind::Map | Kind::Seq) {
            self.error.get_or_insert_with(|| collection_key(key));
        }
        self.visit(key, frames);
    }

    fn decode_value<'t>(&mut self, key: Node<'t>, value: Node<'t>, frames: &mut Vec<Frame<'t>>) {
        if !key.is_merge_key() {
            self.visit(value, frames);
        } else if value.raw().kind == Kind::Seq {
            frames.push(Frame::Merges(value.items().collect()));
        } else {
            self.merge_one(value, frames);
        }
    }

    fn merge_one<'t>(&mut self, map: Node<'t>, frames: &mut Vec<Frame<'t>>) {
        if map.kind() == Kind::Map {
            self.visit(map, frames);
        } else {
            self.note(problem::MERGE_NEEDS_MAP, map);
        }
    }

    fn visit<'t>(&mut self, node: Node<'t>, frames: &mut Vec<Frame<'t>>) {
        self.decoded += 1;
        self.through_alias += u64::from(self.alias_depth > 0);
        if self.through_alias > 100
            && self.decoded > 1000
            && self.through_alias as f64 / self.decoded as f64 > allowed_ratio(self.decoded)
        {
            self.note(problem::EXCESSIVE_ALIASING, node);
            self.bomb = true;
            return;
        }
        let raw = node.raw();
        let (next, end) = (node.id() + 1, raw.next);
        match raw.kind {
            Kind::Scalar => match resolve::mismatch(node) {
                Some(Mismatch::Type) => self.note(problem::TAG_MISMATCH, node),
                Some(Mismatch::Base64) => self.note(problem::BAD_BINARY, node),
                None => {}
            },
            Kind::Seq => self.enter(node, Frame::Items { next, end }, frames),
            Kind::Map => self.enter(node, Frame::Entries { next, end, key: None }, frames),
            Kind::Alias => {
                let target = node.resolved();
                if target.id() != node.id() {
                    self.alias_depth += 1;
                    frames.push(Frame::Alias);
                    self.visit(target, frames);
                }
            }
        }
    }

    fn enter<'t>(&mut self, node: Node<'t>, frame: Frame<'t>, frames: &mut Vec<Frame<'t>>) {
        self.depth += 1;
        if self.depth > DEPTH {
            self.note(problem::TOO_DEEP, node);
            self.bomb = true;
        }
        frames.push(frame);
    }
}
