//! Which faults follow from others: a field that is misspelt is missed where it belongs, and what has a wrong type is
//! judged as if it were empty. The server names them all, or the first stage of them; people want to hear of the cause.

use crate::context::{Cause, Cx, MOST_CAUSES, Reach};
use crate::diagnostic::{Diagnostic, ErrorType, Refusal, Stage};
use crate::hash::HashMap;
use crate::source::Span;

/// Fields with longer paths are left alone: they would cost more than they tell.
const LONGEST: usize = 1_024;
/// As many misspelt fields of one holder are compared with what is said of it.
const MOST_IN_ONE: usize = 8;

/// Notes of each finding of a document which fault it follows from; `start` is the first of them.
pub fn mark_following(start: usize, cx: &mut Cx<'_>) {
    let mut causes = std::mem::take(&mut cx.causes);
    let found = cx.found.get_mut(start..).unwrap_or_default();
    let rest = MOST_CAUSES.saturating_sub(causes.len());
    causes.extend(
        found
            .iter()
            .filter_map(refused)
            .filter_map(leaves_open)
            .take(rest),
    );
    if causes.is_empty() {
        return; // nearly always
    }
    let causes = Causes::of(&causes);
    for finding in found {
        // What it was said to follow from may follow from another fault itself.
        let behind = refused(finding).and_then(|(finding, refusal)| causes.behind(finding, refusal));
        finding.follows = behind.or(finding.follows);
    }
}

/// A field of an object.
type Key<'c> = (Option<u32>, &'c str);

/// Where faults are told that others follow from, by the fields that they leave in doubt.
#[derive(Default)]
struct Causes<'c> {
    inside: HashMap<Key<'c>, Span>,
    field: HashMap<Key<'c>, Span>,
    /// By what holds the field, with its name.
    holder: HashMap<Key<'c>, Vec<(Span, &'c str)>>,
}

impl<'c> Causes<'c> {
    fn of(causes: &'c [Cause]) -> Causes<'c> {
        let mut all = Causes::default();
        for cause in causes.iter().filter(|cause| cause.field.len() <= LONGEST) {
            let key = (cause.object, &*cause.field);
            if cause.reach != Reach::Itself {
                all.inside.entry(key).or_insert(cause.span);
            }
            if cause.reach != Reach::Inside {
                all.field.entry(key).or_insert(cause.span);
            }
            if cause.reach == Reach::Holder {
                let holder = holders(key.1).last().unwrap_or_default();
                let name = key
                    .1
                    .get(holder.len()..)
                    .unwrap_or_default()
                    .trim_start_matches('.');
                let there = all.holder.entry((cause.object, holder)).or_default();
                if there.len() < MOST_IN_ONE {
                    there.push((cause.span, name));
                }
            }
        }
        all
    }

    /// The place of the fault that a finding follows from.
    fn behind(&self, finding: &Diagnostic, refusal: &Refusal) -> Option<Span> {
        let field = &*refusal.field;
        if field.len() > LONGEST {
            return None;
        }
        let (object, key) = (finding.object, (finding.object, field));
        let around = || holders(field).find_map(|holder| self.inside.get(&(object, holder)));
        let cause = around().or_else(|| self.field.get(&key)).copied();
        let cause = cause.or_else(|| self.missed(finding, key));
        // One of two has to be there.
        let beside = || {
            let holder = holders(field).last();
            let holder = holder.filter(|_| refusal.kind == ErrorType::Required)?;
            self.missed(finding, (object, holder))
        };
        cause.or_else(beside)
    }
}

impl Causes<'_> {
    /// The place of a misspelt field of a holder, where a finding names the field that was meant.
    fn missed(&self, finding: &Diagnostic, holder: Key<'_>) -> Option<Span> {
        let mut there = self.holder.get(&holder)?.iter();
        there
            .find(|(_, name)| names(finding, name))
            .map(|(span, _)| *span)
    }
}

/// Whether a finding names a field, in what is wrong or in what to do.
fn names(finding: &Diagnostic, field: &str) -> bool {
    let texts = [Some(&finding.message), finding.help.as_ref()];
    let quoted = |text: &String| text.split('`').skip(1).step_by(2).any(|word| word == field);
    texts.into_iter().flatten().any(quoted)
}

/// What the server refuses once it has read the object.
fn refused(finding: &Diagnostic) -> Option<(&Diagnostic, &Refusal)> {
    let refusal = finding.refusal.as_ref()?;
    (refusal.stage == Stage::Validation).then_some((finding, refusal))
}

/// What is to be removed takes with it what is in it.
fn leaves_open((finding, refusal): (&Diagnostic, &Refusal)) -> Option<Cause> {
    // Of a schema whose rules cost too much, the rules are to be changed.
    let is_schema = refusal.field.ends_with("openAPIV3Schema");
    let to_be_removed = refusal.kind == ErrorType::Forbidden && refusal.field.len() <= LONGEST && !is_schema;
    to_be_removed.then(|| Cause {
        object: finding.object,
        span: finding.span,
        field: refusal.field.clone(),
        reach: Reach::Inside,
    })
}

/// The fields around another, the outermost first.
fn holders(field: &str) -> impl DoubleEndedIterator<Item = &str> {
    let steps = field
        .char_indices()
        .filter(|(at, c)| *at > 0 && matches!(c, '.' | '['));
    steps.map(|(at, _)| &field[..at])
}
