//! How many findings of one rule are told of a file. A definition with thousands of rules, over thousands of items that
//! break each, comes to more than memory has; nobody reads so many, but how many there are is told.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, RuleId};

/// With more of one rule, only the first of each object is told, without which the object would look well.
pub(crate) const MOST: u32 = 10_000;

/// The findings of a file so far, rule by rule.
#[derive(Debug, Default)]
pub(crate) struct Ceiling(BTreeMap<RuleId, Told>);

#[derive(Debug, Default)]
struct Told {
    count: u32,
    /// The document and the object of the last finding that was told.
    last: Option<(u32, Option<u32>)>,
    more: u64,
    /// Stands where the first is that is not told.
    note: Option<Diagnostic>,
}

impl Ceiling {
    /// Whether one more finding is told. It is counted either way.
    pub(crate) fn takes(&mut self, finding: &Diagnostic) -> bool {
        let told = self.0.entry(finding.rule).or_default();
        let about = Some((finding.document, finding.object));
        if told.count < MOST || told.last != about {
            told.count += 1;
            told.last = about;
            return true;
        }
        told.more += 1;
        told.note.get_or_insert_with(|| Diagnostic {
            severity: finding.severity,
            object: finding.object,
            ..Diagnostic::new(finding.rule, finding.document, finding.span, "")
        });
        false
    }

    /// Counts one that is not told.
    pub(crate) fn count(&mut self, rule: RuleId) {
        self.0.entry(rule).or_default().more += 1;
    }

    /// Whether no more findings of a rule are told of an object, as was told already.
    pub(crate) fn is_reached(&self, rule: RuleId, document: u32, object: Option<u32>) -> bool {
        let told = self.0.get(&rule);
        told.is_some_and(|told| told.note.is_some() && told.last == Some((document, object)))
    }

    /// Counts those that another one left out.
    fn add(&mut self, other: Ceiling) {
        for (rule, other) in other.0 {
            let told = self.0.entry(rule).or_default();
            told.more += other.more;
            told.note = told.note.take().or(other.note);
        }
    }

    /// What tells how many were left out.
    fn notes(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_values().filter_map(|told| {
            let note = told.note?;
            let finding = if told.more == 1 { "finding" } else { "findings" };
            Some(Diagnostic {
                message: format!("there are {} more {finding} of this rule in this file", told.more),
                help: Some("mend those that are told, and check again".into()),
                ..note
            })
        })
    }
}

/// Leaves out what is too much; `left_out` was so before.
pub(crate) fn apply(found: &mut Vec<Diagnostic>, left_out: Ceiling) {
    // In nearly all files there is nothing to count.
    if found.len() <= MOST as usize && left_out.0.values().all(|told| told.more == 0) {
        return;
    }
    let mut ceiling = Ceiling::default();
    found.retain(|finding| ceiling.takes(finding));
    ceiling.add(left_out);
    found.extend(ceiling.notes());
}
