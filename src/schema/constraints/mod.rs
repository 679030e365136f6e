//! What the server checks of a type beyond its structure, declared in `schemas/constraints/` on *types*, so that
//! a check of PodSpec holds wherever a PodSpec stands.
//!
//! One walk over the object visits every struct whose type has constraints, at any depth, and runs its rows.
//! What the vocabulary cannot say is a function in [`super::checks`], called from a row.

mod faults;
mod formats;
mod judge;
mod ops;
mod run;

pub use faults::of_format;
pub use formats::{Format, percent};
pub use ops::{Cond, Is, Op, Row, Step, Test};
pub use run::is_set;

use super::table::name_bit;
use super::{Shape, Ty, TypeId};
use crate::diagnostic::{ErrorType, Report};
use crate::manifest::{Field, Object};
use crate::rules::{Cx, ids};
use crate::yaml::{Entry, Kind};

/// Deeper structs are not looked into: only a hostile CRD schema nests so far.
const DEPTH: u32 = 100;

include!(concat!(env!("OUT_DIR"), "/constraints.rs"));

/// Runs the constraints of an object's type and of all types within.
pub fn check<'t>(object: &Object<'t>, ty: TypeId, cx: &mut Cx<'t>) {
    walk(&object.fields(), ty, cx, 0);
}

/// The rows of a type hold `printed`.
const PRINTED: u8 = 16;

/// The rows of a type.
pub fn rows(ty: TypeId) -> &'static [Row] {
    let at = |i: usize| OFFSETS.get(i).copied().unwrap_or_default() as usize;
    let index = ty.index();
    ROWS.get(at(index)..at(index + 1)).unwrap_or_default()
}

/// The rows of a type hold `value`, `skip` or `union`: see [`MARKS`].
const VALUE: u8 = 1;
const SKIP: u8 = 2;
const UNION: u8 = 4;

fn walk<'t>(field: &Field<'_, 't>, ty: TypeId, cx: &mut Cx<'t>, depth: u32) {
    if depth > DEPTH {
        return;
    }
    let rows = rows(ty);
    let marks = MARKS.get(ty.index()).copied().unwrap_or_default();
    let mut present = 0;
    for entry in field.value().into_iter().flat_map(|value| value.entries()) {
        let Some(name) = entry.key.key_text() else {
            continue;
        };
        present |= name_bit(name.as_bytes());
        // There is nothing within a scalar.
        if entry.value.kind() == Kind::Scalar {
            continue;
        }
        let Some(info) = ty.field(&name, cx.kube()) else {
            continue;
        };
        // A null is no struct.
        if info.ty.constrained()
            && !entry.value.is_null()
            && holds(field, info.name, entry)
            && (marks & UNION == 0 || !faults::is_passed_over(rows, field, info.name))
            && (marks & SKIP == 0 || !run::skips(rows, info.name, field, cx))
        {
            let name = match marks & PRINTED {
                0 => info.name,
                _ => run::printed(rows, info.name, field, cx),
            };
            inside(&field.child_entry(name, entry), info.ty, cx, depth + 1);
        }
    }
    if marks & VALUE != 0 {
        for name in run::values(rows) {
            let child = field.child(name);
            if !child.is_set()
                && let Some(info) = ty.field(name, cx.kube())
                && !run::skips(rows, name, field, cx)
            {
                inside(&child, info.ty, cx, depth + 1);
            }
        }
    }
    for row in rows {
        if row.bit == 0 || row.bit & present != 0 {
            run::run(row, field, cx);
        }
    }
}

/// Whether an entry is the one that holds: of a key that repeats only the last does.
fn holds<'t>(field: &Field<'_, 't>, name: &str, entry: Entry<'t>) -> bool {
    let Some(map) = field.value() else { return false };
    map.has_unique_keys() || map.entry(name).is_some_and(|last| last.value == entry.value)
}

fn inside<'t>(field: &Field<'_, 't>, ty: Ty, cx: &mut Cx<'t>, depth: u32) {
    match ty.shape() {
        Shape::Struct(inner) => walk(field, inner, cx, depth),
        Shape::List(item) => {
            for element in field.items() {
                inside(&element, item, cx, depth);
            }
        }
        Shape::Map(value) => {
            for element in field.entries() {
                inside(&element, value, cx, depth);
            }
        }
        _ => {}
    }
}

/// Reports a fault under the general rule of its type: `schema/required`, `schema/invalid` …
pub fn fault<'c, 't>(
    cx: &'c mut Cx<'t>,
    field: &Field<'_, 't>,
    kind: ErrorType,
    message: impl Into<String>,
) -> Report<'c> {
    let rule = match kind {
        ErrorType::Required => ids::SCHEMA_REQUIRED,
        ErrorType::NotSupported => ids::SCHEMA_NOT_SUPPORTED,
        ErrorType::Forbidden => ids::SCHEMA_FORBIDDEN,
        ErrorType::Duplicate => ids::SCHEMA_DUPLICATE,
        ErrorType::TooLong | ErrorType::TooMany => ids::SCHEMA_TOO_LONG,
        _ => ids::SCHEMA_INVALID,
    };
    let path = field.path();
    cx.report_as(rule, field.place(), message).refusal(kind, path)
}
