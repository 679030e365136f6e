//! What patches name: partial objects that kustomizations, and Flux, put on top of others. `kubeproof impact` counts
//! it; `check` does not ask for it.

use super::facts::{Facts, ObjectFact, Use};
use super::table::Table;
use super::walk::Walk;
use crate::manifest::Object;
use crate::source::Span;

/// Whom a patch is for, as far as it is said.
#[derive(Clone, Copy, Default)]
pub struct Patched<'p> {
    /// The API group.
    pub group: &'p str,
    /// The kind.
    pub kind: &'p str,
    /// The name.
    pub name: &'p str,
    /// The namespace; empty: not said.
    pub namespace: &'p str,
    /// Whether it is a file of values.
    pub is_values: bool,
}

impl Facts {
    /// Adds what stands for an object that a patch is for, and gives its index.
    pub fn add_patched(&mut self, patched: Patched<'_>, span: Span, document: u32) -> u32 {
        let fact = ObjectFact {
            group: self.keep(patched.group),
            kind: self.keep(patched.kind),
            name: self.keep(patched.name),
            namespace: self.keep(patched.namespace),
            span,
            document,
            is_values: patched.is_values,
        };
        self.objects.push(fact);
        self.objects.len() as u32 - 1
    }

    /// Adds what a partial object names, said of the object `of`. `place` tells where a name stands in the file. Whether
    /// the table tells of anything in it.
    pub fn add_patched_uses(
        &mut self,
        table: &Table,
        partial: &Object<'_>,
        of: u32,
        namespace: &str,
        place: impl Fn(&str, Span) -> Span,
    ) -> bool {
        // Kinds go by their names alone where a patch leaves the group to its target.
        let by_name = || table.kinds.iter().find(|row| table.str(row.kind) == partial.kind);
        let Some(kind) = table.kind(partial.group(), &partial.kind).or_else(by_name) else {
            return false;
        };
        let mut own = Facts::default();
        own.add_patched(
            Patched {
                namespace,
                ..Patched::default()
            },
            Span::default(),
            0,
        );
        Walk::object(table, kind, partial, true, &[], &mut own);
        for used in &own.uses {
            let (name, namespace) = (own.str(used.name), own.str(used.namespace));
            if self.hides(name) {
                continue;
            }
            let fact = Use {
                span: place(name, used.span),
                name: self.keep(name),
                namespace: self.keep(namespace),
                object: of,
                keys: 0..0,
                ..used.clone()
            };
            self.patched.push(fact);
        }
        !own.uses.is_empty() || !own.definitions.is_empty()
    }
}
