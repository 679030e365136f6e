//! What a kustomization says about the files beside it: which are patches, and which are no manifests.

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

/// What a kustomization takes a path for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Use {
    /// See [`Uses::patches`].
    Patch(PatchTarget),
    /// See [`Uses::inputs`].
    Input,
    /// The same, but often made before the build, and not kept with the rest: what Secrets and ConfigMaps are
    /// generated from.
    Source,
    /// A file or folder with objects; see [`Uses::resources`].
    Resource,
}

impl Uses {
    /// All paths.
    pub fn all(&self) -> Vec<String> {
        let patches = self.patches.iter().map(|(path, _)| path);
        patches
            .chain(&self.inputs)
            .chain(&self.resources)
            .cloned()
            .collect()
    }
}

/// Reads a kustomization.
pub fn uses(text: &str, tree: &Tree) -> Uses {
    let mut uses = Uses::default();
    for chunk in &tree.chunks {
        if let Some(root) = Node::root(text, tree, chunk) {
            visit(root, &mut |what, _, path| match what {
                Use::Patch(target) => uses.patches.push((path, target)),
                Use::Input | Use::Source => uses.inputs.push(path),
                Use::Resource => uses.resources.push(path),
            });
        }
    }
    uses
}

/// Shows each path that a kustomization names, with its node.
pub(crate) fn visit<'t>(root: Node<'t>, each: &mut dyn FnMut(Use, Node<'t>, String)) {
    for entry in root.entries() {
        let Some(key) = entry.key.key_text() else {
            continue;
        };
        if key == "openapi" {
            at(entry.value, "path", &Use::Input, each);
        }
        for item in entry.value.items() {
            match &*key {
                // Old kustomizations list file names under `patches`.
                "patches" | "patchesStrategicMerge" | "patchesJson6902" if item.kind() == Kind::Scalar => {
                    one(item, &Use::Patch(PatchTarget::default()), each);
                }
                "patches" | "patchesJson6902" => {
                    let target = Use::Patch(PatchTarget::of(item.get("target")));
                    at(item, "path", &target, each);
                }
                "resources" | "bases" | "components" | "crds" => one(item, &Use::Resource, each),
                "replacements" => at(item, "path", &Use::Input, each),
                "transformers" | "generators" | "validators" | "configurations" => {
                    one(item, &Use::Input, each);
                }
                "helmCharts" => {
                    at(item, "valuesFile", &Use::Source, each);
                    all(item, "additionalValuesFiles", each);
                }
                "helmChartInflationGenerator" => at(item, "values", &Use::Source, each),
                "configMapGenerator" | "secretGenerator" => {
                    all(item, "files", each);
                    all(item, "envs", each);
                    at(item, "env", &Use::Source, each);
                }
                _ => {}
            }
        }
    }
}

fn one<'t>(node: Node<'t>, what: &Use, each: &mut dyn FnMut(Use, Node<'t>, String)) {
    if let Some(path) = node.str().and_then(|text| path(&text)) {
        each(what.clone(), node, path);
    }
}

fn at<'t>(map: Node<'t>, key: &str, what: &Use, each: &mut dyn FnMut(Use, Node<'t>, String)) {
    if let Some(node) = map.get(key) {
        one(node, what, each);
    }
}

fn all<'t>(map: Node<'t>, key: &str, each: &mut dyn FnMut(Use, Node<'t>, String)) {
    if let Some(list) = map.get(key) {
        for item in list.items() {
            // A generator names its files `path` or `key=path`.
            let path = item.str().and_then(|text| match text.split_once('=') {
                Some((_, path)) => self::path(path),
                None => self::path(&text),
            });
            if let Some(path) = path {
                each(Use::Source, item, path);
            }
        }
    }
}

/// A text as a path. Inline YAML, which may stand where a path may, is none, and neither is what lies on the network.
fn path(text: &str) -> Option<String> {
    let is_path =
        !text.is_empty() && text.len() < 4096 && !text.contains(['\n', '{']) && !text.contains("://");
    is_path.then(|| text.into())
}

/// What lies at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum There {
    /// What was named, or nobody can tell.
    Named,
    /// A folder, without a kustomization.
    Folder,
    /// Nothing; beside it lies what has almost this name, as the kustomization would name it.
    Nothing(Option<String>),
}

/// A path that a kustomization names, and that leads nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Absent {
    /// As [`Uses`] has it.
    pub path: String,
    /// What is there instead.
    pub there: There,
}

/// The paths of a kustomization that lead nowhere. `look` tells what lies at one, relative to the kustomization's
/// folder; it is given all that are named as well, since none of those was meant by another.
pub fn absent(named: &[String], mut look: impl FnMut(&str, &[String]) -> There) -> Vec<Absent> {
    let near = named.iter().filter(|path| !is_elsewhere(path));
    let found = near.map(|path| (path, look(path, named)));
    let absent = found.filter(|(_, there)| *there != There::Named);
    let absent = absent.map(|(path, there)| Absent {
        path: path.clone(),
        there,
    });
    absent.collect()
}

/// Whether a path may be on the network, waits to be filled in, or is none of this system. kustomize fetches
/// `github.com/org/repo//folder?ref=v1` without a scheme as well.
fn is_elsewhere(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let is_host = first.contains('.') && !matches!(first, "." | "..") && first.len() < path.len();
    is_host || path.contains(['$', '\\', '?', ':', '@']) || path.contains("//") || path.contains(".git")
}
