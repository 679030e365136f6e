//! What programs are told to use by their arguments, environment and annotations.

use super::Guess;
use super::fields::{each_entry, holds_names, name, names_one, names_several};
use crate::graph;
use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::Node;

/// Looks through the annotations of an object.
pub(super) fn annotations(object: &Object<'_>, out: &mut Vec<Guess>) {
    let annotations = object.path(&["metadata", "annotations"]);
    for entry in annotations.into_iter().flat_map(Node::entries) {
        let key = entry.key.key_text();
        let last = key.as_deref().and_then(|key| key.rsplit('/').next());
        if let (Some(last), Some(value)) = (last, entry.value.str()) {
            given(last, &value, entry.value.span(), out);
        }
    }
}

/// Looks through whatever containers there are below a node, and through nothing else.
pub(super) fn containers(root: Node<'_>, out: &mut Vec<Guess>) {
    each_entry(root, |_, key, value| of_container(key, value, out));
}

/// Looks through a field that a container has.
pub(super) fn of_container(key: &str, value: Node<'_>, out: &mut Vec<Guess>) {
    match key {
        "args" | "command" => arguments_of(value, out),
        "env" => environment(value, out),
        _ => {}
    }
}

/// Looks through a list of arguments.
fn arguments_of(list: Node<'_>, out: &mut Vec<Guess>) {
    graph::arguments(list, |flag, value, at| given(flag, value, at.span(), out));
}

fn environment(list: Node<'_>, out: &mut Vec<Guess>) {
    for item in list.items() {
        if let (Some(variable), Some(value)) = (item.get("name").and_then(Node::str), item.get("value"))
            && let Some(text) = value.str()
        {
            given(&variable, &text, value.span(), out);
        }
    }
}

/// A setting by its name. Several Secrets are parted by commas.
fn given(setting: &str, text: &str, at: Span, out: &mut Vec<Guess>) {
    let names = holds_names(setting);
    if names_one(setting) {
        name(text, at, names, out);
    } else if names_several(setting) {
        text.split(',').for_each(|text| name(text.trim(), at, names, out));
    }
}
