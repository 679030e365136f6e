//! The fields of one schema of a CustomResourceDefinition, at hand.

use std::borrow::Cow;

use crate::same::same;
use crate::yaml::tree::{NodeId, RawNode};
use crate::yaml::{Entry, Kind, Node, Scalar, Style};

macro_rules! parts {
    ($($name:ident $key:literal),* $(,)?) => {
        /// A field of a schema.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        pub(super) enum Part { $($name),* }

        const PARTS: &[(&str, Part)] = &[$(($key, Part::$name)),*];

        impl<'t> Parts<'t> {
            // A field that no check asks for is listed all the same, so as not to count among the others.
            $(#[allow(dead_code)] pub fn $name(&self) -> Option<Entry<'t>> {
                self.entry(Part::$name)
            })*
        }
    };
}

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

/// The part of each slot.
const SLOTS: [Option<Part>; 128] = {
    let mut slots = [None; 128];
    let mut i = 0;
    while i < PARTS.len() {
        let at = slot(PARTS[i].0.as_bytes());
        assert!(
            slots[at].is_none(),
            "two names share a slot: choose other factors"
        );
        slots[at] = Some(PARTS[i].1);
        i += 1;
    }
    slots
};

/// Where a name can stand in [`SLOTS`]: its length and three letters tell all parts apart.
const fn slot(name: &[u8]) -> usize {
    let sum = match name {
        [first, second, .., last] => {
            2 * (name.len() + *second as usize + *last as usize) + 3 * *first as usize
        }
        _ => 2 * name.len(),
    };
    sum % 128
}

impl Part {
    fn of_key(key: Node<'_>) -> Option<Part> {
        Part::of(key.key_text()?.as_bytes())
    }

    fn of(name: &[u8]) -> Option<Part> {
        SLOTS[slot(name)].filter(|part| same(PARTS[*part as usize].0.as_bytes(), name))
    }
}

/// Some of the parts, to ask for all of them at once.
#[derive(Clone, Copy)]
pub(super) struct PartSet(u64);

impl PartSet {
    /// These.
    pub const fn of(parts: &[Part]) -> PartSet {
        let (mut set, mut i) = (0, 0);
        while i < parts.len() {
            set |= 1 << parts[i] as u64;
            i += 1;
        }
        PartSet(set)
    }

    /// These and those.
    pub const fn and(self, others: PartSet) -> PartSet {
        PartSet(self.0 | others.0)
    }
}

/// What a schema says of the type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Nothing.
    Unsaid,
    Array,
    Boolean,
    Integer,
    Number,
    Object,
    String,
    /// What is no type.
    Unknown,
}

impl Type {
    fn of(value: Node<'_>) -> Type {
        bare(value.raw(), value.text())
            .and_then(Type::named)
            .unwrap_or_else(|| {
                let text = value.str().unwrap_or_default();
                match text.is_empty() {
                    true => Type::Unsaid,
                    false => Type::named(text.as_bytes()).unwrap_or(Type::Unknown),
                }
            })
    }

    /// As schemas say it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Unsaid | Type::Unknown => "",
            Type::Array => "array",
            Type::Boolean => "boolean",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::Object => "object",
            Type::String => "string",
        }
    }

    fn named(name: &[u8]) -> Option<Type> {
        Some(match name {
            b"array" => Type::Array,
            b"boolean" => Type::Boolean,
            b"integer" => Type::Integer,
            b"number" => Type::Number,
            b"object" => Type::Object,
            b"string" => Type::String,
            _ => return None,
        })
    }
}

/// The fields of one schema, found in one pass. Kept as the numbers of their keys, since schemas are many and each
/// has few of the fields.
#[derive(Clone, Copy)]
pub(super) struct Parts<'t> {
    node: Option<Node<'t>>,
    /// Those that are there and not null.
    set: u64,
    keys: [NodeId; PARTS.len()],
    said: Type,
}

impl<'t> Parts<'t> {
    /// Of a schema that says nothing.
    pub const NONE: Self = Parts {
        node: None,
        set: 0,
        keys: [0; PARTS.len()],
        said: Type::Unsaid,
    };

    pub fn of(schema: Node<'t>) -> Parts<'t> {
        let mut parts = Parts {
            node: Some(schema),
            ..Parts::NONE
        };
        let map = schema.raw();
        if schema.is_indirect() {
            for entry in schema.entries() {
                parts.note(schema, entry.key.id(), entry.value.id());
            }
        } else if map.kind == Kind::Map {
            // The rows of the arena, since this is the hottest loop of all checks of schemas.
            let rows = &schema.tree().nodes;
            let mut key = schema.id() + 1;
            while key < map.next {
                let value = rows[key as usize].next;
                parts.note(schema, key, value);
                key = rows[value as usize].next;
            }
        }
        parts
    }

    #[inline(always)]
    fn note(&mut self, schema: Node<'t>, key: NodeId, value: NodeId) {
        let (rows, text) = (&schema.tree().nodes, schema.text());
        if is_null(schema, value) {
            return;
        }
        // No part reads otherwise than it is written.
        let part = match bare(&rows[key as usize], text) {
            Some(name) => Part::of(name),
            None => Part::of_key(schema.with_id(key)),
        };
        if let Some(part) = part {
            self.set |= 1 << part as u64;
            self.keys[part as usize] = key;
            if let Part::kind = part {
                self.said = Type::of(schema.with_id(value));
            }
        }
    }

    /// Whether any of these is there.
    pub fn has_any(&self, parts: PartSet) -> bool {
        self.set & parts.0 != 0
    }

    /// What it says of the type.
    pub fn said(&self) -> Type {
        self.said
    }

    /// Takes `anyOf` for looked at.
    pub fn forget_any_of(&mut self) {
        self.set &= !PartSet::of(&[Part::any_of]).0;
    }

    /// Whether it has fields other than the parts that say something.
    pub fn has_others(&self) -> bool {
        let entries = self.node.into_iter().flat_map(|node| node.entries());
        let mut others = entries.filter(|entry| !entry.value.is_null() && Part::of_key(entry.key).is_none());
        others.any(counts)
    }

    fn entry(&self, part: Part) -> Option<Entry<'t>> {
        let node = self.node.filter(|_| self.has_any(PartSet::of(&[part])))?;
        let key = node.with_id(self.keys[part as usize]);
        Some(Entry {
            key,
            value: key.with_id(key.raw().next),
        })
    }
}

/// The text of a plain scalar on one line, without tag or anchor.
fn bare<'t>(row: &RawNode, text: &'t str) -> Option<&'t [u8]> {
    if row.kind != Kind::Scalar || row.style != Style::Plain || row.flags != 0 {
        return None;
    }
    text.as_bytes().get(row.start as usize..row.end as usize)
}

/// [`Node::is_null`] of another node of the document, by the source of nearly all nodes.
fn is_null(node: Node<'_>, id: NodeId) -> bool {
    let row = &node.tree().nodes[id as usize];
    match row.kind {
        Kind::Map | Kind::Seq => false,
        _ => match bare(row, node.text()) {
            Some(text) => matches!(text, b"" | b"~" | b"null" | b"Null" | b"NULL"),
            None => node.with_id(id).is_null(),
        },
    }
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
    entry.is_some_and(|entry| entry.value.is_true())
}

pub(super) fn is_filled(entry: Option<Entry<'_>>) -> bool {
    entry.is_some_and(|entry| entry.value.entries().next().is_some() || entry.value.items().next().is_some())
}

/// An entry whose value is a schema, not a boolean or list.
pub(super) fn schema(entry: Option<Entry<'_>>) -> Option<Entry<'_>> {
    entry.filter(|entry| entry.value.is_map())
}

#[cfg(test)]
mod tests {
    use super::{PARTS, Part};

    #[test]
    fn every_part_is_found_by_its_name_and_nothing_else() {
        for (name, part) in PARTS {
            let found = Part::of(name.as_bytes());
            assert!(
                found.is_some_and(|found| found as usize == *part as usize),
                "{name}"
            );
            for other in [format!("{name}s"), name.to_uppercase(), name[1..].to_string()] {
                assert!(Part::of(other.as_bytes()).is_none(), "{other}");
            }
        }
        assert!(Part::of(b"").is_none());
    }
}
