//! Compares short texts in place. Names of fields are compared by the million, and a call costs more than they do.

/// Whether two texts are the same bytes.
#[inline(always)]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    let len = a.len();
    if len != b.len() {
        return false;
    }
    // Two words that overlap cover every length between one word and two.
    macro_rules! by_words {
        ($word:ty, $bytes:literal) => {
            if let (Some(a1), Some(b1)) = (a.first_chunk::<$bytes>(), b.first_chunk::<$bytes>())
                && let (Some(a2), Some(b2)) = (a.last_chunk::<$bytes>(), b.last_chunk::<$bytes>())
            {
                let read = |bytes: &[u8; $bytes]| <$word>::from_le_bytes(*bytes);
                (read(a1) ^ read(b1)) | (read(a2) ^ read(b2)) == 0
            } else {
                a == b
            }
        };
    }
    match len {
        0 => true,
        1..=3 => a[0] == b[0] && a[len / 2] == b[len / 2] && a[len - 1] == b[len - 1],
        4..=7 => by_words!(u32, 4),
        8..=16 => by_words!(u64, 8),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn every_byte_counts_at_every_length() {
        for len in 0..40 {
            let a: Vec<u8> = (0..len).collect();
            assert!(same(&a, &a.clone()), "{len}");
            assert!(!same(&a, &[&a[..], &[0]].concat()), "{len}");
            for at in 0..len {
                let mut b = a.clone();
                b[usize::from(at)] ^= 0x80;
                assert!(!same(&a, &b), "{len} {at}");
            }
        }
    }
}
