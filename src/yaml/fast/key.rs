//! Keys of block mappings.

use super::scalar::{Found, STARTS_PLAIN};
use super::{Reader, is_gap};
use crate::yaml::tree::Style;

/// Longest key that is taken, in bytes; the limit is 1024 characters up to the colon.
pub(super) const KEY_LENGTH: usize = 1000;

/// Bytes that mean nothing within a plain key.
static WITHIN_KEY: [bool; 256] = {
    let mut table = [true; 256];
    let mut at = 0;
    let stops = b":# \t\r\n";
    while at < stops.len() {
        table[stops[at] as usize] = false;
        at += 1;
    }
    table
};

/// The highest bit of eight bytes.
pub(super) const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
/// Eight times the byte after `:`; no byte that may end a key is as large.
const LOW: u64 = 0x3b3b_3b3b_3b3b_3b3b;

/// A key and its colon.
pub(super) struct Key {
    pub(super) scalar: Found,
    pub(super) colon: usize,
}

impl Reader<'_> {
    /// The key at `at`, if what stands there is one: `Some(None)` when it is a value.
    #[inline]
    pub(super) fn key(&mut self, at: usize) -> Option<Option<Key>> {
        let first = self.byte(at);
        if !STARTS_PLAIN[first as usize] {
            match first {
                b'"' | b'\'' => return self.quoted_key(at),
                b'-' | b'?' | b':' if !is_gap(self.byte(at + 1)) => {}
                b'?' | b':' => return None,
                _ => return Some(None),
            }
        }
        let mut end = at + 1;
        loop {
            end = self.key_stop(end);
            match self.byte(end) {
                b':' if is_gap(self.byte(end + 1)) => break,
                b'\n' | b'\r' => return Some(None),
                b'#' if is_gap(self.byte(end - 1)) => return Some(None),
                _ => end += 1,
            }
        }
        let colon = end;
        while self.byte(end - 1) == b' ' {
            end -= 1;
        }
        let odd = self.byte(end - 1) == b'\t'
            || self.byte(colon + 1) == b'\t'
            || colon - at > KEY_LENGTH
            || is_special_key(self.bytes.get(at..end)?);
        if odd {
            return None;
        }
        Some(Some(Key {
            scalar: Found {
                end,
                style: Style::Plain,
                flags: 0,
            },
            colon,
        }))
    }

    /// The first byte from `at` on that may end a plain key.
    #[inline(always)]
    fn key_stop(&self, at: usize) -> usize {
        let mut at = at;
        loop {
            // Letters come after all that may end a key, so the first of eight bytes that is none is looked at.
            if let Some(eight) = self.eight(at) {
                let low = eight.wrapping_sub(LOW) & !eight & HIGH_BITS;
                if low == 0 {
                    at += 8;
                    continue;
                }
                at += low.trailing_zeros() as usize / 8;
            }
            if !WITHIN_KEY[self.byte(at) as usize] {
                return at;
            }
            at += 1;
        }
    }

    /// A key in quotes on one line.
    fn quoted_key(&mut self, at: usize) -> Option<Option<Key>> {
        let quote = self.byte(at);
        let line = self.bytes.get(at..self.line_end(at))?;
        let mut end = 1;
        loop {
            match line.get(end) {
                // The value goes on in the next line.
                None => return Some(None),
                Some(b'\\') if quote == b'"' => end += 2,
                Some(&byte) if byte != quote => end += 1,
                Some(_) if quote == b'\'' && line.get(end + 1) == Some(&b'\'') => end += 2,
                Some(_) => break,
            }
        }
        let colon = self.skip_spaces(at + end + 1);
        if self.byte(colon) != b':' {
            return Some(None);
        }
        let next = self.byte(colon + 1);
        if colon - at > KEY_LENGTH || !is_gap(next) || next == b'\t' {
            return None;
        }
        let scalar = self.quoted(at, false)?;
        Some(Some(Key { scalar, colon }))
    }
}

/// Keys that the complete reader refuses or takes note of: null, integers that may not fit, `<<`.
#[inline]
pub(super) fn is_special_key(source: &[u8]) -> bool {
    match source {
        b"~" | b"null" | b"Null" | b"NULL" | b"<<" => true,
        [b'0'..=b'9', ..] if source.len() >= 18 => source
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'),
        _ => false,
    }
}
