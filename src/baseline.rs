//! Known findings, written down so that new ones stand out: a file of fingerprints, which hold names and never a
//! value.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::report::fingerprint::fingerprints;

/// What a known finding is known by. The file's path is seen from the folder of the baseline.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Known {
    /// The file.
    pub file: String,
    /// The object, as [`Fingerprint::object`](crate::report::fingerprint::Fingerprint::object).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// The rule.
    pub rule: String,
    /// The field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
}

/// The known findings, and how often each is there.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Baseline {
    known: BTreeMap<Known, u32>,
}

#[derive(Deserialize)]
struct Whole {
    version: u32,
    findings: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    known: Known,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    count: u32,
}

fn once() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde asks
fn is_once(count: &u32) -> bool {
    *count == 1
}

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// Says what is wrong with it, without quoting it.
    pub fn read(text: &str) -> Result<Baseline, String> {
        let whole: Whole = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            // --write-baseline overwrites nobody's work.
            let advice = if Baseline::was_meant(text) {
                "write it anew with --write-baseline"
            } else {
                "remove it and write one with --write-baseline, or name another file"
            };
            format!(
                "is no baseline of kubeproof (line {}, column {}); {advice}",
                error.line(),
                error.column()
            )
        })?;
        if whole.version != 1 {
            return Err(format!(
                "is of version {}, and this kubeproof reads version 1; write it anew with --write-baseline",
                whole.version
            ));
        }
        let mut baseline = Baseline::default();
        for row in whole.findings.into_iter().filter(|row| row.count > 0) {
            let count = baseline.known.entry(row.known).or_insert(0);
            *count = count.saturating_add(row.count);
        }
        Ok(baseline)
    }

    /// Whether a text that is no baseline was one, or was to be one: it is empty, or begins as they do.
    pub fn was_meant(text: &str) -> bool {
        let text = text.trim_start_matches('\u{feff}').trim();
        let begins = |rest: &str| rest.starts_with("\"version\"") || rest.starts_with("\"findings\"");
        text.is_empty()
            || text
                .strip_prefix('{')
                .is_some_and(|rest| begins(rest.trim_start()))
    }

    /// The file's text: one finding a line, sorted, so that a change shows as few lines.
    pub fn text(&self) -> String {
        let mut out = String::from("{\"version\": 1,\n\"findings\": [");
        for (i, (known, count)) in self.known.iter().enumerate() {
            let row = Row {
                known: known.clone(),
                count: *count,
            };
            // Texts and numbers always serialise.
            let row = serde_json::to_string(&row).unwrap_or_default();
            let _ = write!(out, "{}\n{row}", if i > 0 { "," } else { "" });
        }
        out.push_str("\n]}\n");
        out
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.known.values().map(|count| *count as usize).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds the findings of a report; `name` says how the baseline names a file.
    pub fn add(&mut self, report: &Report, name: impl Fn(&str) -> String) {
        for file in report.files.iter().filter(|file| !file.diagnostics.is_empty()) {
            let named = name(&file.name);
            for one in fingerprints(file) {
                let known = Known {
                    file: named.clone(),
                    object: one.object,
                    rule: one.rule.to_string(),
                    at: one.at,
                };
                *self.known.entry(known).or_insert(0) += 1;
            }
        }
    }

    /// Takes over from another baseline what `keep` says.
    pub fn keep(&mut self, other: &Baseline, keep: impl Fn(&Known) -> bool) {
        for (known, count) in &other.known {
            if keep(known) {
                *self.known.entry(known.clone()).or_insert(0) += count;
            }
        }
    }

    /// Sets the known findings of a report aside. What is left in the baseline is no longer found.
    pub fn take(&mut self, report: &mut Report, name: impl Fn(&str) -> String) {
        for file in report
            .files
            .iter_mut()
            .filter(|file| !file.diagnostics.is_empty())
        {
            let named = name(&file.name);
            let fingerprints = fingerprints(file);
            let mut kept = Vec::with_capacity(file.diagnostics.len());
            for (one, finding) in fingerprints.into_iter().zip(file.diagnostics.drain(..)) {
                let known = Known {
                    file: named.clone(),
                    object: one.object,
                    rule: one.rule.to_string(),
                    at: one.at,
                };
                match self.known.get_mut(&known) {
                    Some(count) => {
                        *count -= 1;
                        if *count == 0 {
                            self.known.remove(&known);
                        }
                        file.known.push(finding);
                    }
                    None => kept.push(finding),
                }
            }
            file.diagnostics = kept;
        }
    }

    /// The known findings that `is_gone` says are gone.
    pub fn gone(&self, is_gone: impl Fn(&Known) -> bool) -> usize {
        let gone = self.known.iter().filter(|(known, _)| is_gone(known));
        gone.map(|(_, count)| *count as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut baseline = Baseline::default();
        assert_eq!(Baseline::read(&baseline.text()).as_ref(), Ok(&baseline));
        for (file, at, count) in [("b.yaml", "", 1), ("a \"quoted\".yaml", "spec.x[é]", 3)] {
            let known = Known {
                file: file.into(),
                object: String::new(),
                rule: "a/b".into(),
                at: at.into(),
            };
            baseline.known.insert(known, count);
        }
        assert_eq!(Baseline::read(&baseline.text()).as_ref(), Ok(&baseline));
        assert_eq!(baseline.len(), 4);
        assert!(
            baseline
                .text()
                .lines()
                .nth(2)
                .is_some_and(|line| line.contains("quoted"))
        );
        for text in [
            "",
            "[]",
            "{\"version\": 2, \"findings\": []}",
            "{\"version\": 1, \"findings\": [{}]}",
            "\0",
        ] {
            assert!(Baseline::read(text).is_err(), "{text}");
        }
        let none = "{\"version\": 1, \"findings\": [{\"file\": \"a\", \"rule\": \"b\", \"count\": 0}]}";
        let mut report = Report::new(crate::version::KubeVersion::DEFAULT);
        let mut read = Baseline::read(none).expect("a baseline");
        read.take(&mut report, str::to_string);
        assert_eq!(read.len(), 0);
    }
}
