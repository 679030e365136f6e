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
        let line = self.lines().line(offset);
        let afresh = || self.lines().locate(self.text(), offset, &count);
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
