//! Names across files: what each file defines, makes and uses, and one index over the run.

pub mod compile;
mod cx;
mod facts;
mod index;
mod kustomize;
mod named;
mod near;
mod overlays;
pub mod table;
mod walk;

pub use cx::RunCx;
pub use facts::{Definition, Facts, Key, Kustomization, ObjectFact, Role, Text, Use, facts, facts_with};
pub use index::{Closeness, Defined, Index, UseSite, Verdict};
pub use named::named_at;
pub use standard::*;

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

/// The table that comes with kubeproof.
pub fn standard() -> &'static table::Table {
    &standard::STANDARD
}
