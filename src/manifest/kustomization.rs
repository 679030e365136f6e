//! What a kustomization says about the files beside it: which are patches, and which are no manifests.

use std::borrow::Cow;

use crate::yaml::{Kind, Node, Tree};

/// Paths that a kustomization names, as written: relative to its folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Uses {
    /// Files that it applies to other objects: partial objects, or lists of JSON patch operations.
    pub patches: Vec<String>,
    /// Files that it reads as something else: generator inputs, Helm values, transformer configurations.
    pub inputs: Vec<String>,
    /// Files and folders with the objects themselves.
    pub resources: Vec<String>,
}

/// Reads a kustomization.
pub fn uses(text: &str, tree: &Tree) -> Uses {
    let mut uses = Uses::default();
    for chunk in &tree.chunks {
        if let Some(root) = Node::root(text, tree, chunk) {
            document(root, &mut uses);
        }
    }
    uses
}

fn document(root: Node<'_>, uses: &mut Uses) {
    for entry in root.entries() {
        let Some(key) = entry.key.key_text() else {
            continue;
        };
        for item in entry.value.items() {
            match &*key {
                // Old kustomizations list file names under `patches`.
                "patches" | "patchesStrategicMerge" | "patchesJson6902" if item.kind() == Kind::Scalar => {
                    path(item, &mut uses.patches);
                }
                "patches" | "patchesJson6902" => at(item, "path", &mut uses.patches),
                "resources" | "bases" | "components" | "crds" => path(item, &mut uses.resources),
                "replacements" => at(item, "path", &mut uses.inputs),
                "transformers" | "generators" | "validators" | "configurations" => {
                    path(item, &mut uses.inputs);
                }
                "helmCharts" => {
                    at(item, "valuesFile", &mut uses.inputs);
                    all(item, "additionalValuesFiles", &mut uses.inputs);
                }
                "helmChartInflationGenerator" => at(item, "values", &mut uses.inputs),
                "configMapGenerator" | "secretGenerator" => {
                    all(item, "files", &mut uses.inputs);
                    all(item, "envs", &mut uses.inputs);
                    at(item, "env", &mut uses.inputs);
                }
                _ => {}
            }
        }
        if key == "openapi" {
            at(entry.value, "path", &mut uses.inputs);
        }
    }
}

fn at(map: Node<'_>, key: &str, out: &mut Vec<String>) {
    if let Some(value) = map.get(key) {
        path(value, out);
    }
}

fn all(map: Node<'_>, key: &str, out: &mut Vec<String>) {
    if let Some(list) = map.get(key) {
        for item in list.items() {
            path(item, out);
        }
    }
}

/// Adds the path that a node names. Inline YAML, which may stand where a path may, is left out, and so is
/// what lies on the network.
fn path(node: Node<'_>, out: &mut Vec<String>) {
    let Some(text) = node.str() else {
        return;
    };
    // A generator names its files `path` or `key=path`.
    let text = match text.split_once('=') {
        Some((_, path)) => Cow::Borrowed(path),
        None => text.clone(),
    };
    if !text.is_empty() && text.len() < 4096 && !text.contains(['\n', '{']) && !text.contains("://") {
        out.push(text.into_owned());
    }
}
