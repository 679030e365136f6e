//! Parts of the judgement of a CustomResourceDefinition's schema: what is unsupported, rules, completeness.

use std::collections::HashMap;

use super::crd_equal;
use super::crd_parts::{Part, PartSet, Parts, is_filled, is_true, schema, text};
use super::crd_schema::{DEPTH, Walker, find};
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::yaml::{Entry, Kind, Node, Scalar};

/// What keeps a schema from being turned into a structural one, at any depth.
pub(super) fn unsupported(schema: Node<'_>, budget: &mut u32) -> Option<&'static str> {
    unsupported_at(schema, 0, budget)
}

/// Whether [`unsupported`] may find something at this schema. Hardly any has it, so that its walk is spared.
pub(super) fn looks_unsupported(p: &Parts<'_>) -> bool {
    const NEVER: PartSet = PartSet::of(&[
        Part::id,
        Part::schema,
        Part::reference,
        Part::pattern_properties,
        Part::dependencies,
        Part::additional_items,
        Part::definitions,
    ]);
    const AT_TIMES: PartSet = PartSet::of(&[Part::items, Part::preserve]);
    p.has_any(NEVER)
        || p.has_any(AT_TIMES)
            && (p.items().is_some_and(|items| items.value.is_seq())
                || p.preserve().is_some() && !is_true(p.preserve()))
}

fn unsupported_at(schema: Node<'_>, depth: u32, budget: &mut u32) -> Option<&'static str> {
    *budget = budget.saturating_sub(1);
    if depth > DEPTH || *budget == 0 {
        return None;
    }
    let p = Parts::of(schema);
    let is_list =
        |entry: Option<Entry<'_>>| entry.is_some_and(|e| e.value.kind() == Kind::Seq) && is_filled(entry);
    let found = [
        ("id", !text(p.id()).is_empty()),
        ("$schema", !text(p.schema()).is_empty()),
        ("$ref", !text(p.reference()).is_empty()),
        ("patternProperties", is_filled(p.pattern_properties())),
        ("dependencies", is_filled(p.dependencies())),
        ("additionalItems", p.additional_items().is_some()),
        ("definitions", is_filled(p.definitions())),
        ("items", is_list(p.items())),
        (
            "x-kubernetes-preserve-unknown-fields",
            p.preserve()
                .is_some_and(|e| e.value.scalar() == Some(Scalar::Bool(false))),
        ),
    ];
    if let Some((name, _)) = found.iter().find(|(_, set)| *set) {
        return Some(name);
    }
    let mut inner = |node: Node<'_>| match node.is_map() {
        true => unsupported_at(node, depth + 1, budget),
        false => None,
    };
    for entry in [p.items(), p.additional_properties(), p.not()]
        .into_iter()
        .flatten()
    {
        if let Some(name) = inner(entry.value) {
            return Some(name);
        }
    }
    if let Some(properties) = p.properties() {
        for entry in properties.value.entries() {
            if let Some(name) = inner(entry.value) {
                return Some(name);
            }
        }
    }
    for list in [p.all_of(), p.any_of(), p.one_of()].into_iter().flatten() {
        for node in list.value.items() {
            if let Some(name) = inner(node) {
                return Some(name);
            }
        }
    }
    None
}

/// `anyOf` of exactly the types integer and string.
pub(super) fn is_int_or_string(any_of: Option<Entry<'_>>) -> bool {
    let Some(any_of) = any_of else { return false };
    let mut kinds = ["integer", "string"].into_iter();
    let mut items = any_of.value.items();
    for wanted in kinds.by_ref() {
        let Some(node) = items.next() else { return false };
        let mut one = false;
        for entry in node.entries().filter(is_there) {
            let is_type = entry.key.key_is("type") && entry.value.str().is_some_and(|kind| kind == wanted);
            if !is_type {
                return false;
            }
            one = true;
        }
        if !one {
            return false;
        }
    }
    items.next().is_none()
}

/// Whether an entry of a schema is more than what the server takes for its absence: it tells some empty lists and maps
/// from missing ones.
fn is_there(entry: &Entry<'_>) -> bool {
    const KEPT: [&str; 5] = [
        "dependencies",
        "properties",
        "required",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-validations",
    ];
    crd_equal::says_something(entry)
        || (!entry.value.is_null() && KEPT.iter().any(|name| entry.key.key_is(name)))
}

/// A schema of metadata that says nothing but its type and formats of the names.
pub(super) fn is_plain_metadata(p: &Parts<'_>) -> bool {
    let names_only = p.properties().is_none_or(|properties| {
        let mut count = 0;
        for entry in properties.value.entries() {
            if !entry.key.key_is("name") && !entry.key.key_is("generateName") {
                return false;
            }
            count += 1;
        }
        count <= 2
    });
    const SET: PartSet = PartSet::of(&[
        Part::not,
        Part::items,
        Part::additional_properties,
        Part::max_properties,
        Part::min_properties,
        Part::list_type,
        Part::map_type,
        Part::required,
        Part::map_keys,
        Part::validations,
    ]);
    let lists = [p.listed(), p.all_of(), p.any_of(), p.one_of()];
    let flags = [
        p.nullable(),
        p.preserve(),
        p.embedded(),
        p.int_or_string(),
        p.unique_items(),
    ];
    let words = [p.title(), p.description(), p.pattern()];
    names_only
        && !p.has_others()
        && !p.has_any(SET)
        && !lists.into_iter().any(is_filled)
        && !flags.into_iter().any(is_true)
        && words.into_iter().all(|entry| text(entry).is_empty())
}

/// `x-kubernetes-validations`, all but the meaning of the expressions.
pub(super) fn rules<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>) {
    let Some(entry) = p.validations() else { return };
    let breaks = |text: &str| memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some();
    for rule in s.child_entry("x-kubernetes-validations", entry).items() {
        let (expression, message) = (rule.child("rule"), rule.child("message"));
        let (message_expression, path) = (rule.child("messageExpression"), rule.child("fieldPath"));
        let written = |field: &Field<'_, 't>| field.text().unwrap_or_default();
        let (code, words) = (written(&expression), written(&message));
        if code.trim().is_empty() {
            walker.report(
                &expression,
                ErrorType::Required,
                "the rule is empty",
                "write a CEL expression",
            );
        } else if !words.is_empty() && words.trim().is_empty() {
            walker.report(
                &message,
                ErrorType::Invalid,
                "the message is blank",
                "remove it, or write one",
            );
        } else if breaks(words.trim()) {
            walker.report(
                &message,
                ErrorType::Invalid,
                "the message may not have line breaks",
                "write it on one line",
            );
        } else if breaks(code.trim()) && words.trim().is_empty() {
            let text = "a rule of several lines needs a message";
            walker.report(&message, ErrorType::Required, text, "add `message`");
        }
        let code = written(&message_expression);
        if !code.is_empty() && code.trim().is_empty() {
            walker.report(
                &message_expression,
                ErrorType::Required,
                "the expression is blank",
                "remove it",
            );
        }
        let reason = rule.child("reason");
        const REASONS: [&str; 4] = [
            "FieldValueDuplicate",
            "FieldValueForbidden",
            "FieldValueInvalid",
            "FieldValueRequired",
        ];
        if reason.is_set()
            && let Some(value) = reason.text()
            && !REASONS.contains(&&*value)
        {
            let text = format!("{} is no reason", crate::quote::quote(&value));
            walker.report(
                &reason,
                ErrorType::NotSupported,
                text,
                format!("use `{}`", REASONS.join("` or `")),
            );
        }
        let value = written(&path);
        if !value.is_empty() {
            if value.trim().is_empty() {
                walker.report(&path, ErrorType::Invalid, "the path is blank", "remove it");
            }
            if breaks(&value) {
                walker.report(
                    &path,
                    ErrorType::Invalid,
                    "the path may not have line breaks",
                    "write it on one line",
                );
            }
            let supported = |node, walker: &mut Walker<'_, 't>| {
                walker.structural || unsupported(node, &mut walker.budget).is_none()
            };
            if let Some(node) = s.value()
                && supported(node, walker)
                && find(node, &value, true).is_none()
            {
                walker.report(
                    &path,
                    ErrorType::Invalid,
                    "the path leads to no field of this schema",
                    "write it as `.spec.name`",
                );
            }
        }
    }
}

/// Every field that a junctor restricts must be declared outside of them. How many are not.
pub(super) fn completeness<'t>(walker: &mut Walker<'_, 't>, root: &Field<'_, 't>, p: &Parts<'t>) -> u32 {
    let mut checker = Completeness {
        properties: HashMap::new(),
        faults: 0,
    };
    checker.junctors(walker, p, root, 0);
    checker.faults
}

struct Completeness<'t> {
    /// The declared properties, by the place of their map.
    properties: HashMap<u32, HashMap<std::borrow::Cow<'t, str>, Entry<'t>>>,
    faults: u32,
}

impl<'t> Completeness<'t> {
    fn junctors(&mut self, walker: &mut Walker<'_, 't>, p: &Parts<'t>, s: &Field<'_, 't>, depth: u32) {
        if let Some(not) = schema(p.not()) {
            self.branch(walker, not.value, s, depth + 1);
        }
        for list in [p.all_of(), p.any_of(), p.one_of()].into_iter().flatten() {
            for node in list.value.items().filter(|node| node.is_map()) {
                self.branch(walker, node, s, depth + 1);
            }
        }
    }

    fn branch(&mut self, walker: &mut Walker<'_, 't>, v: Node<'t>, s: &Field<'_, 't>, depth: u32) {
        if depth > DEPTH || !walker.spend() {
            return;
        }
        if !s.value().is_some_and(|node| node.is_map()) {
            self.missing(walker, s);
            return;
        }
        let p = Parts::of(v);
        self.junctors(walker, &p, s, depth);
        if let Some(items) = schema(p.items()) {
            self.branch(walker, items.value, &s.child("items"), depth + 1);
        }
        let Some(restricted) = p.properties() else { return };
        let declared = s.child("properties");
        for entry in restricted.value.entries() {
            let name = entry.key.key_text().unwrap_or_default();
            let found = declared.value().and_then(|map| {
                let by_name = self.properties.entry(map.resolved().id()).or_insert_with(|| {
                    map.entries()
                        .map(|entry| (entry.key.key_text().unwrap_or_default(), entry))
                        .collect()
                });
                by_name.get(&name).copied()
            });
            let property = declared.key_entry(name, found);
            if found.is_none() {
                self.missing(walker, &property);
            } else if entry.value.is_map() {
                self.branch(walker, entry.value, &property, depth + 1);
            }
        }
    }

    fn missing(&mut self, walker: &mut Walker<'_, 't>, s: &Field<'_, 't>) {
        self.faults += 1;
        let message = "a field is restricted below `allOf`, `anyOf`, `oneOf` or `not`, but declared nowhere outside of them";
        walker.report(
            s,
            ErrorType::Required,
            message,
            "declare it with its type in the schema itself",
        );
    }
}
