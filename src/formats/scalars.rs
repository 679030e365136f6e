//! The texts that Go types read from JSON strings: base64 and quantities.

/// Offset of the first illegal byte in standard base64 as Go reads it: padded, `\r` and `\n` skipped,
/// trailing bits free. `None` when it decodes.
pub fn base64_fault(text: &[u8]) -> Option<usize> {
    let line_break = |b: u8| b == b'\r' || b == b'\n';
    let mut at = 0;
    loop {
        // One group of four characters.
        let (mut start, mut digits) = (at, 0);
        while digits < 4 {
            let Some(&b) = text.get(at) else {
                // The end is fine between groups only.
                return (digits > 0).then_some(start);
            };
            if line_break(b) {
                at += 1;
                if digits == 0 {
                    start = at;
                }
                continue;
            }
            if b == b'=' {
                return padding_fault(text, at, digits);
            }
            if !(b.is_ascii_alphanumeric() || b == b'+' || b == b'/') {
                return Some(at);
            }
            digits += 1;
            at += 1;
        }
    }
}

/// The fault in what follows the first `=`, at `at` after `digits` characters of its group.
fn padding_fault(text: &[u8], at: usize, digits: usize) -> Option<usize> {
    let mut rest = (at + 1..text.len()).filter(|&i| !matches!(text[i], b'\r' | b'\n'));
    match digits {
        2 => match rest.next() {
            None => return Some(text.len()),
            Some(i) if text[i] != b'=' => return Some(i),
            Some(_) => {}
        },
        3 => {}
        _ => return Some(at),
    }
    rest.next()
}

/// A quantity without the blanks around it. The server trims what stands between the quotes of the JSON, where line
/// ends and tabs are written as escapes: those stay.
pub fn trimmed_quantity(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() && !c.is_ascii_control() && !matches!(c, '\u{2028}' | '\u{2029}')
    })
}

/// Why a text is no quantity; `None` when it is one.
pub fn quantity_fault(text: &str) -> Option<&'static str> {
    let s = trimmed_quantity(text).as_bytes();
    if s.is_empty() {
        return Some("is empty");
    }
    let s = s.strip_prefix(b"-").or_else(|| s.strip_prefix(b"+")).unwrap_or(s);
    let digits = |s: &[u8]| s.iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(s);
    let mut s = &s[whole..];
    let mut none = whole == 0;
    if let Some(rest) = s.strip_prefix(b".") {
        let part = digits(rest);
        none &= part == 0;
        s = &rest[part..];
    }
    let letters = s.iter().take_while(|b| b"eEinumkKMGTP".contains(b)).count();
    let (suffix, rest) = s.split_at(letters);
    let exponent = match rest.split_first() {
        Some((b'-' | b'+', rest)) => rest,
        _ => rest,
    };
    if digits(exponent) != exponent.len() {
        return Some("is not a number with a suffix");
    }
    let known = match suffix {
        b"" | b"n" | b"u" | b"m" | b"k" | b"M" | b"G" | b"T" | b"P" | b"E" | b"Ki" | b"Mi" | b"Gi"
        | b"Ti" | b"Pi" | b"Ei" => rest.is_empty(),
        _ => false,
    };
    let is_exponent = matches!(suffix, b"e" | b"E") && !exponent.is_empty();
    if !known && !is_exponent {
        return Some("has a suffix that does not exist");
    }
    // Without digits it is 0 where the server reads it quickly, which it does unless the suffix asks for too much.
    let is_slow = match suffix {
        b"Pi" | b"Ei" => true,
        b"e" | b"E" => {
            let exponent = std::str::from_utf8(rest).ok();
            exponent
                .and_then(|text| text.parse().ok())
                .is_none_or(|n: i64| n < -9)
        }
        _ => false,
    };
    (none && is_slow && (known || is_exponent)).then_some("has no digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_go_reads_it() {
        for good in ["", "YQ==", "YR==", "YWI=", "YWJj", "YW\nJj\r\n", "YQ=\n=\n", "\n"] {
            assert_eq!(base64_fault(good.as_bytes()), None, "{good:?}");
        }
        // Measured: a server names these offsets.
        for (bad, at) in [
            ("=", 0),
            ("a", 0),
            ("aGVsbG8", 4),
            ("aGVs bG8=", 4),
            ("aGVs-bG8", 4),
            ("hello world", 5),
            ("YWJjZA==YWJj", 8),
            ("YQ=x", 3),
        ] {
            assert_eq!(base64_fault(bad.as_bytes()), Some(at), "{bad:?}");
        }
    }

    #[test]
    fn quantities_are_read_as_the_server_reads_them() {
        for good in [
            "0",
            "1",
            "-1",
            "+1",
            "1.5",
            ".5",
            "1.",
            "100m",
            "1Ki",
            "1E",
            "1e3",
            "1E-3",
            "1e+21",
            " 1Gi ",
            "1\u{2003}",
            "Ki",
            "Ti",
            ".",
            "e-9",
            "k",
            "007",
        ] {
            assert_eq!(quantity_fault(good), None, "{good}");
        }
        for bad in [
            "1Gi\n", "\t1Gi", "Pi", "-Ei", ".Pi", "e-19", "", "1.5.5", "1 Gi", "1GB", "1ki", "1mi", "1e",
            "e", "one", "1Gi2", "1m-", "--1", "1,5",
        ] {
            assert!(quantity_fault(bad).is_some(), "{bad}");
        }
    }
}
