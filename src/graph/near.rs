//! Finds the name that was probably meant where one is written that nothing has.
//!
//! Names of siblings differ by a letter as often as slips do (`api-tls` and `app-tls`, `db-1` and `db-2`), so
//! a name counts as a slip only if the word that differs is no word of any other name in the run.

use std::cmp::Reverse;
use std::hash::{BuildHasher, Hash};

use super::facts::Facts;
use super::index::{Closeness, Defined};
use super::table::Target;
use crate::hash::{HashMap, HashSet, Seeded};

/// A piece that more names share than this tells nothing apart.
const CROWD: usize = 256;
/// Names are cut into one more piece than there may be edits, so that one piece survives them.
const PIECES: usize = 3;
/// Shorter names differ too easily.
const SHORTEST: usize = 5;
/// Two edits are believed from this length on.
const TWO_EDITS: usize = 9;
/// A word that so many of the names used have is no slip.
const OFTEN: u8 = 4;
/// No name of an object is longer.
pub(super) const LONGEST: usize = 253;

/// An index of names by their pieces. It holds hashes, not texts: a clash costs a comparison, no more.
pub(super) struct Near {
    /// Positions in the run's definitions, by the hash of a piece.
    pieces: Positions,
    /// The same by the hash of the letters and digits alone.
    squeezed: Positions,
    /// The hashes of the words of all names that are defined, or used often, in the run.
    words: HashSet<u64>,
}

/// Positions by a hash: made at one time, and asked later.
struct Positions {
    /// In the order of the hashes.
    pairs: Vec<(u64, u32)>,
    /// Where the hashes begin that start with the same bits: one more than there are such starts.
    begins: Vec<u32>,
    /// How far to shift a hash to get those bits.
    shift: u32,
}

impl Positions {
    fn of(mut pairs: Vec<(u64, u32)>) -> Positions {
        pairs.sort_unstable();
        // About as many starts as pairs, so that one look finds the few that may fit.
        let bits = pairs.len().max(2).ilog2() + 1;
        let shift = u64::BITS - bits;
        let mut begins = vec![0; (1 << bits) + 1];
        for (hash, _) in &pairs {
            begins[(hash >> shift) as usize + 1] += 1;
        }
        let mut sum = 0;
        for begin in &mut begins {
            sum += *begin;
            *begin = sum;
        }
        Positions { pairs, begins, shift }
    }

    fn get(&self, hash: u64) -> &[(u64, u32)] {
        let start = (hash >> self.shift) as usize;
        let near = match self.begins.get(start..start + 2) {
            Some([begin, end]) => self.pairs.get(*begin as usize..*end as usize),
            _ => None,
        };
        let near = near.unwrap_or_default();
        let first = near.partition_point(|(known, _)| *known < hash);
        let rest = &near[first..];
        &rest[..rest.partition_point(|(known, _)| *known == hash)]
    }
}

impl Near {
    /// Indexes definitions, of which those of one name stand together.
    pub(super) fn new(defined: &[Defined<'_>], files: &[Facts]) -> Self {
        let (mut pieces, mut squeezes) = (Vec::new(), Vec::with_capacity(defined.len()));
        let (mut last, mut squeezed) = (None, String::new());
        for (i, d) in (0..).zip(defined) {
            if last == Some((d.target, d.name)) {
                continue;
            }
            last = Some((d.target, d.name));
            squeezed.clear();
            squeezed.extend(alphanumerics(d.name));
            let key = hash((d.target, squeezed.as_str()));
            squeezes.push((key, i));
            for piece in (0..PIECES).filter(|_| d.name.len() >= SHORTEST) {
                let (start, end) = cut(d.name.len(), piece);
                let key = (d.target, d.name.len(), piece, &d.name.as_bytes()[start..end]);
                pieces.push((hash(key), i));
            }
        }
        let mut near = Near {
            pieces: Positions::of(pieces),
            squeezed: Positions::of(squeezes),
            words: HashSet::default(),
        };
        let names = defined.iter().map(|d| d.name);
        let objects = files
            .iter()
            .flat_map(|facts| facts.objects.iter().map(move |object| (facts, object)));
        let names = names.chain(objects.clone().map(|(facts, object)| facts.str(object.name)));
        let namespaces = objects.map(|(facts, object)| facts.str(object.namespace));
        // Namesakes often stand together.
        let mut last = "";
        for name in names.chain(namespaces) {
            if name != last {
                last = name;
                near.words.extend(parts(name).map(hash));
            }
        }
        let (mut names, mut counts) = (HashSet::default(), HashMap::<u64, u8>::default());
        for facts in files {
            let used = facts.uses.iter().map(|used| facts.str(used.name));
            for name in used.filter(|name| names.insert(hash(name))) {
                for word in parts(name).map(hash).filter(|word| !near.words.contains(word)) {
                    let count = counts.entry(word).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        let often = counts.into_iter().filter(|(_, count)| *count >= OFTEN);
        near.words.extend(often.map(|(word, _)| word));
        near
    }

    /// The definition whose name was probably meant, as an index into the same definitions. `closeness` says how
    /// near one is to where the name is used, `None` when it cannot serve there.
    pub(super) fn best(
        &self,
        defined: &[Defined<'_>],
        target: Target,
        name: &str,
        closeness: impl Fn(&Defined<'_>) -> Option<Closeness>,
    ) -> Option<u32> {
        let limit = limit(name)?;
        let mut best: Option<(Reverse<Closeness>, usize, u32)> = None;
        let key = hash((target, squeeze(name)));
        let squeezed = self.squeezed.get(key).iter();
        let mut candidates: Vec<u32> = squeezed.map(|(_, i)| *i).collect();
        // Names of known words were meant as they stand, but for what is between the words.
        if !parts(name).all(|word| self.words.contains(&hash(word))) {
            candidates.extend(self.candidates(target, name, limit));
        }
        candidates.sort_unstable();
        candidates.dedup();
        for i in candidates {
            let one = &defined[i as usize];
            if one.target != target {
                continue;
            }
            if let Some(distance) = distance(name.as_bytes(), one.name.as_bytes(), limit)
                && self.slip(name, one.name, distance)
                && let Some(closeness) = closeness(one)
            {
                let this = (Reverse(closeness), distance, i);
                best = Some(best.map_or(this, |best| best.min(this)));
            }
        }
        best.map(|(_, _, i)| i)
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
                    Some(self.pieces.get(hash((target, len, piece, part))))
                })
            })
            .filter(|found| found.len() <= CROWD)
            .flatten()
            .map(|(_, i)| *i)
    }

    /// Whether `name` can be a slip of the pen for `meant`, at this many edits.
    fn slip(&self, name: &str, meant: &str, distance: usize) -> bool {
        if without(name, |c| c.is_ascii_digit()) == without(meant, |c| c.is_ascii_digit()) {
            return false; // siblings by number
        }
        if squeeze(name) == squeeze(meant) {
            return true; // only hyphens and dots differ
        }
        let (written, wanted) = (words_only_in(name, meant), words_only_in(meant, name));
        // A word that other names have was meant as it stands.
        if written.is_empty()
            || written
                .iter()
                .any(|word| self.words.contains(&hash(word.as_bytes())))
        {
            return false;
        }
        let [written, wanted] = [written.concat(), wanted.concat()];
        let abbreviated = written.starts_with(&wanted) || wanted.starts_with(&written);
        match written.len().min(wanted.len()) {
            0..=1 => false,
            // `tsl` is a slip for `tls`, but `api` is none for `app`.
            2..=3 => letters(&written) == letters(&wanted),
            4..=7 => distance == 1,
            _ => distance == 1 || !abbreviated,
        }
    }
}

/// Whether one of two words is probably a slip of the pen for the other.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit();
    limit(a).is_some_and(|limit| distance(a.as_bytes(), b.as_bytes(), limit).is_some())
        && without(a, digits) != without(b, digits)
}

/// The words of `a` that are left when each word of `b` has taken away one that equals it.
fn words_only_in<'a>(a: &'a str, b: &str) -> Vec<&'a str> {
    let mut left: Vec<&str> = words(a).collect();
    for word in words(b) {
        if let Some(at) = left.iter().position(|own| *own == word) {
            left.remove(at);
        }
    }
    left
}

fn without(name: &str, drop: impl Fn(char) -> bool) -> String {
    name.chars().filter(|c| !drop(*c)).collect()
}

/// The letters and digits alone.
fn squeeze(name: &str) -> String {
    alphanumerics(name).collect()
}

fn alphanumerics(name: &str) -> impl Iterator<Item = char> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(char::from)
}

fn letters(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
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
        TWO_EDITS..=LONGEST => Some(2),
        _ => None,
    }
}

pub(super) fn hash(value: impl Hash) -> u64 {
    Seeded::default().hash_one(value)
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    // What is left is ASCII.
    parts(name).map(|word| std::str::from_utf8(word).unwrap_or_default())
}

/// The words of a name as bytes, which is faster than to split it by characters.
fn parts(name: &str) -> impl Iterator<Item = &[u8]> {
    let parts = name.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    parts.filter(|word| word.len() > 1)
}

/// The number of letters to add, drop, change or swap with their neighbour, if at most `limit`.
///
/// Only the band of the table that can hold so few edits is computed.
fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    const FAR: u8 = 100;
    if a.len() > LONGEST || b.len() > LONGEST || a.len().abs_diff(b.len()) > limit {
        return None;
    }
    // Three rows, used in turn: the swap looks back two.
    let mut rows = [[FAR; LONGEST + 1]; 3];
    for (j, cell) in (0..).zip(rows[0].iter_mut().take(limit + 1)) {
        *cell = j;
    }
    for i in 1..=a.len() {
        let (from, to) = (i.saturating_sub(limit).max(1), (i + limit).min(b.len()));
        let (this, last, before) = (i % 3, (i + 2) % 3, (i + 1) % 3);
        rows[this][from - 1] = if i <= limit { i as u8 } else { FAR };
        let mut least = rows[this][from - 1];
        for j in from..=to {
            let change = rows[last][j - 1] + u8::from(a[i - 1] != b[j - 1]);
            // The row above ends one short of this one; what is left there is of three rows before.
            let drop = if j == i + limit { FAR } else { rows[last][j] + 1 };
            let mut cell = change.min(drop).min(rows[this][j - 1] + 1).min(FAR);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cell = cell.min(rows[before][j - 2] + 1);
            }
            rows[this][j] = cell;
            least = least.min(cell);
        }
        if usize::from(least) > limit {
            return None;
        }
    }
    let distance = usize::from(rows[a.len() % 3][b.len()]);
    (distance <= limit).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::{distance, words};

    /// The whole table, without a band.
    fn plainly(a: &[u8], b: &[u8]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let change = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut cell = change.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        cell = cell.min(table[i - 2][j - 2] + 1);
                    }
                    cell
                };
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn the_band_loses_nothing() {
        // All pairs of words of up to five letters from two, which meet every case of the band's edges.
        let mut words = vec![Vec::new()];
        for len in 0..5 {
            let longer: Vec<Vec<u8>> = words
                .iter()
                .filter(|word| word.len() == len)
                .flat_map(|word| b"ab".map(|c| [word.as_slice(), &[c]].concat()))
                .collect();
            words.extend(longer);
        }
        for a in &words {
            for b in &words {
                for limit in [1, 2] {
                    let d = plainly(a, b);
                    assert_eq!(
                        distance(a, b, limit),
                        Some(d).filter(|d| *d <= limit),
                        "{a:?} {b:?} {limit}"
                    );
                }
            }
        }
    }

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
        assert_eq!(words("db-1.my-app2-x").collect::<Vec<_>>(), ["db", "my", "app2"]);
    }
}
