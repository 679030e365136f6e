//! Tests that take more than a line, and the words that all share.

use std::borrow::Cow;

use super::run::{is_set, text};
use super::{Format, Op, Row, fault};
use crate::context::Cx;
use crate::diagnostic::{Edit, ErrorType, Report};
use crate::edit;
use crate::manifest::Field;
use crate::near::nearest;
use crate::yaml::Node;

/// Invalid, once for each fault of the text.
pub fn of_format<'t>(format: Format, field: &Field<'_, 't>, place: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(value) = field.text().filter(|value| !cx.is_unrendered(value)) else {
        return;
    };
    for reason in format.faults(&value, cx.kube()) {
        let name = named(field);
        let message = match &*value {
            "" => format!("{name} is empty, but it {reason}"),
            _ => {
                let name = name.strip_prefix("the ").unwrap_or(&name);
                format!("{} is no valid {name}: it {reason}", shown(field, cx))
            }
        };
        let help = match format {
            Format::Percent if value.parse::<u32>().is_ok() => {
                format!("write `{value}` without quotes, or {}", format.describe())
            }
            _ => format!("use {}", format.describe()),
        };
        fault(cx, place, ErrorType::Invalid, message).help(help);
    }
}

/// Whether what should hold the field is no mapping: that is what is wrong with it, and nothing is missing.
pub(super) fn is_in_unreadable(field: &Field<'_, '_>) -> bool {
    let holder = field.parent().and_then(Field::value);
    field.value().is_none() && holder.is_some_and(|holder| !holder.is_map() && !holder.is_null())
}

pub(super) fn refuse<'t>(kind: ErrorType, field: &Field<'_, 't>, place: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if kind == ErrorType::Required && is_in_unreadable(field) {
        return;
    }
    let name = named(field);
    let scalar = field.value().is_some_and(|value| value.scalar().is_some());
    let (message, help) = match kind {
        ErrorType::Required => (format!("{name} is required here"), "add it"),
        ErrorType::Forbidden => (format!("{name} may not be set here"), "remove it"),
        _ if !field.is_set() => (format!("{name} may not be empty here"), "set it"),
        _ if scalar => (
            format!("{name} may not be {} here", shown(field, cx)),
            "change or remove it",
        ),
        _ => (format!("{name} is wrong"), "change it"),
    };
    fault(cx, place, kind, message).help(help);
}

/// The members of a union, of which each has the name that it is reported by.
type Members = [(&'static str, &'static str)];

/// The first of a union's members that is set, and whether others may be.
fn chosen(members: &Members, field: &Field<'_, '_>) -> Option<(&'static str, bool)> {
    let Some(value) = field.value().filter(|value| value.has_unique_keys()) else {
        let mut names = members.iter().map(|(name, _)| *name);
        return Some((names.find(|name| is_set(&field.child(name), true))?, true));
    };
    // Most of the many members are not there, so the few that are tell sooner.
    let (mut first, mut count) = (members.len(), 0);
    for entry in value.entries() {
        if let Some(key) = entry.key.key_text()
            && let Some(at) = members.iter().position(|(name, _)| *name == key)
            && is_set(&field.child_entry(members[at].0, entry), true)
        {
            first = first.min(at);
            count += 1;
        }
    }
    members.get(first).map(|(name, _)| (*name, count > 1))
}

/// Whether the server does not look into `name`, because another member of its union was set first.
pub(super) fn is_passed_over(rows: &[Row], field: &Field<'_, '_>, name: &str) -> bool {
    rows.iter().flat_map(|row| row.tests).any(|test| match test.op {
        Op::Union(members) => {
            members
                .iter()
                .any(|(member, reported)| *member == name && !reported.is_empty())
                && chosen(members, field).is_some_and(|(first, _)| first != name)
        }
        _ => false,
    })
}

/// Sources of volumes that people still write: of the others most have lost their function.
const USUAL: [&str; 8] = [
    "configMap",
    "csi",
    "emptyDir",
    "hostPath",
    "local",
    "nfs",
    "persistentVolumeClaim",
    "secret",
];

pub(super) fn union<'t>(
    members: &Members,
    filled: bool,
    field: &Field<'_, 't>,
    place: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) {
    let Some((first, several)) = chosen(members, field) else {
        if filled {
            return;
        }
        let names = || members.iter().map(|(name, _)| *name);
        let mut known: Vec<&str> = names().filter(|name| USUAL.contains(name)).collect();
        known.extend(names().filter(|name| !USUAL.contains(name)));
        known.truncate(4);
        let what = match field.name() {
            "" => "this".to_string(),
            _ => named(field),
        };
        fault(
            cx,
            place,
            ErrorType::Required,
            format!("{what} names no kind of source, of which it needs exactly one"),
        )
        .help(format!("add one, such as {}", list(&known)));
        return;
    };
    if !several {
        return;
    }
    for &(name, reported) in members {
        let child = field.child(name);
        if name == first || reported.is_empty() || !is_set(&child, true) {
            continue;
        }
        let message = format!("`{name}` and `{first}` exclude each other");
        let span = child.place();
        fault(cx, &field.child(reported), ErrorType::Forbidden, message)
            .at(span)
            .help("keep one of them");
    }
}

pub(super) fn supported<'t>(known: &[&str], field: &Field<'_, 't>, place: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(value) = field.text() else { return };
    if known.contains(&&*value) || cx.is_unrendered(&value) {
        return;
    }
    let name = named(field);
    let message = if value.is_empty() {
        format!("{name} may not be empty")
    } else {
        format!("{name} does not know {}", shown(field, cx))
    };
    meant_word(fault(cx, place, ErrorType::NotSupported, message), field, known);
}

/// Says which of the words allowed is meant, and mends one that is it but for its case.
pub fn meant_word<'c>(report: Report<'c>, field: &Field<'_, '_>, allowed: &[&str]) -> Report<'c> {
    let help = choose(allowed, &field.text().unwrap_or_default());
    in_its_case(report.help(help), field, allowed)
}

/// Adds the fix for a word that is one of those allowed but for its case.
pub fn in_its_case<'c>(report: Report<'c>, field: &Field<'_, '_>, allowed: &[&str]) -> Report<'c> {
    let Some(value) = field.value() else { return report };
    match recased(value, allowed.iter().copied()) {
        Some((title, edit)) => report.fix(title, true, vec![edit]),
        None => report,
    }
}

/// The title and the edit that write an allowed word where a value is that word but for its case. Two that differ in
/// case alone leave open which one is meant.
pub fn recased<'w>(value: Node<'_>, allowed: impl Iterator<Item = &'w str>) -> Option<(String, Edit)> {
    let text = value.str()?;
    let mut near = allowed.filter(|word| word.eq_ignore_ascii_case(&text));
    let (Some(meant), None) = (near.next(), near.next()) else {
        return None;
    };
    Some((format!("write `{meant}`"), edit::replace_scalar(value, meant)?))
}

pub(super) fn none_of<'t>(names: &[&str], place: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let list = list(names);
    fault(
        cx,
        place,
        ErrorType::Required,
        format!("one of {list} is required"),
    )
    .help("add one of them");
}

/// Where an item that repeats an earlier one is reported, and whether items without any of the keys are looked at.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Repeats {
    Key,
    KeyEvenEmpty,
    Item,
}

pub(super) fn unique_by<'t>(keys: &[&'static str], repeats: Repeats, field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen = std::collections::HashMap::new();
    for item in field.items() {
        let key: Vec<Cow<'_, str>> = keys.iter().map(|key| text(&item.child(key))).collect();
        if repeats == Repeats::Key && key.iter().all(|part| part.is_empty()) {
            continue;
        }
        let Some(last) = keys.last() else { return };
        let at = item.child(last);
        match seen.entry(key) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(at.place());
            }
            std::collections::hash_map::Entry::Occupied(first) => {
                let first = *first.get();
                let message = match at.value() {
                    Some(value) => format!("{} is used twice in this list", cx.shown(value)),
                    None => format!("an earlier item has no {} either", named(&at)),
                };
                fault(
                    cx,
                    if repeats == Repeats::Item { &item } else { &at },
                    ErrorType::Duplicate,
                    message,
                )
                .help("give each its own")
                .related(first, "first used here");
            }
        }
    }
}

pub(super) fn named(field: &Field<'_, '_>) -> String {
    match field.name() {
        "" => match field.parent().map(Field::name) {
            Some("") | None => "the item".into(),
            Some(list) => format!("the item of `{list}`"),
        },
        name => format!("`{name}`"),
    }
}

pub(super) fn shown<'t>(field: &Field<'_, 't>, cx: &Cx<'t>) -> Cow<'static, str> {
    field
        .value()
        .map_or(Cow::Borrowed("the value"), |value| cx.shown(value))
}

/// The help for a value that is none of those allowed: the one that it is but for its case, or all.
pub(in crate::validation) fn choose(words: &[&str], given: &str) -> String {
    match words {
        _ if let Some(near) = nearest(given, words.iter().copied()) => {
            format!("did you mean `{near}`?")
        }
        [word] => format!("use `{word}`"),
        words => format!("use one of {}", list(words)),
    }
}

pub(super) fn list(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
