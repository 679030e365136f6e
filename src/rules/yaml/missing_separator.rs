//! Two objects in one document: `---` is missing between them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, hash_map};

use crate::diagnostic::{Edit, ErrorType};
use crate::edit;
use crate::manifest::{Document, second_objects};
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::{Entry, Node};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some(root) = document.root.filter(|_| document.skip.is_none()) else {
        return;
    };
    let starts = second_objects(root);
    if starts.is_empty() {
        return;
    }
    super::about_object_at(document, root.span(), cx);
    // Each repeated key is an error of the server; all those of one object are told at its start, alike.
    let mut firsts: HashMap<Cow<'t, str>, Span> = HashMap::new();
    for entry in root.raw_entries() {
        let Some(text) = entry.key.key_text() else {
            continue;
        };
        if let hash_map::Entry::Vacant(first) = firsts.entry(text.clone()) {
            first.insert(entry.key.span());
            continue;
        }
        let Some(start) = starts.iter().rfind(|start| start.key.id() <= entry.key.id()) else {
            continue;
        };
        let span = start.key.span();
        let above = start.key.key_text().and_then(|text| firsts.get(&text).copied());
        let mut report = cx
            .report(
                span,
                "a second object starts here without a `---` line above it; kubectl makes one object of both and drops what the first one says twice",
            )
            .refusal(ErrorType::DuplicateField, text)
            .help("write a line `---` above this one");
        if let Some(above) = above {
            report = report.related(above, "the object above has this key already");
        }
        // A line that was to be one is mended itself.
        let dashes = dashes_above(root.text(), span);
        if let Some(dashes) = dashes {
            let edit = Edit {
                span: dashes,
                text: "---".into(),
            };
            report.follows(dashes).fix("write `---`", true, vec![edit]);
            continue;
        }
        if start.key == entry.key && begins_line(root.text(), span) && is_clear(root, &starts, start.key) {
            let edit = Edit {
                span: Span::new(span.start, span.start),
                text: format!("---{}", edit::break_near(start.key)),
            };
            report.fix("write `---` between the objects", true, vec![edit]);
        }
    }
}

/// Whether no key comes twice in the object above a start. Where one does, another object may begin there, or its
/// first value is lost: a line `---` here would settle what nobody has looked at.
fn is_clear(root: Node<'_>, starts: &[Entry<'_>], start: Node<'_>) -> bool {
    let above = starts.iter().rfind(|other| other.key.id() < start.id());
    let from = above.map_or(0, |other| other.key.id());
    let own = root.raw_entries().map(|entry| entry.key);
    let mut own = own.filter(|key| (from..start.id()).contains(&key.id()));
    let mut seen = HashSet::new();
    own.all(|key| seen.insert(key.key_text()))
}

/// The line above, if it is of dashes.
fn dashes_above(text: &str, span: Span) -> Option<Span> {
    let above = text.get(..span.start as usize)?.strip_suffix('\n')?;
    let line = above.rsplit('\n').next()?;
    let start = (above.len() - line.len()) as u32;
    let dashes = line.trim_end();
    super::is_dashes(dashes).then(|| Span::new(start, start + dashes.len() as u32))
}

fn begins_line(text: &str, span: Span) -> bool {
    text.get(..span.start as usize)
        .is_some_and(|before| before.ends_with('\n'))
}
