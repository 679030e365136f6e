//! What Flux applies: a Kustomization of Flux names a folder of a source, and what is to become of the objects there.
//!
//! Only its files tell what a source holds, and the folder is seen from the source's root, which a run need not begin
//! at. So a folder counts only where exactly one fits, and a namespace only where the source is the repository that
//! Flux itself was set up from; what else there may be is passed on to be said.

use super::facts::{Facts, Text};
use super::kustomization::{Changes, Kustomization};
use super::kustomize;
use super::overlays::{Overlays, is_component, patched};
use super::paths::{Paths, folder, join};
use super::written::Write;
use crate::hash::{HashMap, HashSet};
use crate::manifest::{Object, mask};
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::Node;

/// The source that `flux bootstrap` makes of the repository it writes to.
const OWN_SOURCE: (&str, &str) = ("GitRepository", "flux-system");

/// What a Kustomization of Flux says.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The folder of its source.
    pub path: Text,
    /// Whether the source is the repository that Flux was set up from.
    pub own: bool,
    /// What becomes of the objects there: `namespace` is its `targetNamespace`, `labels` are of its `commonMetadata`,
    /// `resources` are its components, seen from the folder.
    pub change: Kustomization,
}

/// A file that Flux applies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivered {
    /// The file.
    pub(super) file: u32,
    /// The kustomization in the folder that brings the file along; `None`: the file lies there by itself.
    pub(super) through: Option<u32>,
    /// The file with the Kustomization of Flux, and which of its [`Facts::deliveries`] it is.
    pub(super) by: (u32, u32),
}

/// What changes objects wherever they have what is changed.
const CHANGING: [&str; 7] = [
    "targetNamespace",
    "commonMetadata",
    "components",
    "postBuild",
    "images",
    "namePrefix",
    "nameSuffix",
];

/// Takes the facts of an object, if it is a Kustomization of Flux.
pub(super) fn read(object: &Object<'_>, masked: &[Span], facts: &mut Facts) {
    if (object.group(), &*object.kind) != ("kustomize.toolkit.fluxcd.io", "Kustomization") {
        return;
    }
    // An alias may lead to what must not be told.
    let shown = |node: &Node<'_>| masked.is_empty() || !mask::touches(masked, node.resolved().span());
    let text = |path: &[&str]| object.path(path).filter(shown).and_then(Node::str);
    let Some(spec) = object.path(&["spec"]) else {
        return;
    };
    let path = facts.keep(&text(&["spec", "path"]).unwrap_or_default());
    let namespace = facts.keep(&text(&["spec", "targetNamespace"]).unwrap_or_default());
    let source = |field: &str| text(&["spec", "sourceRef", field]);
    let own =
        source("kind").as_deref() == Some(OWN_SOURCE.0) && source("name").as_deref() == Some(OWN_SOURCE.1);
    let labels = object.path(&["spec", "commonMetadata", "labels"]);
    let labels = kustomize::label_maps(labels.into_iter(), facts);
    let mut change = Kustomization {
        namespace,
        labels,
        resources: kustomize::components(spec, facts),
        ..kustomize::changes(spec, facts)
    };
    // But for patches, which are looked into.
    change.changes.anything |= CHANGING.iter().any(|key| spec.get(key).is_some());
    facts.deliveries.push(Delivery { path, own, change });
}

/// Tells the overlays of a run what Flux does to its files.
pub(super) fn deliver<'r>(files: &'r [Facts], paths: &Paths<'_>, overlays: &mut Overlays<'r>) {
    if files.iter().all(|facts| facts.deliveries.is_empty()) {
        return;
    }
    let mut known: HashMap<String, Vec<(u32, Option<u32>)>> = HashMap::default();
    for (file, facts) in (0..).zip(files) {
        for (at, one) in (0..).zip(&facts.deliveries) {
            let namespace = facts.str(one.change.namespace);
            let moves = !namespace.is_empty() || !one.change.labels.is_empty();
            overlays.affix(facts, &one.change);
            let place = place(paths, &facts.file, facts.str(one.path));
            let is_sure = place.is_some() && one.own && !unrendered(namespace);
            if moves && !is_sure {
                overlays.unplaced.push(file);
            }
            let Some(place) = place else { continue };
            let mut changes = one.change.changes;
            let mut written: Vec<Write<'r>> = facts.written(&one.change.written).collect();
            let mut added = Vec::new();
            for path in facts.paths(&one.change.resources) {
                let Some(component) = paths.file(&place, path).filter(|at| is_known(files, *at)) else {
                    // What is not here may change anything.
                    changes = Changes::ALL;
                    written.push(Write {
                        kind: "",
                        name: "",
                        path: "",
                        whole: true,
                    });
                    continue;
                };
                let component_facts = &files[component as usize];
                for own in &component_facts.kustomizations {
                    let (more, fields) = patched(files, paths, component_facts, own);
                    changes.add(more);
                    written.extend(fields);
                }
                added.push(component);
            }
            if !one.change.filled.is_empty() || !one.change.patches.is_empty() || !added.is_empty() {
                overlays.patched_by_flux.insert((file, at));
            }
            if !added.is_empty() {
                overlays.added.insert((file, at), added);
            }
            let there = known
                .entry(place)
                .or_insert_with_key(|place| applied(place, paths, overlays));
            let written = overlays.add_writes(written);
            for &(file_there, through) in &*there {
                let namespace = if is_sure { namespace } else { "" };
                overlays.deliver(file_there, ((file, at), through), namespace, changes);
                overlays.write(file_there, written);
                if moves && is_sure {
                    overlays.delivered.push(Delivered {
                        file: file_there,
                        through,
                        by: (file, at),
                    });
                }
            }
        }
    }
    overlays.delivered.sort_unstable_by_key(|one| (one.file, one.by));
    overlays.unplaced.dedup();
}

/// Whether a file is a component all of whose changes stand in it.
fn is_known(files: &[Facts], file: u32) -> bool {
    let facts = &files[file as usize];
    is_component(files, file)
        && facts.kustomizations.iter().all(|own| {
            let mut listed = facts.paths(&own.resources);
            listed.all(|path| path.ends_with(".yaml") || path.ends_with(".yml"))
        })
}

/// The folder that a path, seen from the root of a source, means, if a file's own path tells it: of the folders above
/// the file exactly one has the path below it.
pub(super) fn place(paths: &Paths<'_>, file: &str, path: &str) -> Option<String> {
    let path = join("", path.trim_start_matches('/'));
    if path.is_empty() || path.starts_with("..") || unrendered(&path) {
        return None;
    }
    let file = join("", file);
    let mut above = folder(&file);
    let mut found = None;
    loop {
        let place = join(above, &path);
        if !paths.below(&place).is_empty() && found.replace(place.into_owned()).is_some() {
            return None;
        }
        if above.is_empty() {
            return found;
        }
        above = folder(above);
    }
}

/// What Flux, or Argo CD, applies of a folder: what its kustomization takes in, and where there is none all files, down
/// to folders that have one.
pub(super) fn applied(place: &str, paths: &Paths<'_>, overlays: &Overlays<'_>) -> Vec<(u32, Option<u32>)> {
    let mut applied = Vec::new();
    let mut taken = HashSet::default();
    for (path, file) in paths.below(place) {
        let ends = path
            .match_indices('/')
            .map(|(at, _)| at)
            .filter(|at| *at >= place.len());
        let kustomization = ends
            .map(|at| &path[..at])
            .find_map(|folder| paths.kustomization(folder));
        match kustomization {
            None if path.ends_with(".yaml") || path.ends_with(".yml") => applied.push((*file, None)),
            None => {}
            Some(root) => {
                if taken.insert(root)
                    && let Ok(at) = overlays.listed.binary_search_by_key(&root, |(file, _)| *file)
                {
                    let mut reached: Vec<u32> = overlays.reached(at).into_iter().collect();
                    reached.sort_unstable();
                    applied.extend(reached.into_iter().map(|file| (file, Some(root))));
                }
            }
        }
    }
    applied
}
