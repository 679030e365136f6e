//! Fields that by their names hold the name of a Secret: in objects that kubeproof does not know or knows in part, in
//! charts' values and other texts, in arguments, environment and annotations. Good enough to ask before a deletion,
//! and for nothing else.
//!
//! Such a field may as well hold what is secret itself. That never shows: such a guess is told only where a Secret has
//! the very name, or was asked for by it.

mod fields;
mod settings;

use std::borrow::Cow;

pub(super) use self::fields::fragment;
use self::fields::{may_name, parameter, scan, text_of};
use crate::graph::Index;
use crate::graph::table::Table;
use crate::manifest::Object;
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::Node;

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
    /// Whether the field holds a name for sure, and not what is secret itself, as `clientSecret: …` may.
    pub names: bool,
}

/// A namespace that is said, but not known.
pub(super) const ANYWHERE: &str = "*";

/// Looks through an object for what the table does not tell of it; `known` are the fields that it does tell of.
pub(super) fn guesses(
    object: &Object<'_>,
    table: &Table,
    known: &mut dyn FnMut(Span) -> bool,
    out: &mut Vec<Guess>,
) {
    if !may_name(object.root.source()) {
        return;
    }
    let start = out.len();
    let namespace = chart(object, out).or_else(|| {
        if object.is("", "ConfigMap") {
            texts(object, out);
        } else if is_partly_known(object, table) {
            scan(object.root, out);
        } else {
            settings::containers(object.root, out);
        }
        None
    });
    settings::annotations(object, out);
    let namespace = namespace.filter(|namespace| !namespace.is_empty());
    let namespace = namespace.map(|text| match unrendered(&text) {
        true => Cow::Borrowed(ANYWHERE),
        false => text,
    });
    for guess in &mut out[start..] {
        if let (Some(namespace), true) = (&namespace, guess.namespace.is_empty()) {
            guess.namespace = (**namespace).into();
        }
    }
    let found = out.split_off(start).into_iter();
    out.extend(found.filter(|guess| !known(guess.span)).map(|guess| Guess {
        object: object.index,
        ..guess
    }));
}

/// Whether the table leaves fields of such objects out. Of Kubernetes' own kinds it has them all.
fn is_partly_known(object: &Object<'_>, table: &Table) -> bool {
    let group = object.group();
    // The row for all other kinds stands under its own name.
    table.kind(group, &object.kind).is_none() || (group.contains('.') && !group.ends_with(".k8s.io"))
}

/// Whether objects of a kind give values to charts, which go into a namespace of their own.
pub(super) fn is_of_charts(kind: &str) -> bool {
    matches!(
        kind,
        "HelmRelease" | "HelmChart" | "HelmChartConfig" | "Application" | "ApplicationSet"
    )
}

/// Looks through the values that an object gives to charts, and tells the namespace that those go to.
fn chart<'t>(object: &Object<'t>, out: &mut Vec<Guess>) -> Option<Cow<'t, str>> {
    let said = |key: &str| object.path(&["spec", key]).and_then(Node::str);
    match (object.group(), &*object.kind) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            values(object.path(&["spec", "values"]), out);
            Some(said("targetNamespace").unwrap_or_default())
        }
        ("helm.cattle.io", "HelmChart" | "HelmChartConfig") => {
            values(object.path(&["spec", "valuesContent"]), out);
            let set = object.path(&["spec", "set"]).into_iter().flat_map(Node::entries);
            for entry in set {
                if let Some(key) = entry.key.key_text() {
                    parameter(&key, entry.value, out);
                }
            }
            Some(said("targetNamespace").unwrap_or_default())
        }
        ("argoproj.io", "Application") => Some(application(object.path(&["spec"]), out)),
        ("argoproj.io", "ApplicationSet") => {
            Some(application(object.path(&["spec", "template", "spec"]), out))
        }
        _ => None,
    }
}

/// Looks through the texts of a ConfigMap. A HelmRelease takes its values from there, and puts the chart anywhere.
fn texts(object: &Object<'_>, out: &mut Vec<Guess>) {
    for entry in object.path(&["data"]).into_iter().flat_map(Node::entries) {
        let (Some(key), Some(text)) = (entry.key.key_text(), entry.value.str()) else {
            continue;
        };
        let start = out.len();
        text_of(entry.value, &text, out);
        if key.contains("values") {
            out[start..].iter_mut().for_each(anywhere);
        }
    }
}

fn anywhere(guess: &mut Guess) {
    if guess.namespace.is_empty() {
        guess.namespace = ANYWHERE.into();
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
    match node.str() {
        Some(text) => text_of(node, &text, out),
        None => scan(node, out),
    }
}

/// A file of values, whose chart may go anywhere.
pub(super) fn file(root: Node<'_>, out: &mut Vec<Guess>) {
    if may_name(root.source()) {
        let start = out.len();
        scan(root, out);
        out[start..].iter_mut().for_each(anywhere);
    }
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
