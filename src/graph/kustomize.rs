//! What a kustomization says about names: whom it takes in, how it renames them, what it generates.

use std::ops::Range;

use super::facts::{Definition, Facts, Key, Kustomization, Text};
use super::table::Target;
use super::{CONFIG_MAP, SECRET};
use crate::yaml::Node;

/// Where a kustomization lists what it takes objects from.
const RESOURCES: [&str; 3] = ["resources", "components", "bases"];

/// Takes the facts of a kustomization.
pub(super) fn read(root: Node<'_>, facts: &mut Facts) {
    let mut keep = |key: &str| {
        let value = root.get(key).and_then(|value| value.str()).unwrap_or_default();
        facts.keep(&value)
    };
    let (namespace, prefix, suffix) = (keep("namespace"), keep("namePrefix"), keep("nameSuffix"));
    let resources = paths(
        facts,
        RESOURCES
            .iter()
            .filter_map(|key| root.get(key))
            .flat_map(Node::items),
    );
    let mut changes_keys = ["generators", "transformers", "replacements", "vars"]
        .iter()
        .any(|key| root.get(key).is_some_and(|list| list.items().next().is_some()));
    let patches = patches(root, facts, &mut changes_keys);
    facts.kustomizations.push(Kustomization {
        namespace,
        prefix,
        suffix,
        resources,
        patches,
        changes_keys,
    });
    for (field, target) in [("secretGenerator", SECRET), ("configMapGenerator", CONFIG_MAP)] {
        for generator in root.get(field).into_iter().flat_map(Node::items) {
            generate(generator, target, namespace, facts);
        }
    }
}

fn paths<'t>(facts: &mut Facts, nodes: impl Iterator<Item = Node<'t>>) -> Range<u32> {
    let start = facts.paths.len() as u32;
    for path in nodes.filter_map(Node::str) {
        let path = facts.keep(&path);
        facts.paths.push(path);
    }
    start..facts.paths.len() as u32
}

/// The files of patches that do not say what they patch. Those that do, or stand inline, are judged here.
fn patches<'t>(root: Node<'t>, facts: &mut Facts, changes_keys: &mut bool) -> Range<u32> {
    let holds_data = |text: &str| text.contains("Secret") || text.contains("ConfigMap");
    let mut files = Vec::new();
    for field in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
        for patch in root.get(field).into_iter().flat_map(Node::items) {
            let (path, inline) = match patch.str() {
                Some(text) if text.contains('\n') => (None, Some(text)),
                Some(_) => (Some(patch), None),
                None => (patch.get("path"), patch.get("patch").and_then(Node::str)),
            };
            let kind = patch.path(&["target", "kind"]).and_then(Node::str);
            match kind {
                Some(kind) => *changes_keys |= holds_data(&kind),
                // A target by name or label alone may be a Secret.
                None if patch.get("target").is_some() => *changes_keys = true,
                None => {
                    *changes_keys |= inline.is_some_and(|text| holds_data(&text));
                    files.extend(path);
                }
            }
        }
    }
    paths(facts, files.into_iter())
}

/// One entry of `secretGenerator` or `configMapGenerator`. References in source use the name without its hash.
fn generate(generator: Node<'_>, target: Target, default_namespace: Text, facts: &mut Facts) {
    let text = |key: &str| generator.get(key).and_then(Node::str);
    let Some(name) = generator.get("name") else { return };
    let Some(own) = name.str().filter(|name| !name.is_empty()) else {
        return;
    };
    let start = facts.next_key();
    let list = |key: &str| generator.get(key).into_iter().flat_map(Node::items);
    for (item, is_file) in list("literals")
        .map(|item| (item, false))
        .chain(list("files").map(|item| (item, true)))
    {
        let Some(text) = item.str() else { continue };
        let key = match text.split_once('=') {
            Some((key, _)) => key,
            None if is_file => text.rsplit('/').next().unwrap_or_default(),
            None => continue,
        };
        let (name, span) = (facts.keep(key), item.span());
        facts.keys.push(Key { name, span });
    }
    let keys = start..facts.next_key();
    let from_elsewhere = generator.get("envs").is_some() || generator.get("env").is_some();
    let added_to_another = matches!(text("behavior").as_deref(), Some("merge"));
    let namespace = match text("namespace").filter(|ns| !ns.is_empty()) {
        Some(namespace) => facts.keep(&namespace),
        None => default_namespace,
    };
    let kept = facts.keep(&own);
    facts.definitions.push(Definition {
        target,
        name: kept,
        namespace,
        span: name.span(),
        object: None,
        row: None,
        closed: !keys.is_empty() && !from_elsewhere && !added_to_another,
        keys,
    });
}
