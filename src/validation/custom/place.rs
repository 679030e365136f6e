//! Where the check stands in a custom resource, kept on the stack and spelled only for a finding.

use std::fmt::Write as _;

use crate::cut::{self, cut};
use crate::manifest::{handle_of, place_of};
use crate::source::Span;
use crate::yaml::Node;

/// The last step of a path.
#[derive(Clone, Copy)]
pub(super) enum Part<'p> {
    Root,
    /// A declared field.
    Name(&'p str),
    /// A key of a free map.
    Key(&'p str),
    Index(u32),
}

/// A place in an object: a step, and the place it was taken from.
pub(super) struct Place<'p, 't> {
    pub up: Option<&'p Place<'p, 't>>,
    pub part: Part<'p>,
    pub key: Option<Node<'t>>,
    /// `None` for what is missing, or brought by a default.
    pub value: Option<Node<'t>>,
}

impl<'p, 't> Place<'p, 't> {
    pub(super) fn root(value: Node<'t>) -> Place<'p, 't> {
        Place {
            up: None,
            part: Part::Root,
            key: None,
            value: Some(value),
        }
    }

    /// A field or item of this.
    pub(super) fn below<'q>(&'q self, part: Part<'q>) -> Place<'q, 't>
    where
        'p: 'q,
    {
        let (key, value) = match (self.value, part) {
            (Some(map), Part::Name(name) | Part::Key(name)) => {
                let entry = map.entry(name);
                (entry.map(|entry| entry.key), entry.map(|entry| entry.value))
            }
            (Some(list), Part::Index(i)) => (None, list.items().nth(i as usize)),
            _ => (None, None),
        };
        Place {
            up: Some(self),
            part,
            key,
            value,
        }
    }

    pub(super) fn is_root(&self) -> bool {
        self.up.is_none()
    }

    /// As pruning and validation print it: all keys after a dot.
    pub(super) fn path(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, false);
        out
    }

    /// As the checks of lists print it: keys of free maps in brackets.
    pub(super) fn bracketed(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, true);
        out
    }

    fn write(&self, out: &mut String, brackets: bool) {
        let steps: Vec<Part<'_>> = std::iter::successors(Some(self), |place| place.up)
            .map(|place| place.part)
            .collect();
        for step in steps.into_iter().rev() {
            // Writing into a String cannot fail.
            let _ = match step {
                Part::Root => Ok(()),
                Part::Index(i) => write!(out, "[{i}]"),
                Part::Key(key) if brackets => write!(out, "[{}]", cut(key, cut::STEP)),
                Part::Name(name) | Part::Key(name) if out.is_empty() => out.write_str(&cut(name, cut::STEP)),
                Part::Name(name) | Part::Key(name) => write!(out, ".{}", cut(name, cut::STEP)),
            };
        }
    }

    /// Where to point: at the value; at its key, where the value is empty or a block collection; for what is
    /// missing at the nearest parent's key.
    pub(super) fn span(&self) -> Span {
        place_of(self.value, || self.handle())
    }

    /// The key; of an item its first key; of the object its `kind`.
    pub(super) fn handle(&self) -> Span {
        let above = self.up.map(|up| || up.handle());
        handle_of(self.key, self.value, above)
    }
}
