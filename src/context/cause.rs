//! Faults that others follow from.

use crate::source::Span;

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
    /// What is in it.
    Inside,
    /// The field itself as well.
    Field,
    /// And whether what holds it has all that it needs.
    Holder,
    /// And all that is around it.
    Around,
}
