//! The answer for people: a tree of what breaks under each Secret.

use std::fmt::Write as _;

use super::judge::{Healer, Judged, Link, Verdict};
use super::places::{Places, broken_objects};
use super::{Surrounds, json};
use crate::graph::Index;
use crate::graph::table::Breaks;
use crate::report::{count, printable};

/// Prints for people.
pub struct Text {
    /// Whether to colour.
    pub color: bool,
}

/// The looks of a word.
#[derive(Clone, Copy)]
enum Look {
    Loud,
    Bad,
    Good,
    Bold,
    Dim,
}

/// Links of one object below one other, which is said once.
struct Group<'v> {
    links: Vec<(u32, &'v Link)>,
}

/// Everything that printing a Secret looks at.
struct Page<'p, 'r> {
    index: &'p Index<'r>,
    places: &'p Places,
}

impl Text {
    /// Prints the answer.
    pub fn print(
        &self,
        index: &Index<'_>,
        judged: &Judged<'_>,
        places: &Places,
        surrounds: &Surrounds,
        out: &mut String,
    ) {
        let page = Page { index, places };
        let blocked: Vec<&Verdict<'_>> = judged.blocked().collect();
        let total = judged.verdicts.len();
        // Writing into a String cannot fail, here and below.
        let _ = writeln!(
            out,
            "{} Deletion of {}: {}.\n",
            self.look(Look::Loud, "This operation cannot be undone."),
            printable(&surrounds.selection),
            match (total, blocked.len()) {
                (0, _) => "no Secret fits".to_string(),
                (1, 0) => "it is safe".to_string(),
                (1, _) => self.look(Look::Bad, "it is in use"),
                (all, 0) => format!("all {all} are safe"),
                (all, 1) => self.look(Look::Bad, &format!("1 of {all} is in use")),
                (all, used) => self.look(Look::Bad, &format!("{used} of {all} are in use")),
            }
        );
        for verdict in &blocked {
            self.secret(&page, verdict, out);
        }
        for verdict in judged.verdicts.iter().filter(|verdict| !verdict.is_blocked()) {
            self.secret(&page, verdict, out);
        }
        if !out.ends_with("\n\n") {
            out.push('\n');
        }
        self.summary(&blocked, judged, out);
        let _ = writeln!(
            out,
            "Read {} in {}; who else uses them in the cluster is not known.",
            count(surrounds.objects, "object"),
            count(surrounds.files, "file"),
        );
        for note in &surrounds.notes {
            let _ = writeln!(out, "{} {note}", self.look(Look::Bold, "Note:"));
        }
    }

    fn summary(&self, blocked: &[&Verdict<'_>], judged: &Judged<'_>, out: &mut String) {
        let total = judged.verdicts.len();
        let _ = write!(out, "{}: {} safe", count(total, "Secret"), total - blocked.len());
        if !blocked.is_empty() {
            let _ = write!(
                out,
                ", {} in use; {} would break",
                blocked.len(),
                count(broken_objects(blocked), "object"),
            );
            let links = || blocked.iter().flat_map(|verdict| &verdict.links);
            let mut parts = Vec::new();
            for (when, what) in [
                (&[Breaks::Now][..], "at once"),
                (&[Breaks::OnRestart, Breaks::OnPull], "at the next restart"),
                (&[Breaks::FallsBack], "falling back to a default"),
            ] {
                let uses = links().filter(|link| when.contains(&link.breaks)).count();
                if uses > 0 {
                    parts.push(format!("{uses} {what}"));
                }
            }
            let _ = write!(out, " (uses: {})", parts.join(", "));
        }
        out.push_str(".\n");
    }

    fn secret(&self, page: &Page<'_, '_>, verdict: &Verdict<'_>, out: &mut String) {
        let secret = &verdict.secret;
        let blocked = verdict.is_blocked();
        let mark = if blocked {
            self.look(Look::Bad, "✗")
        } else {
            self.look(Look::Good, "✓")
        };
        let name = if secret.namespace.is_empty() {
            printable(&secret.name).into_owned()
        } else {
            format!("{}/{}", printable(&secret.namespace), printable(&secret.name))
        };
        let about = if secret.cloud {
            " (CSMS)".to_string()
        } else {
            match verdict.kind.as_deref() {
                Some(kind) if kind != "Opaque" => format!(" ({})", printable(kind)),
                _ => String::new(),
            }
        };
        let state = if blocked {
            format!("in use by {}", count(broken_objects(&[verdict]), "object"))
        } else if verdict.heals() {
            "comes back by itself".to_string()
        } else if !verdict.optional.is_empty() {
            "whoever uses it does without".to_string()
        } else {
            "nothing that was read uses it".to_string()
        };
        let _ = writeln!(out, "{mark} {}{about}: {state}", self.look(Look::Bold, &name));
        for remark in remarks(page, verdict) {
            let _ = writeln!(out, "  {} {remark}", self.look(Look::Bold, "!"));
        }
        for healer in &verdict.healers {
            let _ = writeln!(
                out,
                "  {} {}",
                self.look(Look::Good, "↻"),
                healing(page, healer, verdict)
            );
        }
        if blocked {
            self.groups(page, &Below::of(verdict), None, "  ", out);
            out.push('\n');
        }
    }

    /// The objects that break through a link, or directly.
    fn groups(
        &self,
        page: &Page<'_, '_>,
        below: &Below<'_>,
        parent: Option<&Group<'_>>,
        indent: &str,
        out: &mut String,
    ) {
        let groups = below.groups(parent);
        for (i, group) in groups.iter().enumerate() {
            let Some((_, first)) = group.links.first() else {
                continue;
            };
            let last = i + 1 == groups.len();
            let (branch, beside) = if last {
                ("└─", "   ")
            } else {
                ("├─", "│  ")
            };
            let breaks = group
                .links
                .iter()
                .map(|(_, link)| link.breaks)
                .min_by_key(|b| rank(*b));
            let _ = writeln!(
                out,
                "{indent}{branch} {} {}",
                self.look(Look::Bold, &page.object(first.file, first.object)),
                words(breaks.unwrap_or(first.breaks), page.kind(first)),
            );
            let indent = format!("{indent}{beside}");
            for (_, link) in &group.links {
                let (place, field) = page.place(link);
                let guessed = if link.guessed {
                    " (a guess by the field's name)"
                } else {
                    ""
                };
                let _ = writeln!(out, "{indent}  {} {field}{guessed}", self.look(Look::Dim, &place));
            }
            self.groups(page, below, Some(group), &indent, out);
        }
    }

    fn look(&self, look: Look, text: &str) -> String {
        if !self.color {
            return text.to_string();
        }
        let code = match look {
            Look::Loud => "1;31",
            Look::Bad => "31",
            Look::Good => "32",
            Look::Bold => "1",
            Look::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Sooner is worse.
fn rank(breaks: Breaks) -> u8 {
    match breaks {
        Breaks::Now => 0,
        Breaks::OnRestart => 1,
        Breaks::OnPull => 2,
        Breaks::FallsBack => 3,
    }
}

/// What happens to an object, and when. Some only hand on what pods need.
fn words(breaks: Breaks, kind: &str) -> &'static str {
    let is_between = matches!(
        kind,
        "ServiceAccount"
            | "SecretProviderClass"
            | "PersistentVolume"
            | "PersistentVolumeClaim"
            | "StorageClass"
    );
    match breaks {
        Breaks::Now if matches!(kind, "Role" | "ClusterRole") => "lets somebody read it, who cannot any more",
        Breaks::Now => "breaks at once",
        Breaks::OnRestart if is_between => "fails pods at their next restart",
        Breaks::OnRestart => "breaks at its next restart",
        Breaks::OnPull if is_between => {
            "gives pods no credentials to pull private images at their next restart"
        }
        Breaks::OnPull => "cannot pull private images at its next restart",
        Breaks::FallsBack => "falls back to a default certificate",
    }
}

/// The links of a Secret by those that they are reached through.
struct Below<'v> {
    links: &'v [Link],
    /// Of each link those below it; the first are the direct ones.
    below: Vec<Vec<u32>>,
}

impl<'v> Below<'v> {
    fn of(verdict: &'v Verdict<'_>) -> Self {
        let links = &verdict.links;
        let mut below = vec![Vec::new(); links.len() + 1];
        for (at, link) in (0..).zip(links) {
            let parent = link.parent.map_or(0, |parent| parent as usize + 1);
            if let Some(list) = below.get_mut(parent) {
                list.push(at);
            }
        }
        Below { links, below }
    }

    /// The links below a parent, by object, in the order in which the objects come first. The depth of chains
    /// is bounded, so the recursion of whoever asks is.
    fn groups(&self, parent: Option<&Group<'_>>) -> Vec<Group<'v>> {
        let parents: Vec<usize> = match parent {
            None => vec![0],
            Some(group) => group.links.iter().map(|(at, _)| *at as usize + 1).collect(),
        };
        let mut groups: Vec<Group<'v>> = Vec::new();
        let mut by_object = std::collections::HashMap::new();
        for &at in parents.iter().filter_map(|at| self.below.get(*at)).flatten() {
            let Some(link) = self.links.get(at as usize) else {
                continue;
            };
            let next = groups.len();
            let i = *by_object.entry((link.file, link.object)).or_insert(next);
            if i == next {
                groups.push(Group { links: Vec::new() });
            }
            groups[i].links.push((at, link));
        }
        groups
    }
}

/// What is worth knowing of the Secret itself.
fn remarks(page: &Page<'_, '_>, verdict: &Verdict<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if !verdict.is_defined() {
        remarks.push(
            "no manifest or inventory that was read has it; it may live only in the cluster".to_string(),
        );
    }
    if let Some(account) = &verdict.token {
        let of = if account.is_empty() {
            String::new()
        } else {
            format!(" of ServiceAccount {}", printable(account))
        };
        remarks.push(format!(
            "a token{of}: whoever signs in with it, inside the cluster or outside, is locked out at once"
        ));
    }
    match verdict.kind.as_deref() {
        Some("helm.sh/release.v1") => {
            remarks.push(
                "the record of a Helm release: Helm forgets the release, or a revision of it".to_string(),
            );
        }
        Some("bootstrap.kubernetes.io/token") => {
            remarks.push("a bootstrap token: no further node can join with it".to_string());
        }
        _ => {}
    }
    if verdict.immutable {
        remarks.push(
            "immutable: pods that run keep what they have, and notice another Secret of this name only when they \
             restart"
                .to_string(),
        );
    }
    if verdict.heals() && !verdict.links.is_empty() {
        let direct = verdict.links.iter().filter(|link| link.parent.is_none());
        let users = page.some(direct.map(|link| (link.file, link.object)));
        remarks.push(format!(
            "until it is back, {users} may fail to start or to read it"
        ));
    }
    if !verdict.optional.is_empty() {
        let users = page.some(verdict.optional.iter().copied());
        remarks.push(format!("optional for {users}"));
    }
    remarks
}

fn healing(page: &Page<'_, '_>, healer: &Healer<'_>, verdict: &Verdict<'_>) -> String {
    let Some(object) = healer.defined.fact.object else {
        return String::new();
    };
    let by = page.object(healer.defined.file, object);
    let at = page.line(healer.defined.file, object, healer.defined.fact.span);
    if healer.broken {
        format!("{by} ({at}) would make it again, but breaks itself")
    } else if !healer.keeps_values {
        format!("{by} ({at}) makes it again, but with other values: what has the old ones is locked out")
    } else if verdict.token.is_some() {
        format!("{by} ({at}) makes it again, with another token")
    } else {
        format!("{by} ({at}) makes it again: the deletion heals itself")
    }
}

impl Page<'_, '_> {
    /// `Deployment web/shop`
    fn object(&self, file: u32, object: u32) -> String {
        let (Some(facts), Some(fact)) = (
            self.index.files.get(file as usize),
            self.index.object(file, object),
        ) else {
            return String::new();
        };
        let (kind, name) = (facts.str(fact.kind), facts.str(fact.name));
        let namespace = self.index.namespace(file, facts.str(fact.namespace));
        let slash = if namespace.is_empty() { "" } else { "/" };
        printable(&format!("{kind} {namespace}{slash}{name}")).into_owned()
    }

    /// A few objects by name, and how many more there are.
    fn some(&self, objects: impl Iterator<Item = (u32, u32)>) -> String {
        let named: std::collections::BTreeSet<String> =
            objects.map(|(file, object)| self.object(file, object)).collect();
        let shown: Vec<&str> = named.iter().take(3).map(String::as_str).collect();
        match named.len().saturating_sub(3) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }

    fn kind(&self, link: &Link) -> &str {
        let object = self.index.object(link.file, link.object);
        let facts = self.index.files.get(link.file as usize);
        facts
            .zip(object)
            .map_or("", |(facts, object)| facts.str(object.kind))
    }

    /// `k8s/shop.yaml:31:21`, and the field.
    fn place(&self, link: &Link) -> (String, String) {
        let found = self.places.get(&link.file);
        let place = found.and_then(|file| file.place(link.object, link.span));
        let field = place
            .map(|place| place.field.clone())
            .filter(|field| !field.is_empty());
        let field = field.unwrap_or_else(|| json::by_table(self.index, Some(link)));
        let field = match link.unwritten {
            Some(unwritten) => format!("{field}.{unwritten} (not written: `default`)"),
            None => field,
        };
        (
            self.line(link.file, link.object, link.span),
            printable(&field).into_owned(),
        )
    }

    fn line(&self, file: u32, object: u32, span: crate::source::Span) -> String {
        let name = self
            .index
            .files
            .get(file as usize)
            .map_or("", |facts| &facts.file);
        let place = self.places.get(&file).and_then(|file| file.place(object, span));
        let at = place.map_or(String::new(), |at| {
            format!(":{}:{}", at.start.line, at.start.column)
        });
        format!("{}{at}", printable(name))
    }
}
