//! What was read last: the rules of a definition ask for the same fields again, and most of all in loops.

use super::value::Kinds;
use super::{Stop, Tree};
use crate::same::same;

/// Two of a loop, of some fields each, and what is around them.
const SLOTS: usize = 32;

/// The fields of trees that were read last, whatever rule asked for them. It is for the rules of one definition.
pub struct Memo<'v, T>([Option<Known<'v, T>>; SLOTS]);

#[derive(Clone, Copy)]
struct Known<'v, T> {
    of: T,
    name: &'v str,
    found: Option<T>,
}

impl<T: Copy> Default for Memo<'_, T> {
    fn default() -> Self {
        Memo([None; SLOTS])
    }
}

impl<'v, T: Tree<'v>> Memo<'v, T> {
    /// What [`Tree::field`] gives.
    pub(super) fn field(&mut self, of: T, name: &'v str) -> Result<Option<T>, Stop> {
        let slot = &mut self.0[slot(of.number(), name)];
        if let Some(known) = slot
            && same(known.name.as_bytes(), name.as_bytes())
            && known.of.is(of)
        {
            return Ok(known.found);
        }
        if of.is_list() {
            return Err(Stop::Unknown);
        }
        let found = of.field(name)?;
        *slot = Some(Known { of, name, found });
        Ok(found)
    }
}

/// Where a field is kept. Who shares a place is only read again, so that a quick mix is best.
fn slot(number: u32, name: &str) -> usize {
    let end = name.as_bytes().last().copied().unwrap_or_default();
    let mixed = number.wrapping_mul(0x9e37_79b1) >> 16;
    (mixed as usize ^ name.len() ^ usize::from(end) << 2) % SLOTS
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cell::Cell;

    use super::super::{Collection, Val};
    use super::*;

    /// A number that holds others by their names' lengths, and counts how often it is asked.
    #[derive(Clone, Copy)]
    struct Counted<'a>(u32, &'a Cell<u32>);

    impl<'v> Tree<'v> for Counted<'_> {
        fn read(self) -> Result<Val<'v, Self>, Stop> {
            Ok(Val::Tree(self))
        }
        fn number(self) -> u32 {
            self.0
        }
        fn is(self, other: Self) -> bool {
            self.0 == other.0
        }
        fn collection(self) -> Collection {
            Collection::Object
        }
        fn size(self) -> Result<usize, Stop> {
            Err(Stop::Unknown)
        }
        fn field(self, name: &str) -> Result<Option<Self>, Stop> {
            self.1.set(self.1.get() + 1);
            match name {
                "unknown" => Err(Stop::Unknown),
                "missing" => Ok(None),
                _ => Ok(Some(Counted(self.0 * 10 + name.len() as u32, self.1))),
            }
        }
        fn items(self) -> impl Iterator<Item = Self> {
            std::iter::empty()
        }
        fn entries(self) -> Result<Vec<(Cow<'v, str>, Self)>, Stop> {
            Err(Stop::Unknown)
        }
    }

    #[test]
    fn what_was_read_is_not_read_again_and_never_taken_for_another() {
        let asked = Cell::new(0);
        let mut memo = Memo::default();
        for _ in 0..3 {
            let found = memo.field(Counted(1, &asked), "port");
            assert!(matches!(found, Ok(Some(Counted(14, _)))));
            assert!(matches!(memo.field(Counted(1, &asked), "missing"), Ok(None)));
        }
        assert_eq!(asked.get(), 2);
        // Far more than there is room for.
        for number in 0..200 {
            for name in ["a", "ba", "aba", "abba", "missing", "unknown"] {
                let (of, direct) = (Counted(number, &asked), Counted(number, &asked).field(name));
                let number = |found: Option<Counted>| found.map(|found| found.0);
                assert_eq!(memo.field(of, name).map(number), direct.map(number), "{name}");
            }
        }
    }
}
