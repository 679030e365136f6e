//! Applies the fixes that findings carry, and checks again, until nothing changes.
//!
//! A fix is a set of edits of the text that its finding was found in. Fixes that touch the same bytes wait for
//! the next round; a fix whose result does not read, or that would lose a document, is dropped.

use std::collections::{BTreeMap, HashSet};

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::graph::Role;
use crate::manifest::Surroundings;
use crate::report::Report;
use crate::settings::Settings;
use crate::source::Decoded;
use crate::yaml::{self, Tree};

/// Which fixes are wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Those that keep what the author certainly meant.
    Safe,
    /// Those that need a look as well.
    Unsafe,
}

impl Level {
    /// Whether a fix is wanted.
    pub fn takes(self, fix: &Fix) -> bool {
        fix.safe || self == Level::Unsafe
    }
}

/// So many rounds in a row may leave no fewer findings than there have been: a fix may uncover another one, but those
/// that undo each other would never end.
const PATIENCE: usize = 24;

/// The inputs that fixes changed, by their place among the inputs.
pub type Changes = BTreeMap<usize, Change>;

/// An input before and after its fixes.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The text as it was.
    pub before: String,
    /// The text as it is now.
    pub after: String,
    /// How many findings were fixed.
    pub fixed: usize,
}

/// Fixes what can be fixed in the inputs of a report, and checks them again, until nothing changes. `check` is
/// given all changes so far, and makes the report of the inputs as they are with them, with its files in the
/// same order. Returns as well whether it came to an end; if not, the fixes lead nowhere.
pub fn mend<R>(
    first: R,
    level: Level,
    report: impl Fn(&R) -> &Report,
    mut check: impl FnMut(R, &Changes) -> R,
) -> (R, Changes, bool) {
    let mut changes = Changes::new();
    let mut checked = first;
    let (mut fewest, mut idle) = (usize::MAX, 0);
    loop {
        let left = report(&checked).diagnostics().count();
        idle = if left < fewest { 0 } else { idle + 1 };
        fewest = fewest.min(left);
        let mut any = false;
        for (index, file) in report(&checked).files.iter().enumerate() {
            let Some(source) = file.source.as_deref().filter(|_| file.role == Role::Checked) else {
                continue;
            };
            let Some(round) = apply(source.decoded(), &file.diagnostics, level) else {
                continue;
            };
            any = true;
            let change = changes.entry(index).or_insert_with(|| Change {
                before: source.text().to_string(),
                after: String::new(),
                fixed: 0,
            });
            change.after = round.text;
            change.fixed += round.applied;
        }
        if !any {
            return (checked, changes, true);
        }
        let files = report(&checked).files.len();
        checked = check(checked, &changes);
        if report(&checked).files.len() != files {
            // One could not be read again, and the places are no longer those of the changes.
            changes.clear();
            return (checked, changes, true);
        }
        if idle >= PATIENCE {
            return (checked, changes, false);
        }
    }
}

/// The same for inputs in memory, each a name and its bytes.
pub fn mend_inputs(
    mut inputs: Vec<(String, Vec<u8>)>,
    surroundings: &Surroundings,
    settings: &Settings,
    level: Level,
) -> (Report, Changes) {
    let first = crate::check(inputs.clone(), surroundings, settings);
    let (report, changes, _) = mend(
        first,
        level,
        |report| report,
        |_, changes| {
            for (index, change) in changes {
                if let Some((_, bytes)) = inputs.get_mut(*index) {
                    *bytes = change.after.clone().into_bytes();
                }
            }
            crate::check(inputs.clone(), surroundings, settings)
        },
    );
    (report, changes)
}

/// A text with fixes applied.
pub struct Round {
    /// The text.
    pub text: String,
    /// How many findings' fixes are in it.
    pub applied: usize,
}

/// Applies as many of the findings' fixes as go together. `None` when there are none that can be applied.
pub fn apply(source: &Decoded, findings: &[Diagnostic], level: Level) -> Option<Round> {
    if !source.takes_fixes() {
        return None;
    }
    let chosen = choose(findings, level);
    if chosen.is_empty() {
        return None;
    }
    let sound = Sound::of(&source.text);
    let kept = sound.subset(&source.text, &chosen);
    let text = rewrite(&source.text, &kept);
    (text != source.text).then_some(Round {
        text,
        applied: kept.len(),
    })
}

/// The wanted fixes, without those that come twice, and without those that touch what an earlier one changes.
fn choose(findings: &[Diagnostic], level: Level) -> Vec<&Fix> {
    let mut chosen: Vec<&Fix> = Vec::new();
    // What is taken, by start; spans do not overlap, so one look to each side is enough.
    let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
    let mut known: HashSet<Vec<(u32, u32, &str)>> = HashSet::new();
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    for fix in fixes.filter(|fix| level.takes(fix) && !fix.edits.is_empty()) {
        let key = |edit: &Edit| (edit.span.start, edit.span.end);
        let edits: Vec<_> = fix
            .edits
            .iter()
            .map(|edit| (edit.span.start, edit.span.end, edit.text.as_str()))
            .collect();
        let free = fix.edits.iter().all(|edit| is_free(&taken, key(edit)));
        if free && known.insert(edits) {
            taken.extend(fix.edits.iter().map(key));
            chosen.push(fix);
        }
    }
    chosen
}

/// Whether no taken span shares a byte with this one. Of two insertions at one place, or an insertion at the
/// edge of a replacement, nobody can say which comes first.
fn is_free(taken: &BTreeMap<u32, u32>, (start, end): (u32, u32)) -> bool {
    let meets = |(&from, &to): (&u32, &u32)| {
        let touch = (from == to || start == end) && (from <= end && start <= to);
        touch || (from < end && start < to)
    };
    let before = taken.range(..=start).next_back().is_some_and(meets);
    !before
        && !taken
            .range(start..)
            .take_while(|(from, _)| **from <= end)
            .any(meets)
}

/// The text with the edits of the fixes.
fn rewrite(text: &str, fixes: &[&Fix]) -> String {
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        let Some(kept) = text.get(at..range.start).filter(|_| range.end <= text.len()) else {
            continue; // not an edit of this text
        };
        out.push_str(kept);
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// How well a text reads.
#[derive(Clone, Copy)]
struct Sound {
    documents: usize,
    errors: usize,
    losses: usize,
}

impl Sound {
    fn of(text: &str) -> Sound {
        let mut tree = Tree::default();
        yaml::parse(text, &[], &mut tree);
        let count = |has: fn(&yaml::Chunk) -> bool| tree.chunks.iter().filter(|chunk| has(chunk)).count();
        Sound {
            documents: count(|chunk| chunk.root.is_some()),
            errors: count(|chunk| chunk.error.is_some()),
            losses: count(|chunk| !chunk.losses.is_empty()),
        }
    }

    fn admits(self, after: Sound) -> bool {
        after.documents >= self.documents && after.errors <= self.errors && after.losses <= self.losses
    }

    /// Those fixes that leave the text as sound as it is: all of them, or what is found by halves.
    fn subset<'f>(self, text: &str, fixes: &[&'f Fix]) -> Vec<&'f Fix> {
        let fits = |fixes: &[&Fix]| self.admits(Sound::of(&rewrite(text, fixes)));
        if fixes.is_empty() || fits(fixes) {
            return fixes.to_vec();
        }
        if fixes.len() == 1 {
            return Vec::new();
        }
        let (left, right) = fixes.split_at(fixes.len() / 2);
        let (mut left, right) = (self.subset(text, left), self.subset(text, right));
        let both = [&left[..], &right[..]].concat();
        if fits(&both) {
            return both;
        }
        if left.is_empty() {
            left = right;
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::RuleId;
    use crate::source::{Span, decode};

    fn finding(safe: bool, edits: &[(u32, u32, &str)]) -> Diagnostic {
        let edits: Vec<Edit> = edits
            .iter()
            .map(|(start, end, text)| Edit {
                span: Span::new(*start, *end),
                text: text.to_string(),
            })
            .collect();
        let span = edits[0].span;
        Diagnostic {
            fix: Some(Fix {
                title: String::new(),
                safe,
                edits,
            }),
            ..Diagnostic::new(RuleId(0), 0, span, "")
        }
    }

    fn applied(text: &str, findings: &[Diagnostic], level: Level) -> Option<(String, usize)> {
        apply(&decode(text.into()), findings, level).map(|round| (round.text, round.applied))
    }

    #[test]
    fn edits_that_meet_wait_for_the_next_round() {
        let some = |text: &str, n| Some((text.to_string(), n));
        let first = finding(true, &[(0, 1, "x")]);
        for (other, text, n) in [
            (finding(true, &[(0, 2, "yy")]), "xb: 1\n", 1),
            (finding(true, &[(1, 1, "y")]), "xb: 1\n", 1),
            (finding(true, &[(1, 2, "y")]), "xy: 1\n", 2),
            (finding(true, &[(4, 5, "2"), (0, 1, "z")]), "xb: 1\n", 1),
            (first.clone(), "xb: 1\n", 1),
        ] {
            assert_eq!(
                applied("ab: 1\n", &[first.clone(), other], Level::Safe),
                some(text, n)
            );
        }
    }

    #[test]
    fn unsafe_fixes_are_asked_for() {
        let findings = [finding(false, &[(0, 1, "x")])];
        assert_eq!(applied("a: 1\n", &findings, Level::Safe), None);
        assert_eq!(
            applied("a: 1\n", &findings, Level::Unsafe),
            Some(("x: 1\n".into(), 1))
        );
    }

    #[test]
    fn a_fix_that_breaks_the_text_is_dropped_and_others_are_not() {
        let findings = [
            finding(true, &[(0, 1, "x")]),
            finding(true, &[(3, 4, "[")]),
            finding(true, &[(5, 6, "z")]),
        ];
        assert_eq!(
            applied("a: 1\nb: 2\n", &findings, Level::Safe),
            Some(("x: 1\nz: 2\n".into(), 2))
        );
        let swallows = [finding(true, &[(5, 8, "# -")])];
        assert_eq!(applied("a: 1\n---\nb: 2\n", &swallows, Level::Safe), None);
    }

    /// A report of a text with one finding, whose fix writes `other` in its first place.
    fn report(text: &str, other: &str) -> Report {
        let inputs = vec![("a.yaml".to_string(), text.into())];
        let mut report = crate::check(inputs, &Surroundings::default(), &Settings::default());
        report.files[0].source = Some(crate::report::Source::new(decode(text.into())));
        report.files[0].diagnostics = vec![finding(true, &[(0, 1, other)])];
        report
    }

    #[test]
    fn fixes_that_undo_each_other_are_given_up() {
        let mut rounds = 0;
        let (_, changes, ended) = mend(
            report("a: 1\n", "b"),
            Level::Safe,
            |report| report,
            |_, changes| {
                rounds += 1;
                let text = &changes[&0].after;
                report(text, if text.starts_with('a') { "b" } else { "a" })
            },
        );
        assert!(!ended && rounds <= PATIENCE + 1, "{rounds}");
        assert_eq!(changes[&0].fixed, rounds);
    }

    #[test]
    fn what_is_no_utf_8_is_left_alone() {
        let findings = [finding(true, &[(0, 1, "x")])];
        let utf_16 = b"\xff\xfea\0:\0 \x001\0".to_vec();
        assert!(apply(&decode(utf_16), &findings, Level::Safe).is_none());
        assert!(apply(&decode(b"a: \xff".to_vec()), &findings, Level::Safe).is_none());
    }
}
