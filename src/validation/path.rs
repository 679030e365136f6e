//! Where the structural check stands in an object, kept on the stack and spelled only for a finding.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::keys::written;
use crate::cut::{self, cut};
use crate::schema::Shape;
use crate::schema::table::FieldRef;
use crate::source::Span;
use crate::yaml::{Kind, Node, Style};

/// The last step of a path.
#[derive(Clone, Copy)]
pub(super) enum Part<'t> {
    /// The object.
    Root,
    /// A field of a struct.
    Field(FieldRef),
    /// An entry of a map with free keys.
    Key(Node<'t>),
    /// An item of a list.
    Index(u32),
}

impl Part<'_> {
    /// Whether it is the field of a struct of this name.
    pub(super) fn is_field(&self, name: &str) -> bool {
        matches!(self, Part::Field(field) if field.name() == name)
    }
}

/// A place in an object: a step, and the place it was taken from.
pub(super) struct Place<'p, 't> {
    pub up: Option<&'p Place<'p, 't>>,
    pub part: Part<'t>,
    /// What belongs here.
    pub shape: Shape,
    /// The key, of a field or an entry.
    pub key: Option<Node<'t>>,
    pub value: Node<'t>,
}

impl<'p, 't> Place<'p, 't> {
    pub(super) fn root(value: Node<'t>, shape: Shape) -> Place<'p, 't> {
        Place {
            up: None,
            part: Part::Root,
            shape,
            key: None,
            value,
        }
    }

    /// As strict decoding prints it: `spec.rules[0].http`, keys of maps after a dot like fields.
    pub(super) fn full(&self) -> String {
        self.spelled(|key| key.key_text().unwrap_or_default())
    }

    /// The same for people, with keys as they are written.
    pub(super) fn written(&self) -> String {
        self.spelled(written)
    }

    fn spelled(&self, of_key: impl Fn(Node<'t>) -> Cow<'t, str>) -> String {
        let mut out = String::new();
        self.write(&mut out, &|part, out| match part {
            Part::Root => {}
            Part::Field(field) => dotted(out, field.name()),
            Part::Key(key) => dotted(out, &of_key(*key)),
            // Writing into a String cannot fail.
            Part::Index(i) => drop(write!(out, "[{i}]")),
        });
        out
    }

    /// As a type error prints it: fields only, without indexes and keys of maps; from 1.35 on with the names
    /// of embedded structs.
    pub(super) fn of_types(&self, with_embedded: bool) -> String {
        let mut out = String::new();
        self.write(&mut out, &|part, out| {
            if let Part::Field(field) = part {
                if with_embedded && !field.embedded().is_empty() {
                    dotted(out, field.embedded());
                }
                dotted(out, field.name());
            }
        });
        out
    }

    fn write(&self, out: &mut String, step: &dyn Fn(&Part<'t>, &mut String)) {
        if let Some(up) = self.up {
            up.write(out, step);
        }
        step(&self.part, out);
    }

    /// Where to point: at the value, or at its key where the value is a block collection.
    pub(super) fn span(&self) -> Span {
        let raw = self.value.raw();
        let block = matches!(raw.kind, Kind::Map | Kind::Seq) && raw.style != Style::Flow;
        if !block && !self.value.span().is_empty() {
            return self.value.span();
        }
        if let Some(key) = self.key {
            return key.span();
        }
        match self.value.raw_entries().next() {
            Some(first) if block => first.key.span(),
            _ => self.value.span(),
        }
    }
}

fn dotted(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push('.');
    }
    out.push_str(&cut(word, cut::STEP));
}
