//! How long values can be by their schemas, and what the server makes of such lengths.

use std::collections::HashSet;

use crate::yaml::{Node, Scalar};

/// A request is never longer, less the quotes or brackets around a value.
const REQUEST: u64 = 3 * 1024 * 1024;
pub(super) const WITHIN: u64 = REQUEST - 2;
/// How many schemas are looked at for the size of a value: aliases can make far more.
const SCHEMAS: u32 = 2_000;
/// How long the server takes texts to be that it reads as lengths of time, dates and times.
const DURATION: u64 = 32;
const DATE: u64 = 12;
const TIME: u64 = 32;

/// The least and the most that a size can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    pub min: u64,
    pub max: u64,
}

impl Size {
    /// Where the server cannot tell, it fears the worst.
    pub const UNKNOWN: Size = Size {
        min: 0,
        max: u64::MAX,
    };
    /// Where it is not told here what the server takes a size for: never more than it does.
    pub const UNTOLD: Size = Size { min: 0, max: 0 };

    pub fn fixed(size: u64) -> Size {
        Size { min: size, max: size }
    }

    pub fn up_to(max: u64) -> Size {
        Size { min: 0, max }
    }

    pub fn plus(self, other: Size) -> Size {
        Size {
            min: self.min.saturating_add(other.min),
            max: self.max.saturating_add(other.max),
        }
    }

    pub fn times(self, other: Size) -> Size {
        Size {
            min: self.min.saturating_mul(other.min),
            max: self.max.saturating_mul(other.max),
        }
    }

    /// What holds both.
    pub fn or(self, other: Size) -> Size {
        Size {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// What is no more than either.
    pub fn least(self, other: Size) -> Size {
        Size {
            min: self.min.min(other.min),
            max: self.max.min(other.max),
        }
    }

    /// The cost of going over it: a part of the size, rounded up.
    pub fn by(self, factor: f64) -> u64 {
        by(self.max, factor)
    }
}

/// A part of a size, rounded up.
pub(super) fn by(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}

/// How often values of a schema may occur in one object, at the most, where nothing around it bounds that.
pub(crate) fn most_often(schema: Node<'_>, root: bool) -> u64 {
    match min_size(schema, root, &mut { SCHEMAS }) {
        Some(size) => REQUEST / (size + 1),
        None => 0,
    }
}

/// How many values of a schema may stand in one of the schema around it: `None` is without bound.
pub(crate) fn max_elements(around: Node<'_>) -> Option<u64> {
    match &*text(around, "type") {
        "object"
            if around
                .get("additionalProperties")
                .is_some_and(|node| !node.is_null()) =>
        {
            whole(around, "maxProperties")
        }
        "array" => whole(around, "maxItems"),
        _ => Some(1),
    }
}

/// How long a value of a schema can be.
pub(super) fn elements(schema: Node<'_>, root: bool) -> u64 {
    let longest = whole(schema, "maxLength").map(|most| most.saturating_mul(4));
    if is_true(schema, "x-kubernetes-int-or-string") {
        return longest.unwrap_or(WITHIN).min(WITHIN);
    }
    let least = |node: Option<Node<'_>>, more: u64| {
        let size = min_size(node?, false, &mut { SCHEMAS })?;
        Some(WITHIN / (size + more))
    };
    match &*text(schema, "type") {
        "string" => match &*text(schema, "format") {
            "duration" => DURATION,
            "date" => DATE,
            "date-time" => TIME,
            "byte" => whole(schema, "maxLength").unwrap_or(WITHIN),
            _ => longest.unwrap_or_else(|| {
                let listed = schema.get("enum").filter(|list| list.items().next().is_some());
                let longest = |list: Node<'_>| {
                    let items = list
                        .items()
                        .filter_map(|item| item.str().map(|text| text.len() as u64));
                    items.max().unwrap_or(0)
                };
                listed.map_or(WITHIN, longest)
            }),
        },
        "array" => {
            let items = || least(schema.get("items"), 1).unwrap_or(0);
            whole(schema, "maxItems").unwrap_or_else(items)
        }
        "object" if !root => match values(schema) {
            Some(values) => {
                whole(schema, "maxProperties").unwrap_or_else(|| least(Some(values), 6).unwrap_or(0))
            }
            None => 0,
        },
        _ => 0,
    }
}

/// The fewest bytes that a value of a schema takes; `None` where it has no type, or more is to be read than can be.
fn min_size(schema: Node<'_>, root: bool, left: &mut u32) -> Option<u64> {
    *left = left.checked_sub(1)?;
    if is_true(schema, "x-kubernetes-int-or-string") {
        return Some(1);
    }
    Some(match &*text(schema, "type") {
        "string" => match &*text(schema, "format") {
            "duration" => 3,
            "date" => 12,
            "date-time" => 21,
            _ => 2,
        },
        "boolean" => 4,
        "number" | "integer" => 1,
        "array" => {
            min_size(schema.get("items")?, false, left)?;
            2
        }
        "object" => {
            if let Some(values) = values(schema) {
                min_size(values, false, left)?;
                return Some(2);
            }
            let root = root || is_true(schema, "x-kubernetes-embedded-resource");
            let required: HashSet<_> = schema
                .get("required")
                .into_iter()
                .flat_map(|list| list.items())
                .filter_map(|name| name.str())
                .collect();
            let mut size = 2u64;
            let mut found = HashSet::new();
            for entry in schema.get("properties").into_iter().flat_map(|map| map.entries()) {
                let name = entry.key.key_text().unwrap_or_default();
                let has_default = entry.value.get("default").is_some_and(|value| !value.is_null());
                if required.contains(&name) && !has_default && found.insert(name.clone()) {
                    match min_size(entry.value, false, left) {
                        Some(inner) => {
                            size = size.saturating_add(inner.saturating_add(name.len() as u64 + 4))
                        }
                        None if *left == 0 => return None,
                        None => {}
                    }
                }
            }
            if root {
                let missing = ["apiVersion", "kind", "metadata"].into_iter();
                let missing = missing.filter(|name| required.contains(*name) && !found.contains(*name));
                size = missing.fold(size, |size, name| size + name.len() as u64 + 6);
            }
            size
        }
        _ => return None,
    })
}

/// The schema of the values of a free map.
pub(super) fn values(schema: Node<'_>) -> Option<Node<'_>> {
    schema.get("additionalProperties").filter(|node| node.is_map())
}

pub(super) fn text<'t>(schema: Node<'t>, name: &str) -> std::borrow::Cow<'t, str> {
    schema.get(name).and_then(|node| node.str()).unwrap_or_default()
}

pub(super) fn is_true(schema: Node<'_>, name: &str) -> bool {
    schema.get(name).is_some_and(Node::is_true)
}

/// A limit, which counts as none when it is negative.
fn whole(schema: Node<'_>, name: &str) -> Option<u64> {
    match schema.get(name)?.scalar()? {
        Scalar::Int(most) => Some(u64::try_from(most).unwrap_or(0)),
        Scalar::Float(most) => Some(most as u64),
        _ => None,
    }
}
