//! One JSON object for programs. Fields are added, never changed; their order is fixed.

use std::io;

use serde::Serialize;

use super::{FileReport, Printer, Report, Source, as_they_stand, statistics, verdicts};
use crate::definitions::Coverage;
use crate::diagnostic::{Diagnostic, Fix};
use crate::engine::ObjectInfo;
use crate::manifest::mask;
use crate::source::Span;

/// One JSON object, each finding on a line of its own.
#[derive(Default)]
pub struct Json {
    /// Add what the API server itself would answer about each object.
    pub verdicts: bool,
    /// Name the files that were left alone.
    pub show_skipped: bool,
    /// Count the findings of each rule.
    pub statistics: bool,
}

/// As many bytes are made before they are written.
const PIECE: usize = 64 << 10;

impl Printer for Json {
    fn print(&self, report: &Report, out: &mut String) {
        let mut bytes = Vec::new();
        // Memory takes whatever is written.
        _ = self.stream(report, &mut bytes);
        out.push_str(&String::from_utf8_lossy(&bytes));
    }

    fn stream(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut text = String::with_capacity(PIECE + PIECE / 4);
        text.push_str("{\"version\":1,\n\"diagnostics\":[");
        let mut rows = Rows::new(&mut text);
        for file in &report.files {
            let Some(source) = &file.source else { continue };
            for diagnostic in &file.diagnostics {
                let row = row(report, file, source, diagnostic);
                rows.push_with(|out| row.write(out));
            }
            rows.write_if_long(out)?;
        }
        if self.verdicts {
            text.push_str("],\n\"objects\":[");
            let mut rows = Rows::new(&mut text);
            for file in &report.files {
                verdicts::verdicts(file, |row| rows.push(row));
                rows.write_if_long(out)?;
            }
        }
        text.push(']');
        self.numbers(report, ",\n", &mut text);
        text.push_str("}\n");
        out.write_all(text.as_bytes())
    }
}

impl Json {
    /// The members that sum up, each after a comma or what else is to part them.
    pub(super) fn numbers(&self, report: &Report, comma: &str, out: &mut String) {
        if self.statistics {
            let counts = statistics::statistics(report, as_they_stand);
            let rows: Vec<statistics::Row> = counts.iter().map(Into::into).collect();
            out.push_str(comma);
            out.push_str("\"statistics\":");
            write(out, &rows);
        }
        out.push_str(comma);
        out.push_str("\"summary\":");
        write(out, &self.summary(report));
    }

    fn summary<'r>(&self, report: &'r Report) -> SummaryRow<'r> {
        let summary = report.summary();
        let skipped = summary.skipped.iter().map(|skipped| SkippedRow {
            reason: skipped.reason.as_str(),
            documents: skipped.documents,
            files: self
                .show_skipped
                .then(|| skipped.files.iter().map(|file| &*file.name).collect()),
        });
        let trouble = report.trouble.iter().map(|trouble| TroubleRow {
            file: &trouble.path,
            message: &trouble.what,
        });
        SummaryRow {
            files: summary.files,
            objects: summary.objects,
            errors: summary.errors,
            warnings: summary.warnings,
            infos: summary.infos,
            fixed: summary.fixed.map(|fixed| fixed.findings),
            suppressed: summary.suppressed,
            baseline: summary.known,
            skipped: skipped.collect(),
            custom: CustomRow::of(&report.coverage),
            trouble: trouble.collect(),
        }
    }
}

/// The rows of an array, one a line.
pub(super) struct Rows<'o> {
    out: &'o mut String,
    first: bool,
    /// The row at hand; the memory is of use for the next one.
    row: Vec<u8>,
}

impl<'o> Rows<'o> {
    pub(super) fn new(out: &'o mut String) -> Self {
        Rows {
            out,
            first: true,
            row: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, row: &impl Serialize) {
        // Rows are structs of strings and numbers, which always serialise.
        self.push_with(|out| _ = serde_json::to_writer(Memory(out), row));
    }

    /// Adds what a function writes: JSON.
    fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push_str(if self.first { "\n" } else { ",\n" });
        self.first = false;
        self.row.clear();
        write(&mut self.row);
        if let Ok(row) = str::from_utf8(&self.row) {
            self.out.push_str(row);
        }
    }

    /// Writes what was made so far, if it is worth a write.
    fn write_if_long(&mut self, to: &mut dyn io::Write) -> io::Result<()> {
        if self.out.len() >= PIECE {
            to.write_all(self.out.as_bytes())?;
            self.out.clear();
        }
        Ok(())
    }
}

/// Bytes in memory. Most of what is written is a quote, a comma or a colon, which need no copying about.
pub(super) struct Memory<'b>(pub &'b mut Vec<u8>);

impl io::Write for Memory<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match bytes {
            [byte] => self.0.push(*byte),
            _ => self.0.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn write(out: &mut String, value: &impl Serialize) {
    // As above.
    if let Ok(json) = serde_json::to_string(value) {
        out.push_str(&json);
    }
}

#[derive(Serialize)]
pub(super) struct Row<'r> {
    pub rule: &'static str,
    pub severity: &'static str,
    pub message: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<&'r str>,
    pub file: &'r str,
    pub document: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRow<'r>>,
    pub span: SpanRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<&'r str>,
    pub related: Vec<RelatedRow<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalRow<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixRow<'r>>,
}

/// An object, in every output for programs.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ObjectRow<'r> {
    pub api_version: &'r str,
    pub kind: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'r str>,
}

impl<'r> From<&'r ObjectInfo> for ObjectRow<'r> {
    fn from(object: &'r ObjectInfo) -> Self {
        ObjectRow {
            api_version: &object.api_version,
            kind: &object.kind,
            namespace: object.namespace.as_deref(),
            name: object.name.as_deref(),
        }
    }
}

/// A part of a text.
#[derive(Serialize)]
pub(crate) struct SpanRow {
    pub start: PlaceRow,
    pub end: PlaceRow,
}

/// A byte offset with its line and column.
#[derive(Serialize)]
pub(crate) struct PlaceRow {
    pub offset: u32,
    pub line: u32,
    pub column: u32,
}

impl SpanRow {
    fn new(source: &Source, span: Span) -> SpanRow {
        let place = |offset| {
            let at = source.position(offset);
            PlaceRow {
                offset,
                line: at.line,
                column: at.column,
            }
        };
        SpanRow {
            start: place(span.start),
            end: place(span.end),
        }
    }
}

#[derive(Serialize)]
pub(super) struct RelatedRow<'r> {
    message: &'r str,
    file: &'r str,
    span: SpanRow,
}

#[derive(Serialize)]
pub(super) struct RefusalRow<'r> {
    pub stage: &'static str,
    pub r#type: String,
    pub field: &'r str,
}

#[derive(Serialize)]
pub(super) struct FixRow<'r> {
    title: &'r str,
    safe: bool,
    edits: Vec<EditRow<'r>>,
    /// Whether edits were left out since they touch a Secret's value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
}

#[derive(Serialize)]
pub(super) struct EditRow<'r> {
    span: SpanRow,
    text: &'r str,
}

pub(super) fn row<'r>(
    report: &'r Report,
    file: &'r FileReport,
    source: &Source,
    diagnostic: &'r Diagnostic,
) -> Row<'r> {
    let object = diagnostic
        .object
        .and_then(|object| file.objects.get(object as usize));
    let related = diagnostic.related.iter().filter_map(|related| {
        let file = related
            .file
            .map_or(Some(file), |file| report.files.get(file as usize))?;
        Some(RelatedRow {
            message: &related.message,
            file: &file.name,
            span: SpanRow::new(file.source.as_deref()?, related.span),
        })
    });
    Row {
        rule: diagnostic.rule.rule().id,
        severity: diagnostic.severity.as_str(),
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        file: &file.name,
        document: diagnostic.document,
        item: object.and_then(|object| object.item),
        object: object.map(ObjectRow::from),
        span: SpanRow::new(source, diagnostic.span),
        label: diagnostic.label.as_deref(),
        related: related.collect(),
        refusal: diagnostic.refusal.as_ref().map(|refusal| RefusalRow {
            stage: refusal.stage.as_str(),
            r#type: refusal.kind.name(),
            field: &refusal.field,
        }),
        fix: fix(source, diagnostic),
    }
}

fn fix<'r>(source: &Source, diagnostic: &'r Diagnostic) -> Option<FixRow<'r>> {
    let fix = diagnostic.fix.as_ref()?;
    if !source.decoded().takes_fixes() {
        return None; // offsets are not those of the file, or not all bytes are known
    }
    // The rest of a fix that touches a Secret's value is left out too: half of it mends nothing, and it may
    // write the value elsewhere.
    let redacted = is_redacted(source, fix);
    let shown = if redacted { &[][..] } else { &fix.edits };
    Some(FixRow {
        title: &fix.title,
        safe: fix.safe,
        edits: shown
            .iter()
            .map(|edit| EditRow {
                span: SpanRow::new(source, edit.span),
                text: &edit.text,
            })
            .collect(),
        redacted,
    })
}

/// Whether a fix touches what must not be shown.
pub(super) fn is_redacted(source: &Source, fix: &Fix) -> bool {
    let masked = source.masked();
    fix.edits.iter().any(|edit| mask::touches(masked, edit.span))
}

#[derive(Serialize)]
struct SummaryRow<'r> {
    files: usize,
    objects: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    /// Findings that were fixed, with `--fix`.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<usize>,
    suppressed: usize,
    baseline: usize,
    skipped: Vec<SkippedRow<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<CustomRow<'r>>,
    /// What kept kubeproof from doing its job.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trouble: Vec<TroubleRow<'r>>,
}

#[derive(Serialize)]
struct TroubleRow<'r> {
    #[serde(skip_serializing_if = "str::is_empty")]
    file: &'r str,
    message: &'r str,
}

/// Custom resources: how many a definition was at hand for, and the kinds that have none.
#[derive(Serialize)]
struct CustomRow<'r> {
    defined: usize,
    undefined: Vec<KindRow<'r>>,
}

#[derive(Serialize)]
struct KindRow<'r> {
    /// `Kind.group`.
    kind: &'r str,
    objects: usize,
}

impl<'r> CustomRow<'r> {
    fn of(coverage: &'r Coverage) -> Option<Self> {
        let none = coverage.defined == 0 && coverage.undefined.is_empty();
        let undefined = coverage.undefined.iter();
        (!none).then(|| CustomRow {
            defined: coverage.defined,
            undefined: undefined
                .map(|(kind, objects)| KindRow {
                    kind,
                    objects: *objects,
                })
                .collect(),
        })
    }
}

#[derive(Serialize)]
struct SkippedRow<'r> {
    reason: &'static str,
    documents: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<&'r str>>,
}
