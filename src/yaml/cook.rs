//! Source text of a scalar → its value: quotes taken off, escapes resolved, lines folded, block scalars
//! dedented. Nothing is copied when the value is a piece of the text.
//!
//! The scalar has been checked by whoever made its node; text that could not occur is kept as it stands.

use std::borrow::Cow;

use super::chars::{break_len, is_blank, is_ls_or_ps, spaces, width};
use super::tree::{COOK, Kind, RawNode, Style};
use super::view::Node;

/// The text of a scalar node, before it is resolved to a type.
pub(super) fn text(node: Node<'_>) -> Cow<'_, str> {
    let raw = node.raw();
    let source = node.source();
    if raw.flags & COOK == 0 {
        return Cow::Borrowed(match raw.style {
            Style::Single | Style::Double => inside_quotes(source),
            _ => source,
        });
    }
    let mut cooked = Vec::with_capacity(source.len());
    match raw.style {
        Style::Double if node.is_json() => return Cow::Owned(json(inside_quotes(source))),
        Style::Single | Style::Double => {
            let bytes = inside_quotes(source).as_bytes();
            quoted(bytes, raw.style == Style::Double, &mut cooked);
        }
        Style::Literal | Style::Folded => block(node, &mut cooked),
        Style::Plain | Style::Flow => fold(source.as_bytes(), &mut cooked),
    }
    // Only whole characters are ever left out or put in, so nothing is lost here.
    Cow::Owned(match String::from_utf8(cooked) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn inside_quotes(source: &str) -> &str {
    source.get(1..source.len().saturating_sub(1)).unwrap_or("")
}

// ---- quoted and plain

/// Folds the lines of a plain scalar.
fn fold(bytes: &[u8], out: &mut Vec<u8>) {
    if breaks_at_newlines(bytes) {
        return fold_lines(bytes, out);
    }
    fold_any(bytes, out);
}

/// Whether lines are broken at `\n` only, as in nearly all texts, so that they can be copied line by line.
fn breaks_at_newlines(bytes: &[u8]) -> bool {
    memchr::memchr3(b'\r', 0xc2, 0xe2, bytes).is_none()
}

/// [`fold`] where no break but `\n` can occur.
fn fold_lines(bytes: &[u8], out: &mut Vec<u8>) {
    let (mut start, mut breaks) = (0, 0);
    loop {
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
        let mut line = &bytes[start..end];
        // Blanks count at the ends of the whole text only.
        if start > 0 {
            let text = &line[spaces(line)..];
            let blanks = text.iter().take_while(|byte| is_blank(**byte)).count();
            line = &text[blanks..];
        }
        while end < bytes.len()
            && let [rest @ .., last] = line
            && is_blank(*last)
        {
            line = rest;
        }
        if end == bytes.len() || !line.is_empty() {
            match breaks {
                0 => {}
                1 => out.push(b' '),
                more => out.resize(out.len() + more - 1, b'\n'),
            }
            out.extend_from_slice(line);
            breaks = 0;
        }
        if end == bytes.len() {
            return;
        }
        breaks += 1;
        start = end + 1;
    }
}

/// [`fold`] for every kind of line break.
fn fold_any(bytes: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while at < bytes.len() {
        if is_blank(bytes[at]) || break_len(bytes, at) > 0 {
            at = fold_gap(bytes, at, out);
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
}

/// Copies the blanks at `at`, or folds them when there is a line break among them. Returns where they end.
fn fold_gap(bytes: &[u8], start: usize, out: &mut Vec<u8>) -> usize {
    let mut at = start;
    while at < bytes.len() && is_blank(bytes[at]) {
        at += 1;
    }
    if break_len(bytes, at) == 0 {
        out.extend_from_slice(&bytes[start..at]);
        return at;
    }
    let first = out.len();
    let kept = push_break(bytes, at, out) == 3 && is_ls_or_ps(bytes, at);
    at += break_len(bytes, at);
    let more = out.len();
    loop {
        while at < bytes.len() && is_blank(bytes[at]) {
            at += 1;
        }
        let length = break_len(bytes, at);
        if length == 0 {
            break;
        }
        push_break(bytes, at, out);
        at += length;
    }
    if !kept {
        // The first break folds: into a space when it is the only one, into nothing otherwise.
        out.drain(first..more);
        if out.len() == first {
            out.push(b' ');
        }
    }
    at
}

/// Pushes the line break at `at` as values hold it, and returns its length in the text.
fn push_break(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let length = break_len(bytes, at);
    if is_ls_or_ps(bytes, at) {
        out.extend_from_slice(&bytes[at..at + length]);
    } else if length > 0 {
        out.push(b'\n');
    }
    length
}

/// The inside of a quoted scalar.
fn quoted(bytes: &[u8], double: bool, out: &mut Vec<u8>) {
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if is_blank(byte) || break_len(bytes, at) > 0 {
            at = fold_gap(bytes, at, out);
        } else if double && byte == b'\\' {
            let length = break_len(bytes, at + 1);
            if length > 0 {
                at = escaped_break(bytes, at + 1 + length, out);
            } else {
                at = escape(bytes, at, out);
            }
        } else {
            out.push(byte);
            // A doubled single quote.
            at += if !double && byte == b'\'' { 2 } else { 1 };
        }
    }
}

/// After `\` and a line break: blanks are dropped, further breaks are kept.
fn escaped_break(bytes: &[u8], start: usize, out: &mut Vec<u8>) -> usize {
    let mut at = start;
    loop {
        while at < bytes.len() && is_blank(bytes[at]) {
            at += 1;
        }
        let length = push_break(bytes, at, out);
        if length == 0 {
            return at;
        }
        at += length;
    }
}

/// The escape at `at`. Returns where it ends.
fn escape(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let digits = match bytes.get(at + 1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(&letter) => {
            push_char(simple_escape(letter), out);
            return at + 2;
        }
        None => return at + 1,
    };
    let end = (at + 2 + digits).min(bytes.len());
    let code = hex(&bytes[at + 2..end]).and_then(char::from_u32);
    push_char(code.unwrap_or(char::REPLACEMENT_CHARACTER), out);
    end
}

fn simple_escape(letter: u8) -> char {
    match letter {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        other => char::from(other),
    }
}

fn push_char(char: char, out: &mut Vec<u8>) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |code, &digit| {
        Some(code.wrapping_shl(4) | char::from(digit).to_digit(16)?)
    })
}

// ---- block scalars

/// What remains of the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

/// The value of a block scalar. Its node ends with its last line of content; the breaks that follow are
/// looked up in the text after it.
fn block(node: Node<'_>, out: &mut Vec<u8>) {
    let raw = node.raw();
    let bytes = node.text().as_bytes();
    let (start, end) = (raw.start as usize, raw.end as usize);
    let folded = raw.style == Style::Folded;

    // The header.
    let mut chomp = Chomp::Clip;
    let mut digit = None;
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            Some(b'-') => chomp = Chomp::Strip,
            Some(b'+') => chomp = Chomp::Keep,
            Some(&byte @ b'1'..=b'9') => digit = Some((byte - b'0') as usize),
            _ => break,
        }
        at += 1;
    }
    while at < bytes.len() && break_len(bytes, at) == 0 {
        at += 1;
    }
    at += break_len(bytes, at);
    if at >= end {
        if chomp == Chomp::Keep {
            push_trailing_breaks(bytes, at, out);
        }
        return;
    }

    let indent = digit.map(|digit| parent_indent(node) + digit);
    let mut lines = Lines {
        bytes,
        at,
        end,
        indent,
        newlines: bytes.get(at..end).is_some_and(breaks_at_newlines),
    };
    // The break before the current line, and those of the empty lines between.
    let mut leading = Vec::new();
    let mut empty = Vec::new();
    let mut previous_blank = false;
    while let Some(line) = lines.next(&mut empty) {
        let blank = bytes.get(line.start).copied().is_some_and(is_blank);
        if folded && !previous_blank && !blank && leading == b"\n" {
            if empty.is_empty() {
                out.push(b' ');
            }
        } else {
            out.append(&mut leading);
        }
        leading.clear();
        out.append(&mut empty);
        out.extend_from_slice(&bytes[line.clone()]);
        push_break(bytes, line.end, &mut leading);
        previous_blank = blank;
    }
    if chomp != Chomp::Strip {
        out.append(&mut leading);
    }
    if chomp == Chomp::Keep {
        push_trailing_breaks(bytes, end + break_len(bytes, end), out);
    }
}

/// The lines of a block scalar's content, without indentation.
struct Lines<'t> {
    bytes: &'t [u8],
    at: usize,
    end: usize,
    /// Taken from the first line when not known.
    indent: Option<usize>,
    /// Nothing but `\n` breaks them.
    newlines: bool,
}

impl Lines<'_> {
    /// The next line; the breaks of empty lines before it go to `empty`.
    fn next(&mut self, empty: &mut Vec<u8>) -> Option<std::ops::Range<usize>> {
        let bytes = self.bytes;
        while self.at < self.end {
            let indentation = spaces(&bytes[self.at..self.end]);
            let start = self.at + indentation.min(self.indent.unwrap_or(usize::MAX));
            let length = break_len(bytes, start);
            if length > 0 {
                push_break(bytes, start, empty);
                self.at = start + length;
                continue;
            }
            self.indent.get_or_insert(start - self.at);
            let mut line_end = start;
            if self.newlines {
                let rest = &bytes[start..self.end];
                line_end = memchr::memchr(b'\n', rest).map_or(self.end, |at| start + at);
            }
            while line_end < self.end && break_len(bytes, line_end) == 0 {
                line_end += width(bytes[line_end]);
            }
            self.at = line_end + break_len(bytes, line_end);
            return Some(start..line_end);
        }
        None
    }
}

/// The breaks of the empty lines from `at` on.
fn push_trailing_breaks(bytes: &[u8], start: usize, out: &mut Vec<u8>) {
    let mut at = start;
    loop {
        while bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        let length = push_break(bytes, at, out);
        if length == 0 {
            return;
        }
        at += length;
    }
}

/// Spaces that the collection around a block scalar is indented by.
fn parent_indent(node: Node<'_>) -> usize {
    let stored = node.raw().indent;
    if stored < u8::MAX {
        return usize::from(stored).saturating_sub(1);
    }
    // Too deep for the field: the innermost block collection around the node tells.
    let nodes = &node.tree().nodes;
    let encloses = |other: &RawNode| {
        matches!(other.kind, Kind::Map | Kind::Seq) && other.style != Style::Flow && other.next > node.id()
    };
    let Some(parent) = nodes[..node.id() as usize]
        .iter()
        .rev()
        .find(|other| encloses(other))
    else {
        return 0;
    };
    let bytes = node.text().as_bytes();
    let mut line = parent.start as usize;
    while line > 0 && !matches!(bytes[line - 1], b'\n' | b'\r' | 0x85 | 0xA8 | 0xA9) {
        line -= 1;
    }
    parent.start as usize - line
}

// ---- JSON

/// The inside of a JSON string with escapes.
fn json(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(backslash) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..backslash]);
        let at = bytes.len() - rest.len() + backslash;
        let (char, length) = json_escape(&bytes[at..]);
        out.push(char);
        rest = source.get(at + length..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// The character of the escape at the head of `bytes`, and its length. A surrogate without its partner
/// becomes U+FFFD, as in Go.
fn json_escape(bytes: &[u8]) -> (char, usize) {
    let unit = |at: usize| -> Option<u32> {
        match bytes.get(at..at + 6)? {
            [b'\\', b'u', digits @ ..] => hex(digits),
            _ => None,
        }
    };
    let Some(&letter) = bytes.get(1) else {
        return (char::REPLACEMENT_CHARACTER, 1);
    };
    match letter {
        b'u' => {
            let high = unit(0).unwrap_or(0xFFFD);
            if let (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) = (high, unit(6)) {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
            }
            (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
        }
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'n' => ('\n', 2),
        b'r' => ('\r', 2),
        b't' => ('\t', 2),
        other => (char::from(other), 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fold_alike_fast_and_slow() {
        let letters = [b'a', b' ', b'\t', b'\n'];
        for length in 0..=7 {
            for number in 0..4_usize.pow(length) {
                let text: Vec<u8> = (0..length).map(|i| letters[number >> (2 * i) & 3]).collect();
                let (mut fast, mut slow) = (Vec::new(), Vec::new());
                fold_lines(&text, &mut fast);
                fold_any(&text, &mut slow);
                assert_eq!(fast, slow, "{:?}", text.escape_ascii().to_string());
            }
        }
    }
}
