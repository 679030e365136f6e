//! A quick proof that an object has no fault, on its tree as it stands. Most objects have none, and reading them
//! into values, only to find nothing in these, takes many times as long.
//!
//! What it passes, the full check passes as well. Where it is not sure, it says no, and the full check decides.

use std::borrow::Cow;

use super::definition::Version;
use super::of_type::is_of;
use super::scalars::is_choice;
use super::scale::Scale;
use super::schema::{Additional, ListType, Schema, Types};
use super::value::{self, Data};
use crate::placeholder::unrendered;
use crate::yaml::{Kind, Node};

/// Whether an object certainly has no fault by a version of its definition.
pub(super) fn passes(
    root: Node<'_>,
    version: &Version<'_>,
    schema: &Schema<'_>,
    preserve: bool,
    placeholders: bool,
) -> bool {
    let mut quick = Quick {
        placeholders,
        default: false,
        preserve,
        left: MOST,
    };
    root.is_map()
        && takes(schema, Types::OBJECT)
        && quick.map(root, schema, At::Root, DEEPEST)
        && !(version.has_status && schema.required.iter().any(|name| name == "status"))
        && version
            .scale
            .as_ref()
            .is_none_or(|scale| scales(root, schema, scale, version.has_status))
}

/// As many values are looked at, and no deeper.
const MOST: u32 = 50_000;
const DEEPEST: u32 = 60;
/// Longer lists are not compared item with item.
const LONGEST: u32 = 32;

/// Fields that every object has.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// One object being looked at.
struct Quick {
    /// Texts that a tool fills in later are not judged.
    placeholders: bool,
    /// It is a default out of the definition: nothing is dropped from it.
    default: bool,
    /// The definition keeps unknown fields, wherever they are.
    preserve: bool,
    /// How many values are still looked at.
    left: u32,
}

/// Where a mapping stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Root,
    /// Within the object; whether unknown fields are kept.
    Within(bool),
}

/// Whether a collection of this type is fine as such.
fn takes(schema: &Schema<'_>, own: Types) -> bool {
    !schema.compound && schema.format.is_none() && (schema.types.is_any() || schema.types.has(own))
}

/// Whether a length is within its bounds.
fn fits(length: u32, least: Option<i64>, most: Option<i64>) -> bool {
    let length = i64::from(length);
    least.is_none_or(|least| least <= length) && most.is_none_or(|most| length <= most)
}

impl Quick {
    fn value(&mut self, node: Node<'_>, schema: &Schema<'_>, skip: bool, depth: u32) -> bool {
        if self.left == 0 || depth == 0 {
            return false;
        }
        self.left -= 1;
        match node.kind() {
            Kind::Map => takes(schema, Types::OBJECT) && self.map(node, schema, At::Within(skip), depth - 1),
            Kind::Seq => takes(schema, Types::ARRAY) && self.list(node, schema, skip, depth - 1),
            _ => (schema.any_text && node.is_surely_string()) || self.scalar(node, schema),
        }
    }

    fn map(&mut self, map: Node<'_>, schema: &Schema<'_>, at: At, depth: u32) -> bool {
        if (schema.embedded && at != At::Root) || !map.has_unique_keys() {
            return false;
        }
        let (mut length, mut needed) = (0, 0);
        for entry in map.entries() {
            let Some(name) = entry.key.key_text() else {
                return false;
            };
            let property = schema.properties.get(&name);
            let inner = match property {
                Some(property) => Some(property.schema()),
                None => schema.additional_schema(),
            };
            let sound = match inner {
                Some(inner) if at == At::Root && META.contains(&&*name) => self.meta(entry.value, inner),
                Some(inner) if self.value(entry.value, inner, false, depth) => true,
                Some(inner) if self.is_dropped(entry.value, inner) => continue,
                Some(_) => false,
                None => match schema.additional {
                    Additional::Refused => false,
                    // The fields in such a value are dropped.
                    Additional::Allowed => {
                        self.preserve || self.default || !(entry.value.is_map() || entry.value.is_seq())
                    }
                    _ => {
                        schema.preserve
                            || self.preserve
                            || at == At::Within(true)
                            || (at == At::Root && META.contains(&&*name))
                    }
                },
            };
            if !sound {
                return false;
            }
            length += 1;
            needed += u32::from(property.is_some_and(|property| property.needed));
        }
        let has_needed = match schema.needed {
            Some(all) => all == needed,
            None => {
                let has = |name: &str| map.get(name).is_some_and(|value| !value.is_null());
                schema.required.iter().all(|name| has(name))
            }
        };
        let defaulted = schema.properties.has_defaults();
        // Defaults and a status count as well.
        let bounded = schema.min_properties.or(schema.max_properties).is_some();
        let counted = !bounded
            || (!defaulted && at != At::Root && fits(length, schema.min_properties, schema.max_properties));
        has_needed && counted && (!defaulted || self.defaults(schema))
    }

    /// Whether a null is dropped without a word.
    fn is_dropped(&self, node: Node<'_>, schema: &Schema<'_>) -> bool {
        !(self.default || self.preserve || schema.nullable) && schema.default.is_none() && node.is_null()
    }

    /// Whether `apiVersion`, `kind` or `metadata` fits what the schema says of it, which hardly ever is much.
    fn meta(&mut self, node: Node<'_>, schema: &Schema<'_>) -> bool {
        match node.kind() {
            Kind::Map => {
                takes(schema, Types::OBJECT)
                    && schema.properties.is_empty()
                    && schema.required.is_empty()
                    && matches!(schema.additional, Additional::Unsaid | Additional::Allowed)
                    && schema.min_properties.or(schema.max_properties).is_none()
            }
            Kind::Scalar => !node.is_null() && self.scalar(node, schema),
            _ => false,
        }
    }

    /// Whether the defaults of a schema's fields are sound: what they bring is checked like anything else.
    fn defaults(&self, schema: &Schema<'_>) -> bool {
        *schema.defaults_fit.get_or_init(|| {
            schema.properties.defaulted().all(|property| {
                let schema = property.schema();
                let mut quick = Quick {
                    placeholders: false,
                    default: true,
                    left: MOST,
                    ..*self
                };
                let sound = |default| quick.value(default, schema, false, DEEPEST);
                schema.default.is_some_and(sound)
            })
        })
    }

    fn list(&mut self, list: Node<'_>, schema: &Schema<'_>, skip: bool, depth: u32) -> bool {
        let mut length = 0;
        for item in list.items() {
            if let Some(inner) = schema.item()
                && !self.value(item, inner, skip || schema.preserve, depth)
            {
                return false;
            }
            length += 1;
        }
        let differ = length < 2
            || (!schema.unique_items
                && match schema.list {
                    ListType::Atomic => true,
                    _ if length > LONGEST => false,
                    ListType::Set => self.differ(list.items().map(Some)),
                    ListType::Map => {
                        let mut keys = schema.keys.iter();
                        keys.any(|key| self.differ(list.items().map(|item| item.get(key))))
                    }
                });
        differ && fits(length, schema.min_items, schema.max_items)
    }

    /// Whether any two of these are certainly different.
    fn differ<'t>(&self, nodes: impl Iterator<Item = Option<Node<'t>>>) -> bool {
        let all: Vec<Data<'t>> = nodes
            .map(|node| match node.map(|node| self.read(node)) {
                // A default may stand in for it.
                None | Some(Data::Null) => Data::Open,
                Some(data) => data,
            })
            .collect();
        let differs = |(i, a): (usize, &Data<'t>)| {
            let mut before = all.iter().take(i);
            before.all(|b| value::equal(a, b) == Some(false))
        };
        all.iter().enumerate().all(differs)
    }

    fn read<'t>(&self, node: Node<'t>) -> Data<'t> {
        value::scalar(node, &|text| self.placeholders && unrendered(text))
    }

    fn scalar(&self, node: Node<'_>, schema: &Schema<'_>) -> bool {
        match self.read(node) {
            Data::Open => true,
            Data::Null => schema.nullable && schema.choices.is_empty(),
            data => sound(&data, schema, DEEPEST),
        }
    }
}

/// Whether a scalar has no fault by a schema.
fn sound(data: &Data<'_>, schema: &Schema<'_>, depth: u32) -> bool {
    depth > 0
        && is_of(data, schema)
        && match data {
            Data::Str(text) => text_fits(text, schema),
            Data::Int(n) => number_fits(*n, schema),
            Data::Float(_) => schema.multiple_of.or(schema.minimum).or(schema.maximum).is_none(),
            _ => true,
        }
        && (!schema.compound || alternatives(data, schema, depth - 1))
}

fn text_fits(text: &str, schema: &Schema<'_>) -> bool {
    let bounded = schema.min_length.or(schema.max_length).is_some();
    let length = || u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    (!bounded || fits(length(), schema.min_length, schema.max_length))
        && schema
            .pattern
            .as_ref()
            .is_none_or(|pattern| pattern.matches(text) != Some(false))
        && schema
            .format
            .is_none_or(|format| format.accepts(text) != Some(false))
}

/// As [`Validator`](super::validate::Validator) has it, for whole numbers.
fn number_fits(n: i64, schema: &Schema<'_>) -> bool {
    // Bounds that are not whole, or too large, are faults themselves.
    let is_int32 = schema.said_format.as_deref() == Some("int32");
    let bits = if is_int32 { 2f64.powi(31) } else { 2f64.powi(63) };
    let is_sound = |bound: f64| bound.fract() == 0.0 && (-bits..bits).contains(&bound);
    let in_32_bits = i32::try_from(n).is_ok();
    let n = n as f64;
    [schema.maximum, schema.minimum]
        .iter()
        .flatten()
        .all(|bound| is_sound(*bound))
        && (in_32_bits || !is_int32)
        && schema.multiple_of.is_none()
        && schema
            .maximum
            .is_none_or(|most| n < most || (n == most && !schema.below_maximum))
        && schema
            .minimum
            .is_none_or(|least| n > least || (n == least && !schema.above_minimum))
}

/// Whether a scalar fits `enum`, `allOf` and `anyOf`. What `oneOf` and `not` say of one is rare.
fn alternatives(data: &Data<'_>, schema: &Schema<'_>, depth: u32) -> bool {
    let choices = &schema.choices;
    schema.not.is_none()
        && schema.one_of.is_empty()
        && (choices.is_empty()
            || choices
                .iter()
                .any(|choice| is_choice(data, &choice.data) == Some(true)))
        && schema
            .all_of
            .iter()
            .all(|branch| sound(data, branch.get(), depth))
        && (schema.any_of.is_empty()
            || schema
                .any_of
                .iter()
                .any(|branch| sound(data, branch.get(), depth)))
}

/// Whether the server takes what the scale subresource reads.
fn scales(root: Node<'_>, schema: &Schema<'_>, scale: &Scale<'_>, has_status: bool) -> bool {
    let of_status = |path: &str| path.trim_start_matches('.').starts_with("status");
    let of_status = |path: &Option<Cow<'_, str>>| path.as_ref().is_none_or(|path| of_status(path));
    // A status that counts, and paths in odd places, are rare.
    (has_status || root.get("status").is_none())
        && of_status(&scale.now)
        && of_status(&scale.selector)
        && scale
            .replicas
            .as_ref()
            .is_none_or(|path| replicas(root, schema, path.trim_start_matches('.')))
}

/// Whether the number of replicas at a path, if there is one, is a number that the server takes.
fn replicas(root: Node<'_>, schema: &Schema<'_>, path: &str) -> bool {
    let number = |node: Node<'_>| match value::scalar(node, &|_| false) {
        Data::Int(n) => (0..=i64::from(i32::MAX)).contains(&n),
        _ => false,
    };
    let (mut node, mut schema) = (root, Some(schema));
    let mut names = path.split('.');
    while let Some(name) = names.next() {
        schema = schema.and_then(|schema| schema.property(name));
        match node.get(name) {
            Some(inner) => node = inner,
            None if !node.is_map() => return false,
            None => {
                let default = schema.and_then(|schema| schema.default);
                return default.is_none_or(|default| names.next().is_none() && number(default));
            }
        }
    }
    number(node)
}
