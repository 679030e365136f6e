//! `path:line:col: error[rule] message`: one line for each finding, for editors and `grep`.

use std::fmt::Write as _;

use super::{Printer, Report, for_people, printable};

/// One line for each finding.
pub struct Concise;

impl Printer for Concise {
    fn print(&self, report: &Report, out: &mut String) {
        for file in &report.files {
            let Some(source) = &file.source else { continue };
            let name = printable(&file.name);
            for diagnostic in for_people(file) {
                let at = source.position(diagnostic.span.start);
                let _ = writeln!(
                    out,
                    "{name}:{}:{}: {}[{}] {}",
                    at.line,
                    at.column,
                    diagnostic.severity.as_str(),
                    diagnostic.rule.rule().id,
                    printable(&diagnostic.message),
                );
            }
        }
    }
}
