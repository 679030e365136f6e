//! Every row of `schemas/references.txt` with a manifest that uses it.

use std::collections::BTreeSet;

use kubeproof::graph::table::{Role, RowId};
use kubeproof::graph::{self, Facts};
use kubeproof::manifest::{File, Surroundings};
use kubeproof::yaml::{self, Node, Tree};

use super::{file, findings_of_all, service};

fn facts(text: &str) -> Facts {
    let mut tree = Tree::default();
    yaml::parse(text, &[], &mut tree);
    graph::facts(&File::read(
        "case.yaml",
        text,
        &tree,
        &Surroundings::default(),
        false,
    ))
}

/// One line of `testdata/references.txt`.
struct Case {
    line: usize,
    verb: &'static str,
    target: &'static str,
    name: &'static str,
    manifest: String,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../../testdata/references.txt");
    let mut cases = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (verb, rest) = text.split_once(' ').expect("a verb");
        let (target, rest) = rest.split_once(' ').expect("a target");
        let (name, rest) = match verb {
            "makes" | "mirrors" => rest.split_once(' ').expect("a name"),
            _ => ("wanted", rest),
        };
        let (version, rest) = rest.split_once(' ').expect("an apiVersion");
        let (kind, rest) = rest.split_once(' ').expect("a kind");
        let fields = rest
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or(rest);
        let own = if fields.starts_with("metadata:") {
            ""
        } else {
            "metadata: {name: own}, "
        };
        cases.push(Case {
            line,
            verb,
            target,
            name,
            manifest: format!("{{apiVersion: {version}, kind: {kind}, {own}{fields}}}\n"),
        });
    }
    cases
}

/// An object of the first kind that a target stands for.
fn defining(target: &str, name: &str) -> String {
    let table = graph::standard();
    let target = table.target(target).expect("a target");
    let mut kinds = table.kinds.iter();
    let kind = kinds.find(|kind| kind.target == Some(target)).expect("its kind");
    let (group, kind) = (table.str(kind.group), table.str(kind.kind));
    let slash = if group.is_empty() { "" } else { "/" };
    format!("{{apiVersion: {group}{slash}v1, kind: {kind}, metadata: {{name: {name}}}}}\n")
}

/// An object in namespace `b` that uses a target.
pub fn using(target: &str, name: &str) -> String {
    let pod = |spec: String| ("v1", "Pod", format!("spec: {{{spec}}}"));
    let (version, kind, fields) = match target {
        "Secret" => pod(format!("volumes: [{{secret: {{secretName: {name}}}}}]")),
        "ConfigMap" => pod(format!("volumes: [{{configMap: {{name: {name}}}}}]")),
        "PersistentVolumeClaim" => pod(format!(
            "volumes: [{{persistentVolumeClaim: {{claimName: {name}}}}}]"
        )),
        "ServiceAccount" => pod(format!("serviceAccountName: {name}")),
        "Service" => (
            "networking.k8s.io/v1",
            "Ingress",
            format!("spec: {{defaultBackend: {{service: {{name: {name}, port: {{number: 80}}}}}}}}"),
        ),
        "StorageClass" => (
            "v1",
            "PersistentVolumeClaim",
            format!("spec: {{storageClassName: {name}}}"),
        ),
        "Deployment" | "StatefulSet" => (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            format!("spec: {{scaleTargetRef: {{kind: {target}, name: {name}}}}}"),
        ),
        other => panic!("nothing known that uses a {other}"),
    };
    format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: user, namespace: b}}, {fields}}}\n")
}

/// What has, or selects by, the label `app: VALUE`.
fn labelled(target: &str, value: &str) -> String {
    let labels = format!("{{app: {value}}}");
    match target {
        "Pod" => format!("{{apiVersion: v1, kind: Pod, metadata: {{name: x, labels: {labels}}}}}\n"),
        _ => format!("{{apiVersion: v1, kind: Service, metadata: {{name: x, labels: {labels}}}}}\n"),
    }
}

fn selecting(target: &str, value: &str) -> String {
    let labels = format!("{{app: {value}}}");
    match target {
        "Pod" => format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: x}}, spec: {{selector: {labels}}}}}\n"
        ),
        _ => format!(
            "{{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {{name: x}}, \
             spec: {{selector: {{matchLabels: {labels}}}}}}}\n"
        ),
    }
}

/// What is wrong with a case, if anything: each is run so that it must be found, and so that it must not.
fn fault(case: &Case) -> Option<String> {
    let Case {
        line,
        verb,
        target,
        name,
        manifest,
    } = case;
    let all = |files: &[(&str, &str)]| findings_of_all(files);
    let dangles = |found: &[String]| found.iter().any(|f| f.contains("dangling") && f.contains(*name));
    let misses = |other: &str| {
        let text = file(&[manifest, other]);
        let found = all(&[("case.yaml", &text)]);
        found.iter().any(|f| f.contains("selector-mismatch"))
    };
    let holds = match *verb {
        "uses" => {
            let defined = defining(target, name);
            dangles(&all(&[("case.yaml", manifest)]))
                && !dangles(&all(&[("case.yaml", manifest), ("other.yaml", &defined)]))
        }
        "makes" | "mirrors" => {
            let used = using(target, name);
            dangles(&all(&[("user.yaml", &used)]))
                && !dangles(&all(&[("case.yaml", manifest)]))
                && !dangles(&all(&[("case.yaml", manifest), ("user.yaml", &used)]))
        }
        "idle" => {
            let used = using(target, name);
            !dangles(&all(&[("case.yaml", manifest)]))
                && dangles(&all(&[("case.yaml", manifest), ("user.yaml", &used)]))
        }
        "knows" => {
            let own = facts(manifest);
            let names = |used: &graph::Use| {
                graph::standard().target_name(used.target) == *target && own.str(used.name) == *name
            };
            own.uses.iter().any(names) && !dangles(&all(&[("case.yaml", manifest)]))
        }
        "labels" => misses(&selecting(target, "wante")) && !misses(&selecting(target, "wanted")),
        "selects" => misses(&labelled(target, "wante")) && !misses(&labelled(target, "wanted")),
        "ports" => {
            // A job is no evidence by itself.
            let beside = "{apiVersion: v1, kind: Pod, metadata: {name: beside, labels: {app: wanted}}, spec: \
                          {containers: [{name: c, image: c}]}}";
            let loses = |port: &str| {
                let fields = format!("selector: {{app: wanted}}, ports: [{{port: 80, targetPort: {port}}}]");
                let found = all(&[("case.yaml", &file(&[manifest, beside, &service("x", &fields)]))]);
                found.iter().any(|f| f.contains("missing-target-port"))
            };
            loses("wante") && !loses("wanted")
        }
        _ => panic!("line {line}: unknown verb {verb}"),
    };
    (!holds).then(|| {
        format!(
            "testdata/references.txt:{line}: {verb} {target} {manifest}   alone: {:?}",
            all(&[("case.yaml", manifest)])
        )
    })
}

#[test]
fn every_row_is_used_by_a_manifest() {
    let table = graph::standard();
    let cases = cases();
    let mut faults: Vec<String> = cases.iter().filter_map(fault).collect();
    let mut rows = BTreeSet::new();
    for case in &cases {
        let own = facts(&case.manifest);
        rows.extend(own.uses.iter().map(|used| used.row));
        rows.extend(own.selections.iter().map(|one| one.row));
        rows.extend(own.definitions.iter().filter_map(|made| made.row));
    }
    for (i, row) in table.rows.iter().enumerate() {
        // Labels do not say by which row they were found; those of every kind are counted below.
        if !matches!(row.role, Role::Own | Role::Labels) && !rows.contains(&RowId(i as u16)) {
            faults.push(format!(
                "no manifest for `{:?} {} {}`",
                row.role,
                table.target_name(row.target),
                table.str(row.path)
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// `a.b[].c.*.d`, found in a manifest.
fn leads_somewhere(node: Node<'_>, path: &str) -> bool {
    let path = path.trim_start_matches('.');
    if path.is_empty() {
        return true;
    }
    if let Some(rest) = path.strip_prefix("[]") {
        return node.items().any(|item| leads_somewhere(item, rest));
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (key, rest) = path.split_at(end);
    match key {
        "*" => node.entries().any(|entry| leads_somewhere(entry.value, rest)),
        _ => node.get(key).is_some_and(|value| leads_somewhere(value, rest)),
    }
}

#[test]
fn every_kind_and_every_part_is_used_by_a_manifest() {
    let cases = cases();
    let mut trees = Vec::new();
    for case in &cases {
        let mut tree = Tree::default();
        yaml::parse(&case.manifest, &[], &mut tree);
        trees.push((case, tree));
    }
    let mut faults = Vec::new();
    let (mut block, mut is_kind) = (Vec::new(), false);
    for line in include_str!("../../schemas/references.txt").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let of_kind = |kind: &str| -> Vec<Node<'_>> {
            let (group, kind) = kind.rsplit_once('/').unwrap_or(("", kind));
            let roots = trees.iter().filter_map(|(case, tree)| {
                let root = Node::root(&case.manifest, tree, tree.chunks.first()?)?;
                let version = root.get("apiVersion")?.str()?;
                let own = version.rsplit_once('/').map_or("", |(group, _)| group);
                (own == group && root.get("kind")?.str()? == kind).then_some(root)
            });
            roots.collect()
        };
        match words.as_slice() {
            ["kind", kinds @ ..] => {
                is_kind = true;
                block = kinds.iter().filter(|kind| **kind != "*").copied().collect();
                for kind in &block {
                    if of_kind(kind).is_empty() {
                        faults.push(format!("no manifest of kind {kind}"));
                    }
                }
            }
            ["type", ..] => is_kind = false,
            [verb @ ("has" | "labels"), _, path, more @ ..] if is_kind => {
                let ports = more.iter().filter_map(|word| word.strip_prefix("ports=/"));
                for path in ports
                    .map(|spec| format!("{spec}.containers[].ports"))
                    .chain([(*path).into()])
                {
                    let mut roots = block.iter().flat_map(|kind| of_kind(kind));
                    if !roots.any(|root| leads_somewhere(root, &path)) {
                        faults.push(format!("no manifest of {block:?} for `{verb} {path}`"));
                    }
                }
            }
            _ => {}
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}
