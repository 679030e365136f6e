//! For people: each finding with a frame of the text it is about.

use std::fmt;

use anstyle::{AnsiColor, Style};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::excerpt::{Excerpt, Mark, excerpt};
use super::rendered::object_of;
use super::{FileReport, Printer, Report, Source, count, for_people, printable, printable_lines, statistics};
use crate::diagnostic::{Diagnostic, Severity};
use crate::manifest::Skip;
use crate::source::Span;

/// Places of other files, and of the same one, that are shown with one finding.
const MAX_RELATED: usize = 8;

/// Frames, grouped by file, then a line that sums up.
pub struct Text {
    /// Whether to colour.
    pub color: bool,
    /// The width of the terminal; `None` when there is none: messages are not wrapped then.
    pub width: Option<usize>,
    /// Name what was left alone.
    pub show_skipped: bool,
    /// Print the findings only.
    pub quiet: bool,
    /// Count the findings of each rule in place of listing them.
    pub statistics: bool,
}

impl Printer for Text {
    fn print(&self, report: &Report, out: &mut String) {
        if self.statistics {
            self.counts(report, out);
        }
        for file in report.files.iter().filter(|_| !self.statistics) {
            if file.source.is_none() || file.diagnostics.is_empty() {
                continue;
            }
            self.styled(out, Style::new().bold(), &printable(&file.name));
            out.push('\n');
            let mut last = None;
            for diagnostic in for_people(file) {
                let object = object_of(file, &diagnostic);
                if let Some(object) = object.as_ref().filter(|_| object != last) {
                    out.push_str(&format!("in {object}:\n"));
                }
                last = object;
                self.finding(report, file, &diagnostic, out);
                out.push('\n');
            }
        }
        if self.show_skipped {
            left_alone(report, out);
        }
        if !self.quiet {
            let summary = report.summary_for_people();
            let style = if summary.errors > 0 {
                severity_style(Severity::Error)
            } else if summary.warnings > 0 {
                severity_style(Severity::Warning)
            } else if summary.is_clean() {
                AnsiColor::Green.on_default()
            } else {
                Style::new()
            };
            self.styled(out, style.bold(), &summary.line());
            out.push('\n');
            if let Some(fixes) = summary.fixes() {
                self.styled(out, Style::new().dimmed(), &fixes);
                out.push('\n');
            }
        }
    }
}

impl Text {
    fn counts(&self, report: &Report, out: &mut String) {
        let counts = statistics::statistics(report, for_people);
        let paint = |severity, text: &str| {
            let mut painted = String::new();
            self.styled(&mut painted, severity_style(severity), text);
            painted
        };
        statistics::table(&counts, paint, out);
        if !counts.is_empty() {
            out.push('\n');
        }
    }

    fn styled(&self, out: &mut String, style: Style, text: &str) {
        if self.color {
            out.push_str(&format!("{style}{text}{style:#}"));
        } else {
            out.push_str(text);
        }
    }

    fn finding(&self, report: &Report, file: &FileReport, diagnostic: &Diagnostic, out: &mut String) {
        let mut head = String::new();
        let label = format!("{}[{}]", diagnostic.severity.as_str(), diagnostic.rule.rule().id);
        self.styled(&mut head, severity_style(diagnostic.severity).bold(), &label);
        head.push_str(": ");
        head.push_str(&printable(&diagnostic.message));
        let mut marks = vec![Mark {
            span: diagnostic.span,
            label: diagnostic.label.as_deref(),
            primary: true,
        }];
        let here = diagnostic.related.iter().filter(|related| related.file.is_none());
        marks.extend(here.take(MAX_RELATED).map(|related| Mark {
            span: related.span,
            label: Some(&related.message),
            primary: false,
        }));
        let elsewhere: Vec<_> = diagnostic
            .related
            .iter()
            .filter_map(|related| Some((related, report.files.get(related.file? as usize)?)))
            .filter(|(_, file)| file.source.is_some())
            .take(MAX_RELATED)
            .collect();
        // What to do comes last, after all that there is to see.
        let help = |is_last| diagnostic.help.as_deref().filter(|_| is_last);
        let Some(source) = &file.source else { return };
        self.frame(
            (&file.name, source),
            diagnostic.severity,
            head,
            &marks,
            help(elsewhere.is_empty()),
            out,
        );
        for (i, (related, file)) in elsewhere.iter().enumerate() {
            let mark = Mark {
                span: related.span,
                label: None,
                primary: true,
            };
            let head = printable(&related.message).into_owned();
            let is_last = i + 1 == elsewhere.len();
            let Some(source) = &file.source else { continue };
            self.frame(
                (&file.name, source),
                Severity::Info,
                head,
                &[mark],
                help(is_last),
                out,
            );
        }
    }

    /// A mistake in a file that is no input of the run, such as the configuration.
    pub fn mistake(
        &self,
        file: (&str, &Source),
        span: Span,
        message: &str,
        help: Option<&str>,
        out: &mut String,
    ) {
        let mut head = String::new();
        self.styled(&mut head, severity_style(Severity::Error).bold(), "error");
        head.push_str(": ");
        head.push_str(&printable(message));
        let mark = Mark {
            span,
            label: None,
            primary: true,
        };
        self.frame(file, Severity::Error, head, &[mark], help, out);
    }

    fn frame(
        &self,
        (name, source): (&str, &Source),
        severity: Severity,
        head: String,
        marks: &[Mark<'_>],
        help: Option<&str>,
        out: &mut String,
    ) {
        // The line number and the frame take about ten columns.
        let room = self.width.unwrap_or(170).saturating_sub(10).clamp(40, 160);
        let (excerpt, labels) = excerpt(&printable(name), source, marks, room);
        let framed = Framed {
            head,
            severity,
            help: help.map(printable_lines),
            excerpt,
            labels,
        };
        // Writing into a String cannot fail.
        let _ = self.handler(&framed).render_report(out, &framed);
    }

    /// miette's painter, with the colour of the severity on what the finding is about.
    fn handler(&self, framed: &Framed) -> GraphicalReportHandler {
        let mut theme = if self.color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        theme.characters.advice = "→".to_string();
        if self.color {
            let severity = match framed.severity {
                Severity::Error => theme.styles.error,
                Severity::Warning => theme.styles.warning,
                Severity::Info => theme.styles.advice,
            };
            let other = theme.styles.highlights.first().copied().unwrap_or(severity);
            theme.styles.highlights = framed
                .labels
                .iter()
                .map(|label| if label.primary() { severity } else { other })
                .collect();
        }
        GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_width(self.width.unwrap_or(120).clamp(60, 120))
            .with_wrap_lines(self.width.is_some())
            .without_syntax_highlighting()
            .tab_width(4)
            .with_context_lines(1)
    }
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Info => AnsiColor::Cyan.on_default(),
    }
}

/// What was left alone, by reason.
pub fn left_alone(report: &Report, out: &mut String) {
    let summary = report.summary();
    if summary.skipped.is_empty() {
        return;
    }
    out.push_str("Left alone:\n");
    for skipped in &summary.skipped {
        out.push_str(&format!(
            "  {} ({})\n",
            skipped.reason.describe(),
            count(skipped.documents, "document")
        ));
        for file in &skipped.files {
            out.push_str(&format!(
                "    {}{}\n",
                printable(&file.name),
                documents(file, skipped.reason)
            ));
        }
    }
    out.push('\n');
}

/// Which documents of a file were left alone for a reason, unless all of it was.
fn documents(file: &FileReport, reason: Skip) -> String {
    let numbers: Vec<u32> = file
        .skipped
        .iter()
        .filter(|(skip, _)| *skip == reason)
        .map(|(_, document)| *document)
        .collect();
    let whole = file.objects.is_empty() && numbers.len() == file.skipped.len();
    if whole {
        return String::new();
    }
    let mut shown: Vec<String> = numbers.iter().take(10).map(u32::to_string).collect();
    if numbers.len() > shown.len() {
        shown.push("…".to_string());
    }
    let noun = if numbers.len() == 1 {
        "document"
    } else {
        "documents"
    };
    format!(" ({noun} {})", shown.join(", "))
}

/// One finding as miette takes it.
#[derive(Debug)]
struct Framed {
    head: String,
    severity: Severity,
    help: Option<String>,
    excerpt: Excerpt,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Framed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)
    }
}

impl std::error::Error for Framed {}

impl miette::Diagnostic for Framed {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
