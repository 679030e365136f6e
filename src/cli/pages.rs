//! `kubeproof explain` and `kubeproof rules`: the rule pages, for reading.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::catalogue::{FixKind, RULES, Rule};
use crate::diagnostic::Severity;
use crate::validation;

use super::args::{ExplainArgs, ExplainFormat, RulesFormat};
use super::terminal::{Terminal, tell};
use super::{CLEAN, TROUBLE, explain, suggest};

/// Prints the page of a rule, the rules of a category, or what is known of a kind or field.
pub fn explain(args: &ExplainArgs, terminal: &Terminal) -> u8 {
    let name = args.name.as_str();
    let painter = Painter {
        color: terminal.color,
    };
    let category = |name: &str| RULES.iter().any(|rule| rule.category == name);
    let mut out = String::new();
    if let Some(id) = Rule::find(name) {
        match args.format {
            ExplainFormat::Text => page(id.rule(), &painter, terminal.width, &mut out),
            ExplainFormat::Json => json([id.rule()].into_iter(), &mut out),
        }
    } else if let Some(of) = name.strip_suffix('/').filter(|of| category(of)) {
        category_of(of, args, &painter, &mut out);
    } else if args.api_version.is_none()
        && name
            .split_once('/')
            .is_some_and(|(of, _)| category(&of.to_lowercase()))
    {
        tell(&suggest::unknown_rule(name));
        return TROUBLE;
    } else {
        let path = match &args.api_version {
            Some(version) => format!("{version}/{name}"),
            None => name.to_string(),
        };
        match validation::explain(&path, args.kube_version) {
            Ok(found) => match args.format {
                ExplainFormat::Text => {
                    explain::text(&found, args.recursive, &painter, terminal.width, &mut out)
                }
                ExplainFormat::Json => explain::json(&found, args.recursive, &mut out),
            },
            // A category without a kind of its name: `metadata`.
            Err(_) if args.api_version.is_none() && category(name) => {
                category_of(name, args, &painter, &mut out)
            }
            Err(error) if args.api_version.is_some() => {
                tell(&error);
                return TROUBLE;
            }
            Err(error) => {
                tell(&suggest::unknown_name(name, &error));
                return TROUBLE;
            }
        }
    }
    print(&out, terminal)
}

fn category_of(name: &str, args: &ExplainArgs, painter: &Painter, out: &mut String) {
    let rules = RULES.iter().filter(|rule| rule.category == name);
    match args.format {
        ExplainFormat::Text => table(rules, painter, out),
        ExplainFormat::Json => json(rules, out),
    }
}

/// Prints the list of all rules.
pub fn list(format: RulesFormat, terminal: &Terminal) -> u8 {
    let mut out = String::new();
    match format {
        RulesFormat::Text => table(
            RULES.iter(),
            &Painter {
                color: terminal.color,
            },
            &mut out,
        ),
        RulesFormat::Json => json(RULES.iter(), &mut out),
        RulesFormat::Markdown => markdown_index(&mut out),
    }
    print(&out, terminal)
}

/// Prints what was made.
pub(super) fn print(out: &str, terminal: &Terminal) -> u8 {
    match terminal.write(out) {
        Ok(()) => CLEAN,
        Err(error) => {
            tell(&format!("the text could not be written: {error}"));
            TROUBLE
        }
    }
}

/// Colours, or none.
pub(super) struct Painter {
    pub(super) color: bool,
}

impl Painter {
    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }
}

pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Info => AnsiColor::Cyan.on_default(),
    }
}

fn table<'r>(rules: impl Iterator<Item = &'r Rule> + Clone, painter: &Painter, out: &mut String) {
    let width = rules.clone().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        let severity = format!("{:7}", rule.severity.as_str());
        out.push_str(&format!(
            "{}{}  {}  {}{}\n",
            painter.paint(Style::new().bold(), rule.id),
            " ".repeat(width - rule.id.len()),
            painter.paint(severity_style(rule.severity), &severity),
            rule.summary,
            match rule.fix {
                FixKind::None => "",
                FixKind::Safe => " (fixable)",
                FixKind::Unsafe => " (fixable with care)",
            },
        ));
    }
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    category: &'static str,
    summary: &'static str,
    severity: &'static str,
    fix: &'static str,
    on: &'static [&'static str],
    since: &'static str,
    references: &'static [&'static str],
}

fn json(rules: impl Iterator<Item = &'static Rule>, out: &mut String) {
    let rows: Vec<String> = rules
        .filter_map(|rule| {
            serde_json::to_string(&Row {
                id: rule.id,
                category: rule.category,
                summary: rule.summary,
                severity: rule.severity.as_str(),
                fix: rule.fix.as_str(),
                on: rule.on,
                since: rule.since,
                references: rule.references,
            })
            .ok()
        })
        .collect();
    out.push_str("[\n");
    out.push_str(&rows.join(",\n"));
    out.push_str("\n]\n");
}

fn page(rule: &Rule, painter: &Painter, width: Option<usize>, out: &mut String) {
    let width = width.unwrap_or(100).clamp(40, 100);
    out.push_str(&format!(
        "{} {}\n{}\n\n",
        painter.paint(Style::new().bold(), rule.id),
        painter.paint(
            severity_style(rule.severity),
            &format!("({})", rule.severity.as_str())
        ),
        rule.summary
    ));
    let body = rule.page.splitn(3, "---\n").nth(2).unwrap_or(rule.page).trim();
    // The title of most pages is the summary, which stands above already.
    let title = body
        .strip_prefix("# ")
        .and_then(|body| body.strip_prefix(rule.summary));
    markdown(title.unwrap_or(body).trim(), painter, width, out);
    if !rule.references.is_empty() {
        out.push_str(&format!(
            "\n{}\n\n",
            painter.paint(Style::new().bold(), "References")
        ));
        for reference in rule.references {
            out.push_str(&format!("  {reference}\n"));
        }
    }
    out.push_str(&format!("\nSince kubeproof {}", rule.since));
    out.push_str(match rule.fix {
        FixKind::None => ".\n",
        FixKind::Safe => "; it can be fixed automatically.\n",
        FixKind::Unsafe => "; it can be fixed automatically, with a look at the result.\n",
    });
}

/// All rules with links to their pages, as it stands in `docs/rules.md`.
fn markdown_index(out: &mut String) {
    out.push_str(
        "# Rules\n\n\
         <!-- Made from the pages: cargo run --quiet -- rules --format markdown > docs/rules.md -->\n\n\
         Each rule has a page: what it finds, why it matters, a bad and a good example. `kubeproof explain RULE` shows\n\
         the page in the terminal. *Fixable* rules propose an edit; one *with care* wants a look at the result.\n",
    );
    for rules in RULES.chunk_by(|a, b| a.category == b.category) {
        let category = rules.first().map_or("", |rule| rule.category);
        out.push_str(&format!(
            "\n## {category}\n\n| rule | severity | what it finds | fix |\n|---|---|---|---|\n"
        ));
        for rule in rules {
            out.push_str(&format!(
                "| [`{id}`](../rules/{id}.md) | {} | {} | {} |\n",
                rule.severity.as_str(),
                rule.summary.replace('|', "\\|"),
                match rule.fix {
                    FixKind::None => "",
                    FixKind::Safe => "fixable",
                    FixKind::Unsafe => "with care",
                },
                id = rule.id,
            ));
        }
    }
}

/// The few kinds of Markdown that rule pages use.
fn markdown(text: &str, painter: &Painter, width: usize, out: &mut String) {
    let mut paragraph = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            flush(&mut paragraph, width, out);
            if let Some((_, file)) = info.split_once("file=") {
                let file = file.split_whitespace().next().unwrap_or_default();
                out.push_str(&format!(
                    "    {}\n",
                    painter.paint(Style::new().dimmed(), &format!("# {file}"))
                ));
            }
            for line in lines.by_ref().take_while(|line| *line != "```") {
                out.push_str(&format!("    {}\n", example_line(line, painter)).replace("    \n", "\n"));
            }
        } else if line.starts_with('#') {
            flush(&mut paragraph, width, out);
            let heading = line.trim_start_matches('#').trim();
            out.push_str(&painter.paint(Style::new().bold(), heading));
            out.push('\n');
        } else if line.trim().is_empty() {
            flush(&mut paragraph, width, out);
            out.push('\n');
        } else {
            if line.trim_start().starts_with("- ") {
                flush(&mut paragraph, width, out);
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut paragraph, width, out);
}

/// Writes a gathered paragraph, or item of a list, wrapped.
fn flush(paragraph: &mut String, width: usize, out: &mut String) {
    if paragraph.is_empty() {
        return;
    }
    let indent = if paragraph.starts_with("- ") { "  " } else { "" };
    let options = textwrap::Options::new(width)
        .subsequent_indent(indent)
        .break_words(false);
    out.push_str(&textwrap::fill(paragraph, options));
    out.push('\n');
    paragraph.clear();
}

/// A line of an example. What is found on it is marked for the tests, with the rule and the marked text; a
/// reader knows which rule this is, and needs the severity only.
fn example_line(line: &str, painter: &Painter) -> String {
    let marks = [
        ("# error[", Severity::Error),
        ("# warning[", Severity::Warning),
        ("# info[", Severity::Info),
    ];
    let first = marks
        .iter()
        .filter_map(|(mark, severity)| line.find(mark).map(|at| (at, severity)))
        .min();
    match first {
        Some((at, severity)) => {
            let note = format!("# {}", severity.as_str());
            format!(
                "{}{}",
                &line[..at],
                painter.paint(severity_style(*severity), &note)
            )
        }
        None => line.to_string(),
    }
}
