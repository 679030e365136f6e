//! What a run found, and the formats it is printed in: one file each, one trait.

mod concise;
mod diff;
mod excerpt;
pub mod fingerprint;
mod github;
mod gitlab;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod place;
mod sarif;
mod sarif_rules;
mod statistics;
mod text;
mod touched;

pub use concise::Concise;
pub use diff::unified;
pub use github::Github;
pub use gitlab::Gitlab;
pub use json::Json;
pub(crate) use json::{ObjectRow, PlaceRow, SpanRow};
pub use jsonl::JsonLines;
pub use junit::Junit;
pub use markdown::Markdown;
pub use place::Root;
pub use sarif::Sarif;
pub use statistics::{RuleCount, statistics};
pub use text::{Text, left_alone};
pub use touched::Change;

use std::cell::{Cell, OnceCell};
use std::io;
use std::sync::Arc;

use crate::definitions::Coverage;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Checked, ObjectInfo};
use crate::graph::Role;
use crate::manifest::{File, Skip, Surroundings};
use crate::mask;
use crate::source::{Decoded, LineIndex, Position, Span};
use crate::suppress::Suppressions;
use crate::version::KubeVersion;
use crate::yaml::{self, Tree};

/// A format.
pub trait Printer {
    /// Appends the whole report to `out`.
    fn print(&self, report: &Report, out: &mut String);

    /// Writes the report piece by piece; a format that may grow without bound need not be one text.
    fn stream(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut text = String::new();
        self.print(report, &mut text);
        out.write_all(text.as_bytes())
    }
}

/// What a run found.
#[derive(Debug)]
pub struct Report {
    /// Every input that was read, by name; a file index points in here.
    pub files: Vec<FileReport>,
    /// The version of Kubernetes that was judged by.
    pub kube: KubeVersion,
    /// Which custom resources definitions were at hand for.
    pub coverage: Coverage,
    /// How many findings were fixed before these were found; `None` when nobody asked for fixes.
    pub fixed: Option<Fixed>,
}

/// How much was fixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fixed {
    /// Findings.
    pub findings: usize,
    /// The files they were in.
    pub files: usize,
    /// Whether unsafe fixes were wanted too.
    pub unsafe_too: bool,
}

/// What was found in one file.
#[derive(Debug)]
pub struct FileReport {
    /// The path as the user gave it.
    pub name: String,
    /// The part it plays; files that are not checked have no findings, but other files' may point into them.
    pub role: Role,
    /// The findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings that a comment keeps back; the API server would refuse what they are about all the same.
    pub suppressed: Vec<Diagnostic>,
    /// Findings that a baseline lists.
    pub known: Vec<Diagnostic>,
    /// The comments that keep findings back, until all findings are made.
    pub suppressions: Option<Box<Suppressions>>,
    /// Every object judged.
    pub objects: Vec<ObjectInfo>,
    /// What was left alone, and in which document.
    pub skipped: Vec<(Skip, u32)>,
    /// The text; kept where a finding points into it.
    pub source: Option<Source>,
}

/// A text that findings point into.
#[derive(Debug)]
pub struct Source {
    decoded: Arc<Decoded>,
    lines: OnceCell<LineIndex>,
    last: Cell<Option<(u32, Position)>>,
    last_utf16: Cell<Option<(u32, Position)>>,
    masked: OnceCell<Vec<Span>>,
}

impl Source {
    /// Keeps a text for printing.
    pub fn new(decoded: impl Into<Arc<Decoded>>) -> Source {
        Source {
            decoded: decoded.into(),
            lines: OnceCell::new(),
            last: Cell::new(None),
            last_utf16: Cell::new(None),
            masked: OnceCell::new(),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.decoded.text
    }

    /// How the text was encoded.
    pub fn decoded(&self) -> &Decoded {
        &self.decoded
    }

    /// Line and column of an offset; columns count characters.
    pub fn position(&self, offset: u32) -> Position {
        self.locate(offset, &self.last, |text| text.chars().count())
    }

    /// Line and column of an offset; columns count UTF-16 units.
    pub fn position_utf16(&self, offset: u32) -> Position {
        self.locate(offset, &self.last_utf16, |text| text.encode_utf16().count())
    }

    /// Findings come in the order of the text, so the column is counted on from the last one asked for: a
    /// file that is one long line would otherwise be read from its start for each.
    fn locate(
        &self,
        offset: u32,
        last: &Cell<Option<(u32, Position)>>,
        count: impl Fn(&str) -> usize,
    ) -> Position {
        // A byte order mark has no column.
        let bom = if self.text().starts_with('\u{feff}') { 3 } else { 0 };
        let offset = offset.max(bom);
        let line = self.lines().line(offset);
        let afresh = || self.lines().locate(self.text(), offset, &count);
        let position = match last.get() {
            Some((from, last)) if line == last.line => {
                let (low, high) = (from.min(offset), from.max(offset));
                let between = self.text().get(low as usize..high as usize);
                match between.map(|text| count(text) as u32) {
                    Some(n) if offset >= from => Position {
                        column: last.column + n,
                        ..last
                    },
                    Some(n) if n < last.column => Position {
                        column: last.column - n,
                        ..last
                    },
                    _ => afresh(),
                }
            }
            _ => afresh(),
        };
        last.set(Some((offset, position)));
        position
    }

    /// Where a line lies, counted from 1, without its break. `None` past the last one.
    pub fn line(&self, number: u32) -> Option<Span> {
        (number <= self.lines().lines()).then(|| self.lines().line_span(self.text(), number))
    }

    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.text()))
    }

    /// What must not be shown of it. The tree is long gone, so the text is read once more; few files of a
    /// run are shown, and only some formats show text.
    pub fn masked(&self) -> &[Span] {
        self.masked.get_or_init(|| {
            let mut tree = Tree::default();
            yaml::parse(self.text(), &self.decoded.invalid, &mut tree);
            let file = File::read("", self.text(), &tree, &Surroundings::default(), true);
            mask::spans(&file)
        })
    }
}

impl Report {
    /// A report of no files yet.
    pub fn new(kube: KubeVersion) -> Report {
        Report {
            files: Vec::new(),
            kube,
            fixed: None,
            coverage: Coverage::default(),
        }
    }

    /// Adds what was found in a file, with its text if that is at hand.
    pub fn add(&mut self, name: String, checked: Checked, source: Option<Source>) {
        if let (Some(source), Some(masked)) = (&source, checked.masked) {
            // It is empty: the source is new.
            _ = source.masked.set(masked);
        }
        self.files.push(FileReport {
            name,
            role: Role::Checked,
            diagnostics: checked.diagnostics,
            suppressed: checked.suppressed,
            known: Vec::new(),
            suppressions: checked.suppressions,
            objects: checked.objects,
            skipped: checked.skipped,
            source,
        });
    }

    /// Adds a file that is not checked.
    pub fn add_unchecked(&mut self, name: String, role: Role) {
        self.files.push(FileReport {
            name,
            role,
            diagnostics: Vec::new(),
            suppressed: Vec::new(),
            known: Vec::new(),
            suppressions: None,
            objects: Vec::new(),
            skipped: Vec::new(),
            source: None,
        });
    }

    /// How many files were checked.
    pub fn checked(&self) -> usize {
        self.files
            .iter()
            .filter(|file| file.role == Role::Checked)
            .count()
    }

    /// The findings of all files.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.files.iter().flat_map(|file| &file.diagnostics)
    }

    /// Whether anything was judged: an object, or a document that could not even be read.
    pub fn judged(&self) -> bool {
        self.files.iter().any(|file| {
            !file.objects.is_empty()
                || !file.diagnostics.is_empty()
                || !file.suppressed.is_empty()
                || !file.known.is_empty()
        })
    }

    /// The numbers of the run, over findings as they stand.
    pub fn summary(&self) -> Summary<'_> {
        self.summarize(|file| file.diagnostics.iter().collect())
    }

    /// The numbers of the run, over findings as people are shown them.
    pub fn summary_for_people(&self) -> Summary<'_> {
        self.summarize(for_people)
    }

    fn summarize(&self, shown: impl Fn(&FileReport) -> Vec<&Diagnostic>) -> Summary<'_> {
        let mut summary = Summary {
            files: self.checked(),
            kube: self.kube,
            fixed: self.fixed,
            ..Summary::default()
        };
        for file in &self.files {
            summary.objects += file.objects.len();
            summary.suppressed += file.suppressed.len();
            summary.known += file.known.len();
            summary.with_findings += usize::from(!file.diagnostics.is_empty());
            for diagnostic in shown(file) {
                *match diagnostic.severity {
                    Severity::Error => &mut summary.errors,
                    Severity::Warning => &mut summary.warnings,
                    Severity::Info => &mut summary.infos,
                } += 1;
                let takes_fixes = || {
                    file.source
                        .as_ref()
                        .is_some_and(|source| source.decoded.takes_fixes())
                };
                if let Some(fix) = diagnostic.fix.as_ref().filter(|_| takes_fixes()) {
                    *if fix.safe {
                        &mut summary.fixable
                    } else {
                        &mut summary.fixable_unsafely
                    } += 1;
                }
            }
        }
        for reason in Skip::ALL {
            let mut skipped = Skipped {
                reason,
                documents: 0,
                files: Vec::new(),
            };
            for file in &self.files {
                let here = file.skipped.iter().filter(|(skip, _)| *skip == reason).count();
                if here > 0 {
                    skipped.documents += here;
                    skipped.files.push(file);
                }
            }
            if skipped.documents > 0 {
                summary.skipped.push(skipped);
            }
        }
        summary
    }
}

/// The findings of a file with those merged that a reader could not tell apart: of one rule, on one span,
/// with the same words, differing only in what the API server would say.
fn for_people(file: &FileReport) -> Vec<&Diagnostic> {
    numbered_for_people(file)
        .into_iter()
        .map(|(_, diagnostic)| diagnostic)
        .collect()
}

/// [`for_people`], each with its index among the findings of the file.
fn numbered_for_people(file: &FileReport) -> Vec<(usize, &Diagnostic)> {
    let mut shown: Vec<(usize, &Diagnostic)> = Vec::with_capacity(file.diagnostics.len());
    for (index, diagnostic) in file.diagnostics.iter().enumerate() {
        let same = |other: &&Diagnostic| {
            (other.rule, other.span, other.severity)
                == (diagnostic.rule, diagnostic.span, diagnostic.severity)
                && other.message == diagnostic.message
                && other.help == diagnostic.help
                && other.label == diagnostic.label
                && other.related == diagnostic.related
        };
        // They are sorted by span and rule, so equal ones are near.
        let near = shown
            .iter()
            .rev()
            .map(|(_, other)| other)
            .take_while(|other| (other.rule, other.span) == (diagnostic.rule, diagnostic.span))
            .take(64);
        if !near.into_iter().any(same) {
            shown.push((index, diagnostic));
        }
    }
    shown
}

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
    /// Findings that comments keep back.
    pub suppressed: usize,
    /// Findings that a baseline lists.
    pub known: usize,
    /// What was left alone, by reason.
    pub skipped: Vec<Skipped<'r>>,
    /// Findings with a safe fix.
    pub fixable: usize,
    /// Findings with a fix that needs a look.
    pub fixable_unsafely: usize,
    /// What was fixed before.
    pub fixed: Option<Fixed>,
    kube: KubeVersion,
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
        let skipped: String = [self.held_back_part(), self.skipped_part()]
            .iter()
            .flatten()
            .map(|part| format!("; {part}"))
            .collect();
        if !found.is_empty() {
            let found = found.join(", ");
            format!(
                "{found} in {} of {files} ({objects}{skipped})",
                self.with_findings
            )
        } else if self.objects > 0 {
            format!(
                "Nothing found in {files} ({objects} judged by Kubernetes {}{skipped})",
                self.kube
            )
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
        let skipped = self
            .skipped_part()
            .map(|part| format!(" ({part})"))
            .unwrap_or_default();
        format!(" in {}{skipped}", count(self.files, "file"))
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
fn grouped(n: usize) -> String {
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

/// A path or a text as a terminal may show it: what steers a terminal or turns the direction of writing
/// is escaped.
pub fn printable(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().all(is_printable) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_printable(c) {
            out.push(c);
        } else {
            out.extend(c.escape_unicode());
        }
    }
    out.into()
}

/// [`printable`] for a text of several lines.
pub fn printable_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    lines.join("\n")
}

fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(printable("a/b ü 漢.yaml"), "a/b ü 漢.yaml");
        assert_eq!(
            printable("a\u{1b}[31m\n\u{202e}b"),
            "a\\u{1b}[31m\\u{a}\\u{202e}b"
        );
    }
}
