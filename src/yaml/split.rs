//! Cutting a file into documents the way kubectl does: line by line, before anything is parsed.

use std::sync::LazyLock;

use memchr::memmem;

use super::problems as problem;
use super::tree::SyntaxError;
use crate::source::Span;

/// Finds separator lines; made once, since most files are short.
static BREAK: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"\n---"));

/// What lies between two separator lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    /// The text, separator lines left out.
    pub(super) span: Span,
    /// The number of separator lines above.
    pub(super) document: u32,
    /// The separator line above holds more than a comment.
    pub(super) error: Option<SyntaxError>,
    /// The comment on the separator line above.
    pub(super) comment: Option<Span>,
    /// The separator line that ends the piece, without its line break.
    pub(super) cut: Option<Span>,
}

/// The pieces of `text[start..]`, in order. Empty ones are left out unless they have something to report.
pub(super) struct Pieces<'t> {
    text: &'t str,
    next: Option<Piece>,
}

impl<'t> Pieces<'t> {
    pub(super) fn new(text: &'t str, start: usize) -> Pieces<'t> {
        let mut pieces = Pieces { text, next: None };
        let first = Piece {
            span: Span::new(start as u32, start as u32),
            document: 0,
            error: None,
            comment: None,
            cut: None,
        };
        pieces.next = Some(if text.as_bytes()[start..].starts_with(b"---") {
            Piece {
                cut: Some(pieces.line(start)),
                ..first
            }
        } else {
            pieces.up_to_next_separator(first)
        });
        pieces
    }

    /// The line that starts at `start`, without its line break.
    fn line(&self, start: usize) -> Span {
        let rest = &self.text.as_bytes()[start..];
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let length = length - usize::from(rest[..length].ends_with(b"\r"));
        Span::new(start as u32, (start + length) as u32)
    }

    /// `piece` with its span drawn out to the next separator line.
    fn up_to_next_separator(&self, piece: Piece) -> Piece {
        let start = piece.span.start as usize;
        let bytes = self.text.as_bytes();
        // A piece starts at the start of a line, so the line break of the line above belongs to it.
        let from = start.saturating_sub(1);
        let from = if start > 0 && bytes[from] == b'\n' {
            from
        } else {
            start
        };
        match BREAK.find(&bytes[from..]) {
            Some(found) => {
                let separator = from + found + 1;
                Piece {
                    span: Span::new(piece.span.start, separator as u32),
                    cut: Some(self.line(separator)),
                    ..piece
                }
            }
            None => Piece {
                span: Span::new(piece.span.start, bytes.len() as u32),
                ..piece
            },
        }
    }

    /// The piece below a separator line.
    fn below(&self, separator: Span, document: u32) -> Piece {
        let bytes = self.text.as_bytes();
        let end = separator.end as usize;
        let line_break = bytes[end..].iter().take(2).position(|&byte| byte == b'\n');
        let start = line_break.map_or(bytes.len(), |at| end + at + 1);

        let rest_start = separator.start as usize + 3;
        let rest = &self.text[rest_start..end];
        let text = rest.trim_start();
        let text_start = rest_start + rest.len() - text.len();
        let text_span = Span::new(text_start as u32, (text_start + text.trim_end().len()) as u32);
        let comment = text.starts_with('#').then_some(text_span);
        let junk = !text.is_empty() && comment.is_none();
        self.up_to_next_separator(Piece {
            span: Span::new(start as u32, start as u32),
            document,
            error: junk
                .then(|| problem::TEXT_AFTER_SEPARATOR.at(text_span.start as usize, text_span.end as usize)),
            comment,
            cut: None,
        })
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let piece = self.next.take()?;
            self.next = piece.cut.map(|cut| self.below(cut, piece.document + 1));
            if !piece.span.is_empty() || piece.error.is_some() || piece.comment.is_some() {
                return Some(piece);
            }
        }
    }
}

/// Whether kubectl takes the text for JSON: its first character that is not blank, among the first 4096
/// bytes, is `{`.
pub(super) fn looks_like_json(text: &str, start: usize) -> bool {
    let rest = &text[start..];
    let trimmed = rest.trim_start();
    trimmed.starts_with('{') && rest.len() - trimmed.len() < 4096
}

/// Whether the quote that opens at `quote` closes below the separator line `cut`, and at the end of a line: then
/// the author meant the line as part of the value. (A quote that nobody closed meets another one that opens.)
pub(super) fn cuts_quoted(text: &str, quote: usize, cut: Span) -> bool {
    let bytes = text.as_bytes();
    let Some(&open) = bytes.get(quote) else {
        return false;
    };
    let mut at = quote + 1;
    loop {
        match bytes.get(at) {
            None => return false,
            Some(b'\\') if open == b'"' => at += 2,
            Some(b'\'') if open == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            Some(&byte) if byte == open => break,
            Some(_) => at += 1,
        }
    }
    let rest = bytes[at + 1..].trim_ascii_start();
    let blank = bytes.len() - (at + 1) - rest.len();
    let ends_line = rest.is_empty() || rest[0] == b'#' || bytes[at + 1..at + 1 + blank].contains(&b'\n');
    at > cut.start as usize && ends_line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(&str, u32, Option<&str>, Option<&str>)> {
        let slice = |span: Span| &text[span.range()];
        Pieces::new(text, 0)
            .map(|piece| {
                (
                    slice(piece.span),
                    piece.document,
                    piece.error.map(|error| slice(error.span)),
                    piece.comment.map(slice),
                )
            })
            .collect()
    }

    #[test]
    fn separators_are_lines_that_start_with_three_dashes() {
        assert_eq!(
            pieces("a: 1\n---\nb: 2\n--- # c \nc: 3\n"),
            [
                ("a: 1\n", 0, None, None),
                ("b: 2\n", 1, None, None),
                ("c: 3\n", 2, None, Some("# c")),
            ]
        );
        assert_eq!(pieces("---\n---\na"), [("a", 2, None, None)]);
        assert_eq!(pieces("a\n ---\n"), [("a\n ---\n", 0, None, None)]);
        assert_eq!(pieces(""), []);
        assert_eq!(pieces("---"), []);
        assert_eq!(pieces("a\n---"), [("a\n", 0, None, None)]);
    }

    #[test]
    fn windows_line_ends_and_blanks_after_the_dashes_do_not_count() {
        assert_eq!(
            pieces("a\r\n---\r\nb\r\n---\u{a0}\t\r\nc"),
            [
                ("a\r\n", 0, None, None),
                ("b\r\n", 1, None, None),
                ("c", 2, None, None),
            ]
        );
        // A lone carriage return ends no line here.
        assert_eq!(pieces("a\r---\rb"), [("a\r---\rb", 0, None, None)]);
    }

    #[test]
    fn text_after_the_dashes_is_an_error_on_that_text() {
        assert_eq!(
            pieces("a\n--- {b: 1} \nc\n----\n---x"),
            [
                ("a\n", 0, None, None),
                ("c\n", 1, Some("{b: 1}"), None),
                ("", 2, Some("-"), None),
                ("", 3, Some("x"), None),
            ]
        );
    }

    #[test]
    fn a_piece_knows_the_line_that_cuts_it() {
        let cut = Pieces::new("a\n---\r\nb", 0).map(|piece| piece.cut);
        assert_eq!(cut.collect::<Vec<_>>(), [Some(Span::new(2, 5)), None]);
    }

    #[test]
    fn a_cut_through_quotes_is_told_from_a_quote_that_nobody_closed() {
        let cuts = |text: &str| {
            let quote = text.find(['"', '\'']).unwrap_or(0);
            let cut = text.find("---").map_or(0, |at| at as u32);
            cuts_quoted(text, quote, Span::new(cut, cut + 3))
        };
        assert!(cuts("a: \"b\n---\nc\"\nd: e\n"));
        assert!(cuts("a: 'b\n---\nit''s' # c\n"));
        assert!(cuts("a: \"b\n---\n\\\"c\""));
        assert!(!cuts("a: \"b\n---\nc: \"d\"\n"));
        assert!(!cuts("a: \"b\n---\nc: d\n"));
        assert!(!cuts("a: 'b\n---\nc: it's\n"));
    }

    #[test]
    fn json_is_told_by_its_first_character() {
        assert!(looks_like_json(" \n\t{", 0));
        assert!(!looks_like_json("[{", 0));
        assert!(!looks_like_json("# {", 0));
        assert!(!looks_like_json(&format!("{}{{", " ".repeat(4096)), 0));
        assert!(looks_like_json(&format!("{}{{", " ".repeat(4095)), 0));
    }
}
