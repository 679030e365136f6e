//! The text of one input and positions in it.
//!
//! Everything inside kubeproof speaks in [`Span`]s: half-open ranges of `u32` byte offsets. Lines and
//! columns exist only where something is printed; [`LineIndex`] makes them.

use std::ops::Range;

/// A half-open range of byte offsets, `start..end`, into the text of one input.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of the bytes `start..end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The bytes as a range, to index a text with.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span holds no byte.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies within this span (an equal one does).
    pub const fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// How the bytes of an input were encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark; offsets are those of the file.
    Utf8,
    /// UTF-16 with a byte order mark; offsets are those of its UTF-8 reading, and no fix is offered.
    Utf16,
}

/// An input as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// The text. Of a UTF-8 input it has the input's offsets, byte order mark included.
    pub text: String,
    /// How the input was encoded.
    pub encoding: Encoding,
    /// What could not be decoded, in order: in a UTF-8 input each such byte reads `?`, in UTF-16 each such
    /// unit reads U+FFFD.
    pub invalid: Vec<Span>,
}

impl Decoded {
    /// Whether edits of the text are edits of the file's bytes: not in UTF-16, nor where bytes could not be read.
    pub fn takes_fixes(&self) -> bool {
        self.encoding == Encoding::Utf8 && self.invalid.is_empty()
    }
}

/// With more undecodable places than this the last span covers all that follow: such an input is no text,
/// and its spans shall not outweigh it.
const MAX_INVALID: usize = 1 << 16;

/// Turns the bytes of an input into text. A valid UTF-8 input is not copied.
pub fn decode(bytes: Vec<u8>) -> Decoded {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
        _ => decode_utf8(bytes),
    }
}

fn decode_utf8(bytes: Vec<u8>) -> Decoded {
    let mut invalid = Vec::new();
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let bytes = error.into_bytes();
            let mut text = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                let start = text.len();
                text.extend(chunk.invalid().iter().map(|_| '?'));
                push_invalid(&mut invalid, start..text.len());
            }
            text
        }
    };
    Decoded {
        text,
        encoding: Encoding::Utf8,
        invalid,
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    let push_replacement = |text: &mut String, invalid: &mut Vec<Span>| {
        let start = text.len();
        text.push(char::REPLACEMENT_CHARACTER);
        push_invalid(invalid, start..text.len());
    };
    for char in char::decode_utf16(pairs.iter().copied().map(unit)) {
        match char {
            Ok(char) => text.push(char),
            Err(_) => push_replacement(&mut text, &mut invalid),
        }
    }
    if !odd.is_empty() {
        push_replacement(&mut text, &mut invalid);
    }
    Decoded {
        text,
        encoding: Encoding::Utf16,
        invalid,
    }
}

/// Notes `range`, joined to the last span when it follows it at once.
fn push_invalid(invalid: &mut Vec<Span>, range: Range<usize>) {
    if range.is_empty() {
        return;
    }
    // Longer texts are not read at all, so a saturated offset is never looked at.
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let full = invalid.len() >= MAX_INVALID;
    match invalid.last_mut() {
        Some(last) if full || last.end == offset(range.start) => last.end = offset(range.end),
        _ => invalid.push(Span::new(offset(range.start), offset(range.end))),
    }
}

/// A place in a text, for people. Both count from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// Byte offsets → lines and columns. Made only when something is printed.
///
/// Lines end at LF, as kubectl counts them; a byte order mark at the start of the text has no column.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Where each line starts.
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    /// The index of `text`.
    pub fn new(text: &str) -> LineIndex {
        let first = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let mut starts = vec![first];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        LineIndex {
            starts,
            length: text.len() as u32,
        }
    }

    /// Number of lines; what follows the last line break is a line, even when it is empty.
    pub fn lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line (from 1) that holds the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset).max(1) as u32
    }

    /// Where a line (from 1) starts; past the last one, the end.
    pub fn start(&self, line: u32) -> u32 {
        let index = (line as usize).saturating_sub(1);
        self.starts.get(index).copied().unwrap_or(self.length)
    }

    /// A line (from 1) without its line break; empty past the last one.
    pub fn line_span(&self, text: &str, line: u32) -> Span {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.starts.get(index) else {
            return Span::new(self.length, self.length);
        };
        let end = self.starts.get(index + 1).map_or(self.length, |next| next - 1);
        let end = end.max(start);
        let carriage = text
            .get(start as usize..end as usize)
            .is_some_and(|line| line.ends_with('\r'));
        Span::new(start, end - u32::from(carriage))
    }

    /// Line and column of the byte at `offset`; columns count characters.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        self.locate(text, offset, |before| before.chars().count())
    }

    /// Line and column of the byte at `offset`; columns count UTF-16 units.
    pub fn position_utf16(&self, text: &str, offset: u32) -> Position {
        self.locate(text, offset, |before| before.encode_utf16().count())
    }

    /// Line and column of the byte at `offset`; `count` says how many columns a text takes.
    pub fn locate(&self, text: &str, offset: u32, count: impl Fn(&str) -> usize) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Position {
            line,
            column: count(text.get(start..end).unwrap_or("")) as u32 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_keeps_its_offsets() {
        let decoded = decode("\u{feff}é".into());
        assert_eq!(decoded.text, "\u{feff}é");
        assert_eq!(decoded.encoding, Encoding::Utf8);
        assert!(decoded.invalid.is_empty());
    }

    #[test]
    fn each_undecodable_byte_becomes_a_question_mark() {
        let decoded = decode(b"a\xFFb\xE2\x82c\xC3".to_vec());
        assert_eq!(decoded.text, "a?b??c?");
        assert_eq!(
            decoded.invalid,
            [Span::new(1, 2), Span::new(3, 5), Span::new(6, 7)]
        );
    }

    #[test]
    fn neighbouring_undecodable_bytes_share_a_span() {
        assert_eq!(decode(vec![0x80; 5]).invalid, [Span::new(0, 5)]);
    }

    #[test]
    fn a_flood_of_undecodable_bytes_does_not_flood_the_spans() {
        let decoded = decode(b"a\xFF".repeat(MAX_INVALID + 10));
        assert_eq!(decoded.invalid.len(), MAX_INVALID);
        let last = decoded.invalid[MAX_INVALID - 1];
        assert_eq!(last.end as usize, decoded.text.len());
    }

    #[test]
    fn utf16_is_read_by_its_byte_order_mark() {
        let text = "a: é😀\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (mark, bytes) in [([0xFF, 0xFE], little), ([0xFE, 0xFF], big)] {
            let decoded = decode([&mark[..], &bytes].concat());
            assert_eq!(decoded.text, text);
            assert_eq!(decoded.encoding, Encoding::Utf16);
            assert!(decoded.invalid.is_empty());
        }
    }

    #[test]
    fn broken_utf16_is_marked() {
        let decoded = decode(vec![0xFF, 0xFE, b'a', 0, 0x00, 0xD8, b'b', 0, b'c']);
        assert_eq!(decoded.text, "a\u{fffd}b\u{fffd}");
        assert_eq!(decoded.invalid, [Span::new(1, 4), Span::new(5, 8)]);
    }

    #[test]
    fn columns_count_characters_within_the_line() {
        let text = "\u{feff}é: x\r\n😀b\n";
        let index = LineIndex::new(text);
        let at = |pattern: &str| text.find(pattern).map_or(0, |at| at as u32);
        let position = |line, column| Position { line, column };
        assert_eq!(index.position(text, 3), position(1, 1));
        assert_eq!(index.position(text, at("x")), position(1, 4));
        assert_eq!(index.position(text, at("b")), position(2, 2));
        assert_eq!(index.position_utf16(text, at("b")), position(2, 3));
        assert_eq!(index.position(text, text.len() as u32), position(3, 1));
        assert_eq!(index.position(text, u32::MAX), position(3, 1));
        // Within the byte order mark, and within a character.
        assert_eq!(index.position(text, 1), position(1, 1));
        assert_eq!(index.position(text, at("b") - 1), position(2, 1));
    }

    #[test]
    fn lines_have_spans_without_their_breaks() {
        let text = "a\r\nbc\n\n";
        let index = LineIndex::new(text);
        let line = |number| &text[index.line_span(text, number).range()];
        assert_eq!(index.lines(), 4);
        assert_eq!(
            [line(1), line(2), line(3), line(4), line(5)],
            ["a", "bc", "", "", ""]
        );
    }
}
