//! A table in Markdown, for the summary of a CI step or a comment on a change.

use super::place::uri;
use super::{FileReport, Printer, Report, Root, Source, count, for_people, printable, statistics};
use crate::diagnostic::{Diagnostic, Severity};
use std::borrow::Cow;

/// A headline and a table of the findings, the worst first.
pub struct Markdown {
    /// Files are named from the root of the repository.
    pub root: Root,
    /// What a path from the root is put behind to make a link: `https://github.com/me/shop/blob/1a2b3c/`.
    pub links: Option<String>,
    /// How many bytes there may be; what does not fit is counted instead.
    pub room: usize,
    /// Count the findings of each rule in place of listing them.
    pub statistics: bool,
}

/// So much of what kept kubeproof from doing its job is listed.
const TROUBLES: usize = 10;

/// Room for the last line, which says how much was left out.
const LAST: usize = 200;

impl Printer for Markdown {
    fn print(&self, report: &Report, out: &mut String) {
        let before = out.len();
        let summary = report.summary_for_people();
        let sign = match (summary.errors, summary.warnings) {
            _ if !report.trouble.is_empty() => "❌",
            (0, 0) => "✅",
            (0, _) => "⚠️",
            _ => "❌",
        };
        let mut headline = format!("### {sign} kubeproof\n\n");
        if !report.trouble.is_empty() {
            headline.push_str("It could not do its job:\n\n");
        }
        for trouble in report.trouble.iter().take(TROUBLES) {
            headline.push_str(&format!("- {}\n", text(&printable(&trouble.line()))));
        }
        match report.trouble.len().saturating_sub(TROUBLES) {
            0 if report.trouble.is_empty() => {}
            0 => headline.push('\n'),
            more => headline.push_str(&format!("- {more} more\n\n")),
        }
        headline.push_str(&format!("{}\n", text(&summary.line())));
        if headline.len() + LAST > self.room {
            return;
        }
        out.push_str(&headline);
        let used = out.len() - before;
        if self.statistics {
            self.counts(report, out);
        } else {
            self.findings(report, self.room.saturating_sub(used + LAST), out);
        }
    }
}

impl Markdown {
    fn findings(&self, report: &Report, room: usize, out: &mut String) {
        let head = "\n| | Finding | Where |\n|---|---|---|\n";
        let mut shown: Vec<(Severity, &FileReport, &Source, Cow<'_, Diagnostic>)> = Vec::new();
        for file in &report.files {
            let Some(source) = file.source.as_deref() else {
                continue;
            };
            shown.extend(
                for_people(file)
                    .into_iter()
                    .map(|d| (d.severity, file, source, d)),
            );
        }
        // Stable, so that within a severity files and places keep their order.
        shown.sort_by_key(|(severity, ..)| std::cmp::Reverse(*severity));
        let mut left = room.saturating_sub(head.len());
        let mut rows = 0;
        for (_, file, source, diagnostic) in &shown {
            let row = self.row(file, source, diagnostic);
            if row.len() > left {
                break;
            }
            if rows == 0 {
                out.push_str(head);
            }
            left -= row.len();
            rows += 1;
            out.push_str(&row);
        }
        if rows < shown.len() {
            out.push_str(&format!(
                "\n{} more had no room here; the log or another format has them all.\n",
                count(shown.len() - rows, "finding")
            ));
        }
    }

    fn row(&self, file: &FileReport, source: &Source, diagnostic: &Diagnostic) -> String {
        let path = self.root.relative(&file.name);
        let at = source.position(diagnostic.span.start);
        let place = code(&format!("{}:{}:{}", printable(&path), at.line, at.column));
        let place = match &self.links {
            Some(links) if Root::is_file(&file.name) => {
                format!("[{place}]({links}{}#L{})", uri(&path), at.line)
            }
            _ => place,
        };
        let object = diagnostic
            .object
            .and_then(|object| file.objects.get(object as usize))
            .map(|object| format!("<br>{}", text(&printable(&object.describe()))))
            .unwrap_or_default();
        let help = diagnostic
            .help
            .as_deref()
            .map(|help| format!("<br>{}", text(help)))
            .unwrap_or_default();
        format!(
            "| {} | **{}** {}{help} | {place}{object} |\n",
            diagnostic.severity.as_str(),
            diagnostic.rule.rule().id,
            text(&diagnostic.message),
        )
    }

    fn counts(&self, report: &Report, out: &mut String) {
        let counts = statistics::statistics(report, for_people);
        if counts.is_empty() {
            return;
        }
        out.push_str("\n| Findings | | Rule | Files | Fixable |\n|---:|---|---|---:|---:|\n");
        for row in &counts {
            out.push_str(&format!(
                "| {} | {} | {} | {} | {} |\n",
                row.count,
                row.severity.as_str(),
                row.rule.rule().id,
                row.files,
                row.safe + row.needs_look,
            ));
        }
    }
}

/// A text as a cell shows it: what stands in backquotes stays code, all else that Markdown reads is escaped.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    for (i, part) in parts.iter().enumerate() {
        if i % 2 == 1 && paired {
            out.push_str(&code(&printable(part)));
            continue;
        }
        if i > 0 && !paired {
            out.push_str("\\`");
        }
        for (n, line) in part.lines().enumerate() {
            if n > 0 {
                out.push_str("<br>");
            }
            for c in printable(line).chars() {
                match c {
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    '&' => out.push_str("&amp;"),
                    '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '@' | '$' => {
                        out.push('\\');
                        out.push(c);
                    }
                    c => out.push(c),
                }
            }
        }
    }
    out
}

/// A text as code within a cell of a table.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if longest > 0 { " " } else { "" };
    // A table is cut at `|` before code is seen.
    format!("{fence}{room}{}{room}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markdown() {
        assert_eq!(text("`a|b` is *no* <b>"), "`a\\|b` is \\*no\\* &lt;b&gt;");
        assert_eq!(text("a lone ` and [x](y)"), "a lone \\` and \\[x\\](y)");
        assert_eq!(text("two\nlines"), "two<br>lines");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
