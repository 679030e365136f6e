//! The findings as people are shown them: what one mend makes go is told once.

use std::borrow::Cow;

use super::FileReport;
use crate::diagnostic::{Diagnostic, ErrorType, Severity, Stage};
use crate::quote::listed;

/// As many findings of one place are compared with each other.
const MOST: usize = 64;

/// As many findings are looked through for the one that another follows from.
const MOST_THERE: usize = 1_024;

/// The findings of a file without those that a reader could not tell apart, those that follow from another, and those
/// that the same mend makes go.
pub(super) fn for_people(file: &FileReport) -> Vec<Cow<'_, Diagnostic>> {
    let numbered = numbered_for_people(file).into_iter();
    numbered.map(|(_, diagnostic)| diagnostic).collect()
}

/// The findings of a file, each as it is.
pub(super) fn as_they_stand(file: &FileReport) -> Vec<Cow<'_, Diagnostic>> {
    file.diagnostics.iter().map(Cow::Borrowed).collect()
}

/// [`for_people`], each with its index among the findings of the file.
pub(super) fn numbered_for_people(file: &FileReport) -> Vec<(usize, Cow<'_, Diagnostic>)> {
    let mut told: Vec<(usize, &Diagnostic)> = Vec::with_capacity(file.diagnostics.len());
    for (index, diagnostic) in file.diagnostics.iter().enumerate() {
        if follows(diagnostic, &file.diagnostics) {
            continue;
        }
        // They are sorted by span, so that those of one place are near.
        let near = told.iter_mut().rev().take(MOST);
        let mut near = near.take_while(|(_, other)| other.span == diagnostic.span);
        match near.find_map(|one| Some((says_as_much(one.1, diagnostic)?, one))) {
            None => told.push((index, diagnostic)),
            Some((Better::Second, first)) => *first = (index, diagnostic),
            Some((Better::First, _)) => {}
        }
    }
    let mut shown: Vec<Shown<'_>> = Vec::with_capacity(told.len());
    for (index, finding) in told {
        let near = shown.iter_mut().rev().take(MOST);
        let mut near = near.take_while(|other| other.finding.span == finding.span);
        match near.find(|other| lacks_as_well(other.finding, finding)) {
            Some(first) => first.others.push(finding),
            None => shown.push(Shown {
                index,
                finding,
                others: Vec::new(),
            }),
        }
    }
    let whole = shown.into_iter().map(|one| {
        let finding = match one.others.is_empty() {
            true => Cow::Borrowed(one.finding),
            false => Cow::Owned(all_missing(one.finding, &one.others)),
        };
        (one.index, finding)
    });
    whole.collect()
}

/// A finding that people are shown.
struct Shown<'r> {
    /// Its index among those of the file.
    index: usize,
    finding: &'r Diagnostic,
    /// What else its holder lacks.
    others: Vec<&'r Diagnostic>,
}

/// Whether two findings say what one holder lacks, and nothing else.
fn lacks_as_well(one: &Diagnostic, other: &Diagnostic) -> bool {
    let is_it = |of: &Diagnostic| of.only_missing && of.label.is_none() && of.related.is_empty();
    let (holder, others) = (field_of(one).0, field_of(other).0);
    is_it(one) && is_it(other) && one.object == other.object && one.rule == other.rule && holder == others
}

/// The field that a finding is about: its holder, and its name.
fn field_of(finding: &Diagnostic) -> (&str, &str) {
    let field = finding.refusal.as_ref().map_or("", |refusal| &refusal.field);
    field.rsplit_once('.').unwrap_or(("", field))
}

/// What several findings say is missing, in one.
fn all_missing(first: &Diagnostic, others: &[&Diagnostic]) -> Diagnostic {
    let all = std::iter::once(first).chain(others.iter().copied());
    let names: Vec<&str> = all.map(|one| field_of(one).1).collect();
    let list = listed(&names, "and");
    let same = others.iter().all(|other| other.help == first.help);
    Diagnostic {
        message: format!("{list} are required"),
        help: if same {
            first.help.clone()
        } else {
            Some(format!("add {list}"))
        },
        ..first.clone()
    }
}

/// How many findings of a file follow from others that are told.
pub(super) fn following(file: &FileReport) -> usize {
    let all = file.diagnostics.iter();
    all.filter(|one| follows(one, &file.diagnostics)).count()
}

/// Whether a fault is told from which another one follows. `sorted` are the findings of the file.
fn follows(diagnostic: &Diagnostic, sorted: &[Diagnostic]) -> bool {
    let Some(cause) = diagnostic.follows else {
        return false;
    };
    let first = sorted.partition_point(|other| other.span.start < cause.start);
    let there = sorted.iter().skip(first);
    there
        .take(MOST_THERE)
        .take_while(|other| other.span.start <= cause.end)
        .any(|other| {
            let is_within = other.span.end <= cause.end;
            is_within && other.follows.is_none() && other.severity == Severity::Error
        })
}

/// Which of two findings is told.
enum Better {
    First,
    Second,
}

/// Which of two findings of one place tells of both, if one does.
fn says_as_much(first: &Diagnostic, second: &Diagnostic) -> Option<Better> {
    if first.severity != second.severity || first.object != second.object || lacks_as_well(first, second) {
        return None;
    }
    let says = |one: &Diagnostic| (one.rule, one.help.clone(), one.label.clone());
    if first.message == second.message && says(first) == says(second) && first.related == second.related {
        return Some(Better::First);
    }
    let (Some(one), Some(other)) = (&first.refusal, &second.refusal) else {
        return None;
    };
    if one.stage != Stage::Validation || other.stage != Stage::Validation {
        return None;
    }
    let is_same = one.field == other.field;
    if is_same {
        // What is missing has other faults as well, which go once it is there.
        match (one.kind == ErrorType::Required, other.kind == ErrorType::Required) {
            (true, _) => return Some(Better::First),
            (_, true) => return Some(Better::Second),
            _ if one.kind == ErrorType::NotSupported && other.kind == one.kind => return Some(Better::First),
            _ => {}
        }
    }
    // Of several fields one mend is the same only where it says which.
    let mend = first.help.as_ref().filter(|help| is_same || help.contains('`'))?;
    if Some(mend) != second.help.as_ref() || first.related != second.related {
        return None;
    }
    Some(
        match other.kind == ErrorType::Required && one.kind != ErrorType::Required {
            true => Better::Second,
            false => Better::First,
        },
    )
}
