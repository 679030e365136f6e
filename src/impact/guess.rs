//! Fields of objects that kubeproof does not know, and of a chart's values, that by their names hold the name
//! of a Secret. Good enough to ask before a deletion, and for nothing else.

use crate::graph::Index;
use crate::graph::table::Table;
use crate::manifest::Object;
use crate::names;
use crate::rules::unrendered;
use crate::source::Span;
use crate::yaml::{Kind, Node, Scalar};

/// A field that looks as if it named a Secret.
#[derive(Debug)]
pub struct Guess {
    /// The name.
    pub name: Box<str>,
    /// The namespace said beside it; empty: the object's.
    pub namespace: Box<str>,
    /// The object that has the field.
    pub object: u32,
    /// Where the name stands.
    pub span: Span,
}

/// Values that are looked through in one object; more are no manifest.
const MOST: u32 = 20_000;

/// Looks through an object that the table does not describe, or the values that it gives to a chart.
pub(super) fn guesses(object: &Object<'_>, table: &Table, out: &mut Vec<Guess>) {
    let root = match (object.group(), &*object.kind) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => object.path(&["spec", "values"]),
        ("argoproj.io", "Application") => object.path(&["spec", "source", "helm", "valuesObject"]),
        (group, kind) => {
            // The row for all other kinds stands under its own name.
            let known = table.kind(group, kind).is_some();
            (!known).then_some(object.root)
        }
    };
    let Some(root) = root else { return };
    let start = out.len();
    scan(root, out);
    for guess in &mut out[start..] {
        guess.object = object.index;
    }
}

/// Looks through what a JSON patch puts at a path.
pub(super) fn fragment(path: &str, value: Node<'_>, out: &mut Vec<Guess>) {
    let is_index = |step: &&str| step.bytes().all(|b| b.is_ascii_digit()) || *step == "-";
    let mut steps = path.rsplit('/').filter(|step| !is_index(step));
    let last = steps.next().unwrap_or_default();
    let pulls = |step: &str| matches!(step, "imagePullSecrets" | "pullSecrets");
    if pulls(last) {
        value.items().for_each(|item| push(item, out));
    }
    // The whole reference, or its name alone.
    let is_reference = |step: &str| pulls(step) || names_one(step);
    if is_reference(last) || (last == "name" && steps.next().is_some_and(is_reference)) {
        push(value, out);
    }
    scan(value, out);
}

fn scan(root: Node<'_>, out: &mut Vec<Guess>) {
    let raw = root.raw();
    for id in (root.id()..raw.next).take(MOST as usize) {
        let node = root.with_id(id);
        if node.raw().kind != Kind::Map {
            continue;
        }
        for entry in node.raw_entries() {
            let Some(key) = entry.key.key_text() else { continue };
            let value = entry.value;
            if matches!(&*key, "imagePullSecrets" | "pullSecrets") {
                for item in value.items() {
                    push(item, out);
                }
            } else if names_one(&key) {
                push(value, out);
            } else if key == "secret" && value.is_map() {
                push(value, out); // a source of a projected volume
            }
        }
    }
}

/// Whether a field of this name holds the name of a Secret, or an object with it.
fn names_one(key: &str) -> bool {
    let ends = ["ecretName", "ecretRef", "ecretKeyRef", "xistingSecret"];
    ends.iter().any(|end| key.ends_with(end))
}

/// A name, or a mapping with one.
fn push(value: Node<'_>, out: &mut Vec<Guess>) {
    let (name, namespace) = if value.is_map() {
        if value.get("optional").and_then(Node::scalar) == Some(Scalar::Bool(true)) {
            return;
        }
        (value.get("name"), value.get("namespace").and_then(Node::str))
    } else {
        (Some(value), None)
    };
    let Some((node, name)) = name.and_then(|node| Some((node, node.str()?))) else {
        return;
    };
    if name.is_empty() || unrendered(&name) || !names::dns1123_subdomain(&name).is_empty() {
        return;
    }
    let namespace = namespace
        .filter(|namespace| !unrendered(namespace))
        .unwrap_or_default();
    out.push(Guess {
        name: (*name).into(),
        namespace: (*namespace).into(),
        object: 0,
        span: node.span(),
    });
}

/// The namespace that a guess looks in; empty: any.
pub(super) fn namespace<'a>(index: &'a Index<'_>, file: u32, guess: &'a Guess) -> &'a str {
    if !guess.namespace.is_empty() {
        return &guess.namespace;
    }
    let facts = index.files.get(file as usize);
    let object = index.object(file, guess.object);
    facts
        .zip(object)
        .map(|(facts, object)| facts.str(object.namespace))
        .filter(|namespace| !unrendered(namespace))
        .unwrap_or_default()
}
