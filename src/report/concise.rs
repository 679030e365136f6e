//! `path:line:col: error[rule] message`: one line for each finding, for editors and `grep`.

use std::fmt::Write as _;

use super::rendered::of_object;
use super::{Printer, Report, for_people, printable, statistics};

/// One line for each finding.
#[derive(Default)]
pub struct Concise {
    /// Count the findings of each rule in place of listing them.
    pub statistics: bool,
}

impl Printer for Concise {
    fn print(&self, report: &Report, out: &mut String) {
        if self.statistics {
            let counts = statistics::statistics(report, for_people);
            statistics::table(&counts, |_, severity| severity.to_string(), out);
            return;
        }
        for file in &report.files {
            let Some(source) = &file.source else { continue };
            let name = printable(&file.name);
            for diagnostic in for_people(file) {
                let at = source.position(diagnostic.span.start);
                let object = of_object(file, &diagnostic);
                let _ = writeln!(
                    out,
                    "{name}:{}:{}: {}[{}] {}{object}",
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
