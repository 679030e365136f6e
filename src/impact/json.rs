//! The answer for programs. Fields are added, never changed.

use serde::Serialize;

use super::judge::{Judged, Link, Verdict};
use super::places::{Place, Places};
use super::{Surrounds, when};
use crate::graph::Index;
use crate::graph::table::Breaks;
use crate::report::{ObjectRow, PlaceRow, SpanRow};
use crate::source::Span;

/// A place: what a link and a healer have in common.
#[derive(Serialize)]
struct At<'r> {
    file: &'r str,
    document: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
    span: SpanRow,
    object: ObjectRow<'r>,
    field: String,
}

#[derive(Serialize)]
struct Reference<'r> {
    #[serde(flatten)]
    at: At<'r>,
    breaks: &'static str,
    #[serde(rename = "onNextUse", skip_serializing_if = "std::ops::Not::not")]
    on_next_use: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    guessed: bool,
    via: Vec<At<'r>>,
}

#[derive(Serialize)]
struct HealerRow<'r> {
    #[serde(flatten)]
    at: At<'r>,
    values: &'static str,
    broken: bool,
}

#[derive(Serialize)]
struct Row<'r> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    csms: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<Option<&'r str>>,
    name: &'r str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'r str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    undefined: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    immutable: bool,
    #[serde(rename = "serviceAccountToken", skip_serializing_if = "Option::is_none")]
    token: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<&'static str>,
    #[serde(rename = "healedBy", skip_serializing_if = "Vec::is_empty")]
    healed_by: Vec<HealerRow<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    references: Option<Vec<Reference<'r>>>,
}

/// One JSON object, each Secret on a line of its own.
pub fn json(
    index: &Index<'_>,
    judged: &Judged<'_>,
    places: &Places,
    surrounds: &Surrounds,
    out: &mut String,
) {
    out.push_str(&format!("{{\"version\":1,\n\"total\":{},", judged.verdicts.len()));
    for (key, wanted) in [("safe", false), ("blocked", true)] {
        out.push_str(&format!("\n\"{key}\":["));
        let mut first = true;
        for verdict in judged.verdicts.iter().filter(|one| one.is_blocked() == wanted) {
            out.push_str(if first { "\n" } else { ",\n" });
            first = false;
            write(out, &row(index, verdict, places));
        }
        out.push_str("],");
    }
    out.push_str("\n\"selection\":");
    write(out, &surrounds.selection);
    out.push_str(",\n\"notes\":");
    write(out, &surrounds.notes);
    if !surrounds.unread.is_empty() {
        out.push_str(",\n\"complete\":false,\n\"unread\":");
        write(out, &surrounds.unread);
    }
    out.push_str("}\n");
}

fn write(out: &mut String, value: &impl Serialize) {
    // Structs of strings and numbers always serialise.
    if let Ok(json) = serde_json::to_string(value) {
        out.push_str(&json);
    }
}

fn row<'r>(index: &'r Index<'_>, verdict: &'r Verdict<'_>, places: &'r Places) -> Row<'r> {
    let secret = &verdict.secret;
    let namespace = Some(&*secret.namespace).filter(|namespace| !namespace.is_empty());
    // What comes back keeps its users waiting for a moment, so they are named all the same.
    let references = verdict.links.iter().map(|link| Reference {
        at: at_link(index, link, places),
        breaks: when(link.breaks),
        on_next_use: link.breaks == Breaks::OnNextUse,
        guessed: link.guessed,
        via: verdict
            .via(link)
            .into_iter()
            .map(|link| at_link(index, link, places))
            .collect(),
    });
    let healed_by = verdict.healers.iter().filter_map(|healer| {
        let fact = healer.defined.fact;
        Some(HealerRow {
            at: at(index, healer.defined.file, fact.object?, fact.span, None, places),
            values: if healer.keeps_values {
                "equivalent"
            } else {
                "other"
            },
            broken: healer.broken,
        })
    });
    Row {
        csms: secret.cloud,
        namespace: (!secret.cloud).then_some(namespace),
        name: &secret.name,
        kind: verdict.kind.as_deref(),
        undefined: !verdict.is_defined(),
        immutable: verdict.immutable,
        token: verdict.token.as_deref(),
        lost: verdict.lost(),
        healed_by: healed_by.collect(),
        references: (!verdict.links.is_empty() || verdict.is_blocked()).then(|| references.collect()),
    }
}

fn at_link<'r>(index: &'r Index<'_>, link: &Link, places: &'r Places) -> At<'r> {
    let mut at = at(index, link.file, link.object, link.span, Some(link), places);
    if let Some(unwritten) = link.unwritten {
        at.field = format!("{}.{unwritten}", at.field);
    }
    at
}

fn at<'r>(
    index: &'r Index<'_>,
    file: u32,
    object: u32,
    span: Span,
    link: Option<&Link>,
    places: &'r Places,
) -> At<'r> {
    let found = places.get(&file);
    let place = found.and_then(|places| places.place(object, span));
    let info = found.and_then(|places| places.object(object));
    let position = |which: fn(&Place) -> crate::source::Position, offset| {
        let at = place.map(which);
        PlaceRow {
            offset,
            line: at.map_or(0, |at| at.line),
            column: at.map_or(0, |at| at.column),
        }
    };
    let field = place.map(|place| place.field.as_str()).unwrap_or_default();
    At {
        file: index.files.get(file as usize).map_or("", |facts| &facts.file),
        document: index.document(file, object),
        item: info.and_then(|info| info.item),
        span: SpanRow {
            start: position(|place| place.start, span.start),
            end: position(|place| place.end, span.end),
        },
        object: info.map_or_else(|| patched(index, file, object), ObjectRow::from),
        field: if field.is_empty() {
            by_table(index, link)
        } else {
            field.to_string()
        },
    }
}

/// An object that a patch is for, of which little more is known than its name.
fn patched<'r>(index: &'r Index<'_>, file: u32, object: u32) -> ObjectRow<'r> {
    let (Some(facts), Some(fact)) = (index.files.get(file as usize), index.object(file, object)) else {
        return ObjectRow::default();
    };
    let namespace = index.namespace(file, facts.str(fact.namespace));
    ObjectRow {
        kind: facts.str(fact.kind),
        name: Some(facts.str(fact.name)),
        namespace: Some(namespace).filter(|namespace| !namespace.is_empty()),
        ..ObjectRow::default()
    }
}

/// The field's path as the table has it, where the object's own does not lead to it.
pub(super) fn by_table(index: &Index<'_>, link: Option<&Link>) -> String {
    let table = index.table();
    link.and_then(|link| link.row)
        .map_or(String::new(), |row| table.str(table.row(row).path).to_string())
}
