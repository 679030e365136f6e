//! The text for people.

use anstyle::Style;

use super::{
    comes_back, further, kind_words, list_words, own_versions, refers_to, rules, short_notes, type_words,
    versions_words,
};
use crate::catalogue::RULES;
use crate::cli::pages::{Painter, severity_style};
use crate::schema::{NameFormat, Scope};
use crate::validation::{Explained, Said};

/// Prints a kind or a field.
pub fn text(found: &Explained, recursive: bool, painter: &Painter, width: Option<usize>, out: &mut String) {
    let mut page = Page {
        painter,
        width: width.unwrap_or(100).clamp(40, 100),
        out,
    };
    if found.fields.is_empty() {
        page.kind(found);
    } else {
        page.field(found);
    }
    if recursive {
        page.heading("All fields");
        page.tree(found, 1);
    } else {
        page.fields(found);
    }
    page.checks(found, recursive);
    page.rules(found);
}

struct Page<'a> {
    painter: &'a Painter,
    width: usize,
    out: &'a mut String,
}

impl Page<'_> {
    fn bold(&self, text: &str) -> String {
        self.painter.paint(Style::new().bold(), text)
    }

    fn dimmed(&self, text: &str) -> String {
        self.painter.paint(Style::new().dimmed(), text)
    }

    fn heading(&mut self, text: &str) {
        let text = self.bold(text);
        self.out.push_str(&format!("\n{text}\n"));
    }

    /// A line with its first words at the left, the rest wrapped below itself.
    fn hang(&mut self, first: &str, rest: &str) {
        let indent = " ".repeat(textwrap::core::display_width(first));
        let options = textwrap::Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(&indent)
            .break_words(false);
        self.out.push_str(textwrap::fill(rest, options).trim_end());
        self.out.push('\n');
    }

    /// A fact with its name: `  Scope     namespaced`.
    fn fact(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            let first = format!("  {name:<10}  ");
            self.hang(&first, text);
        }
    }

    fn kind(&mut self, found: &Explained) {
        let info = found.kind;
        let kind = self.bold(info.kind);
        let group = if info.group.is_empty() {
            "core group".to_string()
        } else {
            info.group.to_string()
        };
        self.out
            .push_str(&format!("{kind} {}\n\n", self.dimmed(&format!("({group})"))));
        self.fact("apiVersion", &info.api_version());
        self.fact("Served", &served(found));
        self.fact(
            "Scope",
            match info.scope {
                Some(Scope::Namespaced) => "namespaced",
                Some(Scope::Cluster) => "cluster",
                None => "",
            },
        );
        self.fact("Names", name_words(info.name_format(found.kube)));
        let mut called = vec![info.plural];
        called.extend(info.short_names);
        self.fact("In kubectl", &called.join(", "));
        let others: Vec<_> = found
            .versions()
            .into_iter()
            .filter(|other| other.api_version() != info.api_version())
            .collect();
        if !others.is_empty() {
            self.heading("Other versions");
            self.out.push('\n');
            let widest = others.iter().map(|o| o.api_version().len()).max().unwrap_or(0);
            for other in others {
                let first = format!("  {:<widest$}  ", other.api_version());
                self.hang(&first, &kind_words(other));
            }
        }
    }

    fn field(&mut self, found: &Explained) {
        let Some(info) = found.fields.last() else { return };
        let path = self.bold(&found.path());
        let kind = self.dimmed(&format!("{} ({})", found.kind.kind, found.kind.api_version()));
        self.out.push_str(&format!("{path}\n{kind}\n\n"));
        self.fact("Type", &type_words(info.ty));
        self.fact("Required", if found.is_required() { "yes" } else { "no" });
        self.fact("Values", &found.values().join(", "));
        self.fact("Refers to", &refers_to(found).join(", "));
        self.fact("Merging", &list_words(info).unwrap_or_default());
        self.fact(
            "Versions",
            &match versions_words(info.versions) {
                Some(words) => format!("Kubernetes {words}"),
                None => {
                    let (oldest, newest) = crate::schema::COVERED;
                    format!("Kubernetes 1.{oldest} to 1.{newest}")
                }
            },
        );
        if !found.kind.on_by_default {
            self.fact("Served", &served(found));
        }
        let checks: Vec<Said> = found
            .checks()
            .into_iter()
            .chain(found.checks_around())
            .filter(|said| !(said.text == "required" && said.when.is_empty()))
            .filter(|said| !lists(said, found.values()))
            .collect();
        if !checks.is_empty() {
            self.heading("Checks");
            self.out.push('\n');
            for said in checks {
                self.hang("  - ", &said.sentence());
            }
        }
    }

    /// The fields of the struct, a line for each.
    fn fields(&mut self, found: &Explained) {
        let Some(inner) = found.inner() else { return };
        let children = found.children();
        let heading = match found.fields.is_empty() {
            true => "Fields".to_string(),
            false => format!("Fields of {}", inner.short_name()),
        };
        self.heading(&heading);
        self.out.push('\n');
        // What is longer pushes its notes to the next line.
        let (most_name, most_type) = if self.width < 90 { (22, 18) } else { (30, 22) };
        let infos = || children.iter().filter_map(|child| child.fields.last());
        let names = widest(infos().map(|info| info.name.len()), most_name);
        let types = widest(infos().map(|info| info.ty.to_string().len()), most_type);
        for child in &children {
            let Some(info) = child.fields.last() else { continue };
            let ty = info.ty.to_string();
            let notes = short_notes(child).join("; ");
            // A long name borrows from the column of types, and the other way round.
            let gap = names.saturating_sub(info.name.len()) + 2;
            let used = info.name.len() + gap + ty.len();
            let pad = (names + 2 + types).saturating_sub(used) + 2;
            let start = format!(
                "  {}{}{}",
                self.bold(info.name),
                " ".repeat(gap),
                self.dimmed(&ty)
            );
            if notes.is_empty() {
                self.out.push_str(&start);
                self.out.push('\n');
            } else if used > names + 2 + types {
                self.out.push_str(&start);
                self.out.push('\n');
                self.hang(&" ".repeat(names + types + 6), &notes);
            } else {
                self.hang(&format!("{start}{}", " ".repeat(pad)), &notes);
            }
        }
        let elsewhere = found.elsewhere();
        if !elsewhere.is_empty() {
            let shown: Vec<String> = elsewhere
                .iter()
                .filter_map(|field| Some(format!("{} ({})", field.name, versions_words(field.versions)?)))
                .collect();
            self.out.push('\n');
            self.hang("  Not in this version: ", &shown.join(", "));
        }
    }

    /// The fields below as a tree.
    fn tree(&mut self, found: &Explained, depth: usize) {
        if depth == 1 {
            self.out.push('\n');
        }
        for child in found.children() {
            let Some(info) = child.fields.last() else { continue };
            let mut notes = Vec::new();
            if child.is_required() {
                notes.push("required".to_string());
            }
            notes.extend(match child.values() {
                [] => None,
                values => Some(values.join("|")),
            });
            notes.extend(own_versions(&child));
            let back = comes_back(&child);
            if back {
                notes.push("fields as above".into());
            }
            let name = self.bold(info.name);
            let ty = self.dimmed(&info.ty.to_string());
            let first = format!("{}{name}  {ty}  ", "  ".repeat(depth));
            match notes.is_empty() {
                true => {
                    self.out.push_str(first.trim_end());
                    self.out.push('\n');
                }
                false => self.hang(&first, &notes.join(", ")),
            }
            if !back {
                self.tree(&child, depth + 1);
            }
        }
    }

    /// The checks that do not stand beside a field.
    fn checks(&mut self, found: &Explained, recursive: bool) {
        let all = if recursive { Vec::new() } else { further(found) };
        if all.is_empty() {
            return;
        }
        let of = found.inner().map_or("", |ty| ty.short_name());
        self.heading(&match found.fields.is_empty() {
            true => "Further checks".to_string(),
            false => format!("Further checks of {of}"),
        });
        self.out.push('\n');
        let (own, of_fields): (Vec<&Said>, Vec<&Said>) = all.iter().partition(|said| said.field.is_empty());
        for said in own {
            self.hang("  - ", &said.sentence());
        }
        let mut fields: Vec<&str> = of_fields.iter().map(|said| said.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        for field in fields {
            let name = self.bold(field);
            self.out.push_str(&format!("  {name}\n"));
            for said in of_fields.iter().filter(|said| said.field == field) {
                self.hang("    - ", &said.sentence());
            }
        }
    }

    fn rules(&mut self, found: &Explained) {
        let rules = rules(found);
        if !rules.is_empty() {
            self.heading("Rules");
            self.out.push('\n');
            let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in rules {
                let severity = format!("{:7}", rule.severity.as_str());
                let first = format!(
                    "  {}{}  {}  ",
                    self.bold(rule.id),
                    " ".repeat(width - rule.id.len()),
                    self.painter.paint(severity_style(rule.severity), &severity)
                );
                self.hang(&first, rule.summary);
            }
        }
        if found.fields.is_empty() {
            let category = found.kind.kind.to_lowercase();
            let next = found.children().into_iter().find(|child| {
                let own = child.fields.last().filter(|field| field.name != "metadata");
                own.is_some_and(|field| field.ty.innermost().is_some())
            });
            let next = next.map_or("metadata", |child| child.fields.last().map_or("", |f| f.name));
            let mut words =
                format!("`kubeproof explain {category}.{next}` goes on, `--recursive` prints all fields.");
            if RULES.iter().any(|rule| rule.category == category) {
                words.push_str(&format!(
                    " The rules of the category `{category}` are listed by `kubeproof explain {category}/`."
                ));
            }
            self.out.push('\n');
            self.hang("", &words);
        }
    }
}

/// Whether a check says no more than which values there are.
fn lists(said: &Said, values: &[&str]) -> bool {
    let first = values.first().map(|value| format!("`{value}`"));
    said.when.is_empty() && said.why.is_empty() && first.is_some_and(|first| said.text.starts_with(&first))
}

/// Which versions of Kubernetes serve the kind, and on whose wish.
fn served(found: &Explained) -> String {
    let mut words = kind_words(found.kind);
    if found.kind.on_by_default && found.kind.creatable && found.kind.deprecated == 0 {
        words.push_str(", on by default");
    }
    if !found.kind.on_by_default {
        words.push_str(": the administrator switches it on with `--runtime-config`");
    }
    words
}

fn name_words(format: NameFormat) -> &'static str {
    match format {
        NameFormat::DnsSubdomain => "lower-case letters, digits, `-` and `.`, 253 at the most",
        NameFormat::DnsLabel => "up to 63 lower-case letters, digits and `-`",
        NameFormat::Dns1035Label => "up to 63 lower-case letters, digits and `-`, starting with a letter",
        NameFormat::PathSegment => "anything without `/` and `%`, but not `.` and `..`",
        NameFormat::ConfigKey => "letters, digits, `-`, `_` and `.`",
        NameFormat::IpAddress => "an IP address in its canonical form",
        NameFormat::GroupResource => "GROUP.RESOURCE",
        NameFormat::Unnamed => "none: it is answered and forgotten",
    }
}

fn widest(lengths: impl Iterator<Item = usize>, most: usize) -> usize {
    lengths.filter(|length| *length <= most).max().unwrap_or(0)
}
