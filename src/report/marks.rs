//! Columns in texts that are asked for out of order: how many characters lie before every half a kilobyte.

/// How many bytes lie between two marks: as many are counted for each column at the most, twice.
const STEP: usize = 512;

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    /// Characters.
    Char,
    /// UTF-16 units.
    Utf16,
}

impl Unit {
    /// How many are in a text; one whose start is cut off counts for nothing.
    pub(super) fn count(self, bytes: &[u8]) -> u32 {
        let starts = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        let pairs = match self {
            Unit::Char => 0,
            // What takes four bytes takes two units.
            Unit::Utf16 => bytes.iter().filter(|byte| **byte >= 0xF0).count(),
        };
        (starts + pairs) as u32
    }
}

/// How many units lie before each multiple of [`STEP`].
#[derive(Debug)]
pub(super) struct Marks {
    unit: Unit,
    before: Vec<u32>,
}

impl Marks {
    pub(super) fn new(text: &str, unit: Unit) -> Marks {
        let mut before = Vec::with_capacity(text.len() / STEP + 1);
        let mut sum = 0;
        for step in text.as_bytes().chunks(STEP) {
            before.push(sum);
            sum += unit.count(step);
        }
        before.push(sum);
        Marks { unit, before }
    }

    /// How many units lie between two offsets of the text.
    pub(super) fn between(&self, text: &str, start: usize, end: usize) -> u32 {
        if end.saturating_sub(start) <= STEP {
            return self
                .unit
                .count(text.as_bytes().get(start..end).unwrap_or_default());
        }
        self.before(text, end).saturating_sub(self.before(text, start))
    }

    fn before(&self, text: &str, offset: usize) -> u32 {
        let offset = offset.min(text.len());
        let mark = offset / STEP;
        let rest = text.as_bytes().get(mark * STEP..offset).unwrap_or_default();
        self.before.get(mark).copied().unwrap_or_default() + self.unit.count(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, STEP, Unit};

    #[test]
    fn what_lies_between_marks_is_counted_as_from_the_start() {
        let text = "a\u{fc}\u{20ac}\u{1f600}".repeat(STEP);
        for unit in [Unit::Char, Unit::Utf16] {
            let marks = Marks::new(&text, unit);
            for (start, end) in [(0, text.len()), (1, 3 * STEP), (10, 20), (30, STEP + 40), (5, 5)] {
                let whole = |at: usize| (at..).find(|at| text.is_char_boundary(*at)).expect("its end");
                let (start, end) = (whole(start), whole(end));
                let counted = match unit {
                    Unit::Char => text[start..end].chars().count(),
                    Unit::Utf16 => text[start..end].encode_utf16().count(),
                };
                assert_eq!(
                    marks.between(&text, start, end) as usize,
                    counted,
                    "{unit:?} {start} {end}"
                );
            }
        }
        assert_eq!(Marks::new("", Unit::Char).between("", 0, 0), 0);
    }
}
