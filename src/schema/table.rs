//! The compiled tables: types, their fields, and kinds, packed by `build/schema.rs` and read in place.

use super::{Empty, Fills, KindInfo, NameFormat, Scope, Ty, TypeId};
use crate::same::same;

#[path = "../../build/hash.rs"]
mod hash;
pub(crate) use hash::name_hash;

/// A type; its fields are `first..end` of [`FIELDS`], sorted by name, and `slots..slots_end` of [`FIELD_SLOTS`] is
/// the hash table of their names.
struct TypeRow {
    name: u16,
    group: u8,
    since: u8,
    until: u8,
    kind: bool,
    first: u16,
    end: u16,
    slots: u16,
    slots_end: u16,
}

/// A field in a range of versions; a field whose type changed has several rows.
struct FieldRow {
    name: u16,
    ty: u16,
    since: u8,
    until: u8,
    required: bool,
    list: u8,
    embedded: u8,
}

/// A type expression; what `a` and `b` are depends on the tag.
struct ExprRow {
    tag: u8,
    a: u16,
    b: u16,
}

/// What is filled in for a field, and what becomes of an empty value of it.
pub(crate) struct Admitted {
    pub name: &'static str,
    pub fills: Fills,
    pub empty: Empty,
}

include!(concat!(env!("OUT_DIR"), "/schema.rs"));

/// Index of a field name in the pool. Ids of field names are in the order of the names.
pub(crate) type NameId = u16;

/// A word of the pool.
pub(crate) fn word(id: u16) -> &'static str {
    let at = |i: usize| OFFSETS.get(i).map_or(0, |&offset| offset as usize);
    POOL.get(at(id as usize)..at(id as usize + 1)).unwrap_or("")
}

/// One of 64 bits for a name, the same at build time: a mask of the names that a struct has tells quickly
/// which it lacks.
pub(crate) fn name_bit(name: NameId) -> u64 {
    1 << (name & 63)
}

/// The bytes of a word of the pool.
fn word_bytes(id: u16) -> &'static [u8] {
    let id = id as usize;
    match OFFSETS.get(id..id + 2) {
        Some([start, end]) => POOL
            .as_bytes()
            .get(*start as usize..*end as usize)
            .unwrap_or_default(),
        _ => &[],
    }
}

/// The id of a name that some type has as a field.
pub(crate) fn name_id(name: &[u8]) -> Option<NameId> {
    let mask = NAME_SLOTS.len() - 1;
    let mut slot = hash::name_hash(name) as usize & mask;
    loop {
        let id = NAME_SLOTS[slot];
        if id == u16::MAX {
            return None;
        }
        if word_bytes(id) == name {
            return Some(id);
        }
        slot = (slot + 1) & mask;
    }
}

/// A row of a type's fields.
#[derive(Clone, Copy)]
pub(crate) struct FieldRef(&'static FieldRow);

impl FieldRef {
    pub(crate) fn name_id(self) -> NameId {
        self.0.name
    }
    pub(crate) fn name(self) -> &'static str {
        word(self.0.name)
    }
    pub(crate) fn ty(self) -> Ty {
        Ty(self.0.ty)
    }
    pub(crate) fn versions(self) -> (u8, u8) {
        (self.0.since, self.0.until)
    }
    pub(crate) fn required(self) -> bool {
        self.0.required
    }
    pub(crate) fn list(self) -> &'static str {
        LISTS[self.0.list as usize]
    }
    pub(crate) fn embedded(self) -> &'static str {
        EMBEDDED[self.0.embedded as usize]
    }
}

fn rows(ty: TypeId) -> &'static [FieldRow] {
    let row = &TYPES[ty.0 as usize];
    &FIELDS[row.first as usize..row.end as usize]
}

/// All fields of a type, in the order of their names.
pub(crate) fn fields(ty: TypeId) -> impl Iterator<Item = FieldRef> {
    rows(ty).iter().map(FieldRef)
}

/// The field of a type in a version, by its name, and the index of its row.
pub(crate) fn field_named(ty: TypeId, name: &[u8], minor: u8) -> Option<(u16, FieldRef)> {
    let row = &TYPES[ty.0 as usize];
    let slots = &FIELD_SLOTS[row.slots as usize..row.slots_end as usize];
    let mut slot = hash::name_hash(name) as usize;
    let (mut index, mut field) = loop {
        // An empty slot holds an index past all rows.
        let index = slots[slot & (slots.len() - 1)];
        let field = FIELDS.get(index as usize)?;
        if same(word_bytes(field.name), name) {
            break (index, field);
        }
        slot += 1;
    };
    // Nearly always the first row is the one.
    while minor < field.since || minor > field.until {
        index += 1;
        let next = FIELDS.get(index as usize)?;
        if index >= row.end || next.name != field.name {
            return None;
        }
        field = next;
    }
    Some((index, FieldRef(field)))
}

/// The row of fields with this index, if it is one of the type's.
pub(crate) fn field_of(ty: TypeId, index: u16) -> Option<FieldRef> {
    let row = &TYPES[ty.0 as usize];
    (row.first..row.end)
        .contains(&index)
        .then(|| FieldRef(&FIELDS[index as usize]))
}

/// A row of a type expression: tag and operands.
pub(crate) fn expr(id: u16) -> (u8, u16, u16) {
    let row = &EXPRS[id as usize];
    (row.tag, row.a, row.b)
}

/// Name (`v1.Container`), group and versions of a type, and whether it is a kind.
pub(crate) fn type_row(ty: TypeId) -> (&'static str, &'static str, (u8, u8), bool) {
    let row = &TYPES[ty.0 as usize];
    (
        word(row.name),
        GROUPS[row.group as usize],
        (row.since, row.until),
        row.kind,
    )
}

/// All types.
pub(crate) fn types() -> impl Iterator<Item = TypeId> {
    (0..TYPES.len() as u16).map(TypeId)
}

/// All kinds, by group, kind and version.
pub(crate) const fn kinds() -> &'static [KindInfo] {
    &KINDS
}

/// What to write instead of a field that the type does not have.
pub(crate) fn old_field(ty: TypeId, field: &str) -> Option<&'static str> {
    OLD_FIELDS
        .binary_search_by(|(t, f, _)| (*t, *f).cmp(&(ty.0, field)))
        .ok()
        .map(|i| OLD_FIELDS[i].2)
}

/// What is filled in and kept of a type's fields, by name; `None`: that is not known of the type.
pub(crate) fn admitted(ty: TypeId) -> Option<&'static [Admitted]> {
    let found = ADMITTED.binary_search_by_key(&ty.0, |(ty, _)| *ty).ok()?;
    Some(ADMITTED[found].1)
}
