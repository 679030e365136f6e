//! Running rows on a struct: paths, conditions, and what rows say of the fields in it.

use std::borrow::Cow;

use super::around;
use super::base::Base;
use super::judge::judge;
use super::{Cond, Is, Op, Row, Step};
use crate::context::Cx;
use crate::diagnostic::Related;
use crate::manifest::Field;
use crate::schema::table::NameId;
use crate::yaml::{Kind, Scalar};

/// The fields that are looked into even when they are missing, with the ids of their names.
pub(super) fn values(rows: &'static [Row]) -> impl Iterator<Item = (&'static str, NameId)> {
    rows.iter().filter_map(|row| match row.path {
        [Step::Name(name, id)] if row.tests.iter().any(|test| matches!(test.op, Op::Value)) => {
            Some((*name, *id))
        }
        _ => None,
    })
}

/// Whether a field of a struct is not looked into.
pub(super) fn skips<'t>(rows: &'static [Row], name: NameId, base: &Base<'_, '_, 't>, cx: &Cx<'t>) -> bool {
    let minor = cx.kube().minor();
    rows.iter().any(|row| {
        matches!(row.path, [Step::Name(_, this)] if *this == name)
            && row.tests.iter().any(|test| match test.op {
                Op::Skip(skip) => {
                    (test.since..=test.until).contains(&minor)
                        && test.when.iter().all(|cond| holds(cond, base, cx))
                        && skip(base.field, cx)
                }
                _ => false,
            })
    })
}

/// The name of a field in the server's paths to what is in it, where that is another one.
pub(super) fn printed<'t>(
    rows: &'static [Row],
    name: NameId,
    base: &Base<'_, '_, 't>,
    cx: &Cx<'t>,
) -> Option<&'static str> {
    let minor = cx.kube().minor();
    let tests = rows
        .iter()
        .filter(|row| matches!(row.path, [Step::Name(_, this)] if *this == name))
        .flat_map(|row| row.tests);
    tests
        .filter(|test| (test.since..=test.until).contains(&minor))
        .filter(|test| test.when.iter().all(|cond| holds(cond, base, cx)))
        .find_map(|test| match test.op {
            Op::Printed(other) => Some(other),
            _ => None,
        })
}

/// Runs a row on a struct.
pub(super) fn run<'t>(row: &'static Row, base: &Base<'_, '_, 't>, cx: &mut Cx<'t>) {
    base.each(row.path, &mut |field| {
        let mut default = None;
        for test in row.tests {
            let minor = cx.kube().minor();
            if minor < test.since || minor > test.until || !test.when.iter().all(|cond| holds(cond, base, cx))
            {
                continue;
            }
            if let Op::Default(text) = test.op {
                default = Some(text);
                continue;
            }
            let before = cx.count();
            let failed = match test.at {
                None => judge(&test.op, row.pointer, default, field, field, cx),
                Some(at) => {
                    let mut failed = false;
                    let before = cx.count();
                    base.each(at, &mut |place| {
                        failed |= judge(&test.op, row.pointer, default, field, place, cx);
                    });
                    mark(field, before, cx);
                    failed
                }
            };
            if cx.count() > before {
                around::tell(test, field, base, before, cx);
            }
            if failed {
                if !test.why.is_empty() {
                    cx.explain(before, test.why);
                }
                if !test.mend.is_empty() {
                    cx.advise(before, test.mend);
                }
                break;
            }
        }
    });
}

/// Marks the field itself in findings that are reported elsewhere.
fn mark<'t>(field: &Field<'_, 't>, before: usize, cx: &mut Cx<'t>) {
    if field.value().is_none() {
        return;
    }
    let span = field.place();
    for finding in cx.found.iter_mut().skip(before) {
        if finding.related.is_empty() && finding.span != span {
            finding.related.push(Related {
                message: "this one".into(),
                file: None,
                span,
            });
        }
    }
}

/// Calls `f` for each field that a path leads to; a field that is missing counts, an item that is missing not.
pub(super) fn each<'t>(field: &Field<'_, 't>, path: &[Step], f: &mut dyn FnMut(&Field<'_, 't>)) {
    match path.split_first() {
        None => f(field),
        Some((Step::Name(name, _), rest)) => each(&field.child(name), rest, f),
        Some((Step::Items, rest)) => field.items().for_each(|item| each(&item, rest, f)),
        Some((Step::Values, rest)) => field.entries().for_each(|value| each(&value, rest, f)),
        Some((Step::Up, rest)) => {
            if let Some(parent) = field.parent() {
                each(parent, rest, f);
            }
        }
    }
}

/// Whether a field is set in Go's sense.
pub fn is_set(field: &Field<'_, '_>, pointer: bool) -> bool {
    let Some(value) = field.value() else { return false };
    match value.kind() {
        Kind::Map | Kind::Seq if pointer => true,
        // A struct without fields equals none; so does an empty list or map.
        Kind::Map => value.entries().next().is_some(),
        Kind::Seq => value.items().next().is_some(),
        _ if value.is_filled_string() => true,
        _ => match value.scalar() {
            None | Some(Scalar::Null) => false,
            Some(_) if pointer => true,
            Some(Scalar::Str(s)) => !s.is_empty(),
            Some(Scalar::Bool(b)) => b,
            Some(Scalar::Int(i)) => i != 0,
            Some(Scalar::Uint(_)) => true,
            Some(Scalar::Float(f)) => f != 0.0,
        },
    }
}

/// The text that a condition compares: a string as it is, a boolean or number as written; "" when unset.
pub(super) fn text<'t>(field: &Field<'_, 't>) -> Cow<'t, str> {
    match field.value().and_then(|v| v.scalar()) {
        None | Some(Scalar::Null) => Cow::Borrowed(""),
        Some(Scalar::Str(s)) => s,
        Some(Scalar::Bool(b)) => Cow::Borrowed(if b { "true" } else { "false" }),
        Some(Scalar::Int(i)) => Cow::Owned(i.to_string()),
        Some(_) => field
            .value()
            .map_or(Cow::Borrowed(""), |v| Cow::Borrowed(v.source())),
    }
}

fn holds<'t>(cond: &Cond, base: &Base<'_, '_, 't>, cx: &Cx<'t>) -> bool {
    let mut any = false;
    let mut test = |field: &Field<'_, 't>| {
        any |= match cond.is {
            Is::Set => is_set(field, cond.pointer),
            Is::Unset => !is_set(field, cond.pointer),
            Is::Equal(texts) => texts.contains(&&*text(field)),
            // What still waits to be filled in may yet become one of them.
            Is::Not(texts) => {
                let text = text(field);
                !texts.contains(&&*text) && !cx.is_unrendered(&text)
            }
        };
    };
    of_condition(cond, base, &mut test);
    any
}

/// Calls `f` for each field that a condition reads.
pub(super) fn of_condition<'t>(cond: &Cond, base: &Base<'_, '_, 't>, f: &mut dyn FnMut(&Field<'_, 't>)) {
    if cond.up == 0 {
        return base.each(cond.path, f);
    }
    let mut from = base.field;
    for _ in 0..cond.up {
        let Some(parent) = from.parent() else { return };
        from = parent;
    }
    each(from, cond.path, f);
}
