//! A few bits that tell of most keys at once that a mapping does not have them. Most fields that are asked for are
//! not there, and looking at every key to know costs more than anything else about a small mapping.

/// A number that spreads keys: their lengths, first and last bytes differ where their names do.
#[inline]
pub(super) fn hash(key: &[u8]) -> u32 {
    let (first, last) = match key {
        [] => (0, 0),
        [only] => (*only, *only),
        [first, .., last] => (*first, *last),
    };
    let mixed = (key.len() as u32) ^ (u32::from(first) << 8) ^ (u32::from(last) << 16);
    mixed.wrapping_mul(0x9e37_79b1)
}

/// The bit of a key among 64: two keys with different bits differ.
#[inline]
pub(super) fn wide(hash: u32) -> u64 {
    1 << (hash >> 26)
}

/// The bit of a key among 8, which fit into a node.
#[inline]
pub(super) fn narrow(hash: u32) -> u8 {
    1 << (hash >> 29)
}

/// The bits among 8 of keys with these bits among 64.
#[inline]
pub(super) fn narrowed(wide: u64) -> u8 {
    // Eight neighbours become one bit, the lowest of their byte; the product moves those side by side.
    let mut bits = wide;
    bits |= bits >> 4;
    bits |= bits >> 2;
    bits |= bits >> 1;
    ((bits & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// The number of a key that is a bare word, if it surely reads as it is written. Words that begin with a letter are
/// texts, but for `y`, `yes`, `n`, `no`, `null`, `on`, `off`, `true` and `false`, however they are capitalised.
#[inline]
pub(super) fn of_word(word: &[u8]) -> Option<u32> {
    let is_text = match word {
        [first, second, ..] => {
            let begins = (first | 0x20, second | 0x20);
            first.is_ascii_alphabetic()
                && (word.len() > 5
                    || !matches!(
                        begins,
                        (b'y', b'e')
                            | (b'n', b'o' | b'u')
                            | (b'o', b'n' | b'f')
                            | (b't', b'r')
                            | (b'f', b'a')
                    ))
        }
        [only] => only.is_ascii_alphabetic() && !matches!(only | 0x20, b'y' | b'n'),
        [] => false,
    };
    is_text.then(|| hash(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_typed_are_not_taken() {
        use super::super::resolve::may_be_typed;
        let letters = || b"aefglnorstuyAEFLNORSTUY".iter().map(|b| *b as char);
        let mut texts: Vec<String> = letters().map(String::from).collect();
        let mut from = 0;
        for length in 1..4 {
            let to = texts.len();
            for i in from..to {
                for letter in letters().take(if length < 3 { 23 } else { 12 }) {
                    texts.push(format!("{}{letter}", texts[i]));
                }
            }
            from = to;
        }
        texts.extend(["false", "False", "FALSE", "names", "trust"].map(String::from));
        let mut taken = 0;
        for text in &texts {
            if of_word(text.as_bytes()).is_some() {
                taken += 1;
                assert!(!may_be_typed(text.as_bytes()), "{text}");
            }
        }
        assert!(taken > texts.len() / 2, "{taken} of {}", texts.len());
    }

    #[test]
    fn the_narrow_bit_of_a_key_follows_from_its_wide_one() {
        for key in ["a", "name", "metadata", "apiVersion", "kind", "spec", "x/y"] {
            let hash = hash(key.as_bytes());
            assert_eq!(narrowed(wide(hash)), narrow(hash), "{key}");
        }
        for bit in 0..64 {
            assert_eq!(narrowed(1 << bit), 1 << (bit / 8));
        }
        assert_eq!(narrowed(u64::MAX), u8::MAX);
        assert_eq!(narrowed(0), 0);
    }
}
