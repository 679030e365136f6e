//! The numbers of a run, and the lines that tell them.

use super::{FileReport, Fixed};
use crate::manifest::Skip;
use crate::version::KubeVersion;

/// The numbers of a run.
#[derive(Default)]
pub struct Summary<'r> {
    /// Files read.
    pub files: usize,
    /// Objects judged.
    pub objects: usize,
    /// Files with findings.
    pub with_findings: usize,
    /// Findings by severity.
    pub errors: usize,
    /// See `errors`.
    pub warnings: usize,
    /// See `errors`.
    pub infos: usize,
    /// Errors that follow from others, which people are not told.
    pub following: usize,
    /// Findings that comments keep back.
    pub suppressed: usize,
    /// Findings that a baseline lists.
    pub known: usize,
    /// Custom resources whose definition is not among what was read: of them only metadata was judged.
    pub undefined: usize,
    /// What was left alone, by reason.
    pub skipped: Vec<Skipped<'r>>,
    /// Findings with a safe fix.
    pub fixable: usize,
    /// Findings with a fix that needs a look.
    pub fixable_unsafely: usize,
    /// What was fixed before.
    pub fixed: Option<Fixed>,
    pub(super) kubes: &'r [KubeVersion],
}

/// Documents left alone for one reason.
pub struct Skipped<'r> {
    /// The reason.
    pub reason: Skip,
    /// How many.
    pub documents: usize,
    /// The files that hold them.
    pub files: Vec<&'r FileReport>,
}

impl Summary<'_> {
    /// One line for people: `3 errors, 2 warnings in 2 of 14 files (31 objects; 4 documents skipped: …)`.
    pub fn line(&self) -> String {
        let found: Vec<String> = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.infos, "info"),
        ]
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| count(*n, noun))
        .collect();
        let files = count(self.files, "file");
        let objects = count(self.objects, "object");
        let parts = [
            self.following_part(),
            self.undefined_part(),
            self.held_back_part(),
            self.skipped_part(),
        ];
        let skipped: String = parts.iter().flatten().map(|part| format!("; {part}")).collect();
        if !found.is_empty() {
            let found = found.join(", ");
            format!(
                "{found} in {} of {files} ({objects}{skipped})",
                self.with_findings
            )
        } else if self.objects > 0 {
            let kubes: Vec<String> = self.kubes.iter().map(ToString::to_string).collect();
            let kubes = kubes.join(" and ");
            format!("Nothing found in {files} ({objects} judged by Kubernetes {kubes}{skipped})")
        } else {
            format!("Nothing to judge{}", self.place())
        }
    }

    /// What was fixed and what can be: `Fixed 3 findings in 2 files; 1 more can be fixed with --unsafe-fixes`.
    pub fn fixes(&self) -> Option<String> {
        let safe = |n: usize| format!("{} can be fixed with --fix", grouped(n));
        let with_unsafe =
            |n: usize, more: &str| format!("{}{more} can be fixed with --fix --unsafe-fixes", grouped(n));
        let Some(fixed) = self.fixed else {
            return match (self.fixable, self.fixable_unsafely) {
                (0, 0) => None,
                (n, 0) => Some(safe(n)),
                (0, n) => Some(with_unsafe(n, "")),
                (n, m) => Some(format!("{}, {}", safe(n), with_unsafe(m, " more"))),
            };
        };
        let done = match fixed.findings {
            0 => "Fixed nothing".to_string(),
            n => format!("Fixed {} in {}", count(n, "finding"), count(fixed.files, "file")),
        };
        Some(match self.fixable_unsafely {
            0 => done,
            _ if fixed.unsafe_too => done,
            n => format!("{done}; {} more can be fixed with --unsafe-fixes", grouped(n)),
        })
    }

    /// Whether nothing was found, though something was judged.
    pub fn is_clean(&self) -> bool {
        self.objects > 0 && self.with_findings == 0
    }

    /// ` in 14 files (4 documents skipped: 2 templates, 2 kustomizations)`.
    pub fn place(&self) -> String {
        format!(" in {}{}", count(self.files, "file"), self.skips())
    }

    /// ` (4 documents skipped: 2 templates, 2 kustomizations)`, or nothing.
    pub fn skips(&self) -> String {
        let part = self.skipped_part().map(|part| format!(" ({part})"));
        part.unwrap_or_default()
    }

    /// `2 more errors follow from these`.
    fn following_part(&self) -> Option<String> {
        let verb = if self.following == 1 { "follows" } else { "follow" };
        let what = || count(self.following, "more error");
        let cause = if self.errors == 1 { "it" } else { "these" };
        (self.following > 0).then(|| format!("{} {verb} from {cause}", what()))
    }

    /// `2 custom resources judged by metadata only`.
    fn undefined_part(&self) -> Option<String> {
        let what = || count(self.undefined, "custom resource");
        (self.undefined > 0).then(|| format!("{} judged by metadata only", what()))
    }

    /// `3 suppressed, 20 in the baseline`.
    fn held_back_part(&self) -> Option<String> {
        let parts: Vec<String> = [(self.suppressed, "suppressed"), (self.known, "in the baseline")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{} {what}", grouped(*n)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// `4 documents skipped: 2 templates, 2 kustomizations`. Blank documents do not count for people.
    fn skipped_part(&self) -> Option<String> {
        let skipped: Vec<&Skipped<'_>> = self.skipped.iter().filter(|s| s.reason != Skip::Empty).collect();
        if skipped.is_empty() {
            return None;
        }
        let all: usize = skipped.iter().map(|s| s.documents).sum();
        let reasons: Vec<String> = skipped
            .iter()
            .map(|s| format!("{} {}", grouped(s.documents), plural(s.reason, s.documents)))
            .collect();
        Some(format!(
            "{} skipped: {}",
            count(all, "document"),
            reasons.join(", ")
        ))
    }
}

fn plural(reason: Skip, n: usize) -> &'static str {
    match (reason, n) {
        (Skip::Empty, _) => "empty",
        (Skip::Template, 1) => "template",
        (Skip::Template, _) => "templates",
        (Skip::Kustomization, 1) => "kustomization",
        (Skip::Kustomization, _) => "kustomizations",
        (Skip::Patch, 1) => "patch",
        (Skip::Patch, _) => "patches",
        (Skip::HelmChart, 1) => "file of a Helm chart",
        (Skip::HelmChart, _) => "files of Helm charts",
        (Skip::TestFile, 1) => "test tool's file",
        (Skip::TestFile, _) => "test tools' files",
        (Skip::Config, 1) => "configuration",
        (Skip::Config, _) => "configurations",
        (Skip::NotAnObject, _) => "without apiVersion and kind",
    }
}

/// `1 file`, `1,234 files`.
pub fn count(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// `1,234`.
pub(super) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
