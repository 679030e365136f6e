//! Comments that keep findings back: `# kubeproof: ignore[ingress/host-is-ip] the proxy expects it`.
//!
//! Where a comment stands says what it covers: behind something, its line; on a line of its own, the node below;
//! at the head of a document, the document. `ignore-file[…]` at the head of a file covers the file. All of that
//! is settled while the tree is at hand, so that findings made later, between files, need spans only.

mod order;
mod scope;
mod unused;

use crate::diagnostic::{Diagnostic, RuleId};
use crate::manifest::File;
use crate::settings::Settings;
use crate::source::Span;
use crate::yaml::Tree;
use order::{Name, Order, Reader};
use scope::{Scope, nodes_below};
use unused::{Run, removal};

/// More names than this in one file are an attack on the time that is spent on them.
const MOST: usize = 1024;

/// The suppressions of one file.
#[derive(Debug, Default)]
pub struct Suppressions {
    list: Vec<Suppression>,
    /// What is wrong with those that are written wrongly.
    faults: Vec<Diagnostic>,
}

/// One comment.
#[derive(Debug)]
struct Suppression {
    comment: Span,
    names: Vec<Name>,
    /// Where the names stand, those included that are none.
    places: Vec<Span>,
    scope: Scope,
    document: u32,
    /// Whether all that it covers was judged, so that it can be told to be of no use.
    judged: bool,
    /// Whether it covers a kind that a CustomResourceDefinition outside of the run may describe.
    custom: bool,
    /// What to delete to be rid of it, unless that would change what is around it.
    removal: Option<Span>,
}

impl Suppressions {
    /// Reads the comments of a file. `None` where none is meant for kubeproof.
    pub fn read(file: &File<'_>, settings: &Settings) -> Option<Box<Suppressions>> {
        let mut found = Box::<Suppressions>::default();
        // The place of each that covers the node below, to be found in one pass: (chunk, offset, in the list).
        let mut below = Vec::new();
        let mut said = 0;
        let mut run = Run::default();
        for &comment in &file.tree.comments {
            let Some(order) = Order::read(file.text, comment) else {
                continue;
            };
            let chunk = chunk_of(file.tree, comment);
            let Some(document) = file.tree.chunks.get(chunk) else {
                continue;
            };
            let reader = Reader {
                file,
                settings,
                comment,
                document: document.document,
            };
            said += 1 + order.rest.bytes().filter(|b| *b == b',').count();
            if said > MOST {
                let help = "name categories, or suppress for whole documents";
                let fault = reader.malformed("the file names more rules than kubeproof reads (1,024)", help);
                found.faults.extend(fault);
                break;
            }
            let Some((names, places)) = reader.names(order, &mut found.faults) else {
                continue;
            };
            let scope = reader.scope(order, chunk, &mut found.faults);
            let Some(scope) = scope else { continue };
            if let Scope::Node(node) = scope {
                below.push((chunk, node.start, found.list.len()));
            }
            found.list.push(Suppression {
                comment,
                names,
                places,
                scope,
                document: document.document,
                judged: reader.is_judged(scope),
                custom: reader.is_custom(scope),
                removal: removal(file, comment, &mut run),
            });
        }
        while let Some(&(chunk, ..)) = below.last() {
            let first = below.partition_point(|(other, ..)| *other < chunk);
            let these = below.split_off(first);
            nodes_below(file, chunk, &these, &mut found.list);
        }
        (!found.list.is_empty() || !found.faults.is_empty()).then_some(found)
    }

    /// Takes the findings that are covered out of `found`.
    pub fn take(&mut self, found: &mut Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut taken = Vec::new();
        let mut kept = Vec::with_capacity(found.len());
        for finding in found.drain(..) {
            if self.cover(finding.rule, finding.document, finding.span) {
                taken.push(finding);
            } else {
                kept.push(finding);
            }
        }
        *found = kept;
        taken
    }

    /// Whether what a rule finds at a place is kept back; what keeps it back is of use then.
    pub fn cover(&mut self, rule: RuleId, document: u32, span: Span) -> bool {
        let mut covered = false;
        for one in &mut self.list {
            // All that cover it are of use, not the first alone: which one is needless is for people to say.
            if one.scope.covers(document, span) {
                for name in one.names.iter_mut().filter(|name| name.what.covers(rule)) {
                    name.used = true;
                    covered = true;
                }
            }
        }
        covered
    }

    /// The same without a note that it is of use.
    pub fn covers(&self, rule: RuleId, document: u32, span: Span) -> bool {
        let names = |one: &Suppression| one.names.iter().any(|name| name.what.covers(rule));
        let mut all = self.list.iter();
        all.any(|one| one.scope.covers(document, span) && names(one))
    }

    /// What is wrong with the comments themselves.
    pub fn faults(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.faults)
    }
}

/// The document that a comment belongs to; one behind `---` belongs to what follows.
fn chunk_of(tree: &Tree, comment: Span) -> usize {
    let chunk = tree.chunks.partition_point(|chunk| chunk.span.end < comment.end);
    chunk.min(tree.chunks.len().saturating_sub(1))
}
