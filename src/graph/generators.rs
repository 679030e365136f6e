//! What a kustomization generates: Secrets, ConfigMaps, and what is in Helm charts.

use super::envs::EnvFiles;
use super::facts::{Definition, Facts, Key, Text};
use super::kustomize::list;
use super::table::{Table, Target};
use super::{CONFIG_MAP, PERSISTENT_VOLUME_CLAIM, SECRET, SERVICE, SERVICE_ACCOUNT};
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::Node;

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

/// Takes the facts of what a kustomization generates.
pub(super) fn read(root: Node<'_>, namespace: Text, table: &Table, facts: &mut Facts) {
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
    let env_files = env_files(generator, facts);
    let added_to_another = matches!(text("behavior").as_deref(), Some("merge"));
    let namespace = match text("namespace").filter(|ns| !ns.is_empty()) {
        Some(namespace) => facts.keep(&namespace),
        None => default_namespace,
    };
    let kept = facts.keep(&own);
    if let Some(paths) = env_files.filter(|paths| !paths.is_empty() && !added_to_another) {
        facts.envs.push(EnvFiles {
            definition: facts.definitions.len() as u32,
            paths,
        });
    }
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

/// The files of variables that a generator names; `None` where one of them is no text, or waits to be filled in.
fn env_files(generator: Node<'_>, facts: &mut Facts) -> Option<Vec<(Text, Span)>> {
    let files = generator.get("env").into_iter().chain(list(generator, "envs"));
    let named = files.map(|file| {
        let path = file.str().filter(|path| !unrendered(path))?;
        Some((facts.keep(&path), file.span()))
    });
    named.collect()
}
