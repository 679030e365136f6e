//! SARIF 2.1.0, for code scanning and for editors that read it.
//!
//! No text of a file is embedded, and no fix that touches a Secret's value is told: nothing of what must not be
//! shown can be in it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::place::uri;
use super::sarif_rules::{self, level};
use super::{
    FileReport, Printer, Report, Root, Source, fingerprint, json, numbered_for_people, printable_lines,
};
use crate::diagnostic::{Diagnostic, Fix, RuleId};
use crate::source::Span;

/// One SARIF log of one run.
#[derive(Default)]
pub struct Sarif {
    /// Files are named from the root of the repository.
    pub root: Root,
    /// The exit code of the process.
    pub exit_code: u8,
}

/// The name of the root in `originalUriBaseIds`, as other tools write it.
const ROOT: &str = "%SRCROOT%";

/// What our fingerprints are called; the number counts changes of what goes into them.
const FINGERPRINT: &str = "kubeproof/v1";

impl Printer for Sarif {
    fn print(&self, report: &Report, out: &mut String) {
        let mut log = Log {
            sarif: self,
            report,
            artifacts: Vec::new(),
            of_files: BTreeMap::new(),
            rules: sarif_rules::reported(report),
        };
        let mut results = String::from("[");
        let mut rows = json::Rows::new(&mut results);
        for (index, file) in report.files.iter().enumerate() {
            let Some(source) = &file.source else { continue };
            let fingerprints = fingerprint::fingerprints(file);
            for (number, diagnostic) in numbered_for_people(file) {
                let path = self.root.relative(&file.name);
                let hash = fingerprints.get(number).map(|own| own.hash_at(&path));
                rows.push(&log.result(index, file, source, &diagnostic, hash));
            }
        }
        results.push_str("\n]");
        let trouble = report.trouble.iter();
        let notifications = trouble.map(|trouble| Notification {
            level: "error",
            message: Message::new(sentence(&trouble.line())),
        });
        out.push_str(
            "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\
             \"runs\":[{\n\"tool\":{\"driver\":",
        );
        json::write(out, &sarif_rules::driver(&log.rules));
        let invocation = Invocation {
            execution_successful: self.exit_code < 2,
            exit_code: self.exit_code,
            tool_execution_notifications: notifications.collect(),
        };
        out.push_str("},\n\"invocations\":");
        json::write(out, &[invocation]);
        out.push_str(",\n\"automationDetails\":{\"id\":\"kubeproof/\"},\n\"columnKind\":\"utf16CodeUnits\"");
        out.push_str(",\n\"originalUriBaseIds\":");
        json::write(out, &self.bases());
        out.push_str(",\n\"artifacts\":[");
        let mut rows = json::Rows::new(out);
        for artifact in &log.artifacts {
            rows.push(artifact);
        }
        out.push_str("\n],\n\"results\":");
        out.push_str(&results);
        out.push_str("\n}]}\n");
    }
}

impl Sarif {
    fn bases(&self) -> BTreeMap<&'static str, Base> {
        let known = !self.root.path.is_empty();
        let base = Base {
            uri: known.then(|| format!("{}/", uri(&self.root.path))),
            description: Message::new("The root of the repository.".to_string()),
        };
        BTreeMap::from([(ROOT, base)])
    }
}

struct Log<'r> {
    sarif: &'r Sarif,
    report: &'r Report,
    artifacts: Vec<Artifact>,
    /// The artifact of each file that has one.
    of_files: BTreeMap<usize, usize>,
    rules: BTreeMap<RuleId, usize>,
}

impl<'r> Log<'r> {
    fn result(
        &mut self,
        index: usize,
        file: &FileReport,
        source: &Source,
        diagnostic: &Diagnostic,
        hash: Option<String>,
    ) -> ResultRow {
        let object = diagnostic
            .object
            .and_then(|object| file.objects.get(object as usize));
        let mut place = self.place(index, file, source, diagnostic.span);
        place.logical_locations = object.map(|object| {
            [Logical {
                fully_qualified_name: format!("{} {}", object.api_version, object.describe()),
                kind: "object",
            }]
        });
        let report = self.report;
        let mut related = Vec::new();
        for (id, other) in (1..).zip(&diagnostic.related) {
            let index = other.file.map_or(index, |file| file as usize);
            let Some(file) = report.files.get(index) else {
                continue;
            };
            let Some(source) = &file.source else { continue };
            let mut place = self.place(index, file, source, other.span);
            place.id = Some(id);
            place.message = Some(Message::new(sentence(&other.message)));
            related.push(place);
        }
        let fixes = diagnostic
            .fix
            .as_ref()
            .and_then(|fix| self.fix(index, file, source, fix));
        let text = match &diagnostic.help {
            Some(help) => format!("{} {}", sentence(&diagnostic.message), sentence(help)),
            None => sentence(&diagnostic.message),
        };
        ResultRow {
            rule_id: diagnostic.rule.rule().id,
            rule_index: self.rules.get(&diagnostic.rule).copied().unwrap_or(0),
            level: level(diagnostic.severity),
            message: Message::new(text),
            locations: [place],
            related_locations: related,
            partial_fingerprints: hash.map(|hash| BTreeMap::from([(FINGERPRINT, hash)])),
            fixes: fixes.map(|fix| [fix]),
        }
    }

    fn place(&mut self, index: usize, file: &FileReport, source: &Source, span: Span) -> Place {
        Place {
            id: None,
            physical_location: Physical {
                artifact_location: self.artifact(index, file),
                region: region(source, span),
            },
            logical_locations: None,
            message: None,
        }
    }

    fn artifact(&mut self, index: usize, file: &FileReport) -> ArtifactLocation {
        let known = self.of_files.get(&index).copied();
        let number = known.unwrap_or(self.artifacts.len());
        let path = self.sarif.root.relative(&file.name);
        let uri = uri(&path);
        let location = ArtifactLocation {
            uri_base_id: (!uri.starts_with("file:")).then_some(ROOT),
            uri,
            index: Some(number),
        };
        if known.is_none() {
            self.of_files.insert(index, number);
            self.artifacts.push(Artifact {
                location: ArtifactLocation {
                    index: None,
                    ..location.clone()
                },
                source_language: if file.name.ends_with(".json") {
                    "json"
                } else {
                    "yaml"
                },
            });
        }
        location
    }

    /// A fix, unless it touches what must not be shown, or has places in a text that is not the file's own.
    fn fix(&mut self, index: usize, file: &FileReport, source: &Source, fix: &Fix) -> Option<FixRow> {
        if !source.decoded().takes_fixes() || fix.edits.is_empty() || json::is_redacted(source, fix) {
            return None;
        }
        let title = if fix.safe {
            fix.title.clone()
        } else {
            format!("{} (needs a look)", fix.title)
        };
        let replacements = fix.edits.iter().map(|edit| Replacement {
            deleted_region: region(source, edit.span),
            inserted_content: (!edit.text.is_empty()).then(|| Content {
                text: edit.text.clone(),
            }),
        });
        Some(FixRow {
            description: Message::new(sentence(&title)),
            artifact_changes: [ArtifactChange {
                artifact_location: self.artifact(index, file),
                replacements: replacements.collect(),
            }],
        })
    }
}

fn region(source: &Source, span: Span) -> Region {
    let (start, end) = (source.position_utf16(span.start), source.position_utf16(span.end));
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// A message as SARIF has them: a sentence with its capital and its full stop, in which nothing is a link.
fn sentence(text: &str) -> String {
    let mut out = printable_lines(text);
    // What starts with a path, a field or a quotation keeps its spelling.
    let first = out.split(' ').next().unwrap_or_default();
    if first.bytes().all(|b| b.is_ascii_lowercase())
        && let Some(letter) = out.get_mut(..1)
    {
        letter.make_ascii_uppercase();
    }
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    // `[text](1)` would be a link to a related location.
    if out.contains("](") {
        out = out.replace('[', "\\[");
    }
    out
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Place; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<BTreeMap<&'static str, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[FixRow; 1]>,
}

/// A message or a text of a rule.
#[derive(Serialize)]
pub(super) struct Message {
    text: String,
}

impl Message {
    pub(super) fn new(text: String) -> Message {
        Message { text }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[Logical; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    location: ArtifactLocation,
    source_language: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixRow {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Content>,
}

#[derive(Serialize)]
struct Content {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Base {
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    description: Message,
}
