//! A text that findings point into, with its lines and what must not be shown of it.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use crate::manifest::{File, Surroundings};
use crate::mask;
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
    pub(super) masked: OnceCell<Vec<Span>>,
}

impl Source {
    /// Keeps a text for printing.
    pub fn new(decoded: impl Into<Arc<Decoded>>) -> Source {
        Source {
            decoded: decoded.into(),
            lines: OnceCell::new(),
            seen: Cell::new((0, 1)),
            last: Cell::new(None),
            last_utf16: Cell::new(None),
            masked: OnceCell::new(),
        }
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
        self.locate(offset, &self.last, |text| text.chars().count())
    }

    /// Line and column of an offset; columns count UTF-16 units.
    pub fn position_utf16(&self, offset: u32) -> Position {
        self.locate(offset, &self.last_utf16, |text| text.encode_utf16().count())
    }

    /// Findings come in the order of the text, so the column is counted on from the last one asked for: a
    /// file that is one long line would otherwise be read from its start for each.
    fn locate(
        &self,
        offset: u32,
        last: &Cell<Option<(u32, Position)>>,
        count: impl Fn(&str) -> usize,
    ) -> Position {
        // A byte order mark has no column.
        let bom = if self.text().starts_with('\u{feff}') { 3 } else { 0 };
        let offset = offset.max(bom);
        let line = self.line_of(offset);
        let afresh = || {
            let text = self.text();
            let mut end = (offset as usize).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let before = text.get(..end).unwrap_or_default();
            let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(bom as usize, |at| at + 1);
            let column = before.get(start..).map_or(0, &count) as u32 + 1;
            Position { line, column }
        };
        let position = match last.get() {
            Some((from, last)) if line == last.line => {
                let (low, high) = (from.min(offset), from.max(offset));
                let between = self.text().get(low as usize..high as usize);
                match between.map(|text| count(text) as u32) {
                    Some(n) if offset >= from => Position {
                        column: last.column + n,
                        ..last
                    },
                    Some(n) if n < last.column => Position {
                        column: last.column - n,
                        ..last
                    },
                    _ => afresh(),
                }
            }
            _ => afresh(),
        };
        last.set(Some((offset, position)));
        position
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
}
