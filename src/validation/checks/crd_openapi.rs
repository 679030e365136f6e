//! What a schema may not use of OpenAPI.

use super::crd_parts::{Part, PartSet, Parts, Type, is_filled, is_true, text};
use super::crd_schema::{Around, Walker};
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::yaml::{Kind, Scalar};

/// Checks one schema for itself.
pub(super) fn check<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>, around: Around) {
    if p.said() == Type::Unknown {
        unknown_type(walker, s, p);
    }
    if p.default().is_some() && !around.defaults {
        let message = "no default can be given for fields of `apiVersion`, `kind` and `metadata`";
        walker.report(&s.child("default"), ErrorType::Forbidden, message, "remove it");
    }
    const NEVER: PartSet = PartSet::of(&[
        Part::id,
        Part::additional_items,
        Part::pattern_properties,
        Part::definitions,
        Part::dependencies,
        Part::reference,
        Part::unique_items,
    ]);
    if p.has_any(NEVER) {
        never(walker, s, p);
    }
    if p.items()
        .is_some_and(|items| items.value.kind() == Kind::Seq && items.value.items().next().is_some())
    {
        let message = "all items have one schema: a list of schemas is not supported";
        walker.report(
            &s.child("items"),
            ErrorType::Forbidden,
            message,
            "write one schema",
        );
    }
    if around.meta && is_true(p.embedded()) {
        let at = s.child("x-kubernetes-embedded-resource");
        walker.report(
            &at,
            ErrorType::Forbidden,
            "metadata holds no objects",
            "remove it",
        );
    }
    if let Some(entry) = p.additional_properties()
        && is_filled(p.properties())
        && !entry.value.is_true()
    {
        let message = "`properties` and `additionalProperties` exclude each other";
        walker.report(
            &s.child("additionalProperties"),
            ErrorType::Forbidden,
            message,
            "keep one of them",
        );
    }
    if p.preserve()
        .is_some_and(|entry| entry.value.scalar() == Some(Scalar::Bool(false)))
    {
        let at = s.child("x-kubernetes-preserve-unknown-fields");
        walker.report(
            &at,
            ErrorType::Invalid,
            "it can only be true or absent",
            "remove it",
        );
    }
}

fn unknown_type<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>) {
    let kind = text(p.kind());
    if walker.cx.is_unrendered(&kind) {
        return;
    }
    let at = s.child("type");
    let message = format!("{} is no type of a schema", crate::quote::quote(&kind));
    walker.report(
        &at,
        ErrorType::NotSupported,
        message,
        "use `string`, `integer`, `number`, `boolean`, `array` or `object`",
    );
    if kind == "null" {
        walker.report(
            &at,
            ErrorType::Forbidden,
            "the type cannot be null",
            "set `nullable: true` instead",
        );
    }
}

fn never<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>) {
    for (name, set) in [
        ("id", !text(p.id()).is_empty()),
        ("additionalItems", p.additional_items().is_some()),
        ("patternProperties", is_filled(p.pattern_properties())),
        ("definitions", is_filled(p.definitions())),
        ("dependencies", p.dependencies().is_some()),
        ("$ref", p.reference().is_some()),
        ("uniqueItems", is_true(p.unique_items())),
    ] {
        if set {
            let message = format!("the server does not support `{name}` in a schema");
            let help = match name {
                "uniqueItems" => "use `x-kubernetes-list-type: set`",
                "$ref" | "definitions" => "write the schema out where it is used",
                _ => "remove it",
            };
            walker.report(&s.child(name), ErrorType::Forbidden, message, help);
        }
    }
}
