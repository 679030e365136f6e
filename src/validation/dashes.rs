//! One item of a list that was written as several, with a dash before each of its fields:
//!
//! ```yaml
//! rules:
//!   - apiGroups: [""]
//!   - resources: [pods]
//!   - verbs: [get]
//! ```
//!
//! The server then misses something in each of them.

use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Edit, Fix, Stage};
use crate::edit;
use crate::hash::HashSet;
use crate::manifest::Document;
use crate::source::Span;
use crate::yaml::{Kind, Node, Style};

/// Longer lists are not looked through.
pub(super) const MOST: usize = 16;

/// Tells of such lists once, among the findings of a document; `start` is the first of them.
pub fn join<'t>(document: &Document<'t>, start: usize, cx: &mut Cx<'t>) {
    let found = cx.found.get_mut(start..).unwrap_or_default();
    if found.iter().filter(|finding| is_refused(finding)).take(2).count() < 2 {
        return; // nearly always
    }
    let Some(root) = document.root else { return };
    for id in root.id()..root.raw().next {
        let list = root.with_id(id);
        if let Some(items) = one_item(list) {
            tell(&items, found);
        }
    }
}

fn is_refused(finding: &Diagnostic) -> bool {
    let refusal = finding.refusal.as_ref();
    finding.follows.is_none() && refusal.is_some_and(|refusal| refusal.stage == Stage::Validation)
}

/// The items of a list of which each has one field, and no two the same.
fn one_item(list: Node<'_>) -> Option<Vec<Node<'_>>> {
    if list.kind() != Kind::Seq || list.raw().style == Style::Flow {
        return None;
    }
    let mut names = HashSet::default();
    let mut items = Vec::new();
    for item in list.items() {
        let mut entries = item.raw_entries();
        let (entry, None) = (entries.next()?, entries.next()) else {
            return None;
        };
        if item.is_indirect() || items.len() == MOST || !names.insert(entry.key.key_text()?) {
            return None;
        }
        items.push(item);
    }
    (items.len() > 1).then_some(items)
}

/// Lets all that the items lack follow from the first of it.
fn tell(items: &[Node<'_>], found: &mut [Diagnostic]) {
    let heads = items.iter().filter_map(|item| item.raw_entries().next());
    let heads: Vec<Span> = heads.map(|entry| entry.key.span()).collect();
    let mut lacking: Vec<&mut Diagnostic> = found
        .iter_mut()
        .filter(|finding| is_refused(finding) && heads.contains(&finding.span))
        .collect();
    lacking.sort_by_key(|finding| finding.span);
    let Some((first, rest)) = lacking.split_first_mut() else {
        return;
    };
    // Of one of them alone it is not certain.
    if rest.last().is_none_or(|last| last.span == first.span) {
        return;
    }
    first
        .message
        .push_str("; each `- ` begins another item of the list");
    first.only_missing = false;
    first.help = Some("remove the `- ` of the items below this one, if all are meant to be one".into());
    first.fix = joined(items).map(|edits| Fix {
        title: "make one item of them".into(),
        safe: false,
        edits,
    });
    for finding in rest {
        finding.follows = Some(first.span);
        // It would mend an item that goes.
        finding.fix = None;
    }
}

/// What takes the dashes before all items but the first away, so that each goes on where the one above it ends.
pub(super) fn joined(items: &[Node<'_>]) -> Option<Vec<Edit>> {
    let (first, rest) = items.split_first()?;
    let column = edit::column(*first)?;
    let dash = |item: &Node<'_>| {
        let start = item.span().start;
        let line = start.checked_sub(edit::column(*item)?)?;
        let before = item.text().get(line as usize..start as usize)?;
        let at = line + before.find('-')? as u32;
        let is_whole = start - line == column && before.trim() == "-";
        is_whole.then(|| edit::replace(at, at + 1, " "))
    };
    rest.iter().map(dash).collect()
}
