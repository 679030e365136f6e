//! A text that findings point into, with its lines and what must not be shown of it.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use super::marks::{Marks, Unit};
use crate::manifest::{File, Surroundings, mask};
use crate::source::{Decoded, LineIndex, Position, Span};
use crate::yaml::{self, Tree};

/// A text that findings point into.
#[derive(Debug)]
pub struct Source {
    pub(super) decoded: Arc<Decoded>,
    lines: OnceCell<LineIndex>,
    /// An offset, and the line that it is in.
    seen: Cell<(u32, u32)>,
    last: Cell<Option<(u32, Position)>>,
    last_utf16: Cell<Option<(u32, Position)>>,
    /// How many bytes were gone through for positions.
    read: Cell<u64>,
    marks: OnceCell<Marks>,
    marks_utf16: OnceCell<Marks>,
    pub(super) masked: OnceCell<Vec<Span>>,
}

impl Source {
    /// Keeps a text for printing; in a box, since most files need none.
    pub fn new(decoded: impl Into<Arc<Decoded>>) -> Box<Source> {
        Box::new(Source {
            decoded: decoded.into(),
            lines: OnceCell::new(),
            seen: Cell::new((0, 1)),
            last: Cell::new(None),
            last_utf16: Cell::new(None),
            read: Cell::new(0),
            marks: OnceCell::new(),
            marks_utf16: OnceCell::new(),
            masked: OnceCell::new(),
        })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.decoded.text
    }

    /// How the text was encoded.
    pub fn decoded(&self) -> &Decoded {
        &self.decoded
    }

    /// Line and column of an offset; columns count characters.
    pub fn position(&self, offset: u32) -> Position {
        self.locate(offset, &self.last, Unit::Char)
    }

    /// Line and column of an offset; columns count UTF-16 units.
    pub fn position_utf16(&self, offset: u32) -> Position {
        self.locate(offset, &self.last_utf16, Unit::Utf16)
    }

    /// Findings come mostly in the order of the text, so the column is counted on from the last one asked for: a
    /// file that is one long line would otherwise be read from its start for each. Where they do not, as with what
    /// they are related to, an index of the text is made.
    fn locate(&self, offset: u32, last: &Cell<Option<(u32, Position)>>, unit: Unit) -> Position {
        // A byte order mark has no column.
        let bom = if self.text().starts_with('\u{feff}') { 3 } else { 0 };
        let offset = offset.max(bom);
        if self.is_read_often() {
            return self.look_up(offset, unit);
        }
        let line = self.line_of(offset);
        let known = last.get().filter(|(_, position)| position.line == line);
        let position = known
            .and_then(|(from, position)| self.counted_on(from, position, offset, unit))
            .unwrap_or_else(|| {
                let before = self.before(offset);
                let start = memchr::memrchr(b'\n', before).map_or(bom as usize, |at| at + 1);
                let column = self.count(before.get(start..).unwrap_or_default(), unit) + 1;
                Position { line, column }
            });
        last.set(Some((offset, position)));
        position
    }

    /// The position of an offset in the line of one that is known.
    fn counted_on(&self, from: u32, known: Position, offset: u32, unit: Unit) -> Option<Position> {
        let (low, high) = (from.min(offset), from.max(offset));
        let between = self.text().get(low as usize..high as usize)?;
        let n = self.count(between.as_bytes(), unit);
        let column = if offset >= from {
            known.column + n
        } else {
            known.column.checked_sub(n).filter(|column| *column > 0)?
        };
        Some(Position { column, ..known })
    }

    fn count(&self, bytes: &[u8], unit: Unit) -> u32 {
        self.note(bytes.len());
        unit.count(bytes)
    }

    /// Notes that so many bytes were gone through for a position.
    fn note(&self, bytes: usize) {
        self.read.set(self.read.get().saturating_add(bytes as u64));
    }

    /// Whether the text was gone through so often that an index is less work.
    fn is_read_often(&self) -> bool {
        const TIMES: u64 = 8;
        const FEW: u64 = 1 << 16;
        self.read.get() > self.text().len() as u64 * TIMES + FEW
    }

    /// The position by the index, whatever was asked for before.
    fn look_up(&self, offset: u32, unit: Unit) -> Position {
        let marks = match unit {
            Unit::Char => &self.marks,
            Unit::Utf16 => &self.marks_utf16,
        };
        let marks = marks.get_or_init(|| Marks::new(self.text(), unit));
        let line = self.lines().line(offset);
        let start = self.lines().start(line) as usize;
        let end = self.before(offset).len();
        Position {
            line,
            column: marks.between(self.text(), start, end) + 1,
        }
    }

    /// The text before an offset, and before the character that it is in.
    fn before(&self, offset: u32) -> &[u8] {
        let text = self.text();
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.as_bytes().get(..end).unwrap_or_default()
    }

    /// The line of an offset, counted from 1. Few places of a text are asked for, and mostly in order, so its lines
    /// are counted from the last one on; an index of all of them is made where lines are shown.
    fn line_of(&self, offset: u32) -> u32 {
        if let Some(lines) = self.lines.get() {
            return lines.line(offset);
        }
        let (from, line) = self.seen.get();
        let bytes = self.text().as_bytes();
        let offset = offset.min(bytes.len() as u32);
        let (low, high) = (from.min(offset), from.max(offset));
        let between = bytes.get(low as usize..high as usize).unwrap_or_default();
        self.note(between.len());
        let breaks = memchr::memchr_iter(b'\n', between).count() as u32;
        let line = if offset >= from {
            line + breaks
        } else {
            line - breaks
        };
        self.seen.set((offset, line));
        line
    }

    /// Where a line lies, counted from 1, without its break. `None` past the last one.
    pub fn line(&self, number: u32) -> Option<Span> {
        (number <= self.lines().lines()).then(|| self.lines().line_span(self.text(), number))
    }

    pub(super) fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.text()))
    }

    /// What must not be shown of it. The tree is long gone, so the text is read once more; few files of a
    /// run are shown, and only some formats show text.
    pub fn masked(&self) -> &[Span] {
        self.masked.get_or_init(|| {
            let mut tree = Tree::default();
            yaml::parse(self.text(), &self.decoded.invalid, &mut tree);
            let file = File::read("", self.text(), &tree, &Surroundings::default(), true);
            mask::spans(&file)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::decode;

    #[test]
    fn places_are_those_of_the_index_whatever_the_order() {
        for text in [
            "",
            "a",
            "\n",
            "a: b\nc: d\n\ne: \u{fc}f\r\ng",
            "\u{feff}a: \u{1f600}b\n c",
        ] {
            let index = LineIndex::new(text);
            let length = text.len() as u32;
            let up: Vec<u32> = (0..length + 3).collect();
            let down: Vec<u32> = up.iter().rev().copied().collect();
            let across: Vec<u32> = up.iter().map(|at| at * 7 % (length + 3)).collect();
            for order in [up, down, across] {
                let source = Source::new(decode(text.as_bytes().to_vec()));
                for offset in order {
                    let after = if text.starts_with('\u{feff}') {
                        offset.max(3)
                    } else {
                        offset
                    };
                    assert_eq!(
                        source.position(offset),
                        index.position(text, after),
                        "{text:?} {offset}"
                    );
                    let utf16 = index.position_utf16(text, after);
                    assert_eq!(source.position_utf16(offset), utf16, "{text:?} {offset}");
                }
            }
        }
    }

    #[test]
    fn an_index_tells_the_same_places() {
        for text in ["", "a: b\nc: \u{fc}\r\n\n", "\u{feff}a: \u{1f600}b\n c"] {
            let index = LineIndex::new(text);
            let source = Source::new(decode(text.as_bytes().to_vec()));
            source.note(1 << 30);
            let first = if text.starts_with('\u{feff}') { 3 } else { 0 };
            for offset in first..text.len() as u32 + 3 {
                let place = index.position(text, offset);
                assert_eq!(source.position(offset), place, "{text:?} {offset}");
                let place = index.position_utf16(text, offset);
                assert_eq!(source.position_utf16(offset), place, "{text:?} {offset}");
            }
        }
    }

    #[test]
    fn jumps_back_and_forth_do_not_read_the_text_each_time() {
        let lines = "a: b\n".repeat(200_000);
        let one_line = "a: b ".repeat(200_000);
        let start = std::time::Instant::now();
        for text in [lines, one_line] {
            let length = text.len() as u32;
            let source = Source::new(decode(text.into_bytes()));
            for at in 0..5_000 {
                source.position(at);
                source.position_utf16(length - at);
                source.position(length - at);
                source.position_utf16(at);
            }
        }
        assert!(start.elapsed().as_secs() < 6, "{:?}", start.elapsed());
    }
}
