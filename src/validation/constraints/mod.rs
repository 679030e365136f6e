//! What the server checks of a type beyond its structure, declared in `schemas/constraints/` on *types*, so that
//! a check of PodSpec holds wherever a PodSpec stands.
//!
//! One walk over the object visits every struct whose type has constraints, at any depth, and runs its rows.
//! What the vocabulary cannot say is a function in [`super::checks`], called from a row.

mod around;
mod base;
mod faults;
mod formats;
mod judge;
mod ops;
mod run;
mod warned;

pub(super) use faults::choose;
pub use faults::{in_its_case, meant_word, of_format, recased};
pub use formats::{Format, percent};
pub use ops::{Cond, Is, MergeKey, Op, Row, Step, Test};
pub use run::is_set;

use super::resolved::Resolved;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::{ErrorType, Report};
use crate::manifest::{Field, Object};
use crate::schema::{Shape, Ty, TypeId, table};
use crate::version::KubeVersion;
use crate::yaml::{Entry, Kind, may_be_typed};
use base::{Base, Present};

/// Deeper structs are not looked into: only a hostile CRD schema nests so far.
const DEPTH: u32 = 100;

include!(concat!(env!("OUT_DIR"), "/constraints.rs"));

/// Runs the constraints of an object's type and of all types within. `resolved` knows which fields its keys name.
pub(super) fn check<'t>(object: &Object<'t>, ty: TypeId, resolved: &Resolved, cx: &mut Cx<'t>) {
    let mut walk = Walk {
        cx,
        resolved,
        present: Vec::with_capacity(64),
    };
    walk.visit(&object.fields(), ty, 0);
}

/// What a field of a type may be instead of a text, as help: its words, where they are listed, or else a form. `None`:
/// the text will do, as far as can be told from itself.
pub fn instead_of(ty: TypeId, field: &str, text: &str, kube: KubeVersion) -> Option<String> {
    let own = rows(ty)
        .iter()
        .filter(|row| matches!(row.path, [Step::Name(name, _)] if *name == field));
    let tests = own.flat_map(|row| row.tests).filter(|test| test.when.is_empty());
    let mut tests = tests.filter(|test| (test.since..=test.until).contains(&kube.minor()));
    tests.find_map(|test| match &test.op {
        Op::OneOf(words) | Op::Known(words) | Op::Supported(words) if !words.contains(&text) => {
            // Some of them are no texts either without quotes.
            let quoted = |word: &&str| match may_be_typed(word.as_bytes()) {
                true => format!("\"{word}\""),
                false => word.to_string(),
            };
            let words: Vec<String> = words.iter().map(quoted).collect();
            {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                Some(choose(&words, ""))
            }
        }
        Op::Format(format) | Op::EvenEmpty(format) => {
            let fault = format.faults(text, kube).first().copied()?;
            Some(format!("choose another one: as a text it {fault}"))
        }
        _ => None,
    })
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

/// One walk through one object.
struct Walk<'c, 't> {
    cx: &'c mut Cx<'t>,
    resolved: &'c Resolved,
    /// What the structs have that are being visited, the outer ones first.
    present: Vec<Present>,
}

impl<'t> Walk<'_, 't> {
    fn visit(&mut self, field: &Field<'_, 't>, ty: TypeId, depth: u32) {
        if depth > DEPTH {
            return;
        }
        let start = self.present.len();
        let mut mask = 0;
        let mut deeper = false;
        if let Some(map) = field.value() {
            for entry in map.entries() {
                if let Some(present) = self.name(ty, entry) {
                    mask |= table::name_bit(present.name);
                    deeper |= present.leads_to.is_some();
                    self.present.push(present);
                }
            }
        }
        let end = self.present.len();
        let rows = rows(ty);
        let marks = MARKS.get(ty.index()).copied().unwrap_or_default();
        if deeper {
            for at in start..end {
                self.go_in(field, rows, marks, start..end, at, depth);
            }
        }
        if marks & VALUE != 0 {
            for (name, id) in run::values(rows) {
                let base = Base::new(field, &self.present[start..end]);
                let child = field.child_found(name, base.find(name, id));
                if !child.is_set()
                    && let Some(info) = ty.field(name, self.cx.kube())
                    && !run::skips(rows, id, &base, self.cx)
                {
                    self.inside(&child, info.ty, depth + 1);
                }
            }
        }
        let base = Base::new(field, &self.present[start..end]);
        for row in rows {
            if row.needs & !mask == 0 {
                run::run(row, &base, self.cx);
            }
        }
        self.present.truncate(start);
    }

    /// What an entry of a struct is, unless nothing in the API is called so.
    fn name(&self, ty: TypeId, entry: Entry<'t>) -> Option<Present> {
        let field = self.resolved.field(ty, entry.key).or_else(|| {
            let name = entry.key.key_text()?;
            table::field_named(ty, name.as_bytes(), self.cx.kube().minor()).map(|(_, field)| field)
        });
        let Some(field) = field else {
            // The version does not have the field, or no type does.
            let name = entry.key.key_text()?;
            return Some(Present::new(table::name_id(name.as_bytes())?, entry, None));
        };
        let ty = field.ty();
        // There is nothing within a scalar.
        let deeper = ty.constrained() && entry.value.kind() != Kind::Scalar;
        Some(Present::new(field.name_id(), entry, deeper.then_some(ty)))
    }

    /// Visits what is in one of a struct's fields, if there may be anything to say of it.
    fn go_in(
        &mut self,
        field: &Field<'_, 't>,
        rows: &'static [Row],
        marks: u8,
        all: std::ops::Range<usize>,
        at: usize,
        depth: u32,
    ) {
        let Some((present, ty)) = self
            .present
            .get(at)
            .and_then(|present| Some((*present, present.leads_to?)))
        else {
            return;
        };
        let base = Base::new(field, &self.present[all]);
        let name = table::word(present.name);
        if let Some(entry) = base.entry(&present)
            && base.holds(&present, entry)
            && (marks & UNION == 0 || !faults::is_passed_over(rows, field, name))
            && (marks & SKIP == 0 || !run::skips(rows, present.name, &base, self.cx))
        {
            let name = match marks & PRINTED {
                0 => name,
                _ => run::printed(rows, present.name, &base, self.cx).unwrap_or(name),
            };
            self.inside(&field.child_entry(name, entry), ty, depth + 1);
        }
    }

    fn inside(&mut self, field: &Field<'_, 't>, ty: Ty, depth: u32) {
        match ty.shape() {
            Shape::Struct(inner) => self.visit(field, inner, depth),
            Shape::List(item) => {
                for element in field.items() {
                    self.inside(&element, item, depth);
                }
            }
            Shape::Map(value) => {
                for element in field.entries() {
                    self.inside(&element, value, depth);
                }
            }
            _ => {}
        }
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

#[cfg(test)]
mod tests;
