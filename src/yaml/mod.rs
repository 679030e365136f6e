//! Reading YAML exactly as kubectl does: bytes → span arena → kubectl's reading of it.
//!
//! [`parse`] cuts a text into documents as kubectl cuts it (`split`; `json` for JSON streams). Each document
//! goes into the arena of a [`Tree`], through `fast` or, where that gives up, through `slow`, which decides
//! about every error; `meaning` adds what go-yaml's decoder and the conversion to JSON refuse. Scalars stay
//! spans until somebody asks for their value (`cook`, [`resolve`]). [`Node`] is kubectl's view of the tree.

pub(crate) mod base64;
mod chars;
mod cook;
mod duplicates;
mod fast;
mod filter;
mod json;
mod meaning;
mod number;
mod problems;
pub mod resolve;
mod slow;
mod split;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod view;

pub(crate) use chars::spaces;
pub use duplicates::{Duplicate, DuplicateKind, duplicates};
pub use resolve::{Scalar, may_be_typed};
pub use tree::{Chunk, ErrorClass, Kind, Loss, LossKind, Style, SyntaxError, Tree};
pub use view::{Entry, Node};

use crate::source::Span;
use problems as problem;
use split::{Piece, Pieces};
use tree::NodeId;

/// Longest text that is read: offsets stay far below the limit of `u32`.
const MAX_LENGTH: usize = i32::MAX as usize;

/// Reads a file as kubectl does and puts its documents into `tree`, whose memory is reused.
///
/// `invalid` names the bytes of the file that were not UTF-8 ([`crate::source::decode`]): in YAML they are
/// an error, in JSON they are not.
pub fn parse(text: &str, invalid: &[Span], tree: &mut Tree) {
    parse_by(Path::Either, text, invalid, tree);
}

/// The same without the fast path, which must make no difference but in speed: tests compare the two.
#[doc(hidden)]
pub fn parse_completely(text: &str, invalid: &[Span], tree: &mut Tree) {
    parse_by(Path::Complete, text, invalid, tree);
}

/// Which readers are let at a piece.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    /// The fast one, and the complete one for what it does not take.
    Either,
    /// Only the complete one.
    Complete,
}

fn parse_by(path: Path, text: &str, invalid: &[Span], tree: &mut Tree) {
    tree.clear();
    if text.len() > MAX_LENGTH {
        refuse_length(tree);
        return;
    }
    // About what manifests need; a fresh tree would otherwise grow, and be copied, ten times over.
    tree.nodes.reserve(text.len() / 24);
    let mut start = bom_length(text);
    if split::looks_like_json(text, start) {
        match json_stream(text, start, tree) {
            Some(rest) => start = rest,
            None => {
                in_order(tree);
                return;
            }
        }
    }
    for piece in Pieces::new(text, start) {
        read_piece(path, text, piece, invalid, tree);
    }
    in_order(tree);
}

/// Reads a text as the API server reads a request body: as one piece, of which only the first YAML document
/// counts. `%YAML`, `---` and content on the `---` line have their YAML meaning here.
pub fn parse_body(text: &str, invalid: &[Span], tree: &mut Tree) {
    tree.clear();
    if text.len() > MAX_LENGTH {
        refuse_length(tree);
        return;
    }
    let piece = Piece {
        span: Span::new(bom_length(text) as u32, text.len() as u32),
        document: 0,
        error: None,
        comment: None,
        cut: None,
    };
    read_piece(Path::Complete, text, piece, invalid, tree);
    in_order(tree);
}

/// Mappings are noted as they end.
fn in_order(tree: &mut Tree) {
    tree.suspects.sort_unstable();
    tree.typed.sort_unstable();
}

/// Length of the byte order mark that the text begins with.
fn bom_length(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

fn refuse_length(tree: &mut Tree) {
    tree.chunks.push(Chunk {
        error: Some(problem::TOO_LARGE.at(0, 0)),
        ..new_chunk(Span::default(), 0, tree)
    });
}

/// A chunk without content whose nodes end where the arena does.
fn new_chunk(span: Span, document: u32, tree: &Tree) -> Chunk {
    Chunk {
        document,
        span,
        root: None,
        nodes_end: tree.nodes.len() as NodeId,
        error: None,
        losses: Vec::new(),
        json: false,
        fast: false,
        indirect: false,
        duplicates: Vec::new(),
        unique: false,
    }
}

/// Looks for keys that come again.
pub fn note_duplicates(text: &str, tree: &mut Tree) {
    for i in 0..tree.chunks.len() {
        let found = duplicates(text, tree, &tree.chunks[i]);
        let chunk = &mut tree.chunks[i];
        chunk.unique = found.is_empty();
        chunk.duplicates = found;
    }
}

/// A chunk is complete: what is asked of its keys again and again is found out once.
fn push_chunk(text: &str, chunk: Chunk, tree: &mut Tree) {
    duplicates::look_at_keys(text, tree, &chunk);
    tree.chunks.push(chunk);
}

/// The error with its span widened to whole characters: the readers count bytes.
fn on_characters(text: &str, mut error: SyntaxError) -> SyntaxError {
    while !text.is_char_boundary(error.span.start as usize) {
        error.span.start -= 1;
    }
    while !text.is_char_boundary(error.span.end as usize) && (error.span.end as usize) < text.len() {
        error.span.end += 1;
    }
    error
}

/// Reads one piece of YAML.
fn read_piece(path: Path, text: &str, piece: Piece, invalid: &[Span], tree: &mut Tree) {
    tree.comments.extend(piece.comment);
    if path == Path::Either
        && invalid.is_empty()
        && let Some(root) = fast::parse(text, piece.span, tree)
    {
        let chunk = Chunk {
            root,
            error: piece.error,
            fast: true,
            ..new_chunk(piece.span, piece.document, tree)
        };
        push_chunk(text, chunk, tree);
        return;
    }
    let aliases = tree.aliases.len();
    let outcome = slow::parse(text, piece.span, tree);
    let mut chunk = Chunk {
        root: outcome.root,
        losses: outcome.losses,
        indirect: outcome.indirect,
        ..new_chunk(piece.span, piece.document, tree)
    };
    let error = piece
        .error
        .or_else(|| unreadable(text, piece.span, invalid))
        .or(outcome.error);
    let verdict = meaning::check(text, tree, &chunk);
    chunk.error = error.or(verdict.error).map(|error| on_characters(text, error));
    if verdict.bomb {
        tree.aliases.truncate(aliases);
    }
    if let (Some(quote), Some(cut)) = (outcome.open_quote, piece.cut)
        && split::cuts_quoted(text, quote as usize, cut)
    {
        chunk.losses.push(Loss {
            kind: LossKind::SplitInsideQuotes,
            span: cut,
        });
    }
    push_chunk(text, chunk, tree);
}

/// The first byte of a piece that is not UTF-8, or the first character that YAML forbids.
fn unreadable(text: &str, span: Span, invalid: &[Span]) -> Option<SyntaxError> {
    let char_at = |problem: problem::Problem, at: usize| {
        let lead = text.as_bytes().get(at).copied().unwrap_or(0);
        problem.at(at, at + chars::width(lead))
    };
    let next = invalid.partition_point(|bytes| bytes.end <= span.start);
    let bytes = invalid
        .get(next)
        .filter(|bytes| bytes.start < span.end)
        .map(|bytes| char_at(problem::UNDECODABLE, bytes.start as usize));
    let forbidden = chars::first_forbidden(&text.as_bytes()[span.range()])
        .map(|at| char_at(problem::FORBIDDEN_CHARACTER, span.start as usize + at));
    match (bytes, forbidden) {
        (Some(a), Some(b)) => Some(if a.span.start < b.span.start { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// Reads a stream of JSON values. Returns where YAML begins: kubectl goes over to it when it meets
/// something that is no JSON and has not read more than one value by then.
fn json_stream(text: &str, start: usize, tree: &mut Tree) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = json::skip_space(bytes, start);
    let mut document = 0;
    let mut rest = start;
    while at < bytes.len() {
        let root = tree.nodes.len();
        let result = json::value(bytes, at, &mut tree.nodes);
        let (end, error) = match result {
            Ok(end) => (end, None),
            Err(_) if document <= 1 => {
                tree.nodes.truncate(root);
                return Some(rest);
            }
            Err(error) => (bytes.len(), Some(error)),
        };
        let chunk = Chunk {
            root: (tree.nodes.len() > root).then_some(root as NodeId),
            error,
            json: true,
            ..new_chunk(Span::new(at as u32, end as u32), document, tree)
        };
        push_chunk(text, chunk, tree);
        rest = after_blanks(text, end);
        at = json::skip_space(bytes, end);
        document += 1;
    }
    None
}

/// Over white space up to and including the first line break.
fn after_blanks(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let blank = rest.len() - rest.trim_start().len();
    let newline = memchr::memchr(b'\n', &rest.as_bytes()[..blank]);
    at + newline.map_or(blank, |newline| newline + 1)
}
