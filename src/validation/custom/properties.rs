//! The declared fields of a schema, found by name.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::schema::{Lazy, Schema};
use crate::same::same;
use crate::yaml::Node;

/// The declared fields of a schema.
#[derive(Default)]
pub(super) struct Properties<'c> {
    /// Shorter names first.
    all: Vec<Property<'c>>,
    /// The fields that have a default, by their place in `all`.
    defaulted: Vec<u32>,
}

/// One declared field.
pub(super) struct Property<'c> {
    pub name: Cow<'c, str>,
    /// Tells most names apart.
    digest: u64,
    schema: Lazy<'c>,
    /// It has to be there, and no default brings it.
    pub needed: bool,
}

impl<'c> Property<'c> {
    pub(super) fn schema(&self) -> &Schema<'c> {
        self.schema.get()
    }

    /// Where its schema stands.
    pub(super) fn node(&self) -> Node<'c> {
        self.schema.node()
    }
}

impl<'c> Properties<'c> {
    pub(super) fn of(map: Node<'c>) -> Properties<'c> {
        let mut all: Vec<Property<'c>> = map
            .entries()
            .filter_map(|entry| {
                let name = entry.key.key_text()?;
                Some(Property {
                    digest: digest(&name),
                    name,
                    schema: Lazy::new(entry.value),
                    needed: false,
                })
            })
            .collect();
        if !map.has_unique_keys() {
            // Of a repeated key the last one holds: it is put first, and the others go.
            all.reverse();
        }
        all.sort_by(|a, b| a.compare(b.digest, &b.name));
        all.dedup_by(|later, first| later.name == first.name);
        // Without making the schemas: most fields are never filled in.
        let has_default = |property: &Property<'c>| {
            let default = property.schema.node().get("default");
            default.is_some_and(|default| !default.is_null())
        };
        let defaulted = (0..).zip(&all).filter(|(_, property)| has_default(property));
        Properties {
            defaulted: defaulted.map(|(i, _)| i).collect(),
            all,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Property<'c>> {
        self.all.iter()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Property<'c>> {
        let digest = digest(name);
        let at = self
            .all
            .binary_search_by(|known| known.compare(digest, name))
            .ok()?;
        self.all.get(at)
    }

    /// The fields that have a default.
    pub(super) fn defaulted(&self) -> impl Iterator<Item = &Property<'c>> {
        self.defaulted.iter().filter_map(|i| self.all.get(*i as usize))
    }

    pub(super) fn has_defaults(&self) -> bool {
        !self.defaulted.is_empty()
    }

    /// Notes which fields have to be there, and returns how many of these no default brings; `None` if one of the
    /// names is not declared.
    pub(super) fn need(&mut self, required: &[Cow<'c, str>]) -> Option<u32> {
        let mut needed = 0;
        let mut declared = true;
        for name in required {
            let digest = digest(name);
            let at = self.all.binary_search_by(|known| known.compare(digest, name));
            match at.ok().and_then(|at| Some((at, self.all.get_mut(at)?))) {
                Some((at, property)) => {
                    if !property.needed && !self.defaulted.contains(&(at as u32)) {
                        property.needed = true;
                        needed += 1;
                    }
                }
                None => declared = false,
            }
        }
        declared.then_some(needed)
    }
}

impl Property<'_> {
    fn compare(&self, digest: u64, name: &str) -> Ordering {
        // Of short names the digest tells all.
        let rest = || match name.len() {
            ..=DIGESTED => Ordering::Equal,
            _ if same(self.name.as_bytes(), name.as_bytes()) => Ordering::Equal,
            _ => (*self.name).cmp(name),
        };
        self.digest.cmp(&digest).then_with(rest)
    }
}

/// As many bytes of a name are in its digest.
const DIGESTED: usize = 7;

/// The length of a name and its first bytes, as a number that orders names by them.
fn digest(name: &str) -> u64 {
    let name = name.as_bytes();
    let start = match name.first_chunk::<DIGESTED>() {
        Some(&[a, b, c, d, e, f, g]) => u64::from_be_bytes([0, a, b, c, d, e, f, g]),
        None => {
            let start = name.iter().fold(0, |start, byte| start << 8 | u64::from(*byte));
            start << (8 * (DIGESTED - name.len()))
        }
    };
    (name.len().min(255) as u64) << 56 | start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_orders_by_length_then_start() {
        let names = [
            "",
            "a",
            "b",
            "ab",
            "name",
            "names",
            "matchLabels",
            "minReadySeconds",
        ];
        assert!(names.map(digest).is_sorted());
        assert_eq!(digest("maxUnavailable"), digest("maxUnavoidable"));
    }
}
