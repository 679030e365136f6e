// The hash of field names, computed alike by the build script, which lays the table out, and by the library,
// which looks names up in it.

/// Mixes the first and last eight bytes and the length, which tells the API's field names apart well enough.
pub const fn name_hash(name: &[u8]) -> u32 {
    let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (short(name), 0),
    };
    let mixed = (first ^ last.rotate_left(29) ^ (name.len() as u64)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as u32
}

/// All bytes of a name of up to seven.
const fn short(name: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        return u32::from_le_bytes(*first) as u64 | (u32::from_le_bytes(*last) as u64) << 32;
    }
    let (mut word, mut at) = (0, 0);
    while at < name.len() {
        word = word << 8 | name[at] as u64;
        at += 1;
    }
    word
}
