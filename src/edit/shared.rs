//! What an alias brings to other places as well.

use crate::diagnostic::{Edit, Fix};
use crate::source::Span;
use crate::yaml::{Kind, Tree};

/// The nodes of a file that aliases stand for. What is changed in one of them changes in all places, of which each
/// may want it in another way: `value: &port 8080` wants quotes, and `containerPort: *port` does not.
pub struct Shared {
    /// Scalars, in the order of the text.
    scalars: Vec<Span>,
    /// Collections that are in no other one of them, in the order of the text.
    collections: Vec<Span>,
}

impl Shared {
    /// `None` where there are no aliases.
    pub fn of(tree: &Tree) -> Option<Shared> {
        if tree.aliases.is_empty() {
            return None;
        }
        let mut targets: Vec<u32> = tree.aliases.iter().map(|(_, target)| *target).collect();
        targets.sort_unstable();
        targets.dedup();
        let mut shared = Shared {
            scalars: Vec::new(),
            collections: Vec::new(),
        };
        for node in targets
            .iter()
            .filter_map(|target| tree.nodes.get(*target as usize))
        {
            let span = Span::new(node.start, node.end);
            if node.kind == Kind::Scalar {
                shared.scalars.push(span);
            } else if shared
                .collections
                .last()
                .is_none_or(|outer| outer.end <= span.start)
            {
                shared.collections.push(span);
            }
        }
        Some(shared)
    }

    /// Takes a fix back that changes a shared scalar, or all of a shared collection. One that changes something in
    /// a shared collection is for people to look at.
    pub fn judge(&self, fix: &mut Option<Fix>) {
        let Some(own) = fix else { return };
        let whole = |edit: &Edit| {
            touched(&self.collections, edit.span).is_some_and(|shared| edit.span.contains(shared))
        };
        if own
            .edits
            .iter()
            .any(|edit| touched(&self.scalars, edit.span).is_some() || whole(edit))
        {
            *fix = None;
        } else if own
            .edits
            .iter()
            .any(|edit| touched(&self.collections, edit.span).is_some())
        {
            own.safe = false;
        }
    }
}

/// The first of some spans, which do not overlap, that an edit changes or stands at the edge of.
fn touched(spans: &[Span], edit: Span) -> Option<Span> {
    let at = spans.partition_point(|span| span.end < edit.start);
    spans.get(at).copied().filter(|span| span.start <= edit.end)
}
