//! How often each rule found something.

use serde::Serialize;
use std::borrow::Cow;

use super::{FileReport, Report, count};
use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::source::Encoding;

/// What one rule found in a run.
#[derive(Clone, Debug)]
pub struct RuleCount {
    /// The rule.
    pub rule: RuleId,
    /// The worst severity it was reported with.
    pub severity: Severity,
    /// How many findings.
    pub count: usize,
    /// In how many files.
    pub files: usize,
    /// How many of the findings come with a safe fix.
    pub safe: usize,
    /// How many come with a fix that needs a look.
    pub needs_look: usize,
}

/// The rules that found something, the most frequent first.
pub fn statistics(
    report: &Report,
    shown: impl Fn(&FileReport) -> Vec<Cow<'_, Diagnostic>>,
) -> Vec<RuleCount> {
    let mut counts: Vec<RuleCount> = Vec::new();
    let mut last_file: Vec<usize> = Vec::new();
    for (number, file) in report.files.iter().enumerate() {
        let source = file.source.as_deref();
        let offers_fixes = source.is_some_and(|source| source.decoded().encoding == Encoding::Utf8);
        for diagnostic in shown(file) {
            let known = counts.iter().position(|count| count.rule == diagnostic.rule);
            let index = known.unwrap_or(counts.len());
            if known.is_none() {
                counts.push(RuleCount {
                    rule: diagnostic.rule,
                    severity: diagnostic.severity,
                    count: 0,
                    files: 0,
                    safe: 0,
                    needs_look: 0,
                });
                last_file.push(usize::MAX);
            }
            let (Some(counted), Some(last)) = (counts.get_mut(index), last_file.get_mut(index)) else {
                continue;
            };
            counted.count += 1;
            counted.severity = counted.severity.max(diagnostic.severity);
            counted.files += usize::from(*last != number);
            *last = number;
            if let Some(fix) = diagnostic.fix.as_ref().filter(|_| offers_fixes) {
                *if fix.safe {
                    &mut counted.safe
                } else {
                    &mut counted.needs_look
                } += 1;
            }
        }
    }
    counts.sort_by(|a, b| b.count.cmp(&a.count).then(a.rule.cmp(&b.rule)));
    counts
}

/// A row of the statistics in JSON.
#[derive(Serialize)]
pub(super) struct Row {
    rule: &'static str,
    severity: &'static str,
    count: usize,
    files: usize,
    fixable: Fixable,
}

#[derive(Serialize)]
struct Fixable {
    safe: usize,
    r#unsafe: usize,
}

impl From<&RuleCount> for Row {
    fn from(count: &RuleCount) -> Row {
        Row {
            rule: count.rule.rule().id,
            severity: count.severity.as_str(),
            count: count.count,
            files: count.files,
            fixable: Fixable {
                safe: count.safe,
                r#unsafe: count.needs_look,
            },
        }
    }
}

/// A table for people, a rule a line; `paint` may colour the severity.
pub(super) fn table(counts: &[RuleCount], paint: impl Fn(Severity, &str) -> String, out: &mut String) {
    let numbers: Vec<String> = counts
        .iter()
        .map(|row| super::summary::grouped(row.count))
        .collect();
    let wide = numbers.iter().map(String::len).max().unwrap_or(0);
    let rules = counts
        .iter()
        .map(|row| row.rule.rule().id.len())
        .max()
        .unwrap_or(0);
    for (row, number) in counts.iter().zip(&numbers) {
        let severity = row.severity.as_str();
        let mut line = format!(
            "{number:>wide$}  {}{}  {:rules$}  in {}",
            paint(row.severity, severity),
            " ".repeat(7_usize.saturating_sub(severity.len())),
            row.rule.rule().id,
            count(row.files, "file"),
        );
        let fixable: Vec<String> = [(row.safe, "fixable"), (row.needs_look, "fixable with care")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, how)| format!("{} {how}", super::summary::grouped(*n)))
            .collect();
        if !fixable.is_empty() {
            line.push_str(&format!("; {}", fixable.join(", ")));
        }
        out.push_str(&line);
        out.push('\n');
    }
}
