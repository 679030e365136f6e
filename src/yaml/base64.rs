//! Base64 as Go's `base64.StdEncoding` decodes it, for `!!binary`.

/// Decodes `text`: padding is required, line breaks are skipped anywhere, trailing bits may be set.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3);
    let quanta = digits.len() / 4;
    for (index, quantum) in digits.chunks_exact(4).enumerate() {
        let padding = match quantum {
            [_, _, b'=', b'='] => 2,
            [_, _, _, b'='] => 1,
            _ => 0,
        };
        if padding > 0 && index + 1 < quanta {
            return None;
        }
        let mut bits = 0u32;
        for &digit in &quantum[..4 - padding] {
            bits = bits << 6 | sextet(digit)?;
        }
        bits <<= 6 * padding;
        out.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    Some(out)
}

fn sextet(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_as_go_does() {
        for (text, bytes) in [
            ("", Some(&b""[..])),
            ("aGVsbG8=", Some(b"hello")),
            ("aGVs\r\nbG8=\n", Some(b"hello")),
            ("YQ==", Some(b"a")),
            ("YR==", Some(b"a")),
            ("aGVsbG8", None),
            ("aGVs bG8=", None),
            ("_w==", None),
            ("YQ==YQ==", None),
            ("=", None),
            ("Y===", None),
        ] {
            assert_eq!(decode(text.as_bytes()).as_deref(), bytes, "{text:?}");
        }
    }
}
