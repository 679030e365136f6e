//! Suppressions that keep nothing back: which of them are told of, and what to delete to be rid of one or of a name
//! in it. What was not looked for, or stands where not all was judged, may be of use another time.

use super::order::{Name, Named};
use super::scope::line_of;
use super::{Suppression, Suppressions};
use crate::catalogue::{Emitter, RULES, Rule, ids};
use crate::diagnostic::{Diagnostic, Edit, Fix, RuleId};
use crate::manifest::File;
use crate::settings::Settings;
use crate::source::Span;
use crate::yaml::{Kind, Style};

impl Suppressions {
    /// The comments, or names in them, that kept nothing back, when all is done.
    pub fn unused(&self, settings: &Settings) -> Vec<Diagnostic> {
        let mut out = Vec::new();
        if !settings.rules.has(ids::SUPPRESSION_UNUSED) {
            return out;
        }
        for one in self.list.iter().filter(|one| one.judged) {
            let idle = |name: &&Name| !name.used && name.what.is_decided(settings, one.custom);
            // A name that is misspelt is to be mended, not to be removed with the others.
            let all = one.names.iter().filter(idle).count() == one.places.len();
            for name in one.names.iter().filter(idle) {
                let message = format!(
                    "no `{}` is found {}: the suppression is of no use now, and would hide a mistake made later",
                    name.what.text(),
                    one.scope.words()
                );
                let (span, removed, title) = if all {
                    (one.comment, one.removal, "remove the suppression")
                } else {
                    let removed = Some(one.without(name.span));
                    (name.span, removed, "remove the name from the suppression")
                };
                out.push(Diagnostic {
                    help: Some(title.to_string()),
                    fix: removed.map(|span| Fix {
                        title: title.to_string(),
                        safe: true,
                        edits: vec![Edit {
                            span,
                            text: String::new(),
                        }],
                    }),
                    ..Diagnostic::new(ids::SUPPRESSION_UNUSED, one.document, span, message)
                });
                if all {
                    break; // one comment, one finding
                }
            }
        }
        out
    }
}

impl Named {
    /// Whether all that it names was looked for, so that it would have been found; `custom`, in objects whose
    /// kind may not be known.
    fn is_decided(self, settings: &Settings, custom: bool) -> bool {
        let decided = |(id, rule): (u16, &Rule)| {
            let open = match rule.emitter {
                Emitter::Check if rule.compares() => settings.partial,
                // What a policy says of an object may be open, and the policy elsewhere.
                Emitter::Admission => settings.partial || RuleId(id) == ids::ADMISSION_DENIED_BY_POLICY,
                Emitter::Schema => custom,
                _ => false,
            };
            !self.covers(RuleId(id)) || (settings.rules.has(RuleId(id)) && !open)
        };
        (0..).zip(RULES).all(decided)
    }
}

impl Suppression {
    /// What to delete to be rid of one of several names: with the comma before it, or the one after the first.
    fn without(&self, own: Span) -> Span {
        let before = self.places.iter().rfind(|place| place.end <= own.start);
        let after = self.places.iter().find(|place| place.start >= own.end);
        match (before, after) {
            (Some(before), _) => Span::new(before.end, own.end),
            (None, Some(after)) => Span::new(own.start, after.start),
            (None, None) => own,
        }
    }
}

/// The run of comment lines that was looked at last: comments come in order, and those of one run end at one place.
#[derive(Default)]
pub(super) struct Run {
    lines: Span,
    /// Whether a blank line follows it.
    blank: bool,
}

impl Run {
    /// Whether, after the comment lines at an offset, a blank line follows.
    fn ends_blank(&mut self, text: &str, at: u32) -> bool {
        if self.lines.is_empty() || at < self.lines.start || at > self.lines.end {
            let mut end = at;
            self.blank = false;
            for line in text.get(at as usize..).unwrap_or_default().split_inclusive('\n') {
                if !line.trim_start().starts_with('#') {
                    self.blank = line.trim().is_empty();
                    break;
                }
                end += line.len() as u32;
            }
            self.lines = Span::new(at, end);
        }
        self.blank
    }
}

/// What to delete with a comment: its whole line where it stands alone, else the blanks before it too. `None` where
/// that would give the blank lines below it to a block scalar above it that keeps them (`|+`).
pub(super) fn removal(file: &File<'_>, comment: Span, run: &mut Run) -> Option<Span> {
    let text = file.text;
    let line = line_of(text, comment.start);
    let before = text
        .get(line.start as usize..comment.start as usize)
        .unwrap_or_default();
    let content = before.trim_end().len() as u32;
    if content > 0 {
        return Some(Span::new(line.start + content, comment.end));
    }
    let next = (line.end + 1).min(text.len() as u32);
    // Other comments may go as well.
    let uncovers = run.ends_blank(text, next) && follows_kept_lines(file, line.start);
    (!uncovers).then(|| Span::new(line.start, next))
}

/// Whether the last thing before an offset is a block scalar that keeps its blank lines.
fn follows_kept_lines(file: &File<'_>, at: u32) -> bool {
    let nodes = &file.tree.nodes;
    let end = nodes.partition_point(|node| node.start < at);
    let scalar = nodes[..end].iter().rfind(|node| node.kind == Kind::Scalar);
    scalar.is_some_and(|node| {
        let header = file.text.get(node.start as usize..node.end as usize);
        let header = header.and_then(|source| source.lines().next());
        matches!(node.style, Style::Literal | Style::Folded) && header.is_some_and(|line| line.contains('+'))
    })
}
