//! A struct whose rows are run, and which fields it has: found once, and then asked by number, not by name.

use super::{Step, run};
use crate::manifest::Field;
use crate::schema::Ty;
use crate::schema::table::NameId;
use crate::yaml::Entry;
use crate::yaml::tree::NodeId;

/// An entry of a struct.
#[derive(Clone, Copy)]
pub(super) struct Present {
    /// The id of the field's name.
    pub name: NameId,
    /// What is in it, if there may be anything to say of that.
    pub leads_to: Option<Ty>,
    key: NodeId,
    value: NodeId,
}

impl Present {
    pub(super) fn new(name: NameId, entry: Entry<'_>, leads_to: Option<Ty>) -> Present {
        Present {
            name,
            leads_to,
            key: entry.key.id(),
            value: entry.value.id(),
        }
    }
}

/// A struct with its entries, in order; of a name that repeats the last one counts.
pub(super) struct Base<'b, 'p, 't> {
    /// The struct.
    pub field: &'b Field<'p, 't>,
    present: &'b [Present],
}

impl<'b, 'p, 't> Base<'b, 'p, 't> {
    pub(super) fn new(field: &'b Field<'p, 't>, present: &'b [Present]) -> Base<'b, 'p, 't> {
        Base { field, present }
    }

    /// The nodes of an entry.
    pub(super) fn entry(&self, present: &Present) -> Option<Entry<'t>> {
        let map = self.field.value()?;
        Some(Entry {
            key: map.with_id(present.key),
            value: map.with_id(present.value),
        })
    }

    fn last(&self, name: NameId) -> Option<&'b Present> {
        self.present.iter().rev().find(|present| present.name == name)
    }

    /// Whether an entry is the one that holds: of a key that repeats only the last does.
    pub(super) fn holds(&self, present: &Present, entry: Entry<'t>) -> bool {
        entry.key.has_unique_keys()
            || self
                .last(present.name)
                .is_some_and(|last| last.value == present.value)
    }

    /// A field of the struct, present or not.
    pub(super) fn child(&self, name: &'static str, id: NameId) -> Field<'b, 't>
    where
        'p: 'b,
    {
        self.field.child_found(name, self.find(name, id))
    }

    /// The entry of a field of the struct.
    pub(super) fn find(&self, name: &str, id: NameId) -> Option<Entry<'t>> {
        match id {
            NameId::MAX => self.field.value()?.entry(name),
            _ => self.entry(self.last(id)?),
        }
    }

    /// As [`run::each`], from the struct.
    pub(super) fn each(&self, path: &[Step], f: &mut dyn FnMut(&Field<'_, 't>)) {
        match path.split_first() {
            Some((Step::Name(name, id), rest)) => run::each(&self.child(name, *id), rest, f),
            _ => run::each(self.field, path, f),
        }
    }
}
