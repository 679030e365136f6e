//! What a kustomization says about the files beside it: which are patches, which are no manifests, and which have to be
//! there.

use super::{Document, File, Skip, is_kustomization};
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
    /// All paths, each with what has to be there.
    pub named: Vec<(String, Wants)>,
}

/// What has to be at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// A file.
    File,
    /// A file with text of any sort, which is often made before the build.
    Source,
    /// A folder with a kustomization.
    Folder,
    /// A file of objects, or a folder with a kustomization.
    Either,
}

impl Wants {
    /// Whether a file will do.
    pub fn takes_files(self) -> bool {
        self != Wants::Folder
    }

    /// Whether a folder will do.
    pub fn takes_folders(self) -> bool {
        matches!(self, Wants::Folder | Wants::Either)
    }
}

/// What a kustomization takes a path for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Use {
    /// See [`Uses::patches`].
    Patch(PatchTarget),
    /// See [`Uses::inputs`].
    Input,
    /// See [`Uses::resources`].
    Resource,
}

/// Reads a kustomization.
pub fn uses(text: &str, tree: &Tree) -> Uses {
    let mut uses = Uses::default();
    for chunk in &tree.chunks {
        if let Some(root) = Node::root(text, tree, chunk) {
            visit(root, &mut |what, wants, _, path| {
                uses.named.push((path.clone(), wants));
                match what {
                    Use::Patch(target) => uses.patches.push((path, target)),
                    Use::Input => uses.inputs.push(path),
                    Use::Resource => uses.resources.push(path),
                }
            });
        }
    }
    uses
}

/// Shows each path that a kustomization names, with its node and what has to be there.
pub(crate) fn named<'t>(root: Node<'t>, mut each: impl FnMut(Node<'t>, String, Wants)) {
    visit(root, &mut |_, wants, node, path| each(node, path, wants));
}

/// Whether kustomize takes the file at a path for its own.
pub(crate) fn is_own(path: &str) -> bool {
    is_kustomization(path.rsplit(['/', '\\']).next().unwrap_or(path))
}

/// Whether kustomize reads a document: of its own file it takes the first only.
pub(crate) fn is_read(file: &File<'_>, document: &Document<'_>) -> bool {
    let mut filled = file
        .documents
        .iter()
        .filter(|document| document.skip != Some(Skip::Empty));
    let is_first = filled
        .next()
        .is_none_or(|first| first.chunk.span == document.chunk.span);
    is_first || !is_own(file.name)
}

/// What is done with each path.
type Each<'e, 't> = &'e mut dyn FnMut(Use, Wants, Node<'t>, String);

fn visit<'t>(root: Node<'t>, each: Each<'_, 't>) {
    use Wants::{Either, File, Folder, Source};
    for entry in root.entries() {
        let Some(key) = entry.key.key_text() else {
            continue;
        };
        if key == "openapi" {
            at(entry.value, "path", (&Use::Input, File), each);
        }
        for item in entry.value.items() {
            match &*key {
                // Old kustomizations list file names under `patches`.
                "patches" | "patchesStrategicMerge" | "patchesJson6902" if item.kind() == Kind::Scalar => {
                    one(item, (&Use::Patch(PatchTarget::default()), File), each);
                }
                "patches" | "patchesJson6902" => {
                    let target = Use::Patch(PatchTarget::of(item.get("target")));
                    at(item, "path", (&target, File), each);
                }
                "resources" => one(item, (&Use::Resource, Either), each),
                "bases" | "components" => one(item, (&Use::Resource, Folder), each),
                "crds" => one(item, (&Use::Resource, File), each),
                "replacements" => at(item, "path", (&Use::Input, File), each),
                "configurations" => one(item, (&Use::Input, File), each),
                "transformers" | "generators" | "validators" => one(item, (&Use::Input, Either), each),
                "helmCharts" => {
                    at(item, "valuesFile", (&Use::Input, Source), each);
                    all(item, "additionalValuesFiles", |text| text, each);
                }
                "helmChartInflationGenerator" => at(item, "values", (&Use::Input, Source), each),
                "configMapGenerator" | "secretGenerator" => {
                    all(item, "files", path_of_source, each);
                    all(item, "envs", |text| text, each);
                    at(item, "env", (&Use::Input, Source), each);
                }
                _ => {}
            }
        }
    }
}

fn one<'t>(node: Node<'t>, (what, wants): (&Use, Wants), each: Each<'_, 't>) {
    if let Some(path) = node.str().and_then(|text| path(&text)) {
        each(what.clone(), wants, node, path);
    }
}

fn at<'t>(map: Node<'t>, key: &str, what: (&Use, Wants), each: Each<'_, 't>) {
    if let Some(node) = map.get(key) {
        one(node, what, each);
    }
}

fn all<'t>(map: Node<'t>, key: &str, path_in: fn(&str) -> &str, each: Each<'_, 't>) {
    let Some(list) = map.get(key) else { return };
    for item in list.items() {
        if let Some(path) = item.str().and_then(|text| path(path_in(&text))) {
            each(Use::Input, Wants::Source, item, path);
        }
    }
}

/// A generator's files are named `path` or `key=path`.
fn path_of_source(text: &str) -> &str {
    text.split_once('=').map_or(text, |(_, path)| path)
}

/// A text as a path. Inline YAML, which may stand where a path may, is none, and neither is what lies on the network.
fn path(text: &str) -> Option<String> {
    let is_path =
        !text.is_empty() && text.len() < 4096 && !text.contains(['\n', '{']) && !text.contains("://");
    is_path.then(|| text.into())
}

/// Whether a path may be on the network, waits to be filled in, or is none of this system.
pub(crate) fn is_elsewhere(path: &str) -> bool {
    let is_repository = path.ends_with(".git") || path.contains(".git/");
    is_repository || path.contains(['$', '<', '\\', '?', ':', '@']) || path.contains("//")
}

/// What lies at a path that is not what has to be there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// A file, where a folder has to be.
    File,
    /// A folder, where a file has to be.
    Folder,
    /// A folder without a kustomization.
    Bare,
    /// Nothing; beside it lies what has almost this name, as the kustomization would name it.
    Nothing(Option<String>),
}
