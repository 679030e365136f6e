//! What Argo CD applies: a source of an Application names a folder, and may patch what the kustomization there makes.
//!
//! As with Flux the folder is seen from the root of a repository, and counts only where exactly one fits.

use super::facts::{Facts, Text};
use super::flux::{applied, place};
use super::kustomization::{Changes, Written};
use super::kustomize;
use super::overlays::Overlays;
use super::paths::Paths;
use crate::hash::HashSet;
use crate::manifest::{Object, mask};
use crate::source::Span;
use crate::yaml::Node;
use std::ops::Range;

/// A folder whose objects Argo CD changes where it applies them.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The folder.
    pub path: Text,
    /// What may be changed in its objects.
    pub changes: Changes,
    /// The fields that are written, in [`Facts::written`].
    pub written: Range<u32>,
}

/// Takes the facts of an object, if it is an Application of Argo CD, or makes some.
pub(super) fn read(object: &Object<'_>, masked: &[Span], facts: &mut Facts) {
    let spec = match (object.group(), &*object.kind) {
        ("argoproj.io", "Application") => object.path(&["spec"]),
        ("argoproj.io", "ApplicationSet") => object.path(&["spec", "template", "spec"]),
        _ => None,
    };
    let Some(spec) = spec else { return };
    for source in spec
        .get("source")
        .into_iter()
        .chain(kustomize::list(spec, "sources"))
    {
        // An alias may lead to what must not be told.
        let shown = |node: &Node<'_>| masked.is_empty() || !mask::touches(masked, node.resolved().span());
        let path = source.get("path").filter(shown).and_then(Node::str);
        let (Some(path), Some(own)) = (path, source.get("kustomize")) else {
            continue;
        };
        let change = kustomize::changes(own, facts);
        // Files are seen from the folder, where they are not looked for.
        let is_unknown = !change.patches.is_empty() || kustomize::list(own, "components").next().is_some();
        if is_unknown {
            let any = Text::default();
            let (kind, name, path) = (any, any, any);
            facts.written.push(Written {
                kind,
                name,
                path,
                whole: true,
            });
        }
        let written = change.written.start..facts.written.len() as u32;
        let mut changes = if is_unknown { Changes::ALL } else { change.changes };
        changes.anything |= own.entries().next().is_some();
        if changes != Changes::default() || !written.is_empty() {
            let path = facts.keep(&path);
            facts.applied.push(Applied {
                path,
                changes,
                written,
            });
        }
    }
}

/// Tells the overlays of a run what Argo CD does to its files.
pub(super) fn apply<'r>(files: &'r [Facts], paths: &Paths<'_>, overlays: &mut Overlays<'r>) {
    for facts in files {
        for one in &facts.applied {
            let Some(place) = place(paths, &facts.file, facts.str(one.path)) else {
                continue;
            };
            let there: HashSet<u32> = applied(&place, paths, overlays)
                .iter()
                .map(|(file, _)| *file)
                .collect();
            let written = overlays.add_writes(facts.written(&one.written).collect());
            for file in there {
                overlays.change(file, one.changes);
                overlays.write(file, written);
            }
        }
    }
}
