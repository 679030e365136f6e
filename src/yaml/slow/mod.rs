//! The complete reader: everything that go-yaml v2 accepts, and exactly that.
//!
//! It follows go-yaml's (that is, libyaml's) own division of labour, because what kubectl accepts is what
//! falls out of it: a scanner with a token queue ([`scan`]) and a grammar over its tokens ([`mod@parse`]). The
//! fast path takes nearly all real documents; this one decides about the rest, and about every error.
//!
//! Known to differ from go-yaml, all where a document is broken anyway: a `%TAG` directive is refused (kubectl
//! never sees one together with its document); a forbidden character counts even in text that go-yaml drops
//! before it looks at it; a byte order mark that happens to start one of go-yaml's read buffers is no special
//! case.

mod collections;
mod fetch;
mod marks;
mod parse;
mod recover;
mod scalars;
mod scan;
mod token;

use super::chars::{break_len, is_blank, trim_end};
use super::problems as problem;
use super::tree::{Kind, Loss, LossKind, NodeId, Style, SyntaxError, Tree};
use crate::source::Span;
use token::TokenKind;

/// What came of one chunk.
pub(super) struct Outcome {
    /// The root node; with `error` set, of as much as could be read.
    pub(super) root: Option<NodeId>,
    /// The first error.
    pub(super) error: Option<SyntaxError>,
    /// What is dropped without a word.
    pub(super) losses: Vec<Loss>,
    /// See [`super::tree::Chunk::indirect`].
    pub(super) indirect: bool,
    /// Where the quote stands that the chunk ends without closing.
    pub(super) open_quote: Option<u32>,
}

/// Parses the chunk `span` of `text` into the arena.
pub(super) fn parse(text: &str, span: Span, tree: &mut Tree) -> Outcome {
    let bytes = &text.as_bytes()[..span.end as usize];
    let mut start = span.start as usize;
    if bytes[start..].starts_with("\u{feff}".as_bytes()) {
        start += 3;
    }
    let root = tree.nodes.len();
    let scanner = scan::Scanner::new(bytes, start, &mut tree.comments);
    let mut parser = parse::Parser::new(scanner, &mut tree.nodes, &mut tree.props, &mut tree.aliases);
    let result = parser.document_with_recovery();
    let noted = parser.noted.take();
    let indirect = parser.indirect;

    let mut losses = Vec::new();
    let error = match result {
        Ok(None) => None,
        Ok(Some(after)) => {
            losses.extend(loss(bytes, after, &tree.nodes[root]));
            noted
        }
        // An unknown anchor stops go-yaml where it stands, before any later error.
        Err(error) => match noted {
            Some(noted) if noted.span.start < error.span.start => Some(noted),
            _ => Some(error),
        },
    };
    Outcome {
        root: (tree.nodes.len() > root).then_some(root as NodeId),
        open_quote: error
            .as_ref()
            .filter(|error| problem::UNCLOSED_QUOTE.is(error))
            .map(|error| error.span.start),
        error,
        losses,
        indirect,
    }
}

/// What kubectl drops after the first document of a chunk, given the token after that document.
fn loss(bytes: &[u8], after: token::Token, root: &super::tree::RawNode) -> Option<Loss> {
    let (kind, start) = match after.kind {
        TokenKind::End => return None,
        TokenKind::DocumentEnd => (LossKind::AfterDocumentEnd, first_content(bytes, after.end)?),
        _ => {
            let root_start = root.start as usize;
            let line_start = bytes[..root_start]
                .iter()
                .rposition(|&byte| byte == b'\n')
                .map_or(0, |newline| newline + 1);
            let block = matches!(root.kind, Kind::Map | Kind::Seq) && root.style == Style::Plain;
            let indented = root_start > line_start && bytes[line_start] == b' ';
            let kind = if block && indented {
                LossKind::FirstLineIndented
            } else {
                LossKind::AfterRoot
            };
            (kind, after.start)
        }
    };
    let mut end = bytes.len();
    while end > start && (bytes[end - 1] == b'\n' || trim_end(bytes, start, end) < end) {
        end = trim_end(bytes, start, end - 1);
    }
    Some(Loss {
        kind,
        span: Span::new(start as u32, end as u32),
    })
}

/// The first character after `at` that is no blank, line break, comment or further `...`.
fn first_content(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        let byte = *bytes.get(at)?;
        let newline = break_len(bytes, at);
        if newline > 0 {
            at += newline;
        } else if is_blank(byte) {
            at += 1;
        } else if byte == b'#' {
            while at < bytes.len() && break_len(bytes, at) == 0 {
                at += 1;
            }
        } else if bytes[at..].starts_with(b"...") && (at == 0 || break_len(bytes, at - 1) > 0) {
            at += 3;
        } else {
            return Some(at);
        }
    }
}
