//! JSON lines: each finding as in JSON, then a line that sums up. Nothing is held back until the end.

use std::io;

use super::json::{self, Json};
use super::{FileReport, Printer, Report, verdicts};

/// One JSON object a line.
#[derive(Default)]
pub struct JsonLines {
    /// What is added to the findings, as in JSON.
    pub json: Json,
}

impl Printer for JsonLines {
    fn print(&self, report: &Report, out: &mut String) {
        for file in &report.files {
            findings(report, file, |line| out.push_str(line));
            if self.json.verdicts {
                answers(file, |line| out.push_str(line));
            }
        }
        out.push_str(&self.last(report));
    }

    fn stream(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut written = Ok(());
        for file in &report.files {
            let mut write = |line: &str| {
                if written.is_ok() {
                    written = out.write_all(line.as_bytes());
                }
            };
            findings(report, file, &mut write);
            if self.json.verdicts {
                answers(file, &mut write);
            }
            // With nobody there to read, the rest need not be made.
            std::mem::replace(&mut written, Ok(()))?;
        }
        out.write_all(self.last(report).as_bytes())
    }
}

fn findings(report: &Report, file: &FileReport, mut take: impl FnMut(&str)) {
    let Some(source) = &file.source else { return };
    let mut line = Vec::new();
    for diagnostic in &file.diagnostics {
        line.clear();
        json::row(report, file, source, diagnostic).write(&mut line);
        line.push(b'\n');
        take(str::from_utf8(&line).unwrap_or_default());
    }
}

fn answers(file: &FileReport, mut take: impl FnMut(&str)) {
    let mut line = String::new();
    verdicts::verdicts(file, |row| {
        line.clear();
        json::write(&mut line, row);
        line.push('\n');
        take(&line);
    });
}

impl JsonLines {
    fn last(&self, report: &Report) -> String {
        let mut line = "{\"version\":1".to_string();
        self.json.numbers(report, ",", &mut line);
        line.push_str("}\n");
        line
    }
}
