//! JUnit XML: a suite for each file, a case for each object; what fails the run fails its case.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::{FileReport, Printer, Report, Source, count, for_people, printable};
use crate::diagnostic::{Diagnostic, Severity};

/// A report for CI servers that show test results.
pub struct Junit {
    /// The least severity that fails a case; what is less severe is told in the case's output.
    pub failing: Severity,
}

impl Printer for Junit {
    fn print(&self, report: &Report, out: &mut String) {
        let mut suites = String::new();
        let (mut tests, mut failures) = (0, 0);
        for file in &report.files {
            let (cases, failed) = self.suite(file, &mut suites);
            tests += cases;
            failures += failed;
        }
        if !report.trouble.is_empty() {
            let errors = report.trouble.len();
            tests += errors;
            let _ = writeln!(
                suites,
                "  <testsuite name=\"kubeproof\" tests=\"{errors}\" failures=\"0\" errors=\"{errors}\">"
            );
            for trouble in &report.trouble {
                let path = match trouble.path.as_str() {
                    "" => "kubeproof",
                    path => path,
                };
                let (path, what) = (attribute(path), attribute(&trouble.what));
                let _ = writeln!(
                    suites,
                    "    <testcase name=\"{path}\" classname=\"kubeproof\">\n      \
                     <error type=\"trouble\" message=\"{what}\"/>\n    </testcase>"
                );
            }
            suites.push_str("  </testsuite>\n");
        }
        let _ = write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"kubeproof\" tests=\"{tests}\" \
             failures=\"{failures}\" errors=\"{}\">\n{suites}</testsuites>\n",
            report.trouble.len(),
        );
    }
}

/// One object, or what is not about one, and what was found there.
struct Case<'r> {
    name: String,
    findings: Vec<Cow<'r, Diagnostic>>,
}

impl Junit {
    /// Appends the suite of a file, if it has any case, and says how many cases it has and how many failed.
    fn suite(&self, file: &FileReport, out: &mut String) -> (usize, usize) {
        let cases = cases(file);
        if cases.is_empty() {
            return (0, 0);
        }
        let name = attribute(&file.name);
        let mut body = String::new();
        let mut failures = 0;
        for case in &cases {
            let _ = write!(
                body,
                "    <testcase name=\"{}\" classname=\"{name}\" file=\"{name}\"",
                attribute(&case.name)
            );
            let (failing, other): (Vec<&Diagnostic>, Vec<_>) = case
                .findings
                .iter()
                .map(Cow::as_ref)
                .partition(|d| d.severity >= self.failing);
            let (Some(source), Some(_)) = (&file.source, case.findings.first()) else {
                body.push_str("/>\n");
                continue;
            };
            body.push_str(">\n");
            if let Some(first) = failing.first() {
                failures += 1;
                let message = match failing.len() {
                    1 => first.message.clone(),
                    n => count(n, "finding"),
                };
                let _ = writeln!(
                    body,
                    "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                    first.rule.rule().id,
                    attribute(&message),
                    findings(file, source, &failing)
                );
            }
            if !other.is_empty() {
                let _ = writeln!(
                    body,
                    "      <system-out>{}</system-out>",
                    findings(file, source, &other)
                );
            }
            body.push_str("    </testcase>\n");
        }
        let _ = write!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">\n{body}  \
             </testsuite>\n",
            cases.len()
        );
        (cases.len(), failures)
    }
}

/// The cases of a file: what is about no object first, document by document, then its objects.
fn cases(file: &FileReport) -> Vec<Case<'_>> {
    let mut of_documents: BTreeMap<u32, Vec<Cow<'_, Diagnostic>>> = BTreeMap::new();
    let mut of_objects: HashMap<u32, Vec<Cow<'_, Diagnostic>>> = HashMap::new();
    for diagnostic in for_people(file) {
        match diagnostic.object {
            Some(object) => of_objects.entry(object).or_default().push(diagnostic),
            None => of_documents
                .entry(diagnostic.document)
                .or_default()
                .push(diagnostic),
        }
    }
    let mut cases: Vec<Case<'_>> = of_documents
        .into_iter()
        .map(|(document, findings)| Case {
            name: format!("document {document}"),
            findings,
        })
        .collect();
    let mut names: HashMap<String, usize> = HashMap::new();
    for (index, object) in (0..).zip(&file.objects) {
        let findings = of_objects.remove(&index).unwrap_or_default();
        if findings.is_empty() && object.left_out {
            continue;
        }
        let mut name = object.describe();
        // Readers take two cases of one name for one.
        let turn = names.entry(name.clone()).or_insert(0);
        *turn += 1;
        if *turn > 1 {
            name.push_str(&format!(" ({turn})"));
        }
        cases.push(Case { name, findings });
    }
    cases
}

fn findings(file: &FileReport, source: &Source, findings: &[&Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in findings {
        let at = source.position(diagnostic.span.start);
        let _ = write!(
            out,
            "\n{}:{}:{}: {}[{}] {}",
            printable(&file.name),
            at.line,
            at.column,
            diagnostic.severity.as_str(),
            diagnostic.rule.rule().id,
            printable(&diagnostic.message),
        );
        for line in diagnostic.help.iter().flat_map(|help| help.lines()) {
            let _ = write!(out, "\n    {}", printable(line));
        }
    }
    out.push('\n');
    escape(&out)
}

fn attribute(text: &str) -> String {
    escape(&printable(text))
}

/// A text within XML. What XML cannot hold at all is written as Rust would.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}
