//! The answer for people: a tree of what breaks under each Secret.

mod below;
mod page;
mod remarks;

use std::fmt::Write as _;

use self::below::{Below, Group};
use self::page::Page;
use self::remarks::{healing, remarks};
use super::Surrounds;
use super::judge::{Judged, Verdict};
use super::places::{Places, broken_objects};
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
        let page = Page {
            index,
            places,
            few: judged.verdicts.len() <= 20,
            here: "",
        };
        let blocked: Vec<&Verdict<'_>> = judged.blocked().collect();
        let total = judged.verdicts.len();
        let unknown = judged.verdicts.iter().filter(|one| is_unknown(one)).count();
        // Writing into a String cannot fail, here and below.
        let _ = writeln!(
            out,
            "{} Deletion of {}: {}.\n",
            self.look(Look::Loud, "This operation cannot be undone."),
            printable(&surrounds.selection),
            match (total, blocked.len()) {
                (0, _) => "no Secret fits".to_string(),
                (_, 0) if !surrounds.unread.is_empty() => self.look(
                    Look::Bad,
                    "not everything could be read, so it is not known to be safe"
                ),
                (1, 0) if unknown == 1 => "nothing that was read has it, or uses it".to_string(),
                (1, 0) => "it is safe".to_string(),
                (1, _) => self.look(Look::Bad, "it is in use"),
                (all, 0) if unknown == all =>
                    "nothing that was read has any of them, or uses one".to_string(),
                (all, 0) if unknown > 0 => {
                    let safe = all - unknown;
                    let are = if safe == 1 { "is" } else { "are" };
                    format!("{safe} {are} safe; nothing that was read has or uses the rest ({unknown})")
                }
                (all, 0) => format!("all {all} are safe"),
                (all, 1) => self.look(Look::Bad, &format!("1 of {all} is in use")),
                (all, used) => self.look(Look::Bad, &format!("{used} of {all} are in use")),
            }
        );
        for verdict in &blocked {
            self.secret(&page, verdict, surrounds, out);
        }
        for verdict in judged.verdicts.iter().filter(|verdict| !verdict.is_blocked()) {
            self.secret(&page, verdict, surrounds, out);
        }
        if !out.ends_with("\n\n") {
            out.push('\n');
        }
        self.summary(&blocked, judged, surrounds, out);
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

    fn summary(
        &self,
        blocked: &[&Verdict<'_>],
        judged: &Judged<'_>,
        surrounds: &Surrounds,
        out: &mut String,
    ) {
        let total = judged.verdicts.len();
        let unknown = match surrounds.unread.is_empty() && surrounds.objects > 0 {
            true => judged
                .verdicts
                .iter()
                .filter(|verdict| is_unknown(verdict))
                .count(),
            false => total - blocked.len(),
        };
        let _ = write!(out, "{}: ", count(total, "Secret"));
        let safe = total - blocked.len() - unknown;
        let mut states = Vec::new();
        if unknown == 0 || safe > 0 {
            states.push(format!("{safe} safe"));
        }
        if unknown > 0 {
            states.push(format!("{unknown} not known"));
        }
        if !blocked.is_empty() {
            states.push(format!("{} in use", blocked.len()));
        }
        out.push_str(&states.join(", "));
        let objects = broken_objects(blocked);
        if objects > 0 {
            let _ = write!(out, "; {} would break", count(objects, "object"));
            let links = || blocked.iter().flat_map(|verdict| &verdict.links);
            let mut parts = Vec::new();
            for (when, what) in [
                (&[Breaks::Now][..], "at once"),
                (&[Breaks::OnRestart, Breaks::OnPull], "at the next restart"),
                (&[Breaks::OnNextUse], "when it is next needed"),
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

    fn secret(&self, page: &Page<'_, '_>, verdict: &Verdict<'_>, surrounds: &Surrounds, out: &mut String) {
        let secret = &verdict.secret;
        let page = &Page {
            here: &secret.namespace,
            ..*page
        };
        let blocked = verdict.is_blocked();
        let mark = if blocked {
            self.look(Look::Bad, "✗")
        } else if !surrounds.unread.is_empty() || is_unknown(verdict) {
            self.look(Look::Bold, "?")
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
        let state = if blocked && verdict.links.is_empty() {
            "in use by a controller".to_string()
        } else if blocked {
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
                words(
                    breaks.unwrap_or(first.breaks),
                    page.kind(first),
                    first.row.is_some()
                ),
            );
            let indent = format!("{indent}{beside}");
            for (_, link) in &group.links {
                let (place, field) = page.place(link);
                let guessed = match (link.guessed, link.row) {
                    (false, _) => "",
                    (true, None) => " (a guess by the field's name)",
                    (true, Some(_)) => " (a guess: the name holds a placeholder)",
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

/// Whether nothing tells that there is such a Secret.
fn is_unknown(verdict: &Verdict<'_>) -> bool {
    !verdict.is_defined() && !verdict.is_blocked() && !verdict.heals() && verdict.optional.is_empty()
}

/// Sooner is worse.
fn rank(breaks: Breaks) -> u8 {
    match breaks {
        Breaks::Now => 0,
        Breaks::OnRestart => 1,
        Breaks::OnPull => 2,
        Breaks::OnNextUse => 3,
        Breaks::FallsBack => 4,
    }
}

/// What happens to an object, and when; `named` when a field of its own names the Secret. Some only hand on what pods need.
fn words(breaks: Breaks, kind: &str, named: bool) -> &'static str {
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
        Breaks::OnRestart if kind == "ServiceAccount" && named => "gives it to no further build",
        Breaks::OnRestart if is_between => "fails pods at their next restart",
        Breaks::OnRestart => "breaks at its next restart",
        Breaks::OnPull if is_between => {
            "gives pods no credentials to pull private images at their next restart"
        }
        Breaks::OnPull => "cannot pull private images at its next restart",
        Breaks::OnNextUse => match kind {
            "Issuer" | "ClusterIssuer" => "issues no further certificate",
            "Certificate" | "Ingress" | "Gateway" => "gets no new certificate when the present one runs out",
            "PersistentVolume" | "PersistentVolumeClaim" => "cannot be made, resized or deleted",
            "StorageClass" => "makes, resizes and deletes no volume any more",
            _ => "fails the next time it needs it",
        },
        Breaks::FallsBack if kind == "Alertmanager" => "falls back to a configuration that notifies nobody",
        Breaks::FallsBack => "falls back to a default certificate",
    }
}
