//! What a run found, and the formats it is printed in: one file each, one trait.

mod concise;
mod diff;
mod excerpt;
pub mod fingerprint;
mod github;
mod gitlab;
mod json;
mod json_row;
mod jsonl;
mod junit;
mod markdown;
mod marks;
mod people;
mod place;
mod printable;
mod rendered;
mod sarif;
mod sarif_rules;
mod source;
mod statistics;
mod summary;
mod text;
mod touched;
mod verdicts;

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
pub use printable::{printable, printable_lines};
pub use sarif::Sarif;
pub use source::Source;
pub use statistics::{RuleCount, statistics};
pub use summary::{Skipped, Summary, count};
pub use text::{Text, left_alone};
pub use touched::Change;

use std::borrow::Cow;
use std::io;

use people::{as_they_stand, following, for_people, numbered_for_people};

use crate::definitions::Coverage;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Checked, ObjectInfo};
use crate::graph::Role;
use crate::manifest::Skip;
use crate::suppress::Suppressions;
use crate::version::KubeVersion;

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
    /// The versions of Kubernetes that were judged by, in order; mostly there is one.
    pub kubes: Vec<KubeVersion>,
    /// Which custom resources definitions were at hand for.
    pub coverage: Coverage,
    /// How many findings were fixed before these were found; `None` when nobody asked for fixes.
    pub fixed: Option<Fixed>,
    /// What kept kubeproof from doing its job: then nothing is said to be right.
    pub trouble: Vec<Trouble>,
}

/// What kept kubeproof from doing its job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// The path that it is about; empty: all of them.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
}

impl Trouble {
    /// Both in one line.
    pub fn line(&self) -> String {
        match self.path.as_str() {
            "" => self.what.clone(),
            path => format!("{path}: {}", self.what),
        }
    }
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
    pub source: Option<Box<Source>>,
}

/// All that was found so far in one of the files of a run, kept back or not.
pub fn found_in(files: &[FileReport], file: u32) -> [&[Diagnostic]; 2] {
    let file = files.get(file as usize);
    file.map(|file| [&*file.diagnostics, &*file.suppressed])
        .unwrap_or_default()
}

impl Report {
    /// A report of no files yet.
    pub fn new(kube: KubeVersion) -> Report {
        Report {
            files: Vec::new(),
            kubes: vec![kube],
            fixed: None,
            coverage: Coverage::default(),
            trouble: Vec::new(),
        }
    }

    /// Adds what was found in a file, with its text if that is at hand.
    pub fn add(&mut self, name: String, checked: Checked, source: Option<Box<Source>>) {
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

    /// Whether anything was judged: an object, a kustomization, or a document that could not even be read.
    pub fn judged(&self) -> bool {
        self.files.iter().any(|file| {
            !file.objects.is_empty()
                || !file.diagnostics.is_empty()
                || !file.suppressed.is_empty()
                || !file.known.is_empty()
                || (file.skipped.iter()).any(|(skip, _)| *skip == Skip::Kustomization)
        })
    }

    /// The numbers of the run, over findings as they stand.
    pub fn summary(&self) -> Summary<'_> {
        self.summarize(as_they_stand)
    }

    /// The numbers of the run, over findings as people are shown them.
    pub fn summary_for_people(&self) -> Summary<'_> {
        Summary {
            following: self.files.iter().map(following).sum(),
            ..self.summarize(for_people)
        }
    }

    fn summarize(&self, shown: impl Fn(&FileReport) -> Vec<Cow<'_, Diagnostic>>) -> Summary<'_> {
        let mut summary = Summary {
            files: self.checked(),
            kubes: &self.kubes,
            fixed: self.fixed,
            undefined: self.coverage.undefined.values().sum(),
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
