//! The rules. A rule is a page, `rules/<category>/<id>.md`, and usually one function,
//! `src/rules/<category>/<id>.rs`; `build.rs` binds the two. `rules/README.md` tells how to add one.

pub mod ingress;
pub mod kustomize;
pub mod metadata;
pub mod network;
pub mod rbac;
pub mod references;
pub mod secret;
pub mod yaml;

pub(crate) use crate::context::{Cx, RunCx};
pub(crate) use crate::quote::quote;

use crate::diagnostic::RuleId;

use crate::manifest::{Document, File, Object};

/// What a rule looks at.
#[derive(Clone, Copy)]
pub enum Check {
    /// A whole file.
    File(for<'t> fn(&File<'t>, &mut Cx<'t>)),
    /// One document, whether or not it holds objects.
    Document(for<'t> fn(&Document<'t>, &mut Cx<'t>)),
    /// One object; the page's `on` says of which kinds (`Secret`, `networking.k8s.io/Ingress`, `*`).
    Object(for<'t> fn(&Object<'t>, &mut Cx<'t>)),
    /// The facts of all files together.
    Run(fn(&mut RunCx<'_>)),
}

/// What a rule does, where it has a function of its own.
pub fn check_of(rule: RuleId) -> Option<Check> {
    CHECKS.get(usize::from(rule.0)).copied().flatten()
}

/// The checks for objects of a kind, as indices into [`RULES`](crate::catalogue::RULES).
pub fn object_checks(group: &str, kind: &str) -> &'static [u16] {
    let is = |name: &str| match name.strip_prefix(group) {
        Some(rest) if !group.is_empty() => rest.strip_prefix('/') == Some(kind),
        Some(_) => name == kind && !kind.contains('/'),
        None => false,
    };
    // They are a handful.
    BY_KIND
        .iter()
        .find(|(name, _)| is(name))
        .map_or(ANY, |(_, checks)| checks)
}

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
