//! The rules. A rule is a page, `rules/<category>/<id>.md`, and usually one function,
//! `src/rules/<category>/<id>.rs`; `build.rs` binds the two. `rules/README.md` tells how to add one.

mod cx;
pub mod ingress;
pub mod metadata;
pub mod rbac;
pub mod references;
pub mod secret;
pub mod suggest;
pub mod yaml;

pub use crate::diagnostic::RuleId;
pub use crate::quote::{quote, quote_path};
pub use cx::Cx;

use crate::diagnostic::Severity;
use crate::graph::RunCx;
use crate::manifest::{Document, File, Object};

impl RuleId {
    /// The rule's metadata.
    pub fn rule(self) -> &'static Rule {
        &RULES[self.0 as usize]
    }
}

/// Whether a rule can mend what it finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FixKind {
    /// It cannot.
    None,
    /// With edits that keep the author's certain meaning.
    Safe,
    /// With edits that need a look.
    Unsafe,
}

impl FixKind {
    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            FixKind::None => "none",
            FixKind::Safe => "safe",
            FixKind::Unsafe => "unsafe",
        }
    }
}

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

/// Who reports a rule.
#[derive(Clone, Copy)]
pub enum Emitter {
    /// Its own function.
    Check(Check),
    /// The YAML reader.
    Reader,
    /// The structural check.
    Schema,
    /// The engine.
    Engine,
}

/// A rule's metadata, from the front matter of its page.
pub struct Rule {
    /// `category/name`.
    pub id: &'static str,
    /// The part before the slash.
    pub category: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Severity unless a check says otherwise.
    pub severity: Severity,
    /// Whether it can be fixed.
    pub fix: FixKind,
    /// What it looks at: `file`, `document`, `run`, `*` for any object, or kinds as `Kind` or `group/Kind`.
    pub on: &'static [&'static str],
    /// The fields of those kinds that it is about, from the object: `spec.rules.host`.
    pub fields: &'static [&'static str],
    /// The version of kubeproof that has it first.
    pub since: &'static str,
    /// Where the facts come from.
    pub references: &'static [&'static str],
    /// What can be set about it in `kubeproof.yaml`.
    pub options: &'static [RuleOption],
    /// Who reports it.
    pub emitter: Emitter,
    /// The whole page, front matter included.
    pub page: &'static str,
}

/// Something that can be set about a rule: a whole number.
#[derive(Debug)]
pub struct RuleOption {
    /// The key in `kubeproof.yaml`.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: u32,
    /// What it says, as the end of a sentence that starts with its name.
    pub about: &'static str,
}

impl Rule {
    /// The rule with this id.
    pub fn find(id: &str) -> Option<RuleId> {
        RULES
            .binary_search_by(|rule| rule.id.cmp(id))
            .ok()
            .map(|i| RuleId(i as u16))
    }
}

/// The checks for objects of a kind, as indices into [`RULES`].
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
