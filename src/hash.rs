//! A quick hash for maps of names. Keys are short, and std's own hash would be a large part of indexing them.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

/// A map of names.
pub type HashMap<K, V> = std::collections::HashMap<K, V, Seeded>;
/// A set of names.
pub type HashSet<K> = std::collections::HashSet<K, Seeded>;

/// Makes hashers of one seed, which a process draws once: files cannot be written to collide.
#[derive(Clone, Copy)]
pub struct Seeded(u64);

impl Default for Seeded {
    fn default() -> Self {
        static SEED: OnceLock<u64> = OnceLock::new();
        Seeded(*SEED.get_or_init(|| RandomState::new().hash_one(0_u8)))
    }
}

impl BuildHasher for Seeded {
    type Hasher = Folding;

    fn build_hasher(&self) -> Folding {
        Folding(self.0)
    }
}

/// Multiplies each word into 128 bits and folds the halves.
pub struct Folding(u64);

impl Folding {
    fn mix(&mut self, word: u64) {
        const ODD: u128 = 0x9e37_79b9_7f4a_7c15;
        let wide = u128::from((self.0 ^ word).wrapping_add(0x2545_f491_4f6c_dd1d)) * ODD;
        self.0 = (wide as u64) ^ ((wide >> 64) as u64);
    }
}

/// Up to seven bytes as one number, without a loop: two parts that may overlap, or three bytes that may be one.
fn word(rest: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    }
    let byte = |at: usize| rest.get(at).map_or(0, |byte| u64::from(*byte));
    byte(0) | byte(rest.len() / 2) << 8 | byte(rest.len().saturating_sub(1)) << 16
}

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            // The length tells `a` from `a\0`.
            self.mix(word(rest) ^ (rest.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.mix(n.into());
    }

    fn write_u16(&mut self, n: u16) {
        self.mix(n.into());
    }

    fn write_u32(&mut self, n: u32) {
        self.mix(n.into());
    }

    fn write_u64(&mut self, n: u64) {
        self.mix(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.mix(n as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{HashSet, Seeded};
    use std::hash::BuildHasher;

    #[test]
    fn names_spread() {
        let build = Seeded::default();
        let names: Vec<String> = (0..20_000).map(|i| format!("service-{i}")).collect();
        let low: HashSet<u64> = names.iter().map(|name| build.hash_one(name) & 0xf_ffff).collect();
        let high: HashSet<u64> = names.iter().map(|name| build.hash_one(name) >> 44).collect();
        // Of 20,000 throws into a million boxes about 190 fall into one that is taken.
        assert!(
            low.len() > 19_600 && high.len() > 19_600,
            "{} {}",
            low.len(),
            high.len()
        );
    }

    #[test]
    fn pieces_of_a_pair_are_told_apart() {
        let build = Seeded::default();
        assert_ne!(build.hash_one(("ab", "c")), build.hash_one(("a", "bc")));
        assert_ne!(build.hash_one("a"), build.hash_one("a\0"));
    }
}
