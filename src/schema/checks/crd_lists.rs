//! Lists and maps in the schema of a CustomResourceDefinition: `x-kubernetes-list-type` and its like.

use std::collections::{HashMap, HashSet};

use super::crd_parts::{Parts, is_filled, is_true, schema, text};
use super::crd_schema::Walker;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;

/// `x-kubernetes-list-type`, `-map-type` and `-list-map-keys`.
pub(super) fn list_and_map<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>) {
    if p.map_type().is_none() && p.list_type().is_none() && p.map_keys().is_none() {
        return;
    }
    let kind = text(p.kind());
    let item = schema(p.items()).map(|entry| Parts::of(entry.value));
    let items = s.child("items");
    if p.map_type().is_some() {
        wants_type(walker, s, &kind, "object", "x-kubernetes-map-type");
        one_of(walker, s, "x-kubernetes-map-type", &["atomic", "granular"]);
    }
    let list_type = text(p.list_type());
    if p.list_type().is_some() {
        if kind != "array" {
            wants_type(walker, s, &kind, "array", "x-kubernetes-list-type");
        } else if list_type == "set"
            && let Some(item) = &item
        {
            let message = "the items of a set are compared as a whole, so they must be atomic";
            let help = "set it to `atomic`";
            match &*text(item.kind()) {
                "array" if item.list_type().is_some() && text(item.list_type()) != "atomic" => {
                    walker.report(
                        &items.child("x-kubernetes-list-type"),
                        ErrorType::Invalid,
                        message,
                        help,
                    );
                }
                "object" if text(item.map_type()) != "atomic" => {
                    walker.report(
                        &items.child("x-kubernetes-map-type"),
                        ErrorType::Invalid,
                        message,
                        help,
                    );
                }
                _ => {}
            }
        }
        one_of(walker, s, "x-kubernetes-list-type", &["atomic", "set", "map"]);
    }
    if is_filled(p.map_keys()) && list_type != "map" {
        let error = match p.list_type() {
            None => ErrorType::Required,
            Some(_) => ErrorType::Invalid,
        };
        let message = "only a list of type `map` has keys";
        walker.report(
            &s.child("x-kubernetes-list-type"),
            error,
            message,
            "set `x-kubernetes-list-type: map`",
        );
    }
    if matches!(&*list_type, "set" | "map") && item.is_some_and(|item| is_true(item.nullable())) {
        let message = format!("an item of a {list_type} cannot be null");
        walker.report(
            &items.child("nullable"),
            ErrorType::Forbidden,
            message,
            "remove `nullable`",
        );
    }
    if list_type == "map" {
        keys(walker, s, p, &items, item);
    }
}

fn wants_type<'t>(
    walker: &mut Walker<'_, 't>,
    s: &Field<'_, 't>,
    kind: &str,
    wanted: &'static str,
    with: &str,
) {
    if kind == wanted {
        return;
    }
    let error = match kind {
        "" => ErrorType::Required,
        _ => ErrorType::Invalid,
    };
    let message = format!("`{with}` is for the type `{wanted}` only");
    walker.report(
        &s.child("type"),
        error,
        message,
        format!("set `type: {wanted}`, or remove `{with}`"),
    );
}

fn one_of<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, name: &'static str, allowed: &[&str]) {
    let at = s.child(name);
    if let Some(value) = at.text()
        && !allowed.contains(&&*value)
        && !walker.cx.is_unrendered(&value)
    {
        let message = format!("`{name}` does not know {}", crate::rules::quote(&value));
        walker.report(
            &at,
            ErrorType::NotSupported,
            message,
            format!("use `{}`", allowed.join("` or `")),
        );
    }
}

fn keys<'t>(
    walker: &mut Walker<'_, 't>,
    s: &Field<'_, 't>,
    p: &Parts<'t>,
    items: &Field<'_, 't>,
    item: Option<Parts<'t>>,
) {
    let list = s.child("x-kubernetes-list-map-keys");
    if !is_filled(p.map_keys()) {
        let message = "a list of type `map` needs the fields that are its keys";
        walker.report(
            &list,
            ErrorType::Required,
            message,
            "add `x-kubernetes-list-map-keys`",
        );
    }
    if p.items().is_none() {
        let message = "a list of type `map` needs the schema of its items";
        walker.report(items, ErrorType::Required, message, "add `items`");
    }
    let Some(item) = item else {
        if p.items().is_some() {
            let message = "a list of type `map` needs one schema for all its items";
            walker.report(items, ErrorType::Invalid, message, "write one schema");
        }
        return;
    };
    let is_object = text(item.kind()) == "object";
    if !is_object {
        let message = "the items of a list of type `map` are objects";
        walker.report(
            &items.child("type"),
            ErrorType::Invalid,
            message,
            "set `type: object`",
        );
    }
    let properties = items.child("properties");
    let mut by_name = HashMap::new();
    for entry in item
        .properties()
        .into_iter()
        .flat_map(|entry| entry.value.entries())
    {
        by_name.insert(entry.key.key_text().unwrap_or_default(), entry);
    }
    let required: HashSet<_> = item
        .required()
        .into_iter()
        .flat_map(|entry| entry.value.items())
        .filter_map(|node| node.str())
        .collect();
    let mut seen = HashSet::new();
    for key in list.items() {
        let Some(name) = key.text() else { continue };
        let entry = by_name.get(&name).copied();
        if is_object {
            if entry.is_none() {
                let message = "a key of the list is no property of its items";
                walker.report(&list, ErrorType::Invalid, message, "name properties of the items");
            }
            if !seen.insert(name.clone()) {
                walker.report(
                    &list,
                    ErrorType::Invalid,
                    "a key stands in the list twice",
                    "remove one of them",
                );
            }
        }
        let Some(entry) = entry else { continue };
        let parts = Parts::of(entry.value);
        let property = properties.key_entry(name.clone(), Some(entry));
        if is_object && matches!(&*text(parts.kind()), "array" | "object") {
            let message = "a key of a list is a plain value";
            walker.report(
                &property.child("type"),
                ErrorType::Invalid,
                message,
                "use a string, number or boolean",
            );
        }
        if !required.contains(&name) && parts.default().is_none() {
            let message = "a key of a list must always have a value";
            let help = "make it required, or give it a default";
            walker.report(&property.child("default"), ErrorType::Required, message, help);
        }
        if is_true(parts.nullable()) {
            let message = "a key of a list cannot be null";
            walker.report(
                &property.child("nullable"),
                ErrorType::Forbidden,
                message,
                "remove `nullable`",
            );
        }
    }
}
