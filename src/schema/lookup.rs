//! Finds a kind by its name. Every object asks several times, and comparing three texts at each step of a
//! binary search would cost more than reading the object.

use super::KindInfo;
use super::table::{self, name_hash};

/// Where a kind's versions lie in the table of kinds.
#[derive(Clone, Copy)]
struct Slot {
    first: u16,
    end: u16,
}

const SIZE: usize = (table::kinds().len() * 2).next_power_of_two();

/// A hash table with open addressing over group and kind; at most half of it is used.
static SLOTS: [Slot; SIZE] = {
    let kinds = table::kinds();
    let mut slots = [Slot { first: 0, end: 0 }; SIZE];
    let mut first = 0;
    while first < kinds.len() {
        let KindInfo { group, kind, .. } = kinds[first];
        let mut end = first + 1;
        while end < kinds.len() && is_same(kinds[end].group, group) && is_same(kinds[end].kind, kind) {
            end += 1;
        }
        let mut at = start(group, kind);
        while slots[at].end > 0 {
            at = (at + 1) % SIZE;
        }
        slots[at] = Slot {
            first: first as u16,
            end: end as u16,
        };
        first = end;
    }
    slots
};

/// `a == b`, for constants.
const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

const fn start(group: &str, kind: &str) -> usize {
    let hash = name_hash(group.as_bytes()).rotate_left(7) ^ name_hash(kind.as_bytes());
    hash as usize % SIZE
}

/// All versions of a kind in a group, by version.
pub(super) fn versions(group: &str, kind: &str) -> &'static [KindInfo] {
    let kinds = table::kinds();
    let mut at = start(group, kind);
    loop {
        let slot = SLOTS[at];
        let Some(found) = kinds.get(slot.first as usize..slot.end as usize) else {
            return &[];
        };
        match found.first() {
            None => return &[],
            Some(info) if info.kind == kind && info.group == group => return found,
            Some(_) => at = (at + 1) % SIZE,
        }
    }
}

/// One bit for each of some names, by hash: a name without its bit is certainly none of them.
struct Filter([u64; 64]);

impl Filter {
    const NONE: Filter = Filter([0; 64]);

    const fn with(mut self, name: &str) -> Filter {
        let (word, bit) = Filter::place(name);
        self.0[word] |= bit;
        self
    }

    const fn place(name: &str) -> (usize, u64) {
        let at = name_hash(name.as_bytes()) as usize;
        (at / 64 % 64, 1 << (at % 64))
    }

    fn may_hold(&self, name: &str) -> bool {
        let (word, bit) = Filter::place(name);
        self.0[word] & bit != 0
    }
}

/// The names of all kinds, and those of all groups.
static NAMES: (Filter, Filter) = {
    let (mut names, mut groups) = (Filter::NONE, Filter::NONE);
    let (kinds, mut at) = (table::kinds(), 0);
    while at < kinds.len() {
        names = names.with(kinds[at].kind);
        groups = groups.with(kinds[at].group);
        at += 1;
    }
    (names, groups)
};

/// Whether some group may have a kind of this name; certainly none has when the answer is no.
pub(super) fn may_be_kind(kind: &str) -> bool {
    NAMES.0.may_hold(kind)
}

/// Whether some kind may have this group; certainly none has when the answer is no.
pub(super) fn may_be_group(group: &str) -> bool {
    NAMES.1.may_hold(group)
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
