//! Defaults in the schema of a CustomResourceDefinition, which the schema itself must accept.

use super::crd_parts::{Parts, is_true, schema};
use super::crd_schema::{DEPTH, Walker};
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::validation::constraints::fault;
use crate::validation::custom::{self, MetaPart};
use crate::yaml::{Kind, Node};

/// What a schema describes a part of: the defaults of metadata follow other rules.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum In {
    Object,
    Meta(MetaPart),
}

/// Checks the default of a schema `s`, which is that of the object itself where it is the `root`.
pub(super) fn check<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>, of: In, root: bool) {
    let (Some(entry), Some(schema)) = (p.default(), s.value()) else {
        return;
    };
    let whole = root || is_true(p.embedded());
    let part = match of {
        In::Meta(part) if !whole => Some(part),
        _ => None,
    };
    let at = s.child_entry("default", entry);
    if part.is_none() && has_unknown(entry.value, p, whole, &mut walker.budget, 0) {
        let message = "the default has fields that its schema does not know, which the server would drop";
        fault(walker.cx, &at, ErrorType::Invalid, message).help("declare the fields, or leave them out");
    }
    let path = at.path();
    custom::default(schema, entry, &path, part, whole, &mut walker.budget, walker.cx);
}

/// Whether there are fields in a value.
fn has_fields(value: Node<'_>, budget: &mut u32, depth: u32) -> bool {
    *budget = budget.saturating_sub(1);
    let may = depth <= DEPTH && *budget > 0;
    may && (value.entries().next().is_some() || value.items().any(|item| has_fields(item, budget, depth + 1)))
}

/// Whether the server would drop fields of a value.
fn has_unknown(value: Node<'_>, p: &Parts<'_>, object: bool, budget: &mut u32, depth: u32) -> bool {
    *budget = budget.saturating_sub(1);
    if depth > DEPTH || *budget == 0 {
        return false;
    }
    match value.kind() {
        Kind::Map => value.entries().any(|entry| {
            let key = entry.key.key_text().unwrap_or_default();
            if object && matches!(&*key, "apiVersion" | "kind" | "metadata") {
                return false;
            }
            let property = p.properties().and_then(|properties| properties.value.get(&key));
            if let Some(property) = property {
                let inner = Parts::of(property);
                let object = is_true(inner.embedded());
                return has_unknown(entry.value, &inner, object, budget, depth + 1);
            }
            match p.additional_properties() {
                Some(additional) if additional.value.is_map() => has_unknown(
                    entry.value,
                    &Parts::of(additional.value),
                    false,
                    budget,
                    depth + 1,
                ),
                // The value stays, and what it has does not.
                Some(additional) if additional.value.is_true() => has_fields(entry.value, budget, depth + 1),
                _ => !is_true(p.preserve()),
            }
        }),
        Kind::Seq => schema(p.items()).is_some_and(|items| {
            let inner = Parts::of(items.value);
            let object = is_true(inner.embedded());
            value
                .items()
                .any(|item| has_unknown(item, &inner, object, budget, depth + 1))
        }),
        _ => false,
    }
}
