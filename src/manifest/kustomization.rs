//! What a kustomization says about the files beside it: which are patches, and which are no manifests.

use std::borrow::Cow;

use crate::yaml::{Kind, Node, Tree};

/// Whom a kustomization applies a file to, as far as it says so beside the file's name; else it is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PatchTarget {
    /// The API group.
    pub group: Box<str>,
    /// The kind.
    pub kind: Box<str>,
    /// The name.
    pub name: Box<str>,
    /// The namespace.
    pub namespace: Box<str>,
}

impl PatchTarget {
    fn of(target: Option<Node<'_>>) -> PatchTarget {
        let said = |key: &str| {
            let node = target.and_then(|target| target.get(key));
            // An alias may lead to what a generator makes a Secret of.
            let node = node.filter(|node| node.raw().kind != Kind::Alias);
            node.and_then(Node::str).as_deref().unwrap_or_default().into()
        };
        PatchTarget {
            group: said("group"),
            kind: said("kind"),
            name: said("name"),
            namespace: said("namespace"),
        }
    }
}

/// Paths that a kustomization names, as written: relative to its folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Uses {
    /// Files that it applies to other objects: partial objects, or lists of JSON patch operations.
    pub patches: Vec<(String, PatchTarget)>,
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
            let mut patch = |path: Option<Node<'_>>, target| {
                let path = path.and_then(self::path);
                uses.patches
                    .extend(path.map(|path| (path, PatchTarget::of(target))));
            };
            match &*key {
                // Old kustomizations list file names under `patches`.
                "patches" | "patchesStrategicMerge" | "patchesJson6902" if item.kind() == Kind::Scalar => {
                    patch(Some(item), None);
                }
                "patches" | "patchesJson6902" => patch(item.get("path"), item.get("target")),
                "resources" | "bases" | "components" | "crds" => uses.resources.extend(path(item)),
                "replacements" => at(item, "path", &mut uses.inputs),
                "transformers" | "generators" | "validators" | "configurations" => {
                    uses.inputs.extend(path(item));
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
    out.extend(map.get(key).and_then(path));
}

fn all(map: Node<'_>, key: &str, out: &mut Vec<String>) {
    if let Some(list) = map.get(key) {
        out.extend(list.items().filter_map(path));
    }
}

/// The path that a node names. Inline YAML, which may stand where a path may, is none, and neither is what lies on
/// the network.
fn path(node: Node<'_>) -> Option<String> {
    let text = node.str()?;
    // A generator names its files `path` or `key=path`.
    let text = match text.split_once('=') {
        Some((_, path)) => Cow::Borrowed(path),
        None => text.clone(),
    };
    let is_path =
        !text.is_empty() && text.len() < 4096 && !text.contains(['\n', '{']) && !text.contains("://");
    is_path.then(|| text.into_owned())
}
