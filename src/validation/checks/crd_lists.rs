//! Lists and maps in the schema of a CustomResourceDefinition: `x-kubernetes-list-type` and its like.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::crd_parts::{Part, PartSet, Parts, Type, is_filled, is_true, schema, text};
use super::crd_schema::Walker;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::yaml::Entry;

/// `x-kubernetes-list-type`, `-map-type` and `-list-map-keys`.
pub(super) fn list_and_map<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>) {
    const JUDGED: PartSet = PartSet::of(&[Part::map_type, Part::list_type, Part::map_keys]);
    if !p.has_any(JUDGED) {
        return;
    }
    let kind = p.said();
    if p.map_type().is_some() {
        wants_type(walker, s, kind, Type::Object, "x-kubernetes-map-type");
        one_of(
            walker,
            s,
            "x-kubernetes-map-type",
            p.map_type(),
            &["atomic", "granular"],
        );
    }
    let list_type = text(p.list_type());
    let mut item = None;
    if matches!(&*list_type, "set" | "map") {
        item = schema(p.items()).map(|entry| Parts::of(entry.value));
    }
    if p.list_type().is_some() {
        if kind != Type::Array {
            wants_type(walker, s, kind, Type::Array, "x-kubernetes-list-type");
        } else if list_type == "set"
            && let Some(item) = &item
        {
            let not_atomic = match item.said() {
                Type::Array if item.list_type().is_some() && text(item.list_type()) != "atomic" => {
                    Some("x-kubernetes-list-type")
                }
                Type::Object if text(item.map_type()) != "atomic" => Some("x-kubernetes-map-type"),
                _ => None,
            };
            if let Some(name) = not_atomic {
                let message = "the items of a set are compared as a whole, so they must be atomic";
                walker.report(
                    &s.child("items").child(name),
                    ErrorType::Invalid,
                    message,
                    "set it to `atomic`",
                );
            }
        }
        one_of(
            walker,
            s,
            "x-kubernetes-list-type",
            p.list_type(),
            &["atomic", "set", "map"],
        );
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
    if item.as_ref().is_some_and(|item| is_true(item.nullable())) {
        let message = format!("an item of a {list_type} cannot be null");
        walker.report(
            &s.child("items").child("nullable"),
            ErrorType::Forbidden,
            message,
            "remove `nullable`",
        );
    }
    if list_type == "map" {
        keys(walker, s, p, item);
    }
}

fn wants_type<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, said: Type, wanted: Type, with: &str) {
    if said == wanted {
        return;
    }
    let error = match said {
        Type::Unsaid => ErrorType::Required,
        _ => ErrorType::Invalid,
    };
    let wanted = wanted.name();
    let message = format!("`{with}` is for the type `{wanted}` only");
    walker.report(
        &s.child("type"),
        error,
        message,
        format!("set `type: {wanted}`, or remove `{with}`"),
    );
}

fn one_of<'t>(
    walker: &mut Walker<'_, 't>,
    s: &Field<'_, 't>,
    name: &'static str,
    entry: Option<Entry<'t>>,
    allowed: &[&str],
) {
    if let Some(value) = entry.and_then(|entry| entry.value.str())
        && !allowed.contains(&&*value)
        && !walker.cx.is_unrendered(&value)
    {
        let message = format!("`{name}` does not know {}", crate::quote::quote(&value));
        walker.report(
            &s.child(name),
            ErrorType::NotSupported,
            message,
            format!("use `{}`", allowed.join("` or `")),
        );
    }
}

/// The schema of a list's items, asked for its keys. Lists have one or two; of more the names are hashed, so that the
/// time stays linear.
struct Keyed<'i, 't> {
    item: &'i Parts<'t>,
    by_name: Option<HashMap<Cow<'t, str>, Entry<'t>>>,
    required: Option<HashSet<Cow<'t, str>>>,
}

impl<'i, 't> Keyed<'i, 't> {
    fn new(item: &'i Parts<'t>, keys: &Field<'_, 't>) -> Self {
        let mut keyed = Keyed {
            item,
            by_name: None,
            required: None,
        };
        if keys.items().nth(4).is_some() {
            let entries = item
                .properties()
                .into_iter()
                .flat_map(|entry| entry.value.entries());
            let by_name = entries.map(|entry| (entry.key.key_text().unwrap_or_default(), entry));
            keyed.by_name = Some(by_name.collect());
            keyed.required = Some(keyed.required().collect());
        }
        keyed
    }

    fn required(&self) -> impl Iterator<Item = Cow<'t, str>> + use<'t> {
        let lists = self.item.required().into_iter();
        lists
            .flat_map(|entry| entry.value.items())
            .filter_map(|node| node.str())
    }

    fn property(&self, name: &str) -> Option<Entry<'t>> {
        match &self.by_name {
            Some(by_name) => by_name.get(name).copied(),
            None => self.item.properties()?.value.entry(name),
        }
    }

    fn requires(&self, name: &str) -> bool {
        match &self.required {
            Some(required) => required.contains(name),
            None => self.required().any(|required| required == name),
        }
    }
}

fn keys<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>, item: Option<Parts<'t>>) {
    let items = &s.child("items");
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
    let is_object = item.said() == Type::Object;
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
    let keyed = Keyed::new(&item, &list);
    let mut seen = HashSet::new();
    for key in list.items() {
        let Some(name) = key.text() else { continue };
        let entry = keyed.property(&name);
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
        if is_object && matches!(parts.said(), Type::Array | Type::Object) {
            let message = "a key of a list is a plain value";
            walker.report(
                &property.child("type"),
                ErrorType::Invalid,
                message,
                "use a string, number or boolean",
            );
        }
        if !keyed.requires(&name) && parts.default().is_none() {
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
