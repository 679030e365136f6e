//! Namespaces that hold their pods to a Pod Security Standard, and what is to run pods in them.

use super::builds::{Build, Builds};
use super::facts::{Facts, Role};
use super::filled::{Fill, Given};
use super::index::{Closeness, Index};
use super::paths::folder;
use crate::hash::HashMap;
use crate::manifest::{Object, mask};
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::Node;

/// The label of a Namespace by which the API server refuses pods.
const LABEL: &str = "pod-security.kubernetes.io/enforce";

/// The same of the version of Kubernetes whose standards count.
const VERSION: &str = "pod-security.kubernetes.io/enforce-version";

/// What runs pods: group, kind, and the way from the object to what a pod is.
pub const RUNNING: [(&str, &str, &[&str]); 8] = [
    ("", "Pod", &[]),
    ("", "ReplicationController", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
];

/// Of more Namespaces of one name it is not asked which one is meant.
const MOST: usize = 64;

/// A Pod Security Standard that refuses something. Each asks for what the one before does, and for more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Nothing that is known to lead out of a pod.
    Baseline,
    /// What is held to be good practice.
    Restricted,
}

impl Level {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        }
    }
}

/// A Namespace that enforces a standard.
#[derive(Clone, Copy, Debug)]
pub struct Enforcing {
    /// The Namespace, by its index in [`File::objects`](crate::manifest::File::objects).
    pub object: u32,
    /// The standard.
    pub level: Level,
    /// As of the minor version of Kubernetes; `None`: as of the cluster's.
    pub minor: Option<u8>,
    /// Where the standard is named.
    pub span: Span,
}

/// Takes the facts of an object, if it is such a Namespace.
pub(super) fn read(object: &Object<'_>, masked: &[Span], facts: &mut Facts) {
    if (object.group(), &*object.kind) != ("", "Namespace") {
        return;
    }
    // An alias may lead to what must not be told.
    let shown = |node: &Node<'_>| masked.is_empty() || !mask::touches(masked, node.resolved().span());
    let label = |key: &str| object.path(&["metadata", "labels", key]).filter(shown);
    let Some(node) = label(LABEL) else { return };
    let level = match node.str().as_deref() {
        Some("baseline") => Level::Baseline,
        Some("restricted") => Level::Restricted,
        _ => return,
    };
    let version = label(VERSION).and_then(Node::str);
    let minor = version.and_then(|version| version.strip_prefix("v1.")?.parse().ok());
    facts.enforcing.push(Enforcing {
        object: object.index,
        level,
        minor,
        span: node.span(),
    });
}

/// Something that runs pods, in a Namespace that enforces a standard.
#[derive(Clone, Copy)]
pub struct Held<'r> {
    /// The file, by its index in the run.
    pub file: u32,
    /// The object, by its index in the file.
    pub object: u32,
    /// The name of the Namespace.
    pub namespace: &'r str,
    /// The file that the Namespace is in.
    pub by: u32,
    /// What it enforces.
    pub enforcing: &'r Enforcing,
}

/// A Namespace of the run.
#[derive(Clone, Copy)]
struct Space<'r> {
    file: u32,
    enforcing: Option<&'r Enforcing>,
}

/// All that is held to a standard, file by file. Where it is not sure which Namespace is meant, the one that asks for
/// least counts; what patches may change is left alone.
pub fn held<'r>(index: &'r Index<'r>) -> Vec<Held<'r>> {
    if index.files.iter().all(|facts| facts.enforcing.is_empty()) {
        return Vec::new();
    }
    let spaces = spaces(index);
    let mut held = Vec::new();
    for (file, facts) in (0..).zip(index.files) {
        if facts.role != Role::Checked {
            continue;
        }
        for (at, object) in (0..).zip(&facts.objects) {
            let (group, kind) = (facts.str(object.group), facts.str(object.kind));
            if !RUNNING.iter().any(|(g, k, _)| (*g, *k) == (group, kind)) {
                continue;
            }
            let own = facts.str(object.namespace);
            let places = index.namespaces(file, own);
            let weakest = places
                .map(|place| meant(index, &spaces, file, place))
                .min_by_key(|found| found.map(|(_, _, enforcing)| enforcing.level));
            if let Some((namespace, by, enforcing)) = weakest.flatten() {
                held.push(Held {
                    file,
                    object: at,
                    namespace,
                    by,
                    enforcing,
                });
            }
        }
    }
    let mut builds = Builds::new(index);
    held.retain(|one| {
        let kind = index.object(one.file, one.object).map(|object| object.kind);
        let kind = kind.map_or("", |kind| index.files[one.file as usize].str(kind));
        !index.is_built(one.file) || !builds.of(one.file).iter().any(|build| changes_pods(build, kind))
    });
    held
}

/// The Namespaces of a run by their names, and by those that kustomizations may give them.
fn spaces<'r>(index: &'r Index<'r>) -> HashMap<&'r str, Vec<Space<'r>>> {
    let mut spaces: HashMap<&str, Vec<Space<'_>>> = HashMap::default();
    for (file, facts) in (0..).zip(index.files) {
        if facts.role == Role::Definitions {
            continue;
        }
        for (at, object) in (0..).zip(&facts.objects) {
            if (facts.str(object.group), facts.str(object.kind)) != ("", "Namespace") {
                continue;
            }
            let own = facts.str(object.name);
            let mut enforcing = facts.enforcing.iter();
            let enforcing = enforcing.find(|one| one.object == at && !index.sets_label(file, LABEL));
            for name in index.namespaces(file, own).filter(|name| !name.is_empty()) {
                spaces.entry(name).or_default().push(Space { file, enforcing });
            }
        }
    }
    spaces
}

/// The Namespace of this name that what stands in a file means, if it enforces something.
fn meant<'r>(
    index: &'r Index<'r>,
    spaces: &HashMap<&'r str, Vec<Space<'r>>>,
    file: u32,
    place: &'r str,
) -> Option<(&'r str, u32, &'r Enforcing)> {
    let spaces = spaces.get(place).filter(|_| !unrendered(place))?;
    if spaces.len() > MOST {
        return None;
    }
    let lies_in = |file: u32| folder(&index.files[file as usize].file);
    let nearness = |space: &Space<'_>| match index.closeness_of((file, place), (space.file, place)) {
        Closeness::Together => 3,
        _ if lies_in(space.file) == lies_in(file) => 2,
        Closeness::Near => 1,
        Closeness::Apart => 0,
    };
    let nearest = spaces.iter().map(nearness).max().filter(|near| *near > 0)?;
    let nearest = spaces.iter().filter(|space| nearness(space) == nearest);
    let weakest = nearest.min_by_key(|space| space.enforcing.map(|one| one.level))?;
    Some((place, weakest.file, weakest.enforcing?))
}

/// Whether patches on the way may change what pods of this kind may do.
fn changes_pods(build: &Build<'_, '_>, kind: &str) -> bool {
    let mut patches = build.stages.iter().flat_map(|stage| &stage.patches);
    patches.any(|patching| patching.says_more || patching.fills(kind).any(|fill| is_about_security(&fill)))
}

/// Whether a patch gives, or takes away, something that a standard asks about.
fn is_about_security(fill: &Fill<'_>) -> bool {
    let last = fill.steps().last().unwrap_or_default();
    fill.value == Given::Nothing
        || ["securityContext", "host", "volumes", "apparmor"]
            .iter()
            .any(|word| fill.path.contains(word))
        || matches!(
            &*last,
            "" | "spec"
                | "jobTemplate"
                | "template"
                | "containers"
                | "initContainers"
                | "ephemeralContainers"
        )
}
