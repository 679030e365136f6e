//! Annotations of GitHub Actions: workflow commands on standard output, one line each.

use super::rendered::of_object;
use super::{FileReport, Printer, Report, Root, count, for_people, printable, printable_lines};
use crate::diagnostic::{Diagnostic, Severity};

/// How many annotations of each level GitHub shows for a step.
const SHOWN: usize = 10;

/// Workflow commands, as many as GitHub shows, and a line that says how many there are.
#[derive(Default)]
pub struct Github {
    /// Files are named from the root of the repository.
    pub root: Root,
}

impl Printer for Github {
    fn print(&self, report: &Report, out: &mut String) {
        let levels = [
            (Severity::Error, "error"),
            (Severity::Warning, "warning"),
            (Severity::Info, "notice"),
        ];
        let mut left_out = Vec::new();
        for (severity, command) in levels {
            let mut found = 0;
            for file in &report.files {
                for diagnostic in for_people(file).iter().filter(|d| d.severity == severity) {
                    found += 1;
                    if found <= SHOWN {
                        self.annotation(command, file, diagnostic, out);
                    }
                }
            }
            if found > SHOWN {
                left_out.push(count(found - SHOWN, command));
            }
        }
        for trouble in report.trouble.iter().take(SHOWN) {
            out.push_str("::error title=kubeproof::");
            data(&printable_lines(&trouble.line()), out);
            out.push('\n');
        }
        out.push_str("kubeproof: ");
        out.push_str(&report.summary_for_people().line());
        out.push('\n');
        if !left_out.is_empty() {
            out.push_str(&format!(
                "kubeproof: {} more without an annotation here, since GitHub shows {SHOWN} of a level for each \
                 step; the step summary lists them\n",
                left_out.join(", "),
            ));
        }
    }
}

impl Github {
    fn annotation(&self, command: &str, file: &FileReport, diagnostic: &Diagnostic, out: &mut String) {
        let Some(source) = &file.source else { return };
        out.push_str(&format!("::{command} "));
        if Root::is_file(&file.name) {
            let (start, end) = (
                source.position(diagnostic.span.start),
                source.position(diagnostic.span.end),
            );
            out.push_str("file=");
            property(&printable(&self.root.relative(&file.name)), out);
            out.push_str(&format!(",line={},endLine={}", start.line, end.line));
            // GitHub knows columns within one line only.
            if start.line == end.line {
                out.push_str(&format!(",col={},endColumn={}", start.column, end.column));
            }
            out.push(',');
        }
        out.push_str("title=");
        property(diagnostic.rule.rule().id, out);
        out.push_str("::");
        data(&printable_lines(&diagnostic.message), out);
        data(&of_object(file, diagnostic), out);
        if let Some(help) = &diagnostic.help {
            out.push_str("%0A");
            data(&printable_lines(help), out);
        }
        out.push('\n');
    }
}

/// Escapes the text of a command as the runner reads it.
fn data(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c => out.push(c),
        }
    }
}

/// Escapes a property of a command, where `:` and `,` mean something as well.
fn property(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            ':' => out.push_str("%3A"),
            ',' => out.push_str("%2C"),
            c => data(c.encode_utf8(&mut [0; 4]), out),
        }
    }
}
