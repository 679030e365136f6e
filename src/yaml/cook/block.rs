//! Block scalars: `|` and `>` with their header, indentation taken off, lines folded where the header says so, and of
//! the breaks at the end as many as it keeps.

use super::fold::{breaks_at_newlines, push_break};
use crate::yaml::chars::{break_len, is_blank, spaces, width};
use crate::yaml::tree::{Kind, RawNode, Style};
use crate::yaml::view::Node;

/// What remains of the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

/// The value of a block scalar. Its node ends with its last line of content; the breaks that follow are
/// looked up in the text after it.
pub(super) fn block(node: Node<'_>, out: &mut Vec<u8>) {
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
