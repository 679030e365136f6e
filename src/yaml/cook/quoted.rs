//! What stands in quotes: escapes resolved, doubled quotes halved. JSON has its own escapes, and folds nothing.

use super::fold::{fold_gap, push_break};
use crate::yaml::chars::{break_len, is_blank};

/// The inside of a quoted scalar.
pub(super) fn quoted(bytes: &[u8], double: bool, out: &mut Vec<u8>) {
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

/// The inside of a JSON string with escapes.
pub(super) fn json(source: &str) -> String {
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
