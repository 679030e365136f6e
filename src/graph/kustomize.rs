//! What a kustomization says about names: whom it takes in, how it renames them, what it generates.

use std::borrow::Cow;
use std::ops::Range;

use super::facts::{Changes, Definition, Facts, Key, Kustomization, Label, PatchFile, Text, Written};
use super::table::{Table, Target};
use super::{CONFIG_MAP, PERSISTENT_VOLUME_CLAIM, SECRET, SERVICE, SERVICE_ACCOUNT};
use crate::yaml::{self, Node, Scalar, Tree};

/// Where a kustomization lists what it takes objects from.
const RESOURCES: [&str; 3] = ["resources", "components", "bases"];

/// The field of an object's own name, whatever else is called `name`.
pub(super) const OWN_NAME: &str = "metadata/name";

/// Annotations by which kubed and kubernetes-replicator copy a Secret or ConfigMap into other namespaces.
const COPIED: [&str; 3] = [
    "kubed.appscode.com/sync",
    "replicator.v1.mittwald.de/replicate-to",
    "replicator.v1.mittwald.de/replicate-to-matching",
];
/// How those of reflector begin.
const COPIED_ALSO: &str = "reflector.v1.k8s.emberstack.com/reflection-auto-";

/// What a Helm chart makes is named after its release, mostly.
const CHART_MAKES: [Target; 5] = [
    CONFIG_MAP,
    PERSISTENT_VOLUME_CLAIM,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
];

/// Takes the facts of a kustomization.
pub(super) fn read(root: Node<'_>, table: &Table, facts: &mut Facts) {
    let namespace = field(root, "namespace", facts);
    let resources = RESOURCES
        .iter()
        .flat_map(|key| list(root, key).filter_map(Node::str));
    let resources = paths(facts, resources);
    let labels = labels(root, facts);
    let component = root.get("kind").and_then(Node::str).as_deref() == Some("Component");
    let own = Kustomization {
        namespace,
        resources,
        labels,
        component,
        selectors: sets_selectors(root),
        ..changes(root, facts)
    };
    facts.kustomizations.push(own);
    for (field, target) in [("secretGenerator", SECRET), ("configMapGenerator", CONFIG_MAP)] {
        for generator in list(root, field) {
            generate(generator, target, namespace, facts);
            let options = [root.get("generatorOptions"), generator.get("options")];
            if options.into_iter().flatten().any(copies) {
                copy(table, facts);
            }
        }
    }
    for chart in list(root, "helmCharts") {
        inflate(chart, namespace, facts);
    }
}

/// The components that a kustomization, or an object of Flux, takes in.
pub(super) fn components(root: Node<'_>, facts: &mut Facts) -> Range<u32> {
    paths(facts, list(root, "components").filter_map(Node::str))
}

/// What a kustomization, or an object of Flux that is written like one, does to names and to what it patches.
pub(super) fn changes(root: Node<'_>, facts: &mut Facts) -> Kustomization {
    let (prefix, suffix) = (field(root, "namePrefix", facts), field(root, "nameSuffix", facts));
    let outer = std::mem::take(&mut facts.changes);
    let written = facts.written.len() as u32;
    if ["generators", "transformers", "vars"]
        .iter()
        .any(|key| list(root, key).next().is_some())
    {
        facts.changes = Changes::ALL;
    }
    let patches = patches(root, facts);
    replacements(root, facts);
    Kustomization {
        prefix,
        suffix,
        patches,
        written: written..facts.written.len() as u32,
        changes: std::mem::replace(&mut facts.changes, outer),
        ..Kustomization::default()
    }
}

fn field(root: Node<'_>, key: &str, facts: &mut Facts) -> Text {
    let value = root.get(key).and_then(Node::str).unwrap_or_default();
    facts.keep(&value)
}

fn list<'t>(map: Node<'t>, key: &str) -> impl Iterator<Item = Node<'t>> + use<'t> {
    map.get(key).into_iter().flat_map(Node::items)
}

fn paths<'t>(facts: &mut Facts, texts: impl Iterator<Item = Cow<'t, str>>) -> Range<u32> {
    let start = facts.paths.len() as u32;
    for path in texts {
        let path = facts.keep(&path);
        facts.paths.push(path);
    }
    start..facts.paths.len() as u32
}

/// The labels that a kustomization sets, in the order in which it does: of a key that stands twice the last one
/// holds.
fn labels(root: Node<'_>, facts: &mut Facts) -> Range<u32> {
    let pairs = list(root, "labels").filter_map(|entry| entry.get("pairs"));
    label_maps(pairs.chain(root.get("commonLabels")), facts)
}

/// Keeps the labels of some maps.
pub(super) fn label_maps<'t>(maps: impl Iterator<Item = Node<'t>>, facts: &mut Facts) -> Range<u32> {
    let start = facts.labels.len() as u32;
    for entry in maps.flat_map(Node::entries) {
        let Some(key) = entry.key.key_text() else { continue };
        let label = Label {
            key: facts.keep(&key),
            value: facts.keep(&entry.value.str().unwrap_or_default()),
            span: entry.value.span(),
        };
        facts.labels.push(label);
    }
    start..facts.labels.len() as u32
}

/// Whether a kustomization writes its labels into selectors, and makes those that are missing.
fn sets_selectors(root: Node<'_>) -> bool {
    let common = root.get("commonLabels");
    common.is_some_and(|labels| labels.entries().next().is_some())
        || list(root, "labels").any(|entry| {
            let include = entry.get("includeSelectors");
            include.is_some_and(|include| include.scalar() == Some(Scalar::Bool(true)))
        })
}

/// Takes in inline patches, and notes the files of the others.
fn patches(root: Node<'_>, facts: &mut Facts) -> Range<u32> {
    let start = facts.patches.len() as u32;
    for field in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
        for entry in list(root, field) {
            let (path, inline) = match entry.str() {
                Some(text) if text.contains('\n') => (None, Some(text)),
                Some(text) => (Some(text), None),
                None => (
                    entry.get("path").and_then(Node::str),
                    entry.get("patch").and_then(Node::str),
                ),
            };
            let target = entry.get("target");
            let kind = target.map(|target| target.get("kind").and_then(Node::str).unwrap_or_default());
            if let Some(text) = inline {
                let mut tree = Tree::default();
                yaml::parse(&text, &[], &mut tree);
                for chunk in &tree.chunks {
                    match Node::root(&text, &tree, chunk) {
                        Some(root) if chunk.error.is_none() => patch(root, kind.as_deref(), facts),
                        _ => facts.changes = Changes::ALL,
                    }
                }
            }
            if let Some(path) = path {
                // A target without a kind may be anything.
                facts
                    .changes
                    .add(kind.as_deref().map_or(Changes::default(), changes_of_kind));
                let kind = facts.keep(kind.as_deref().unwrap_or_default());
                let path = facts.keep(&path);
                facts.patches.push(PatchFile { kind, path });
            }
        }
    }
    start..facts.patches.len() as u32
}

/// Takes in one patch: a partial object, or a list of JSON patch operations. `kind` is what a target beside it
/// says, "" when it says no kind.
pub(super) fn patch(root: Node<'_>, kind: Option<&str>, facts: &mut Facts) {
    if root.is_seq() {
        // A file of operations does not know what it is for; the kustomization says so.
        facts
            .changes
            .add(kind.map_or(Changes::default(), changes_of_kind));
        let kind = kind.unwrap_or_default();
        for operation in root.items() {
            let Some(path) = operation.get("path").and_then(Node::str) else {
                continue;
            };
            // What is put at the end of a list leaves the rest alone.
            if !path.ends_with("/-") {
                let steps = path
                    .split('/')
                    .map(|step| step.replace("~1", "/").replace("~0", "~"));
                write(kind, path.as_ref() == "/metadata/name", steps, facts);
            }
        }
        return;
    }
    let own = root.get("kind").and_then(Node::str);
    let kind = own.as_deref().or(kind).unwrap_or_default();
    let touches = |path: &[&str]| root.path(path).is_some();
    facts.changes.add(Changes {
        labels: touches(&["spec", "selector"])
            || touches(&["spec", "template", "metadata", "labels"])
            || touches(&["metadata", "labels"]),
        secret_labels: may_be(kind, "Secret") && touches(&["metadata", "labels"]),
        ..changes_of_kind(kind)
    });
}

/// What patches of a kind may change; "" is any kind.
fn changes_of_kind(kind: &str) -> Changes {
    Changes {
        keys: may_be(kind, "Secret") || may_be(kind, "ConfigMap"),
        ports: may_be(kind, "Service"),
        labels: false,
        secret_labels: false,
    }
}

/// Whether what a patch says of the kind that it is for, a regular expression, may mean this one; "" is any.
pub(super) fn may_be(kind: &str, name: &str) -> bool {
    kind.is_empty() || kind.contains(name) || kind.contains(['*', '.'])
}

/// Notes the fields that replacements write.
fn replacements(root: Node<'_>, facts: &mut Facts) {
    for replacement in list(root, "replacements") {
        if replacement.get("path").is_some() {
            facts.changes = Changes::ALL;
            write("", false, std::iter::empty(), facts);
        }
        for target in list(replacement, "targets") {
            let kind = target.path(&["select", "kind"]).and_then(Node::str);
            let kind = kind.as_deref().unwrap_or_default();
            facts.changes.add(changes_of_kind(kind));
            for path in list(target, "fieldPaths").filter_map(Node::str) {
                let steps = path.split('.').map(str::to_string);
                write(kind, path.as_ref() == "metadata.name", steps, facts);
            }
        }
    }
}

/// Notes a field that is written. Its last step tells enough: whatever lies below it is not final.
fn write(kind: &str, name: bool, steps: impl Iterator<Item = String>, facts: &mut Facts) {
    let mut last = None;
    for step in steps {
        facts.changes.labels |= matches!(&*step, "labels" | "matchLabels" | "selector");
        facts.changes.secret_labels |= step == "labels" && may_be(kind, "Secret");
        let index = step.bytes().all(|b| b.is_ascii_digit()) || step.starts_with('[') || step == "*";
        if !index {
            last = Some(step);
        }
    }
    let field = if name {
        OWN_NAME
    } else {
        last.as_deref().unwrap_or_default()
    };
    let (kind, field) = (facts.keep(kind), facts.keep(field));
    facts.written.push(Written { kind, field });
}

/// A Helm chart that kustomize inflates.
fn inflate(chart: Node<'_>, default_namespace: Text, facts: &mut Facts) {
    let Some(name) = chart.get("releaseName").or_else(|| chart.get("name")) else {
        return;
    };
    let Some(release) = name.str().filter(|name| !name.is_empty()) else {
        return;
    };
    let namespace = match chart.get("namespace").and_then(Node::str) {
        Some(namespace) => facts.keep(&namespace),
        None => default_namespace,
    };
    for made in [release.to_string(), format!("{release}-$(chart)")] {
        let made = facts.keep(&made);
        for target in CHART_MAKES {
            facts.definitions.push(Definition {
                target,
                name: made,
                namespace,
                span: name.span(),
                object: None,
                row: None,
                keys: 0..0,
                closed: false,
            });
        }
    }
}

/// Whether options of a generator have a controller copy what is generated into other namespaces.
fn copies(options: Node<'_>) -> bool {
    let annotations = options.get("annotations").into_iter().flat_map(Node::entries);
    let mut keys = annotations.filter_map(|entry| entry.key.key_text());
    keys.any(|key| COPIED.contains(&&*key) || key.starts_with(COPIED_ALSO))
}

/// Adds the copies of the definition that was added last.
fn copy(table: &Table, facts: &mut Facts) {
    let copies = facts.definitions.last().and_then(|own| {
        Some(Definition {
            namespace: Text::default(),
            row: Some(table.copier(own.target)?),
            ..own.clone()
        })
    });
    facts.definitions.extend(copies);
}

/// One entry of `secretGenerator` or `configMapGenerator`. References in source use the name without its hash.
fn generate(generator: Node<'_>, target: Target, default_namespace: Text, facts: &mut Facts) {
    let text = |key: &str| generator.get(key).and_then(Node::str);
    let Some(name) = generator.get("name") else { return };
    let Some(own) = name.str().filter(|name| !name.is_empty()) else {
        return;
    };
    let start = facts.next_key();
    for (item, is_file) in list(generator, "literals")
        .map(|item| (item, false))
        .chain(list(generator, "files").map(|item| (item, true)))
    {
        let Some(text) = item.str() else { continue };
        let key = match text.split_once('=') {
            Some((key, _)) => key,
            None if is_file => text.rsplit('/').next().unwrap_or_default(),
            None => continue,
        };
        let (name, span) = (facts.keep(key), item.span());
        facts.keys.push(Key {
            name,
            span,
            alias: false,
        });
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
