//! Whether versions of a CustomResourceDefinition share a schema: equality as the server decodes it.

use std::collections::HashMap;

use crate::yaml::{Entry, Kind, Node, Scalar};

const DEPTH: u32 = 200;

#[derive(Clone, Copy, PartialEq)]
enum Of {
    Struct,
    /// A map with free keys.
    Free,
    /// Any JSON.
    Json,
}

/// Two structs of the API, where absent and null are the same.
pub fn same(a: Option<Node<'_>>, b: Option<Node<'_>>) -> bool {
    match (present(a), present(b)) {
        (None, None) => true,
        (Some(a), Some(b)) => equal(a, b, Of::Struct, 0),
        _ => false,
    }
}

/// Two lists, where absent, null and empty are the same.
pub fn same_list(a: Option<Node<'_>>, b: Option<Node<'_>>) -> bool {
    let filled = |node: Option<Node<'_>>| node.is_some_and(|node| node.items().next().is_some());
    if !filled(a) || !filled(b) {
        return filled(a) == filled(b);
    }
    same(a, b)
}

fn present(node: Option<Node<'_>>) -> Option<Node<'_>> {
    node.filter(|node| !node.is_null())
}

fn equal(a: Node<'_>, b: Node<'_>, of: Of, depth: u32) -> bool {
    if depth > DEPTH || a.kind() != b.kind() {
        return false;
    }
    // Versions are mostly copies: the same text at the same indentation reads the same.
    if !a.is_indirect() && a.raw().indent == b.raw().indent && a.source() == b.source() {
        return true;
    }
    match a.kind() {
        Kind::Seq => {
            let (mut left, mut right) = (a.items(), b.items());
            loop {
                match (left.next(), right.next()) {
                    (None, None) => return true,
                    (Some(a), Some(b)) if equal(a, b, of, depth + 1) => {}
                    _ => return false,
                }
            }
        }
        Kind::Map => {
            let keep = |entry: &Entry<'_>| of != Of::Struct || says_something(entry);
            if aligned(a, b) {
                return a.entries().zip(b.entries()).all(|(a, b)| {
                    let key = a.key.key_text().unwrap_or_default();
                    (!keep(&a) && !keep(&b)) || equal(a.value, b.value, within(of, &key), depth + 1)
                });
            }
            let mut others: HashMap<_, _> = b
                .entries()
                .filter(keep)
                .map(|entry| (entry.key.key_text().unwrap_or_default(), entry.value))
                .collect();
            for entry in a.entries().filter(keep) {
                let key = entry.key.key_text().unwrap_or_default();
                let inner = within(of, &key);
                let Some(other) = others.remove(&key) else {
                    return false;
                };
                if !equal(entry.value, other, inner, depth + 1) {
                    return false;
                }
            }
            others.is_empty()
        }
        _ => match (a.scalar(), b.scalar()) {
            (Some(Scalar::Int(a)), Some(Scalar::Float(b)))
            | (Some(Scalar::Float(b)), Some(Scalar::Int(a))) => a as f64 == b,
            (a, b) => a == b,
        },
    }
}

/// Whether two maps have the same keys in the same order, as copies have.
fn aligned(a: Node<'_>, b: Node<'_>) -> bool {
    let (mut left, mut right) = (a.entries(), b.entries());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if b.key.key_is(&a.key.key_text().unwrap_or_default()) => {}
            _ => return false,
        }
    }
}

/// What stands under a key.
fn within(of: Of, key: &str) -> Of {
    match (of, key) {
        (Of::Json, _) => Of::Json,
        (Of::Free, _) => Of::Struct,
        (_, "properties" | "patternProperties" | "definitions" | "dependencies") => Of::Free,
        (_, "default" | "enum" | "example") => Of::Json,
        _ => Of::Struct,
    }
}

/// Zero values of Go are as good as absent; of pointers null only.
pub fn says_something(entry: &Entry<'_>) -> bool {
    let pointer = || {
        const POINTERS: [&str; 11] = [
            "$ref",
            "additionalItems",
            "additionalProperties",
            "default",
            "example",
            "labelSelectorPath",
            "optionalOldSelf",
            "reason",
            "x-kubernetes-list-type",
            "x-kubernetes-map-type",
            "x-kubernetes-preserve-unknown-fields",
        ];
        POINTERS.iter().any(|name| entry.key.key_is(name))
    };
    match entry.value.kind() {
        Kind::Seq => {
            let is_json = ["default", "example"].iter().any(|name| entry.key.key_is(name));
            is_json || entry.value.items().next().is_some()
        }
        Kind::Map => {
            const MAPS: [&str; 4] = ["properties", "patternProperties", "definitions", "dependencies"];
            entry.value.entries().next().is_some() || !MAPS.iter().any(|name| entry.key.key_is(name))
        }
        _ => match entry.value.scalar() {
            None | Some(Scalar::Null) => false,
            Some(Scalar::Str(text)) => !text.is_empty() || pointer(),
            Some(Scalar::Bool(value)) => value || pointer(),
            Some(Scalar::Int(0)) => !entry.key.key_is("priority"),
            Some(_) => true,
        },
    }
}
