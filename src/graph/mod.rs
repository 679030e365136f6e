//! Names across files: what each file defines, makes and uses, and one index over the run.

mod affixes;
mod argo;
mod asking;
mod builds;
pub(crate) mod by_namespace;
mod changed;
pub mod compile;
mod declared;
mod envs;
mod facts;
mod filled;
mod flux;
mod generators;
mod held;
mod index;
mod keys;
mod kustomization;
mod kustomize;
mod labels;
mod named;
mod near;
mod overlays;
mod patched;
mod paths;
mod patterns;
mod policies;
mod ports;
mod roots;
mod spaces;
pub mod table;
mod variants;
mod walk;
mod whom;
mod written;

pub use argo::Applied;
pub use asking::{Amount, Asking, Asks, Level};
pub use builds::{Build, Builds, Patching, Stage};
pub use declared::Declared;
pub use envs::{EnvFiles, env_keys};
pub use facts::{
    Definition, Facts, Key, Label, Labelled, ObjectFact, Role, Selection, Text, Use, facts,
    facts_of_kustomizations, facts_with,
};
pub use filled::{Fill, Filled, Given, Patch, Sort};
pub(crate) use filled::{digest, is_empty};
pub use flux::Delivery;
pub use held::{Held, anyone_asks, held, runs_pods, way_to_pods};
pub use index::{Closeness, Defined, Index, UseSite, Verdict};
pub use keys::Meant;
pub use kustomization::{Changes, Kustomization, PatchFile, Written};
pub use labels::{Labelling, Labels, Miss, Selecting};
pub use named::named_at;
pub use patched::Patched;
pub(crate) use paths::is_simple;
pub use patterns::may_become;
pub use policies::{Admitting, Known, Named, Policing, Subject, admitting};
pub use ports::{Astray, Port, Ports, Protocol};
pub use standard::*;
pub use variants::Variant;
pub(crate) use walk::texts::{arguments, words};
pub use whom::{Had, Means, Selects, Who, Whom, WhomFact};
pub use written::Write;

/// `schemas/references.txt`, compiled.
mod standard {
    use super::table::Breaks::*;
    use super::table::Part::*;
    use super::table::Reading::*;
    use super::table::Role::*;
    use super::table::Seg::*;
    use super::table::*;
    use std::borrow::Cow;

    include!(concat!(env!("OUT_DIR"), "/references.rs"));
}

/// The text of the table that comes with kubeproof.
const STANDARD_TEXT: &str = include_str!("../../schemas/references.txt");

/// The table that comes with kubeproof, with rows of a user's own: text of the same form, which may describe
/// further kinds, add to those known and declare further targets.
///
/// # Errors
/// Names every line of the user's text that cannot be read, and why.
pub fn table_with(rows: &str) -> Result<table::Table, Vec<compile::Fault>> {
    compile::compile_onto(STANDARD_TEXT, rows)
}

/// The table that comes with kubeproof.
pub fn standard() -> &'static table::Table {
    &standard::STANDARD
}
