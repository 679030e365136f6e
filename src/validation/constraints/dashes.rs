//! A dash too many: what was meant to go on in the item above begins another one.

use crate::context::Cx;
use crate::diagnostic::Fix;
use crate::manifest::Field;
use crate::validation::dashes::{MOST, joined};
use crate::yaml::{Node, Style};

/// Says of the findings from one on, which miss a field in an item, that the item above may be what it belongs to.
pub(super) fn tell<'t>(field: &Field<'_, 't>, from: usize, cx: &mut Cx<'t>) {
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
