//! What makes the schema of a CustomResourceDefinition structural.

use super::crd_nested;
use super::crd_parts::{Part, PartSet, Parts, Type, is_filled, is_true, schema, text};
use super::crd_schema::{Mode, Walker};
use crate::diagnostic::ErrorType;
use crate::formats::regex;
use crate::manifest::Field;
use crate::yaml::{Entry, Scalar};

/// What a schema below `allOf` and its like may not say, and `properties`, some of which it may not have.
const NOT_NESTED: PartSet = PartSet::of(&[
    Part::kind,
    Part::additional_properties,
    Part::default,
    Part::title,
    Part::description,
    Part::nullable,
    Part::external_docs,
    Part::preserve,
    Part::embedded,
    Part::int_or_string,
    Part::map_keys,
    Part::list_type,
    Part::map_type,
    Part::validations,
    Part::properties,
]);

impl<'t> Walker<'_, 't> {
    /// With the status subresource the part for the status is validated by itself: nothing may span both.
    pub(super) fn root_with_status(&mut self, root: &Field<'_, 't>, parts: &Parts<'t>) {
        const HELP: &str = "move it into `properties.spec`";
        let first = [parts.id(), parts.schema()]
            .into_iter()
            .any(|entry| !text(entry).is_empty())
            || parts.reference().is_some();
        if !first && !matches!(parts.said(), Type::Unsaid | Type::Object) {
            let at = root.child("type");
            let message = "the schema of the whole object must be of type `object`";
            self.report(&at, ErrorType::Invalid, message, "set `type: object`");
            return;
        }
        const FORBIDDEN: PartSet = PartSet::of(&[
            Part::default,
            Part::max_properties,
            Part::min_properties,
            Part::listed,
            Part::all_of,
            Part::one_of,
            Part::any_of,
            Part::not,
            Part::additional_properties,
            Part::pattern_properties,
            Part::dependencies,
            Part::additional_items,
            Part::definitions,
            Part::map_keys,
            Part::list_type,
            Part::map_type,
        ]);
        let flags = [parts.nullable(), parts.embedded(), parts.int_or_string()];
        if first || parts.has_any(FORBIDDEN) || flags.iter().any(|entry| is_true(*entry)) {
            let message = "with the status subresource the root of the schema may only describe its type, properties and required fields";
            self.report(root, ErrorType::Invalid, message, HELP);
        }
    }

    pub(super) fn invariants(&mut self, s: &Field<'_, 't>, p: &Parts<'t>, mode: Mode) {
        const RARE: PartSet = PartSet::of(&[Part::embedded, Part::int_or_string, Part::preserve]);
        let kind = p.said();
        if mode != Mode::Root && !p.has_any(RARE) && !matches!(kind, Type::Unsaid | Type::Array) {
            return; // nearly every schema
        }
        let (embedded, int_or_string) = (is_true(p.embedded()), is_true(p.int_or_string()));
        let preserve = is_true(p.preserve());
        if kind == Type::Array && schema(p.items()).is_none() {
            self.broken(
                &s.child("items"),
                ErrorType::Required,
                "an array needs the schema of its items",
                "add `items`",
            );
        }
        if p.additional_properties().is_some() {
            let at = s.child("additionalProperties");
            if mode == Mode::Root {
                self.broken(
                    &at,
                    ErrorType::Forbidden,
                    "the object itself cannot be a free map",
                    "name its `properties`",
                );
            }
            if embedded {
                self.broken(
                    &at,
                    ErrorType::Forbidden,
                    "an embedded object cannot be a free map",
                    "name its `properties`",
                );
            }
        }
        if int_or_string && preserve {
            let at = s.child("x-kubernetes-preserve-unknown-fields");
            self.broken(
                &at,
                ErrorType::Invalid,
                "an int-or-string has no fields to preserve",
                "remove it",
            );
        }
        if int_or_string && embedded {
            let at = s.child("x-kubernetes-embedded-resource");
            self.broken(
                &at,
                ErrorType::Invalid,
                "an int-or-string is no object",
                "remove it",
            );
        }
        if embedded && kind != Type::Object {
            let error = match kind {
                Type::Unsaid => ErrorType::Required,
                _ => ErrorType::Invalid,
            };
            self.broken(
                &s.child("type"),
                error,
                "an embedded resource is an object",
                "set `type: object`",
            );
        } else if kind == Type::Unsaid && !int_or_string && !preserve {
            let message = "a structural schema says the type of every field";
            let help = match is_number_or_text(s) {
                true => "write `x-kubernetes-int-or-string: true` in place of the alternatives",
                false => "add `type`",
            };
            self.broken(&s.child("type"), ErrorType::Required, message, help);
        }
        if mode == Mode::Root && !matches!(kind, Type::Unsaid | Type::Object) {
            self.broken(
                &s.child("type"),
                ErrorType::Invalid,
                "a custom resource is an object",
                "set `type: object`",
            );
        }
        let of_object = mode == Mode::Root || embedded;
        if of_object && p.properties().is_some() {
            let properties = s.child("properties");
            for (name, wanted) in [
                ("kind", Type::String),
                ("apiVersion", Type::String),
                ("metadata", Type::Object),
            ] {
                let property = properties.key(name);
                let Some(node) = property.value() else { continue };
                let parts = Parts::of(node);
                if parts.said() != wanted {
                    let wanted = wanted.name();
                    let message = format!("`{name}` of an object is of type `{wanted}`");
                    self.broken(
                        &property.child("type"),
                        ErrorType::Invalid,
                        message,
                        "set that type",
                    );
                }
                if name == "metadata" && mode == Mode::Root && !crd_nested::is_plain_metadata(&parts) {
                    let message = "the server knows the schema of `metadata`: it may be restricted only in `name` and `generateName`";
                    self.broken(
                        &property,
                        ErrorType::Forbidden,
                        message,
                        "leave `type: object` alone",
                    );
                }
            }
        }
        if embedded && !preserve && !is_filled(p.properties()) {
            let message = "an embedded resource without properties would lose all its fields";
            let help = "add `x-kubernetes-preserve-unknown-fields: true`, or its `properties`";
            self.broken(&s.child("properties"), ErrorType::Required, message, help);
        }
    }

    pub(super) fn nested(&mut self, s: &Field<'_, 't>, p: &Parts<'t>) {
        if !p.has_any(NOT_NESTED) {
            return;
        }
        let said = |entry: Option<Entry<'_>>| entry.is_some();
        let words = |entry: Option<Entry<'_>>| !text(entry).is_empty();
        // Servers that measured so take these; older ones are known to refuse them.
        let recent = self.cx.kube().minor() >= 36;
        let free = p.additional_properties().and_then(|entry| entry.value.scalar());
        let says_false = matches!(free, Some(Scalar::Bool(false)));
        for (name, set) in [
            ("type", words(p.kind())),
            (
                "additionalProperties",
                said(p.additional_properties()) && !(recent && says_false),
            ),
            ("default", said(p.default())),
            ("title", words(p.title())),
            ("description", words(p.description())),
            ("nullable", is_true(p.nullable())),
            ("externalDocs", said(p.external_docs()) && !recent),
            ("x-kubernetes-preserve-unknown-fields", is_true(p.preserve())),
            ("x-kubernetes-embedded-resource", is_true(p.embedded())),
            ("x-kubernetes-int-or-string", is_true(p.int_or_string())),
            ("x-kubernetes-list-map-keys", is_filled(p.map_keys())),
            ("x-kubernetes-list-type", said(p.list_type())),
            ("x-kubernetes-map-type", said(p.map_type())),
            ("x-kubernetes-validations", is_filled(p.validations())),
        ] {
            if set {
                let message = format!(
                    "below `allOf`, `anyOf`, `oneOf` and `not` a schema only restricts values: it may not have `{name}`"
                );
                self.broken(
                    &s.child(name),
                    ErrorType::Forbidden,
                    message,
                    "say it outside of them",
                );
                let around = s.parent().and_then(Field::parent);
                let around = around.filter(|around| name == "type" && is_number_or_text(around));
                if let (Some(around), Some(found)) = (around, self.cx.found.last_mut()) {
                    found.follows = Some(around.child("type").place());
                }
            }
        }
        if let Some(entry) = p.properties() {
            let properties = s.child_entry("properties", entry);
            let metadata = properties.key("metadata");
            if metadata.value().is_some() {
                let message = "`metadata` cannot be restricted here";
                self.broken(&metadata, ErrorType::Forbidden, message, "remove it");
            }
        }
    }

    pub(super) fn pattern(&mut self, s: &Field<'_, 't>, p: &Parts<'t>) {
        let Some(entry) = p.pattern() else { return };
        let pattern = text(Some(entry));
        if !pattern.is_empty() && !regex::is_valid(&pattern) && !self.cx.is_unrendered(&pattern) {
            let message = "the pattern is no regular expression that Go can read";
            self.broken(
                &s.child("pattern"),
                ErrorType::Invalid,
                message,
                "use RE2 syntax, without look-around and back references",
            );
        }
    }
}

/// Whether a schema leaves a choice of a number and a text, as OpenAPI says it: `oneOf: [{type: integer}, {type: string}]`.
fn is_number_or_text(schema: &Field<'_, '_>) -> bool {
    ["oneOf", "anyOf"].iter().any(|list| {
        let list = schema.child(list);
        let types = list
            .items()
            .map(|item| item.child("type").text().unwrap_or_default().into_owned());
        let mut types: Vec<String> = types.take(3).collect();
        types.sort_unstable();
        types == ["integer", "string"] || types == ["number", "string"]
    })
}
