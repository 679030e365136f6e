//! Block structure: what stands on a line, and which collection it belongs to.

use super::{Reader, is_gap};
use crate::yaml::tree::Kind;

impl Reader<'_> {
    pub(super) fn document(&mut self, start: usize) -> Option<()> {
        let mut line = start;
        while line < self.bytes.len() {
            line = self.line(line)?;
        }
        while !self.frames.is_empty() {
            self.close();
        }
        Some(())
    }

    /// One line, or several when a value goes on. Returns the start of the next.
    #[inline]
    fn line(&mut self, start: usize) -> Option<usize> {
        let at = self.skip_spaces(start);
        match self.byte(at) {
            b'\n' | b'\r' => return Some(self.after_break(at)),
            b'#' => return Some(self.comment(at)),
            b'\t' => return None,
            b'-' | b'.' | b'%' if at == start && self.may_be_marker(at) => return None,
            _ => {}
        }
        let column = u32::try_from(at - start).ok()?;
        while self.top().is_some_and(|frame| frame.column > column) {
            self.close();
        }
        self.block(at, column)
    }

    /// `---`, `...` or `%` at the start of a line.
    pub(super) fn may_be_marker(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.starts_with(b"---") || rest.starts_with(b"...") || rest.starts_with(b"%")
    }

    /// What stands on a line: any number of `- `, then a key and its value, or a value.
    #[inline]
    fn block(&mut self, at: usize, column: u32) -> Option<usize> {
        let (mut at, mut column) = (at, column);
        while self.byte(at) == b'-' && is_gap(self.byte(at + 1)) {
            self.item(at, column)?;
            let next = self.skip_spaces(at + 1);
            match self.byte(next) {
                b'\n' | b'\r' => return Some(self.after_break(next)),
                b'#' if next > at + 1 => return Some(self.comment(next)),
                b'\t' => return None,
                _ => {}
            }
            column += (next - at) as u32;
            at = next;
        }
        match self.key(at)? {
            Some(key) => {
                self.entry(at, column)?;
                self.note_key(at, &key.scalar);
                self.push_scalar(key.scalar.style, key.scalar.flags, at, key.scalar.end);
                self.after_colon(key.colon + 1, column)
            }
            None => {
                self.give(column)?;
                let Some(frame) = self.top() else {
                    // At the root, only a flow collection is taken.
                    return match self.byte(at) {
                        b'[' | b'{' => self.value(at, 0),
                        _ => None,
                    };
                };
                let parent = frame.column;
                self.value(at, parent)
            }
        }
    }

    /// The dash at `at` begins an item.
    #[inline]
    fn item(&mut self, at: usize, column: u32) -> Option<()> {
        match self.top() {
            Some(frame) if frame.kind == Kind::Seq && frame.column == column => self.settle(),
            // A sequence may stand in the column of the mapping it belongs to.
            Some(frame) if frame.kind == Kind::Map && frame.column == column && frame.wanting => {
                frame.wanting = false;
                self.open(Kind::Seq, column, at)?;
            }
            _ => {
                self.give(column)?;
                self.open(Kind::Seq, column, at)?;
            }
        }
        self.want(at + 1);
        Some(())
    }

    /// The key at `at` begins an entry.
    #[inline]
    fn entry(&mut self, at: usize, column: u32) -> Option<()> {
        if let Some(frame) = self.top()
            && frame.kind == Kind::Seq
            && frame.column == column
        {
            // Only a sequence in the column of its mapping ends here.
            let parent = self.frames.get(self.frames.len().checked_sub(2)?)?;
            if parent.kind != Kind::Map || parent.column != column {
                return None;
            }
            self.close();
        }
        match self.top() {
            Some(frame) if frame.kind == Kind::Map && frame.column == column => {
                self.settle();
                Some(())
            }
            _ => {
                self.give(column)?;
                self.open(Kind::Map, column, at)
            }
        }
    }

    /// The value after the colon that ends at `at`, in the mapping at `column`.
    #[inline]
    fn after_colon(&mut self, at: usize, column: u32) -> Option<usize> {
        let value = self.skip_spaces(at);
        match self.byte(value) {
            b'\n' | b'\r' => {
                self.want(at);
                Some(self.after_break(value))
            }
            b'#' if value > at => {
                self.want(at);
                Some(self.comment(value))
            }
            _ => self.value(value, column),
        }
    }

    /// A value that is no block collection, within the collection at column `parent`.
    #[inline]
    fn value(&mut self, at: usize, parent: u32) -> Option<usize> {
        match self.byte(at) {
            b'"' | b'\'' => {
                let quoted = self.quoted(at, true)?;
                self.push_scalar(quoted.style, quoted.flags, at, quoted.end);
                self.rest_of_line(quoted.end)
            }
            b'|' | b'>' => self.block_scalar(at, parent),
            b'[' | b'{' => {
                let end = self.flow(at)?;
                self.rest_of_line(end)
            }
            _ => self.plain(at, parent),
        }
    }
}
