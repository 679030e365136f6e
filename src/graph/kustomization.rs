//! What a kustomization does to the objects that it takes in, as [`Facts`] keep it.

use std::ops::Range;

#[cfg(doc)]
use super::facts::Facts;
use super::facts::Text;

/// What a kustomization may change in objects beyond their names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// The keys of Secrets and ConfigMaps.
    pub keys: bool,
    /// The ports of Services.
    pub ports: bool,
    /// The ports of pods.
    pub pod_ports: bool,
    /// Labels and selectors.
    pub labels: bool,
    /// The labels of Secrets, and of what makes them.
    pub secret_labels: bool,
    /// Annotations.
    pub annotations: bool,
    /// The images of containers, and how many pods there are.
    pub images: bool,
    /// Whatever there is: what changes it, or where, is not known here.
    pub anything: bool,
}

impl Changes {
    /// Anything.
    pub const ALL: Changes = Changes {
        keys: true,
        ports: true,
        pod_ports: true,
        labels: true,
        secret_labels: true,
        annotations: true,
        images: true,
        anything: true,
    };

    /// Adds what others change.
    pub fn add(&mut self, other: Changes) {
        self.keys |= other.keys;
        self.ports |= other.ports;
        self.pod_ports |= other.pod_ports;
        self.labels |= other.labels;
        self.secret_labels |= other.secret_labels;
        self.annotations |= other.annotations;
        self.images |= other.images;
        self.anything |= other.anything;
    }
}

/// A field that a kustomization writes; see [`Write`](super::written::Write).
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// The kind of what it is written in.
    pub kind: Text,
    /// The same of its name.
    pub name: Text,
    /// The path.
    pub path: Text,
    /// Whether what is written there may be more than one value.
    pub whole: bool,
}

/// A file with a patch.
#[derive(Clone, Copy, Debug)]
pub struct PatchFile {
    /// The kind that it is for; empty: not said beside it.
    pub kind: Text,
    /// The name that it is for, in the same way.
    pub name: Text,
    /// Its path.
    pub path: Text,
    /// For whom the target beside it says it is, in [`Facts::whom`]; `None`: its text says.
    pub whom: Option<u32>,
}

/// What a kustomization does to the names of the objects it takes in.
#[derive(Clone, Debug, Default)]
pub struct Kustomization {
    /// `namespace`; empty when it sets none.
    pub namespace: Text,
    /// `namePrefix`.
    pub prefix: Text,
    /// `nameSuffix`.
    pub suffix: Text,
    /// Files and folders that it takes objects from, in [`Facts::paths`].
    pub resources: Range<u32>,
    /// Files with its patches, in [`Facts::patches`].
    pub patches: Range<u32>,
    /// What it may change.
    pub changes: Changes,
    /// The labels that it gives to objects, in [`Facts::labels`].
    pub labels: Range<u32>,
    /// Whether it writes those labels into selectors as well.
    pub selectors: bool,
    /// Whether it is a component, which changes what others take in that take it in.
    pub component: bool,
    /// Whether it has charts rendered, which may make anything.
    pub inflates: bool,
    /// Fields that its replacements and patches write, in [`Facts::written`].
    pub written: Range<u32>,
    /// What they give fields, in [`Facts::filled`].
    pub filled: Range<u32>,
}
