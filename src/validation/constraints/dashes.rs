//! A dash too many: what was meant to go on in the item above begins another one.

use crate::context::Cx;
use crate::diagnostic::Fix;
use crate::manifest::Field;
use crate::validation::dashes::{MOST, joined};
use crate::yaml::{Node, Style};

/// Says of the findings from one on, which miss a field in an item, that the item above may be what it belongs to.
pub(super) fn tell<'t>(field: &Field<'_, 't>, from: usize, cx: &mut Cx<'t>) {
    let Some(pair) = rest_of_item(field) else { return };
    for finding in cx
        .found
        .iter_mut()
        .skip(from)
        .filter(|finding| finding.only_missing)
    {
        let help = "remove the `- `, if this belongs to the item above; or else add what is missing";
        finding.help = Some(help.into());
        finding.fix = joined(&pair).map(|edits| Fix {
            title: "make it a part of the item above".into(),
            safe: false,
            edits,
        });
    }
}

/// The item above and the item that lacks a field, where the one above has it, and nothing that this one has.
fn rest_of_item<'t>(field: &Field<'_, 't>) -> Option<[Node<'t>; 2]> {
    let item = field.parent()?.value()?;
    let list = field.parent()?.parent()?.value()?.resolved();
    if !list.is_seq() || list.raw().style == Style::Flow || item.is_indirect() || !item.is_map() {
        return None;
    }
    let items: Vec<Node<'t>> = list.items().take(MOST).collect();
    let at = items.iter().position(|other| other.id() == item.id())?;
    let above = *items.get(at.checked_sub(1)?)?;
    let has = |key: &str| above.is_map() && above.entry(key).is_some();
    let is_apart = |key: Node<'_>| key.key_text().is_some_and(|key| !has(&key));
    let apart = item.entries().all(|entry| is_apart(entry.key));
    (apart && has(field.name())).then_some([above, item])
}
