//! Plain and quoted scalars.

use memchr::{memchr, memchr2, memchr3};

use super::key::HIGH_BITS;
use super::{Reader, is_break, is_gap};
use crate::yaml::chars::{is_blank, trim_end};
use crate::yaml::tree::{COOK, Style};

/// What may begin a plain scalar without a second look: no indicator.
pub(super) static STARTS_PLAIN: [bool; 256] = {
    let mut table = [true; 256];
    let indicators = b"-?:,[]{}#&*!|>'\"%@` \t\r\n";
    let mut at = 0;
    while at < indicators.len() {
        table[indicators[at] as usize] = false;
        at += 1;
    }
    table
};

/// Marks the first of eight bytes that equals `byte`, and perhaps others above it.
#[inline(always)]
fn is(eight: u64, byte: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let differs = eight ^ (ONES * u64::from(byte));
    differs.wrapping_sub(ONES) & !differs & HIGH_BITS
}

/// Where a scalar ends and how it is written.
pub(super) struct Found {
    pub(super) end: usize,
    pub(super) style: Style,
    pub(super) flags: u8,
}

/// One line of a plain scalar.
struct PlainLine {
    /// Where its text ends.
    end: usize,
    /// The start of the next line.
    next: usize,
    /// A comment ends the scalar.
    comment: bool,
}

impl Reader<'_> {
    /// A plain scalar at `at`, which may go on in lines that are indented more than `parent`. Returns the
    /// start of the next line.
    #[inline]
    pub(super) fn plain(&mut self, at: usize, parent: u32) -> Option<usize> {
        let first = self.byte(at);
        let indicator = matches!(first, b'-' | b'?' | b':') && !is_gap(self.byte(at + 1));
        if !STARTS_PLAIN[first as usize] && !indicator {
            return None;
        }
        let mut line = self.plain_line(at)?;
        if line.comment || !self.goes_on(line.next, parent)? {
            if may_be_special(first) && is_special(&self.bytes[at..line.end]) {
                return None;
            }
            self.push_scalar(Style::Plain, 0, at, line.end);
            return Some(line.next);
        }
        while !line.comment && self.goes_on(line.next, parent)? {
            let mut start = self.skip_spaces(line.next);
            while is_break(self.byte(start)) {
                start = self.skip_spaces(self.after_break(start));
            }
            line = self.plain_line(start)?;
        }
        self.push_scalar(Style::Plain, COOK, at, line.end);
        Some(line.next)
    }

    /// Whether the next line that is not empty, from the line at `line` on, continues a plain scalar.
    #[inline]
    fn goes_on(&self, line: usize, parent: u32) -> Option<bool> {
        let mut line = line;
        while line < self.bytes.len() {
            let at = self.skip_spaces(line);
            let byte = self.byte(at);
            if is_break(byte) {
                line = self.after_break(at);
                continue;
            }
            if byte == b'\t' {
                return None;
            }
            return Some(at - line > parent as usize && byte != b'#');
        }
        Some(false)
    }

    /// The text of a plain scalar from `at` to the end of the line or to a comment. `None` where a colon
    /// would make a key of it.
    #[inline]
    fn plain_line(&mut self, at: usize) -> Option<PlainLine> {
        let mut end = at;
        loop {
            end = self.plain_stop(end);
            match self.byte(end) {
                b':' if is_gap(self.byte(end + 1)) => return None,
                b'#' if end > at && is_blank(self.byte(end - 1)) => {
                    let next = self.comment(end);
                    return Some(PlainLine {
                        end: trim_end(self.bytes, at, end),
                        next,
                        comment: true,
                    });
                }
                b'\n' | b'\r' => {
                    let end = end.min(self.bytes.len());
                    return Some(PlainLine {
                        end: trim_end(self.bytes, at, end),
                        next: self.after_break(end),
                        comment: false,
                    });
                }
                _ => end += 1,
            }
        }
    }

    /// The first byte from `at` on that may end a plain scalar.
    #[inline(always)]
    fn plain_stop(&self, at: usize) -> usize {
        // Most values are shorter than what a vector search costs to begin. A CR stands before an LF, and is taken
        // off there.
        let mut end = at;
        while end < at + 32 {
            let Some(eight) = self.eight(end) else { break };
            let stops = is(eight, b':') | is(eight, b'#') | is(eight, b'\n');
            if stops != 0 {
                return end + stops.trailing_zeros() as usize / 8;
            }
            end += 8;
        }
        let rest = self.bytes.get(end..).unwrap_or_default();
        memchr3(b':', b'#', b'\n', rest).map_or(self.bytes.len(), |found| end + found)
    }

    /// A quoted scalar at `at`; over several lines only if `multiline`.
    #[inline]
    pub(super) fn quoted(&mut self, at: usize, multiline: bool) -> Option<Found> {
        let quote = self.byte(at);
        let (mut end, mut flags) = (at + 1, 0);
        loop {
            let rest = self.bytes.get(end..)?;
            if quote == b'\'' {
                end += memchr(b'\'', rest)?;
                if self.byte(end + 1) != b'\'' {
                    break;
                }
                end += 2;
            } else {
                end += memchr2(b'"', b'\\', rest)?;
                if self.byte(end) == b'"' {
                    break;
                }
                end = self.escape(end)?;
            }
            flags = COOK;
        }
        let mut line = at;
        while let Some(newline) = memchr(b'\n', &self.bytes[line..end]) {
            line += newline + 1;
            flags = COOK;
            if !multiline || self.may_be_marker(line) {
                return None;
            }
        }
        let style = if quote == b'"' {
            Style::Double
        } else {
            Style::Single
        };
        Some(Found {
            end: end + 1,
            style,
            flags,
        })
    }

    /// The end of the escape at `at`.
    fn escape(&self, at: usize) -> Option<usize> {
        let digits = match self.bytes.get(at + 1)? {
            b'0' | b'a' | b'b' | b't' | b'\t' | b'n' | b'v' | b'f' | b'r' | b'e' | b' ' | b'"' | b'\''
            | b'\\' | b'N' | b'_' | b'L' | b'P' | b'\n' | b'\r' => return Some(at + 2),
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => return None,
        };
        let end = at + 2 + digits;
        let mut code = 0u32;
        for &digit in self.bytes.get(at + 2..end)? {
            code = code.checked_mul(16)? | char::from(digit).to_digit(16)?;
        }
        char::from_u32(code).map(|_| end)
    }
}

/// Whether a plain scalar with this first byte needs [`is_special`].
#[inline]
pub(super) fn may_be_special(first: u8) -> bool {
    matches!(first, b'.' | b'+' | b'-' | b'<')
}

/// Values that the complete reader refuses or takes note of: infinities, NaN, `<<`.
pub(super) fn is_special(source: &[u8]) -> bool {
    let unsigned = match source {
        [b'+' | b'-', rest @ ..] => rest,
        _ => source,
    };
    matches!(
        unsigned,
        b".inf" | b".Inf" | b".INF" | b".nan" | b".NaN" | b".NAN" | b"<<"
    )
}
