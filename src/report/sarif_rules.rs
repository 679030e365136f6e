//! What SARIF tells of kubeproof and of the rules that found something: their pages, as help.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Report;
use super::sarif::Message;
use crate::catalogue::{FixKind, Rule};
use crate::diagnostic::{RuleId, Severity};

/// The rules that found something, each with its index in the log.
pub(super) fn reported(report: &Report) -> BTreeMap<RuleId, usize> {
    let mut rules: BTreeMap<RuleId, usize> = report.diagnostics().map(|d| (d.rule, 0)).collect();
    for (index, own) in rules.values_mut().enumerate() {
        *own = index;
    }
    rules
}

/// kubeproof, and these rules.
pub(super) fn driver(rules: &BTreeMap<RuleId, usize>) -> Driver {
    Driver {
        name: "kubeproof",
        organization: "kubeproof",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: HOME,
        short_description: Message::new(concat!(env!("CARGO_PKG_DESCRIPTION"), ".").to_string()),
        rules: rules.keys().map(|rule| row(rule.rule())).collect(),
    }
}

/// The level of a result.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Where kubeproof lives.
const HOME: &str = "https://github.com/kubeproof/kubeproof";

fn row(rule: &Rule) -> RuleRow {
    let page = body(rule);
    RuleRow {
        id: rule.id,
        name: pascal_case(rule.id),
        short_description: Message::new(format!("{}.", plain(rule.summary))),
        full_description: Message::new(plain(first_paragraph(page))),
        help: Help {
            text: format!(
                "{}\n\n`kubeproof explain {}` shows the whole page.",
                plain(first_paragraph(page)),
                rule.id
            ),
            markdown: markdown(rule, page),
        },
        help_uri: format!("{HOME}/blob/v{}/rules/{}.md", env!("CARGO_PKG_VERSION"), rule.id),
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: Properties {
            tags: vec!["kubernetes", rule.category],
            precision: if rule.severity == Severity::Error {
                "very-high"
            } else {
                "high"
            },
            problem: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    }
}

/// The page without its front matter and without its title, if it has one: the summary says the same.
fn body(rule: &Rule) -> &'static str {
    let page = rule.page.splitn(3, "---\n").nth(2).unwrap_or(rule.page).trim();
    match page.strip_prefix("# ").and_then(|page| page.split_once('\n')) {
        Some((_, rest)) => rest.trim(),
        None => page,
    }
}

fn first_paragraph(page: &str) -> &str {
    page.split("\n\n").next().unwrap_or(page)
}

/// The page as help: as it stands, without the marks that tests read in its examples.
fn markdown(rule: &Rule, page: &str) -> String {
    let mut out = format!("# {}\n\n", rule.summary);
    for line in page.lines() {
        let line = match line.strip_prefix("```") {
            // What follows the language is for tests too.
            Some(info) => match info.split_once(' ') {
                Some((language, more)) => {
                    let file = more.split(' ').find_map(|word| word.strip_prefix("file="));
                    let name = file.map_or(String::new(), |file| format!("`{file}`\n\n"));
                    format!("{name}```{language}")
                }
                None => line.to_string(),
            },
            None => unmarked(line),
        };
        out.push_str(&line);
        out.push('\n');
    }
    if rule.fix != FixKind::None {
        out.push_str("\nkubeproof can fix it: `kubeproof check --fix`");
        out.push_str(match rule.fix {
            FixKind::Unsafe => " with `--unsafe-fixes`, and a look at the result.\n",
            _ => ".\n",
        });
    }
    if !rule.references.is_empty() {
        out.push_str("\n## References\n\n");
        for reference in rule.references {
            out.push_str(&format!("- <{reference}>\n"));
        }
    }
    out
}

/// `# error[rule]: text` marks what an example's line is found for; a reader needs the severity only.
fn unmarked(line: &str) -> String {
    for severity in ["error", "warning", "info"] {
        if let Some((before, after)) = line.split_once(&format!("# {severity}["))
            && after.contains(']')
        {
            return format!("{before}# {severity}");
        }
    }
    line.to_string()
}

/// Markdown as plain text on one line: rule pages mark code and lists only.
fn plain(text: &str) -> String {
    text.replace(['`', '*'], "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// `secret/bad-base64` → `SecretBadBase64`, which is what SARIF calls a name.
fn pascal_case(id: &str) -> String {
    let parts = id.split(['/', '-']).filter_map(|part| {
        let (first, rest) = part.split_at_checked(1)?;
        Some(format!("{}{rest}", first.to_ascii_uppercase()))
    });
    parts.collect()
}

/// `tool.driver`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    name: &'static str,
    organization: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    short_description: Message,
    rules: Vec<RuleRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleRow {
    id: &'static str,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem: &'static str,
}
