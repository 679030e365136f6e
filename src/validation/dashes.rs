//! One item of a list that was written as several, with a dash before each of its fields:
//!
//! ```yaml
//! rules:
//!   - apiGroups: [""]
//!   - resources: [pods]
//!   - verbs: [get]
//! ```
//!
//! The server then misses something in each of them. Or one dash too many: what was meant to go on in the item above begins
//! another one.

use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Edit, ErrorType, Fix, Stage};
use crate::edit;
use crate::hash::{HashMap, HashSet};
use crate::manifest::{Document, Field};
use crate::source::Span;
use crate::yaml::{Kind, Node, Style};

/// Longer lists are not looked through.
const MOST: usize = 16;

/// Tells of such lists once, among the findings of a document; `start` is the first of them.
pub fn join<'t>(document: &Document<'t>, start: usize, cx: &mut Cx<'t>) {
    let found = cx.found.get_mut(start..).unwrap_or_default();
    let mut refused: HashMap<Span, Vec<usize>> = HashMap::default();
    for (at, finding) in found
        .iter()
        .enumerate()
        .filter(|(_, finding)| is_refused(finding))
    {
        refused.entry(finding.span).or_default().push(at);
    }
    if refused.len() < 2 {
        return; // nearly always
    }
    let Some(root) = document.root else { return };
    for id in root.id()..root.raw().next {
        let list = root.with_id(id);
        if let Some(items) = one_item(list) {
            tell(&items, &refused, found);
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

/// Lets all that the items lack follow from the first of it, where each has what another one lacks.
fn tell(items: &[Node<'_>], refused: &HashMap<Span, Vec<usize>>, found: &mut [Diagnostic]) {
    let heads = items.iter().filter_map(|item| item.raw_entries().next());
    let heads: Vec<Node<'_>> = heads.map(|entry| entry.key).collect();
    let names: Vec<_> = heads.iter().filter_map(|key| key.key_text()).collect();
    let of_head = |key: &Node<'_>| refused.get(&key.span()).into_iter().flatten().copied();
    let there: Vec<usize> = heads.iter().flat_map(of_head).collect();
    let mut lacking = Vec::new();
    for at in there {
        let Some(refusal) = found.get(at).and_then(|finding| finding.refusal.as_ref()) else {
            continue;
        };
        // What is wrong with the item itself, or with a field of it.
        let name = refusal
            .field
            .rsplit(']')
            .next()
            .unwrap_or_default()
            .strip_prefix('.');
        match name {
            Some(name) if names.iter().any(|other| other == name) => lacking.push(at),
            _ if refusal.kind == ErrorType::Duplicate => lacking.push(at),
            // Joined they would lack it as well.
            _ => return,
        }
    }
    let spans: HashSet<Span> = lacking
        .iter()
        .filter_map(|at| Some(found.get(*at)?.span))
        .collect();
    let (Some((first, rest)), true) = (lacking.split_first(), spans.len() > 1) else {
        return;
    };
    let Some(first) = found.get_mut(*first) else {
        return;
    };
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
    let cause = first.span;
    for at in rest {
        if let Some(finding) = found.get_mut(*at) {
            finding.follows = Some(cause);
            // It would mend an item that goes.
            finding.fix = None;
        }
    }
}

/// Says of the findings from one on, which miss a field in an item, that the item above may be what it belongs to.
pub(super) fn tell_of_pair<'t>(field: &Field<'_, 't>, from: usize, cx: &mut Cx<'t>) {
    let Some(item) = field.parent().and_then(Field::value) else {
        return;
    };
    let Some(pair) = pair_of(item, field) else { return };
    for finding in cx
        .found
        .iter_mut()
        .skip(from)
        .filter(|finding| finding.only_missing)
    {
        let help = match item.id() == pair[1].id() {
            true => "remove the `- `, if this belongs to the item above; or else add what is missing",
            false => {
                "remove the `- ` of the item below, if that belongs to this one; or else add what is missing"
            }
        };
        finding.help = Some(help.into());
        finding.fix = joined(&pair).map(|edits| Fix {
            title: "make one item of the two".into(),
            safe: false,
            edits,
        });
    }
}

/// An item that lacks a field, and the one above or below that has it, and nothing that this one has.
fn pair_of<'t>(item: Node<'t>, field: &Field<'_, 't>) -> Option<[Node<'t>; 2]> {
    let list = field.parent()?.parent()?.value()?.resolved();
    if !list.is_seq() || list.raw().style == Style::Flow || item.is_indirect() || !item.is_map() {
        return None;
    }
    let items: Vec<Node<'t>> = list.items().take(MOST).collect();
    let at = items.iter().position(|other| other.id() == item.id())?;
    let fits = |other: Node<'t>| {
        let has = |key: &str| other.is_map() && !other.is_indirect() && other.entry(key).is_some();
        let is_apart = |key: Node<'_>| key.key_text().is_some_and(|key| !has(&key));
        item.entries().all(|entry| is_apart(entry.key)) && has(field.name())
    };
    let above = at.checked_sub(1).and_then(|at| items.get(at).copied());
    if let Some(above) = above.filter(|above| fits(*above)) {
        return Some([above, item]);
    }
    let below = *items.get(at + 1)?;
    fits(below).then_some([item, below])
}

/// What takes the dashes before all items but the first away, so that each goes on where the one above it ends.
fn joined(items: &[Node<'_>]) -> Option<Vec<Edit>> {
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
