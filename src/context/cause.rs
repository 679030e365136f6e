//! Faults that others follow from.

use super::Cx;
use crate::source::Span;

/// With more causes in one document, nothing is said to follow from any of the rest.
pub(crate) const MOST_CAUSES: usize = 256;

/// A fault, and what it is the cause of that something is wrong with.
#[derive(Debug)]
pub(crate) struct Cause {
    /// The object, as an index into the file's list of objects.
    pub object: Option<u32>,
    /// Where the fault is told.
    pub span: Span,
    /// The field that is not what its author takes it for, as the server spells it.
    pub field: String,
    /// What is in doubt with it.
    pub reach: Reach,
}

/// What is in doubt with a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// Neither what is in it nor around it: that it is missing itself.
    Itself,
    /// What is in it.
    Inside,
    /// The field and what is in it.
    Field,
    /// And what is said of its holder, where that names the field: it is missed there.
    Holder,
}

impl Cx<'_> {
    /// Notes that a fault at a place leaves a field in doubt.
    pub(crate) fn cause(&mut self, span: Span, reach: Reach, field: impl FnOnce() -> String) {
        if self.causes.len() < MOST_CAUSES {
            self.causes.push(Cause {
                object: self.object,
                span,
                field: field(),
                reach,
            });
        }
    }
}
