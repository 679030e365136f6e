//! Which field each key of an object names, as decoding found it, for those who come after.

use crate::schema::TypeId;
use crate::schema::table::{self, FieldRef};
use crate::yaml::Node;
use crate::yaml::tree::NodeId;

/// The fields of one object's keys. Reused from object to object.
#[derive(Default)]
pub(super) struct Resolved {
    first: NodeId,
    /// By node, from the object on: the row of the field that it names; `u16::MAX` where that is not known.
    rows: Vec<u16>,
}

impl Resolved {
    /// Forgets everything and makes room for an object.
    pub(super) fn start(&mut self, root: Node<'_>) {
        self.first = root.id();
        let nodes = root.raw().next.saturating_sub(root.id());
        self.rows.clear();
        self.rows.resize(nodes as usize, u16::MAX);
    }

    /// Notes that a key names the field with this row.
    pub(super) fn note(&mut self, key: Node<'_>, row: u16) {
        let at = key.id().wrapping_sub(self.first) as usize;
        // What an alias stands for may lie outside of the object.
        if let Some(slot) = self.rows.get_mut(at) {
            *slot = row;
        }
    }

    /// The field of a type that a key names, if that was noted: through aliases one key may name fields of several
    /// types.
    pub(super) fn field(&self, ty: TypeId, key: Node<'_>) -> Option<FieldRef> {
        let at = key.id().wrapping_sub(self.first) as usize;
        table::field_of(ty, *self.rows.get(at)?)
    }
}
