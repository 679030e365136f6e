//! Lines that fold: of a plain or quoted scalar a single break becomes a blank, and of several all but the first are
//! kept. Where `\n` alone breaks lines, as nearly always, whole lines are copied.

use crate::yaml::chars::{break_len, is_blank, is_ls_or_ps, spaces};

/// Folds the lines of a plain scalar.
pub(super) fn fold(bytes: &[u8], out: &mut Vec<u8>) {
    if breaks_at_newlines(bytes) {
        return fold_lines(bytes, out);
    }
    fold_any(bytes, out);
}

/// Whether lines are broken at `\n` only, as in nearly all texts, so that they can be copied line by line.
pub(super) fn breaks_at_newlines(bytes: &[u8]) -> bool {
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
pub(super) fn fold_gap(bytes: &[u8], start: usize, out: &mut Vec<u8>) -> usize {
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
pub(super) fn push_break(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let length = break_len(bytes, at);
    if is_ls_or_ps(bytes, at) {
        out.extend_from_slice(&bytes[at..at + length]);
    } else if length > 0 {
        out.push(b'\n');
    }
    length
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
