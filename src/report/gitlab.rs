//! GitLab's code quality report: one JSON array, a finding a line.

use serde::Serialize;

use super::rendered::of_object;
use super::{Printer, Report, Root, fingerprint, json, numbered_for_people};
use crate::diagnostic::Severity;

/// What GitLab shows beside a merge request.
#[derive(Default)]
pub struct Gitlab {
    /// Files are named from the root of the repository.
    pub root: Root,
}

impl Printer for Gitlab {
    fn print(&self, report: &Report, out: &mut String) {
        out.push('[');
        let mut rows = json::Rows::new(out);
        for file in &report.files {
            let Some(source) = &file.source else { continue };
            let fingerprints = fingerprint::fingerprints(file);
            let path = self.root.relative(&file.name);
            for (index, diagnostic) in numbered_for_people(file) {
                let hash = fingerprints.get(index).map(|own| own.hash_at(&path));
                rows.push(&Row {
                    description: {
                        let message = format!("{}{}", diagnostic.message, of_object(file, &diagnostic));
                        match &diagnostic.help {
                            Some(help) => format!("{message}; {help}"),
                            None => message,
                        }
                    },
                    check_name: diagnostic.rule.rule().id,
                    fingerprint: hash.unwrap_or_default(),
                    severity: match diagnostic.severity {
                        Severity::Error => "major",
                        Severity::Warning => "minor",
                        Severity::Info => "info",
                    },
                    location: Location {
                        path: &path,
                        lines: Lines {
                            begin: source.position(diagnostic.span.start).line,
                            end: source.position(diagnostic.span.end).line,
                        },
                    },
                });
            }
        }
        out.push_str("\n]\n");
    }
}

#[derive(Serialize)]
struct Row<'r> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'r>,
}

#[derive(Serialize)]
struct Location<'r> {
    path: &'r str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}
