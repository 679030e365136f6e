//! Finds the name that was probably meant where one is written that nothing has.
//!
//! Names of siblings differ by a letter as often as slips do (`api-tls` and `app-tls`, `db-1` and `db-2`), so
//! a name counts as a slip only if the word that differs is no word of any other name in the run.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::facts::Facts;
use super::index::Defined;
use super::table::Target;

/// A piece that more names share than this tells nothing apart.
const CROWD: usize = 256;
/// Names are cut into one more piece than there may be edits, so that one piece survives them.
const PIECES: usize = 3;
/// Shorter names differ too easily.
const SHORTEST: usize = 5;
/// Two edits are believed from this length on.
const TWO_EDITS: usize = 9;

/// An index of names by their pieces. It holds hashes, not texts: a clash costs a comparison, no more.
pub(super) struct Near {
    /// Positions in the run's definitions, by the hash of a piece.
    pieces: HashMap<u64, Vec<u32>>,
    /// The hashes of the words of all names in the run.
    words: HashSet<u64>,
}

impl Near {
    /// Indexes definitions, which are sorted by target and name.
    pub(super) fn new(defined: &[Defined<'_>], files: &[Facts]) -> Self {
        let mut near = Near {
            pieces: HashMap::new(),
            words: HashSet::new(),
        };
        let mut last = None;
        for (i, d) in (0..).zip(defined) {
            if last == Some((d.target, d.name)) {
                continue;
            }
            last = Some((d.target, d.name));
            near.words.extend(words(d.name).map(hash));
            for piece in (0..PIECES).filter(|_| d.name.len() >= SHORTEST) {
                let (start, end) = cut(d.name.len(), piece);
                let key = (d.target, d.name.len(), piece, &d.name.as_bytes()[start..end]);
                near.pieces.entry(hash(key)).or_default().push(i);
            }
        }
        for facts in files {
            for object in &facts.objects {
                near.words.extend(words(facts.str(object.name)).map(hash));
                near.words.extend(words(facts.str(object.namespace)).map(hash));
            }
        }
        near
    }

    /// The definition whose name was probably meant, as an index into the same definitions.
    pub(super) fn best(
        &self,
        defined: &[Defined<'_>],
        target: Target,
        name: &str,
        fits: impl Fn(&Defined<'_>) -> bool,
    ) -> Option<u32> {
        let limit = limit(name)?;
        let mut seen = HashSet::new();
        let mut best: Option<(usize, u32)> = None;
        for i in self.candidates(target, name, limit) {
            let one = &defined[i as usize];
            if !seen.insert(i) || one.target != target || !fits(one) || !self.slip(name, one.name) {
                continue;
            }
            let distance = distance(name.as_bytes(), one.name.as_bytes(), limit);
            // Definitions are sorted by name, so ties go to the first in the alphabet.
            if let Some(distance) = distance
                && best.is_none_or(|best| (distance, i) < best)
            {
                best = Some((distance, i));
            }
        }
        best.map(|(_, i)| i)
    }

    /// Definitions that share a piece with the name, give or take the shift that edits cause.
    fn candidates<'a>(
        &'a self,
        target: Target,
        name: &'a str,
        limit: usize,
    ) -> impl Iterator<Item = u32> + 'a {
        let bytes = name.as_bytes();
        let lengths = bytes.len().saturating_sub(limit)..=bytes.len() + limit;
        lengths
            .flat_map(|len| (0..PIECES).map(move |piece| (len, piece)))
            .flat_map(move |(len, piece)| {
                let (start, end) = cut(len, piece);
                (start.saturating_sub(limit)..=start + limit).filter_map(move |at| {
                    let part = bytes.get(at..at + end - start)?;
                    self.pieces.get(&hash((target, len, piece, part)))
                })
            })
            .filter(|found| found.len() <= CROWD)
            .flatten()
            .copied()
    }

    /// Whether `name` can be a slip of the pen for `meant`.
    fn slip(&self, name: &str, meant: &str) -> bool {
        let without_digits = |s: &str| s.replace(|c: char| c.is_ascii_digit(), "");
        if without_digits(name) == without_digits(meant) {
            return false;
        }
        let meant: Vec<&str> = words(meant).collect();
        // Words that only the written name has: known ones were meant as they stand.
        words(name)
            .filter(|word| !meant.contains(word))
            .all(|word| !self.words.contains(&hash(word)))
    }
}

/// Where piece number `piece` of a name of this length lies.
fn cut(len: usize, piece: usize) -> (usize, usize) {
    (len * piece / PIECES, len * (piece + 1) / PIECES)
}

/// How many edits may lie between a slip and what was meant.
fn limit(name: &str) -> Option<usize> {
    match name.len() {
        ..SHORTEST => None,
        SHORTEST..TWO_EDITS => Some(1),
        TWO_EDITS..=253 => Some(2),
        _ => None,
    }
}

/// The same in every run, unlike the maps' own.
fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() > 1)
}

/// The number of letters to add, drop, change or swap with their neighbour, if at most `limit`.
fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    let (mut before, mut last) = (vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<usize>>());
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|d| *d > limit) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|d| *d <= limit)
}

#[cfg(test)]
mod tests {
    use super::{distance, words};

    #[test]
    fn counts_edits_and_swaps() {
        for (a, b, d) in [
            ("web-tls", "web-tsl", Some(1)),
            ("web-tls", "webtls", Some(1)),
            ("web-tls", "web_tlss", Some(2)),
            ("web-tls", "api-tls", None),
            ("abcd", "abcd", Some(0)),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes(), 2), d, "{a} {b}");
        }
    }

    #[test]
    fn a_name_is_its_words() {
        assert_eq!(words("db-1.my-app2-x").collect::<Vec<_>>(), ["db", "my", "app"]);
    }
}
