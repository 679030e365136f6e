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
