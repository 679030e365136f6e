//! Finds a kind by its name. Every object asks several times, and comparing three texts at each step of a
//! binary search would cost more than reading the object.

use std::sync::OnceLock;

use super::KindInfo;
use super::table::{self, name_hash};

/// Where a kind's versions lie in the table of kinds.
#[derive(Clone, Copy, Default)]
struct Slot {
    first: u16,
    end: u16,
}

/// A hash table with open addressing over group and kind; at most half of it is used.
fn slots() -> &'static [Slot] {
    static SLOTS: OnceLock<Vec<Slot>> = OnceLock::new();
    SLOTS.get_or_init(|| {
        let kinds = table::kinds();
        let mut slots = vec![Slot::default(); (kinds.len() * 2).next_power_of_two()];
        let mut first = 0;
        for versions in kinds.chunk_by(|a, b| (a.group, a.kind) == (b.group, b.kind)) {
            let end = first + versions.len();
            let mut at = start(versions[0].group, versions[0].kind, slots.len());
            while slots[at].end > 0 {
                at = (at + 1) % slots.len();
            }
            slots[at] = Slot {
                first: first as u16,
                end: end as u16,
            };
            first = end;
        }
        slots
    })
}

fn start(group: &str, kind: &str, slots: usize) -> usize {
    let hash = name_hash(group.as_bytes()).rotate_left(7) ^ name_hash(kind.as_bytes());
    hash as usize & (slots - 1)
}

/// All versions of a kind in a group, by version.
pub(super) fn versions(group: &str, kind: &str) -> &'static [KindInfo] {
    let (slots, kinds) = (slots(), table::kinds());
    let mut at = start(group, kind, slots.len());
    loop {
        let slot = slots[at];
        let Some(found) = kinds.get(slot.first as usize..slot.end as usize) else {
            return &[];
        };
        match found.first() {
            None => return &[],
            Some(info) if info.kind == kind && info.group == group => return found,
            Some(_) => at = (at + 1) & (slots.len() - 1),
        }
    }
}

/// One bit for each of some names, by hash: a name without its bit is certainly none of them.
struct Filter([u64; 64]);

impl Filter {
    fn of(names: impl Iterator<Item = &'static str>) -> Filter {
        let mut bits = [0; 64];
        for name in names {
            let (word, bit) = Filter::place(name);
            bits[word] |= bit;
        }
        Filter(bits)
    }

    fn place(name: &str) -> (usize, u64) {
        let at = name_hash(name.as_bytes()) as usize;
        (at / 64 % 64, 1 << (at % 64))
    }

    fn may_hold(&self, name: &str) -> bool {
        let (word, bit) = Filter::place(name);
        self.0[word] & bit != 0
    }
}

/// Whether some group may have a kind of this name; certainly none has when the answer is no.
pub(super) fn may_be_kind(kind: &str) -> bool {
    static KINDS: OnceLock<Filter> = OnceLock::new();
    KINDS
        .get_or_init(|| Filter::of(table::kinds().iter().map(|info| info.kind)))
        .may_hold(kind)
}

/// Whether some kind may have this group; certainly none has when the answer is no.
pub(super) fn may_be_group(group: &str) -> bool {
    static GROUPS: OnceLock<Filter> = OnceLock::new();
    GROUPS
        .get_or_init(|| Filter::of(table::kinds().iter().map(|info| info.group)))
        .may_hold(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_and_nothing_else() {
        for info in table::kinds() {
            let found = versions(info.group, info.kind);
            assert!(
                found.iter().any(|found| std::ptr::eq(found, info)),
                "{}",
                info.kind
            );
            assert!(
                found
                    .iter()
                    .all(|found| (found.group, found.kind) == (info.group, info.kind))
            );
            assert!(versions(info.group, &info.kind.to_lowercase()).is_empty());
            assert!(versions("example.com", info.kind).is_empty());
            assert!(
                may_be_kind(info.kind) && may_be_group(info.group),
                "{}",
                info.kind
            );
        }
        assert!(versions("", "").is_empty());
        assert!(!may_be_kind("KindOfNobody"));
        assert!(!may_be_group("example.com"));
    }
}
