//! Standard base64 exactly as Go's `encoding/base64.StdEncoding` reads it: line breaks anywhere are skipped,
//! padding is needed, nothing but line breaks may follow it, left-over bits need not be zero.

/// What is wrong first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The byte at this offset is not of the alphabet.
    Byte(usize),
    /// `=` at this offset, where no padding can stand.
    Padding(usize),
    /// The text ends in the middle of a group of four, which begins at this offset; so many are missing.
    Short(usize, u8),
    /// The group that begins here is a single character, which encodes nothing.
    Single(usize),
    /// After the padding the text goes on at this offset.
    Rest(usize),
}

impl Fault {
    /// The offset of the first wrong byte.
    pub(crate) fn at(self) -> usize {
        match self {
            Fault::Byte(at)
            | Fault::Padding(at)
            | Fault::Short(at, _)
            | Fault::Single(at)
            | Fault::Rest(at) => at,
        }
    }
}

const BAD: u8 = 0xff;

const VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [BAD; 256];
    let mut i = 0;
    while i < alphabet.len() {
        table[alphabet[i] as usize] = i as u8;
        i += 1;
    }
    table
};

/// Whether a byte is of the standard alphabet, padding apart.
pub(crate) fn is_digit(byte: u8) -> bool {
    VALUES[byte as usize] != BAD
}

/// The bytes that the text encodes.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    read(text, |bytes| out.extend_from_slice(bytes))?;
    Ok(out)
}

/// The text that encodes the bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            out.push(if digit <= group.len() {
                alphabet[(bits >> (18 - 6 * digit)) as usize & 63] as char
            } else {
                '='
            });
        }
    }
    out
}

/// Checks the text without decoding it; the number of bytes that it encodes.
pub(crate) fn check(text: &str) -> Result<usize, Fault> {
    let mut len = 0;
    read(text, |bytes| len += bytes.len())?;
    Ok(len)
}

fn read(text: &str, mut emit: impl FnMut(&[u8])) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    // The current group of four: its bits, its length and where it began.
    let (mut bits, mut len, mut start) = (0u32, 0u8, 0);
    for (at, &byte) in bytes.iter().enumerate() {
        let value = VALUES[byte as usize];
        if value != BAD {
            if len == 0 {
                start = at;
            }
            bits = bits << 6 | u32::from(value);
            len += 1;
            if len == 4 {
                emit(&bits.to_be_bytes()[1..]);
                (bits, len) = (0, 0);
            }
        } else if byte == b'=' {
            let end = padding(bytes, at, start, len)?;
            let tail = (bits << (6 * (4 - u32::from(len)))).to_be_bytes();
            emit(&tail[1..usize::from(len)]);
            return match end {
                None => Ok(()),
                Some(rest) => Err(Fault::Rest(rest)),
            };
        } else if byte != b'\r' && byte != b'\n' {
            return Err(Fault::Byte(at));
        }
    }
    match len {
        0 => Ok(()),
        1 => Err(Fault::Single(start)),
        _ => Err(Fault::Short(start, 4 - len)),
    }
}

/// Reads the padding that begins at `at`; where something follows it, if anything does.
fn padding(bytes: &[u8], at: usize, start: usize, len: u8) -> Result<Option<usize>, Fault> {
    let next = |from: usize| {
        bytes
            .iter()
            .enumerate()
            .skip(from)
            .find(|(_, b)| !matches!(b, b'\r' | b'\n'))
    };
    let mut last = at;
    match len {
        0 | 1 => return Err(Fault::Padding(at)),
        2 => match next(at + 1) {
            None => return Err(Fault::Short(start, 1)),
            Some((second, b'=')) => last = second,
            Some((other, _)) => return Err(Fault::Rest(other)),
        },
        _ => {}
    }
    Ok(next(last + 1).map(|(rest, _)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_reads() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("aGVsbG8=", b"hello"),
            ("aGVs\nbG8=\n", b"hello"),
            ("aG\r\nVsbG8\n=", b"hello"),
            ("YR\n=\n=\n", b"a"),
            ("YR==", b"a"), // left-over bits
            ("+/+/", b"\xfb\xff\xbf"),
            ("\n", b""),
        ] {
            assert_eq!(decode(text).as_deref(), Ok(bytes), "{text:?}");
            assert_eq!(check(text), Ok(bytes.len()), "{text:?}");
        }
    }

    #[test]
    fn encodes_what_it_decodes() {
        for bytes in [&b""[..], b"a", b"ab", b"abc", b"hello!", b"\xfb\xff\xbf\0"] {
            assert_eq!(decode(&encode(bytes)).as_deref(), Ok(bytes));
        }
        assert_eq!(encode(b"hello"), "aGVsbG8=");
        assert_eq!(encode(b"hell"), "aGVsbA==");
    }

    #[test]
    fn finds_the_first_wrong_byte() {
        for (text, fault) in [
            ("aGVsbG8", Fault::Short(4, 1)),
            ("aGVsbA", Fault::Short(4, 2)),
            ("aGVsbA=", Fault::Short(4, 1)),
            ("aGVsb", Fault::Single(4)),
            ("=", Fault::Padding(0)),
            ("aGVsb===", Fault::Padding(5)),
            ("aGVs====", Fault::Padding(4)),
            ("aGVsbG8=x", Fault::Rest(8)),
            ("aGVsbG8=\n=", Fault::Rest(9)),
            ("aGVsbA=x", Fault::Rest(7)),
            ("aGVs bG8=", Fault::Byte(4)),
            ("aGVsbG8= ", Fault::Rest(8)),
            ("aG-s", Fault::Byte(2)),
            ("é", Fault::Byte(0)),
        ] {
            assert_eq!(decode(text), Err(fault), "{text:?}");
            assert!(text.is_char_boundary(fault.at()), "{text:?}");
        }
    }
}
