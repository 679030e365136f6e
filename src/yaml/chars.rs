//! Character classes of YAML 1.1 as go-yaml v2 draws them.

/// Length in bytes of the line break that starts at `at`; 0 when there is none.
///
/// Besides LF and CRLF, YAML 1.1 breaks lines at a lone CR, NEL (U+0085), LS (U+2028) and PS (U+2029).
/// kubectl takes one CR off each line before it parses, so `\r\r\n` is one break as well.
#[inline]
pub(super) fn break_len(bytes: &[u8], at: usize) -> usize {
    let Some(&first) = bytes.get(at) else {
        return 0;
    };
    match first {
        b'\n' => 1,
        b'\r' => match bytes.get(at + 1..) {
            Some([b'\n', ..]) => 2,
            Some([b'\r', b'\n', ..]) => 3,
            _ => 1,
        },
        0xC2 if bytes.get(at + 1) == Some(&0x85) => 2,
        0xE2 if is_ls_or_ps(bytes, at) => 3,
        _ => 0,
    }
}

/// Whether LS (U+2028) or PS (U+2029) stands at `at`: line breaks that folding keeps as they are.
pub(super) fn is_ls_or_ps(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..), Some([0xE2, 0x80, 0xA8 | 0xA9, ..]))
}

/// How many spaces the line begins with; eight at a time, since definitions are indented deeply.
pub fn spaces(line: &[u8]) -> usize {
    let (eights, _) = line.as_chunks::<8>();
    let whole = 8 * eights.iter().take_while(|eight| **eight == *b"        ").count();
    whole + line[whole..].iter().take_while(|b| **b == b' ').count()
}

/// Space or tab.
#[inline]
pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// What names of anchors and tag handles are made of.
#[inline]
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Length in bytes of the UTF-8 character that starts with `lead`.
#[inline]
pub(super) fn width(lead: u8) -> usize {
    match lead {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// The end of `start..end` with blanks and a trailing CR taken off.
pub(super) fn trim_end(bytes: &[u8], start: usize, end: usize) -> usize {
    let mut end = end;
    while end > start && matches!(bytes[end - 1], b' ' | b'\t' | b'\r') {
        end -= 1;
    }
    end
}

/// Offset of the first character that YAML 1.1 forbids: control characters but tab, LF, CR and NEL, DEL,
/// U+FFFE and U+FFFF.
pub(super) fn first_forbidden(bytes: &[u8]) -> Option<usize> {
    let mut suspicious = false;
    for &byte in bytes {
        // One branch-free pass; the exact look follows only where there is something to find.
        suspicious |=
            (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) | matches!(byte, 0x7F | 0xC2 | 0xEF);
    }
    if !suspicious {
        return None;
    }
    (0..bytes.len()).find(|&at| is_forbidden(&bytes[at..]))
}

fn is_forbidden(rest: &[u8]) -> bool {
    match rest {
        [b'\t' | b'\n' | b'\r', ..] => false,
        [0..=0x1F | 0x7F, ..] => true,
        [0xC2, 0x80..=0x84 | 0x86..=0x9F, ..] => true,
        [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_have_their_lengths() {
        for (text, length) in [
            ("\n", 1),
            ("\r\n", 2),
            ("\rx", 1),
            ("\r", 1),
            ("\r\r\n", 3),
            ("\u{85}", 2),
            ("\u{2028}", 3),
            ("\u{2029}", 3),
            ("\u{a0}", 0),
            ("x", 0),
            ("", 0),
        ] {
            assert_eq!(break_len(text.as_bytes(), 0), length, "{text:?}");
        }
    }

    #[test]
    fn forbidden_characters_are_found_where_they_stand() {
        for (text, at) in [
            ("a\tb\r\n\u{85}\u{a0}é\u{fffd}\u{feff}😀", None),
            ("ab\u{0}", Some(2)),
            ("é\u{7f}", Some(2)),
            ("é\u{80}", Some(2)),
            ("\u{9f}", Some(0)),
            ("x\u{fffe}", Some(1)),
            ("x\u{ffff}", Some(1)),
            ("x\u{1b}", Some(1)),
        ] {
            assert_eq!(first_forbidden(text.as_bytes()), at, "{text:?}");
        }
    }
}
