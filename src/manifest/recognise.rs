//! Tells manifests from the other YAML that lies beside them. What is left alone has a reason, which is
//! counted and can be listed; it is never an error and never silent.

use crate::hash::{HashMap, HashSet};
use std::cell::OnceCell;

use super::kustomization::{PatchTarget, Wrong};
use crate::placeholder::is_bare_property;
use crate::yaml::{Chunk, Node};

/// The names of kubeproof's own configuration.
pub const CONFIGURATIONS: [&str; 4] = [
    "kubeproof.yaml",
    ".kubeproof.yaml",
    "kubeproof.yml",
    ".kubeproof.yml",
];

/// Why a document is not judged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Skip {
    /// Blank, or comments only.
    Empty,
    /// A template (Helm and its like): `{{` or `@NAME@` that does not parse, or a file under a chart's `templates/`.
    Template,
    /// A kustomization.
    Kustomization,
    /// A patch: a partial object or a list of JSON patch operations.
    Patch,
    /// The values or the description of a Helm chart.
    HelmChart,
    /// A test tool's file: its assertions are partial objects on purpose.
    TestFile,
    /// The configuration of a program; it has `apiVersion` and `kind` but never reaches an API server.
    Config,
    /// Has no `apiVersion` and `kind`.
    NotAnObject,
}

impl Skip {
    /// All reasons, in the order in which they are listed.
    pub const ALL: [Skip; 8] = [
        Skip::Empty,
        Skip::Template,
        Skip::Kustomization,
        Skip::Patch,
        Skip::HelmChart,
        Skip::TestFile,
        Skip::Config,
        Skip::NotAnObject,
    ];

    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Skip::Empty => "empty",
            Skip::Template => "template",
            Skip::Kustomization => "kustomization",
            Skip::Patch => "patch",
            Skip::HelmChart => "helm-chart",
            Skip::TestFile => "test-file",
            Skip::Config => "config",
            Skip::NotAnObject => "not-an-object",
        }
    }

    /// A few words for people.
    pub const fn describe(self) -> &'static str {
        match self {
            Skip::Empty => "empty",
            Skip::Template => "template, not yet rendered",
            Skip::Kustomization => "kustomization: only its own fields are checked",
            Skip::Patch => "patch of another object",
            Skip::HelmChart => "Helm chart's values or description",
            Skip::TestFile => "test tool's file",
            Skip::Config => "a program's configuration",
            Skip::NotAnObject => "no apiVersion and kind",
        }
    }
}

/// What the files around a file say about it. Paths are compared as the run spells them.
#[derive(Default, Clone, Debug)]
pub struct Surroundings {
    /// Files that a kustomization applies as patches, each with whom it is for.
    pub patches: HashMap<String, PatchTarget>,
    /// Files that a kustomization uses as something that is no manifest (Helm values, transformer
    /// configurations, generator inputs).
    pub inputs: HashSet<String>,
    /// Folders that hold a `Chart.yaml`, without a final slash.
    pub charts: HashSet<String>,
    /// Folders under a chart's `templates/` whose own spelling does not show it ("" for the current one).
    pub templates: HashSet<String>,
    /// The paths that kustomizations name and that do not lead to what has to be there, by the kustomization.
    pub wrong_paths: HashMap<String, HashMap<String, Wrong>>,
}

/// API groups of configuration files and test tools, which no API server serves.
const GROUPS: &[(&str, Skip)] = &[
    ("admission.k8s.io", Skip::Config),
    ("apiserver.config.k8s.io", Skip::Config),
    ("apiserver.k8s.io", Skip::Config),
    ("audit.k8s.io", Skip::Config),
    ("builtin", Skip::Config),
    ("chainsaw.kyverno.io", Skip::TestFile),
    ("cli.kyverno.io", Skip::TestFile),
    ("client.authentication.k8s.io", Skip::Config),
    ("config.kubernetes.io", Skip::Config),
    ("ctlptl.dev", Skip::Config),
    ("eksctl.io", Skip::Config),
    ("imagepolicy.k8s.io", Skip::Config),
    ("k3d.io", Skip::Config),
    ("kind.x-k8s.io", Skip::Config),
    ("kubeadm.k8s.io", Skip::Config),
    ("kubecontrollermanager.config.k8s.io", Skip::Config),
    ("kubelet.config.k8s.io", Skip::Config),
    ("kubeproxy.config.k8s.io", Skip::Config),
    ("kubescheduler.config.k8s.io", Skip::Config),
    ("kustomize.config.k8s.io", Skip::Kustomization),
    ("kuttl.dev", Skip::TestFile),
    ("release-notes", Skip::Config),
    ("resourceLists", Skip::Config),
    ("score.dev", Skip::Config),
    ("skaffold", Skip::Config),
    ("test.gatekeeper.sh", Skip::TestFile),
];

/// Why a document is empty, if it is: all that `--no-skip` leaves alone.
pub(super) fn empty(chunk: &Chunk, root: Option<Node<'_>>) -> Option<Skip> {
    (chunk.error.is_none() && root.is_none_or(|root| root.is_null())).then_some(Skip::Empty)
}

/// What a file's path tells about all of its documents.
pub(super) struct FileHints {
    whole: Option<Skip>,
    kustomization: bool,
    chart_file: bool,
    /// kubeproof's own configuration.
    own: bool,
    /// Asked only about what does not parse.
    looks_like_manifest: OnceCell<bool>,
}

impl FileHints {
    pub(super) fn new(path: &str, around: &Surroundings) -> Self {
        let (folder, file) = path.rsplit_once(['/', '\\']).unwrap_or(("", path));
        let whole = if around.patches.contains_key(path) {
            Some(Skip::Patch)
        } else if around.inputs.contains(path) {
            Some(Skip::NotAnObject)
        } else if under_chart_templates(folder, around) {
            Some(Skip::Template)
        } else if is_assertion(file) {
            Some(Skip::TestFile)
        } else {
            None
        };
        FileHints {
            whole,
            kustomization: is_kustomization(file),
            chart_file: file == "Chart.yaml"
                || (file.starts_with("values") && file.ends_with(".yaml"))
                || file.ends_with("values.yaml"),
            own: CONFIGURATIONS.contains(&file),
            looks_like_manifest: OnceCell::new(),
        }
    }

    /// Why a document is left alone, if it is.
    pub(super) fn skip(&self, text: &str, chunk: &Chunk, root: Option<Node<'_>>) -> Option<Skip> {
        if let Some(skip) = empty(chunk, root) {
            return Some(skip);
        }
        if self.whole.is_some() {
            return self.whole;
        }
        let source = &text[chunk.span.range()];
        if is_ytt(source) {
            return Some(Skip::Template);
        }
        if let Some(error) = &chunk.error {
            let rest = text.get(error.span.start as usize..).unwrap_or_default();
            let template =
                ["{{", "{%", "<%"].iter().any(|mark| source.contains(mark)) || is_bare_property(rest);
            let manifest = || self.kustomization || text.contains("apiVersion") || text.contains("kind:");
            return if template {
                Some(Skip::Template)
            } else if !*self.looks_like_manifest.get_or_init(manifest) {
                Some(Skip::NotAnObject)
            } else {
                None
            };
        }
        let root = root?;
        if root.is_seq() {
            let has = |key: &str| root.items().next().is_some_and(|item| item.get(key).is_some());
            if has("apiVersion") && has("kind") && has("metadata") {
                return None; // objects, written as a list by mistake
            }
            let operations = has("op");
            return Some(if operations {
                Skip::Patch
            } else {
                Skip::NotAnObject
            });
        }
        if !root.is_map() {
            return Some(Skip::NotAnObject);
        }
        let (api_version, kind, items) = super::type_meta(root);
        let group = api_version.as_deref().map(|text| {
            let end = memchr::memchr(b'/', text.as_bytes());
            &text[..end.unwrap_or(text.len())]
        });
        let known = group.and_then(|group| GROUPS.binary_search_by(|(name, _)| (*name).cmp(group)).ok());
        let (Some(api_version), Some(kind), Some(group)) = (&api_version, &kind, group) else {
            return match known {
                _ if self.own => Some(Skip::Config),
                Some(i) => Some(GROUPS[i].1),
                None => self.untyped(root),
            };
        };
        if let Some(i) = known {
            return Some(GROUPS[i].1);
        }
        // With its group misspelt; Flux has a kind of this name as well.
        let is_flux = group.ends_with("toolkit.fluxcd.io");
        if self.kustomization && !is_flux && matches!(&**kind, "Kustomization" | "Component") {
            return Some(Skip::Kustomization);
        }
        if is_of_another_program(api_version, group, root) {
            return Some(Skip::Config);
        }
        if api_version == "v1" && kind == "Config" && root.get("clusters").is_some() {
            return Some(Skip::Config); // a kubeconfig
        }
        if items.is_none() && is_strategic_patch(source, root) {
            return Some(Skip::Patch);
        }
        None
    }

    /// A mapping that lacks `apiVersion` or `kind` as a string.
    fn untyped(&self, root: Node<'_>) -> Option<Skip> {
        if self.kustomization {
            return Some(Skip::Kustomization);
        }
        if self.chart_file {
            return Some(Skip::HelmChart);
        }
        // One of the two beside metadata is a manifest with a mistake in it, and so is a List of objects; anything else
        // is not ours.
        let half =
            root.get("apiVersion").is_some() || root.get("kind").is_some() || has_type_in_another_case(root);
        let metadata = root.get("metadata").is_some_and(|m| m.is_map());
        if half && metadata && root.get("baseDomain").is_some() {
            return Some(Skip::Config); // of OpenShift's installer, which has no kind
        }
        let list = || root.get("kind").is_some_and(|kind| kind.key_is("List")) && has_objects(root);
        (!(half && (metadata || list()))).then_some(Skip::NotAnObject)
    }
}

/// Whether a mapping says its type by both keys, but in the wrong case: `apiversion`, `Kind`.
fn has_type_in_another_case(root: Node<'_>) -> bool {
    ["apiVersion", "kind"].iter().all(|key| {
        let mut entries = root.raw_entries();
        entries.any(|entry| entry.key.source().eq_ignore_ascii_case(key))
    })
}

/// Whether the first of a List's items says what it is.
fn has_objects(root: Node<'_>) -> bool {
    let first = root.get("items").and_then(|items| items.items().next());
    first.is_some_and(|item| item.get("apiVersion").is_some() && item.get("kind").is_some())
}

/// Whether a document has the form of an object, but no version that a server could serve, nor what objects have: the
/// configuration of descheduler, of Talos.
fn is_of_another_program(api_version: &str, group: &str, root: Node<'_>) -> bool {
    const GROUPS_WITHOUT_DOT: [&str; 5] = ["apps", "autoscaling", "batch", "extensions", "policy"];
    let unserved = match api_version {
        "v1" => false,
        // The whole of it is a version.
        _ if group.len() == api_version.len() => true,
        _ => memchr::memchr(b'.', group.as_bytes()).is_none() && !GROUPS_WITHOUT_DOT.contains(&group),
    };
    unserved && root.get("metadata").is_none() && root.get("spec").is_none() && root.get("items").is_none()
}

/// Whether a document's first lines say that it is a template of ytt, which keeps its code in comments.
fn is_ytt(source: &str) -> bool {
    let head = source.as_bytes().get(..source.len().min(512)).unwrap_or_default();
    memchr::memchr_iter(b'#', head).any(|at| {
        let rest = source.get(at..).unwrap_or_default();
        ["#@ ", "#@overlay/", "#@data/", "#@schema/", "#@library/"]
            .iter()
            .any(|mark| rest.starts_with(mark))
    })
}

/// The names under which kustomize looks for its file.
pub const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether kustomize takes a file of this name for its own.
pub fn is_kustomization(file: &str) -> bool {
    // Every file of a run is asked.
    matches!(file.len(), 13 | 17 | 18) && KUSTOMIZATIONS.contains(&file)
}

/// kuttl and chainsaw compare the cluster with these partial objects: `01-assert.yaml`, `x-errors.yaml`.
fn is_assertion(file: &str) -> bool {
    let stem = file
        .strip_suffix(".yaml")
        .or_else(|| file.strip_suffix(".yml"))
        .unwrap_or(file);
    ["assert", "errors"].iter().any(|word| {
        stem.strip_suffix(word)
            .is_some_and(|before| before.is_empty() || before.ends_with(['-', '_', '.']))
    })
}

fn under_chart_templates(folder: &str, around: &Surroundings) -> bool {
    if around.charts.is_empty() && around.templates.is_empty() {
        return false;
    }
    let mut rest = folder;
    while let Some((parent, name)) = rest.rsplit_once('/') {
        if name == "templates" && around.charts.contains(parent) || around.templates.contains(rest) {
            return true;
        }
        rest = parent;
    }
    let relative = !folder.starts_with('/');
    rest == "templates" && around.charts.contains("")
        || around.templates.contains(rest)
        || relative && around.templates.contains("")
}

/// A strategic merge patch says so with a `$patch`, `$retainKeys` or `$setElementOrder` directive.
fn is_strategic_patch(source: &str, root: Node<'_>) -> bool {
    fn directive(node: Node<'_>, depth: u32) -> bool {
        if depth > 24 {
            return false;
        }
        node.raw_entries().any(|entry| {
            let key = entry.key.source().trim_matches(['"', '\'']);
            key == "$patch"
                || key == "$retainKeys"
                || key.starts_with("$setElementOrder/")
                || key.starts_with("$deleteFromPrimitiveList/")
                || directive(entry.value, depth + 1)
        }) || node.items().any(|item| directive(item, depth + 1))
    }
    // Few texts hold a `$` at all, and this is asked about every document.
    memchr::memchr_iter(b'$', source.as_bytes()).any(|at| {
        [
            "$patch",
            "$retainKeys",
            "$setElementOrder/",
            "$deleteFromPrimitiveList/",
        ]
        .iter()
        .any(|word| source.get(at..).is_some_and(|rest| rest.starts_with(word)))
    }) && directive(root, 0)
}
