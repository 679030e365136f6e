//! Whether patches on the way to a cluster may change what counts of an object: what it asks of pods, or what they do
//! about it; or anything at all.

use super::builds::{Builds, Stage};
use super::filled::Fill;
use super::index::Index;
use super::written::is_plain;
use crate::hash::HashMap;

/// Of more patches it is not asked whom they are for.
const MOST: usize = 256;

/// Whom patches change, by the file and the kind of what is patched; `None`: perhaps anything.
type Known<'r> = HashMap<(u32, &'r str), Option<Vec<&'r str>>>;

/// Whether a patch gives, or takes away, something that counts in an object of a kind.
type Counts = fn(&Fill<'_>, &str) -> bool;

/// What patches of a run change.
pub(super) struct Changed<'r> {
    index: &'r Index<'r>,
    builds: Builds<'r, 'r>,
    known: Known<'r>,
    counts: Counts,
}

impl<'r> Changed<'r> {
    /// What pods are asked, and what they do about it.
    pub(super) fn new(index: &'r Index<'r>) -> Self {
        Changed::of(index, counts)
    }

    /// Whatever stands in objects.
    pub(super) fn at_all(index: &'r Index<'r>) -> Self {
        Changed::of(index, |_, _| true)
    }

    fn of(index: &'r Index<'r>, counts: Counts) -> Self {
        Changed {
            index,
            builds: Builds::new(index),
            known: HashMap::default(),
            counts,
        }
    }

    /// Whether something is put around the names of the objects in a file.
    pub(super) fn may_be_renamed(&mut self, file: u32) -> bool {
        self.index.is_built(file) && !self.index.affixes().is_empty() && {
            let builds = self.builds.of(file);
            let stages = builds.iter().flat_map(|build| &build.stages);
            let mut affixes = stages.flat_map(|stage| stage.affixes.iter().flatten().flatten());
            affixes.any(|affix| !affix.is_empty())
        }
    }

    /// Whether an object may be changed in what counts.
    pub(super) fn may_be(&mut self, file: u32, kind: &'r str, name: &str) -> bool {
        if !self.index.is_built(file) {
            return false;
        }
        let names = self.known.entry((file, kind)).or_insert_with(|| {
            let builds = self.builds.of(file);
            names(builds.iter().flat_map(|build| &build.stages), kind, self.counts)
        });
        let Some(names) = names else { return true };
        // What was put around a name before the patch is not asked.
        names.iter().any(|patched| patched.contains(name))
    }
}

/// The names of those that patches change; `None`: perhaps anything.
fn names<'b, 'r: 'b>(
    stages: impl Iterator<Item = &'b Stage<'b, 'r>>,
    kind: &str,
    counts: Counts,
) -> Option<Vec<&'r str>> {
    let mut names = Vec::new();
    for patching in stages.flat_map(|stage| &stage.patches) {
        if patching.says_more || patching.is_open {
            return None;
        }
        for patch in patching.of_kind(kind) {
            if !patch.fills.iter().any(|fill| counts(fill, kind)) {
                continue;
            }
            let name = patch.whom.name;
            if name.is_empty() || !(patch.whom.literal || is_plain(name)) || names.len() >= MOST {
                return None;
            }
            names.push(name);
        }
    }
    Some(names)
}

/// Whether a patch gives, or takes away, something that counts in an object of this kind.
fn counts(fill: &Fill<'_>, kind: &str) -> bool {
    let is_within = |place: &str| fill.path.starts_with(place) || place.starts_with(fill.path);
    match kind {
        "Namespace" => fill.path == DELETED || is_within("metadata/labels"),
        "ResourceQuota" | "LimitRange" => fill.path == DELETED || is_within("spec"),
        _ => is_about_pods(fill.path),
    }
}

/// What stands for an object that a patch deletes.
pub(super) const DELETED: &str = "$patch";

/// The fields of a pod that count, and of its containers.
const COUNTING: [&str; 6] = [
    "securityContext",
    "host",
    "volumes",
    "apparmor",
    "resources",
    "/os",
];

/// What holds them.
const HOLDING: [&str; 10] = [
    "",
    DELETED,
    "metadata",
    "annotations",
    "spec",
    "jobTemplate",
    "template",
    "containers",
    "initContainers",
    "ephemeralContainers",
];

fn is_about_pods(path: &str) -> bool {
    let (above, last) = path.rsplit_once('/').unwrap_or(("", path));
    COUNTING.iter().any(|word| path.contains(word)) || HOLDING.contains(&last) || above.ends_with("ontainers")
}
