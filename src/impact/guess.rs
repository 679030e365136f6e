//! Fields of objects that kubeproof does not know, and of a chart's values, that by their names hold the name
//! of a Secret. Good enough to ask before a deletion, and for nothing else.

use std::borrow::Cow;

use super::facts::{place, within};
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

/// A namespace that is said, but not known.
const ANYWHERE: &str = "*";

/// Looks through an object that the table does not describe, or the values that it gives to a chart, whose objects may
/// be in another namespace than its own.
pub(super) fn guesses(object: &Object<'_>, table: &Table, out: &mut Vec<Guess>) {
    let start = out.len();
    let said = |key: &str| object.path(&["spec", key]).and_then(Node::str);
    let namespace = match (object.group(), &*object.kind) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            values(object.path(&["spec", "values"]), out);
            said("targetNamespace")
        }
        ("helm.cattle.io", "HelmChart" | "HelmChartConfig") => {
            values(object.path(&["spec", "valuesContent"]), out);
            let set = object.path(&["spec", "set"]).into_iter().flat_map(Node::entries);
            for entry in set {
                if let Some(key) = entry.key.key_text() {
                    parameter(&key, entry.value, out);
                }
            }
            said("targetNamespace")
        }
        ("argoproj.io", "Application") => Some(application(object.path(&["spec"]), out)),
        ("argoproj.io", "ApplicationSet") => {
            Some(application(object.path(&["spec", "template", "spec"]), out))
        }
        (group, kind) => {
            // The row for all other kinds stands under its own name.
            if table.kind(group, kind).is_none() {
                scan(object.root, out);
            }
            None
        }
    };
    let namespace = namespace.filter(|namespace| !namespace.is_empty());
    let namespace = namespace.map(|text| match unrendered(&text) {
        true => Cow::Borrowed(ANYWHERE),
        false => text,
    });
    for guess in &mut out[start..] {
        guess.object = object.index;
        if let (Some(namespace), true) = (&namespace, guess.namespace.is_empty()) {
            guess.namespace = (**namespace).into();
        }
    }
}

/// Looks through the values that an Application of Argo CD gives to its charts, and tells where those go.
fn application<'t>(spec: Option<Node<'t>>, out: &mut Vec<Guess>) -> Cow<'t, str> {
    let Some(spec) = spec else {
        return Cow::Borrowed(ANYWHERE);
    };
    let sources = spec.get("sources").into_iter().flat_map(Node::items);
    for helm in spec
        .get("source")
        .into_iter()
        .chain(sources)
        .filter_map(|source| source.get("helm"))
    {
        values(helm.get("valuesObject"), out);
        values(helm.get("values"), out);
        for one in helm.get("parameters").into_iter().flat_map(Node::items) {
            if let (Some(name), Some(value)) = (one.get("name").and_then(Node::str), one.get("value")) {
                parameter(&name, value, out);
            }
        }
    }
    let namespace = spec.path(&["destination", "namespace"]).and_then(Node::str);
    namespace
        .filter(|namespace| !namespace.is_empty())
        .unwrap_or(Cow::Borrowed(ANYWHERE))
}

/// Values of a chart: a mapping, or a text with one.
pub(super) fn values(node: Option<Node<'_>>, out: &mut Vec<Guess>) {
    let Some(node) = node else { return };
    let Some(text) = node.str() else {
        return scan(node, out);
    };
    let start = out.len();
    within(&text, |root| scan(root, out));
    for guess in &mut out[start..] {
        guess.span = place(node.resolved(), &guess.name);
    }
}

/// A single value by its path: `auth.existingSecret`, `image.pullSecrets[0]`.
fn parameter(path: &str, value: Node<'_>, out: &mut Vec<Guess>) {
    let last = path.rsplit('.').next().unwrap_or_default();
    let last = last.split('[').next().unwrap_or_default();
    if names_one(last) || matches!(last, "imagePullSecrets" | "pullSecrets") {
        push(value, out);
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
    match &*guess.namespace {
        ANYWHERE => return "",
        "" => {}
        said => return said,
    }
    let facts = index.files.get(file as usize);
    let object = index.object(file, guess.object);
    facts
        .zip(object)
        .map(|(facts, object)| facts.str(object.namespace))
        .filter(|namespace| !unrendered(namespace))
        .unwrap_or_default()
}
