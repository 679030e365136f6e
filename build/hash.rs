// The hash of field names, computed alike by the build script, which lays the table out, and by the library,
// which looks names up in it.

/// Mixes the first and last eight bytes and the length, which tells the API's field names apart well enough.
pub fn name_hash(name: &[u8]) -> u32 {
    let word = |bytes: &[u8]| {
        let mut word = [0u8; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    };
    let (first, last) = match name.len() {
        0..=8 => (word(name), 0),
        n => (word(&name[..8]), word(&name[n - 8..])),
    };
    let mixed = (first ^ last.rotate_left(29) ^ (name.len() as u64)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as u32
}
