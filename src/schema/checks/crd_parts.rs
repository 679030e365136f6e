//! The fields of one schema of a CustomResourceDefinition, at hand.

use std::borrow::Cow;

use crate::yaml::tree::NodeId;
use crate::yaml::{Entry, Node, Scalar};

macro_rules! parts {
    ($($name:ident $key:literal),* $(,)?) => {
        #[allow(non_camel_case_types)]
        enum Part { $($name),* }

        const COUNT: usize = [$($key),*].len();

        /// The fields of one schema, found in one pass. Kept as the numbers of their keys, since schemas are many
        /// and each has few of the fields.
        #[derive(Clone, Copy)]
        pub(super) struct Parts<'t> {
            node: Option<Node<'t>>,
            /// 0 for none: the first node of a tree is no key.
            keys: [NodeId; COUNT],
            /// Whether it has others that say something.
            pub others: bool,
        }

        impl<'t> Parts<'t> {
            /// Of a schema that says nothing.
            pub const NONE: Self = Parts { node: None, keys: [0; COUNT], others: false };

            pub fn of(schema: Node<'t>) -> Parts<'t> {
                let mut parts = Parts { node: Some(schema), ..Parts::NONE };
                for entry in schema.entries() {
                    if entry.value.is_null() {
                        continue;
                    }
                    let part = match entry.key.key_text().as_deref() {
                        $(Some($key) => Part::$name,)*
                        _ => {
                            parts.others |= counts(entry);
                            continue;
                        }
                    };
                    parts.keys[part as usize] = entry.key.id();
                }
                parts
            }

            // A field that no check asks for is listed all the same, so as not to count among the others.
            $(#[allow(dead_code)] pub fn $name(&self) -> Option<Entry<'t>> {
                self.entry(Part::$name)
            })*

            /// Takes `anyOf` for looked at.
            pub fn forget_any_of(&mut self) {
                self.keys[Part::any_of as usize] = 0;
            }

            fn entry(&self, part: Part) -> Option<Entry<'t>> {
                let key = self.keys[part as usize];
                let key = self.node.filter(|_| key != 0)?.with_id(key);
                Some(Entry { key, value: key.with_id(key.raw().next) })
            }
        }
    };
}

// Those that most schemas have come first.
parts! {
    description "description", kind "type", properties "properties", items "items", listed "enum",
    required "required", default "default", pattern "pattern",
    id "id", schema "$schema", reference "$ref", nullable "nullable",
    title "title", unique_items "uniqueItems",
    max_properties "maxProperties", min_properties "minProperties",
    all_of "allOf", one_of "oneOf", any_of "anyOf", not "not",
    additional_properties "additionalProperties", pattern_properties "patternProperties",
    dependencies "dependencies", additional_items "additionalItems", definitions "definitions",
    external_docs "externalDocs", example "example",
    preserve "x-kubernetes-preserve-unknown-fields", embedded "x-kubernetes-embedded-resource",
    int_or_string "x-kubernetes-int-or-string", map_keys "x-kubernetes-list-map-keys",
    list_type "x-kubernetes-list-type", map_type "x-kubernetes-map-type",
    validations "x-kubernetes-validations",
}

/// Whether a field of lesser interest says something: a text that is not empty, true, any number.
fn counts(entry: Entry<'_>) -> bool {
    match entry.value.scalar() {
        Some(Scalar::Str(text)) => !text.is_empty(),
        Some(Scalar::Bool(value)) => value,
        _ => true,
    }
}

pub(super) fn text<'t>(entry: Option<Entry<'t>>) -> Cow<'t, str> {
    entry.and_then(|entry| entry.value.str()).unwrap_or_default()
}

pub(super) fn is_true(entry: Option<Entry<'_>>) -> bool {
    entry.is_some_and(|entry| entry.value.scalar() == Some(Scalar::Bool(true)))
}

pub(super) fn is_filled(entry: Option<Entry<'_>>) -> bool {
    entry.is_some_and(|entry| entry.value.entries().next().is_some() || entry.value.items().next().is_some())
}

/// An entry whose value is a schema, not a boolean or list.
pub(super) fn schema(entry: Option<Entry<'_>>) -> Option<Entry<'_>> {
    entry.filter(|entry| entry.value.is_map())
}
