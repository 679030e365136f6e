//! What a kustomization says about names: whom it takes in, and how it renames and patches them.

use std::borrow::Cow;
use std::ops::Range;

use super::facts::{Facts, Label, Text};
use super::filled;
use super::generators;
use super::kustomization::{Changes, Kustomization, PatchFile, Written};
use super::ports;
use super::table::Table;
use super::whom::{Selects, Whom};
use super::written::{of_dotted, of_pointer, steps};
use crate::manifest::kustomization::is_elsewhere;
use crate::placeholder::unrendered;
use crate::yaml::{self, Node, Tree};

/// Fields of one patch that are noted; one with more may write any.
const MOST_FIELDS: usize = 2_000;

/// The field by which a partial object takes things away.
const DIRECTIVE: &str = "$patch";

/// The API group that has no name, as an expression for it: an empty one means any.
const NO_GROUP: &str = "^$";

/// Where a kustomization lists what it takes objects from.
const RESOURCES: [&str; 3] = ["resources", "components", "bases"];

/// Where it lists charts.
const CHARTS: [&str; 2] = ["helmCharts", "helmChartInflationGenerator"];

/// Takes the facts of a kustomization.
pub(super) fn read(root: Node<'_>, table: &Table, facts: &mut Facts) {
    let namespace = match root.get("namespace").and_then(Node::str) {
        // Which one a placeholder becomes is not known.
        Some(text) if !unrendered(&text) => facts.keep(&text),
        _ => Text::default(),
    };
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
        inflates: CHARTS.iter().any(|key| list(root, key).next().is_some()),
        selectors: sets_selectors(root),
        ..changes(root, facts)
    };
    facts.kustomizations.push(own);
    generators::read(root, namespace, table, facts);
}

/// The components that a kustomization, or an object of Flux, takes in.
pub(super) fn components(root: Node<'_>, facts: &mut Facts) -> Range<u32> {
    paths(facts, list(root, "components").filter_map(Node::str))
}

/// What a kustomization, or an object of Flux that is written like one, does to names and to what it patches.
pub(super) fn changes(root: Node<'_>, facts: &mut Facts) -> Kustomization {
    let (prefix, suffix) = (field(root, "namePrefix", facts), field(root, "nameSuffix", facts));
    let outer = std::mem::take(&mut facts.changes);
    let (written, filled) = (facts.written.len() as u32, facts.filled.len() as u32);
    let transforms = ["generators", "transformers", "vars"];
    let mut components = list(root, "components").filter_map(Node::str);
    if transforms.iter().any(|key| list(root, key).next().is_some())
        || components.any(|path| is_elsewhere(&path))
    {
        facts.changes = Changes::ALL;
    }
    let annotations = root.get("commonAnnotations");
    facts.changes.pod_ports |= annotations.is_some_and(ports::may_be_changed_by);
    facts.changes.anything |= list(root, "configurations").next().is_some();
    // Flux gives what is common another name.
    facts.changes.annotations |= annotations.is_some() || root.get("commonMetadata").is_some();
    facts.changes.images |= ["images", "replicas"]
        .iter()
        .any(|key| list(root, key).next().is_some());
    let patches = patches(root, facts);
    replacements(root, facts);
    Kustomization {
        prefix,
        suffix,
        patches,
        written: written..facts.written.len() as u32,
        filled: filled..facts.filled.len() as u32,
        changes: std::mem::replace(&mut facts.changes, outer),
        ..Kustomization::default()
    }
}

fn field(root: Node<'_>, key: &str, facts: &mut Facts) -> Text {
    let value = root.get(key).and_then(Node::str).unwrap_or_default();
    facts.keep(&value)
}

pub(super) fn list<'t>(map: Node<'t>, key: &str) -> impl Iterator<Item = Node<'t>> + use<'t> {
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
            include.is_some_and(Node::is_true)
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
            let target = entry.get("target").map(selector);
            let target = target.as_ref().map(|target| target.map(|text| &**text));
            let kind = target.map(|target| target.kind);
            let name = target.map_or("", |target| target.name);
            if let Some(text) = inline {
                let mut tree = Tree::default();
                yaml::parse(&text, &[], &mut tree);
                for chunk in &tree.chunks {
                    match Node::root(&text, &tree, chunk) {
                        Some(root) if chunk.error.is_none() => patch(root, target.as_ref(), facts),
                        _ => facts.changes = Changes::ALL,
                    }
                }
            }
            if let Some(path) = path {
                // A target without a kind may be anything.
                facts
                    .changes
                    .add(kind.map_or(Changes::default(), changes_of_kind));
                let file = PatchFile {
                    kind: facts.keep(kind.unwrap_or_default()),
                    name: facts.keep(name),
                    path: facts.keep(&path),
                    whom: target
                        .filter(Whom::is_said)
                        .map(|target| facts.keep_whom(&target)),
                };
                facts.patches.push(file);
            }
        }
    }
    start..facts.patches.len() as u32
}

/// What chooses the objects that something is done to.
fn selector(node: Node<'_>) -> Selects<Cow<'_, str>> {
    let said = |key: &str| node.get(key).and_then(Node::str).unwrap_or_default();
    let chosen = |key: &&str| !said(key).is_empty();
    Selects {
        group: said("group"),
        version: said("version"),
        kind: said("kind"),
        name: said("name"),
        namespace: said("namespace"),
        chosen: ["labelSelector", "annotationSelector"].iter().any(chosen),
        literal: false,
    }
}

/// For whom a partial object says itself that it is.
fn own_whom(root: Node<'_>, kind: &str, name: &str, facts: &mut Facts) -> u32 {
    let api_version = root.get("apiVersion").and_then(Node::str).unwrap_or_default();
    let (group, version) = match api_version.split_once('/') {
        Some(both) => both,
        None if api_version.is_empty() => ("", ""),
        None => (NO_GROUP, &*api_version),
    };
    let namespace = root.path(&["metadata", "namespace"]).and_then(Node::str);
    facts.keep_whom(&Whom {
        group,
        version,
        kind,
        name,
        namespace: namespace.as_deref().unwrap_or_default(),
        chosen: false,
        literal: true,
    })
}

/// Takes in one patch: a partial object, or a list of JSON patch operations. `target` is what stands beside it.
pub(super) fn patch(root: Node<'_>, target: Option<&Whom<'_>>, facts: &mut Facts) {
    let kind = target.map(|target| target.kind);
    let name = target.map_or("", |target| target.name);
    if root.is_seq() {
        let whom = facts.keep_whom(target.unwrap_or(&Whom::default()));
        // A file of operations does not know what it is for; the kustomization says so.
        facts
            .changes
            .add(kind.map_or(Changes::default(), changes_of_kind));
        let kind = kind.unwrap_or_default();
        for operation in root.items() {
            filled::operation(operation, whom, facts);
            // What is copied or moved may be anything.
            let brings = match operation.get("op").and_then(Node::str).as_deref() {
                Some("copy" | "move") => true,
                _ => operation.get("value").is_some_and(ports::may_be_changed_by),
            };
            facts.changes.pod_ports |= brings;
            let Some(path) = operation.get("path").and_then(Node::str) else {
                continue;
            };
            facts.changes.pod_ports |= of_pointer(&path).any(|step| ports::is_changed_at(&step));
            // What is put at the end of a list leaves the rest alone.
            if !path.ends_with("/-") {
                let value = operation.get("value");
                let whole = value.is_none_or(|value| value.is_map() || value.is_seq());
                write((kind, name), of_pointer(&path), whole, facts);
            }
        }
        return;
    }
    let kind_beside = kind;
    let own = root.get("kind").and_then(Node::str);
    let kind = own.as_deref().or(kind).unwrap_or_default();
    let own_name = root.path(&["metadata", "name"]).and_then(Node::str);
    // A target says for whom a patch is, whatever stands in it.
    let name = match kind_beside {
        Some(_) => name,
        None => own_name.as_deref().unwrap_or_default(),
    };
    let whom = match target {
        Some(target) => facts.keep_whom(target),
        None => own_whom(root, kind, name, facts),
    };
    filled::partial(root, whom, facts);
    fields(root, kind, name, facts);
    let touches = |path: &[&str]| root.path(path).is_some();
    facts.changes.add(Changes {
        labels: touches(&["spec", "selector"])
            || touches(&["spec", "template", "metadata", "labels"])
            || touches(&["metadata", "labels"]),
        secret_labels: may_be(kind, "Secret") && touches(&["metadata", "labels"]),
        pod_ports: ports::may_be_changed_by(root),
        ..changes_of_kind(kind)
    });
}

/// Notes the fields of a partial object: what it says takes the place of what was there. Of lists only some are merged
/// item by item, and which item is which is not known here, so that all of them count.
fn fields(root: Node<'_>, kind: &str, name: &str, facts: &mut Facts) {
    let mut open: Vec<(Node<'_>, String)> = Vec::new();
    let roots = root
        .entries()
        .filter_map(|entry| Some((entry.value, entry.key.key_text()?)));
    // The rest tells whom the patch is for, and names nothing else.
    let roots = roots
        .filter(|(_, key)| !matches!(&**key, "apiVersion" | "kind" | "metadata" | "data" | "stringData"));
    open.extend(roots.map(|(value, key)| (value, steps([key].into_iter()))));
    let mut seen = 0;
    let mut keep = |path: &str, whole: bool| {
        let written = Written {
            kind: facts.keep(kind),
            name: facts.keep(name),
            path: facts.keep(path),
            whole,
        };
        facts.written.push(written);
    };
    while let Some((node, path)) = open.pop() {
        seen += 1;
        if seen > MOST_FIELDS {
            return write(("", ""), std::iter::empty(), true, facts);
        }
        // `$patch: delete` and `$patch: replace` stand beside what they are about.
        if path == DIRECTIVE || path.ends_with("/$patch") {
            keep(path.trim_end_matches(DIRECTIVE).trim_end_matches('/'), true);
        } else if node.is_map() {
            for entry in node.entries() {
                let Some(key) = entry.key.key_text() else { continue };
                let below = steps([key].into_iter());
                open.push((
                    entry.value,
                    if below.is_empty() {
                        path.clone()
                    } else {
                        format!("{path}/{below}")
                    },
                ));
            }
        } else if node.is_seq() {
            open.extend(node.items().map(|item| (item, path.clone())));
        } else if node.is_null() {
            keep(&path, true); // a null takes away what is there
        } else if may_name(&path) {
            keep(&path, false);
        }
    }
}

/// Whether the field at a path may name something, as far as its own name tells; most fields do not.
fn may_name(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let ends = [
        "ame", "ecret", "ecrets", "ount", "lass", "Ref", "ervice", "onfigMap", "tore", "ssuer", "ource",
        "ptional",
    ];
    ends.iter().any(|end| last.ends_with(end)) || last.contains(['.', '~'])
}

/// What patches of a kind may change; "" is any kind.
fn changes_of_kind(kind: &str) -> Changes {
    Changes {
        keys: may_be(kind, "Secret") || may_be(kind, "ConfigMap"),
        ports: may_be(kind, "Service"),
        ..Changes::default()
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
            write(("", ""), std::iter::empty(), true, facts);
        }
        for target in list(replacement, "targets") {
            let select = target.get("select").map(selector);
            let whom = select.as_ref().map(|select| select.map(|text| &**text));
            let mut whom = whom.unwrap_or_default();
            whom.chosen |= list(target, "reject").next().is_some();
            let (kind, name, to) = (whom.kind, whom.name, facts.keep_whom(&whom));
            facts.changes.add(changes_of_kind(kind));
            for path in list(target, "fieldPaths").filter_map(Node::str) {
                let steps = of_dotted(&path);
                facts.changes.pod_ports |= ports::may_be_replaced_at(&steps);
                filled::replaced(&steps, to, facts);
                write((kind, name), steps.into_iter(), true, facts);
            }
        }
    }
}

/// Notes a field that is written.
fn write<'s>(
    (kind, name): (&str, &str),
    path: impl Iterator<Item = Cow<'s, str>>,
    whole: bool,
    facts: &mut Facts,
) {
    let path = path.inspect(|step| {
        facts.changes.labels |= matches!(&**step, "labels" | "matchLabels" | "selector");
        facts.changes.secret_labels |= step == "labels" && may_be(kind, "Secret");
    });
    let path = steps(path);
    let (kind, name, path) = (facts.keep(kind), facts.keep(name), facts.keep(&path));
    facts.written.push(Written {
        kind,
        name,
        path,
        whole,
    });
}
