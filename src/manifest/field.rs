//! A cursor over an object's fields that knows its path as the API server prints it.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::cut::{self, cut};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node, Scalar, Style};

/// One step of a field path.
#[derive(Clone, Debug)]
enum Step<'t> {
    /// The object; its `metadata`, which nearly every rule asks for, where that is known.
    Root(Option<Option<Entry<'t>>>),
    /// `.name`
    Name(&'t str),
    /// `[0]`
    Index(u32),
    /// `[key]` of a map with free keys
    Key(Cow<'t, str>),
    /// The same printed `.key`
    Dotted(Cow<'t, str>),
}

/// A field of an object, present or not: where it is, or where it should be, and its path.
///
/// Paths are spelled only when asked for, so that walking costs no allocation.
pub struct Field<'p, 't> {
    parent: Option<&'p Field<'p, 't>>,
    step: Step<'t>,
    key: Option<Node<'t>>,
    value: Option<Node<'t>>,
}

impl<'p, 't> Field<'p, 't> {
    /// The object itself, with an empty path.
    pub fn root(node: Node<'t>) -> Field<'t, 't> {
        Field {
            parent: None,
            step: Step::Root(None),
            key: None,
            value: Some(node),
        }
    }

    /// The object itself, with the entry of its `metadata`.
    pub(super) fn object(node: Node<'t>, metadata: Option<Entry<'t>>) -> Field<'t, 't> {
        Field {
            step: Step::Root(Some(metadata)),
            ..Field::root(node)
        }
    }

    /// The field `name` of this struct.
    #[inline]
    pub fn child<'s>(&'s self, name: &'static str) -> Field<'s, 't>
    where
        'p: 's,
    {
        let entry = match self.step {
            Step::Root(Some(metadata)) if name == "metadata" => metadata,
            _ => self.value.and_then(|v| v.entry(name)),
        };
        self.child_found(name, entry)
    }

    /// The field `name` of this struct, whose entry is at hand.
    pub fn child_entry<'s>(&'s self, name: &'static str, entry: Entry<'t>) -> Field<'s, 't>
    where
        'p: 's,
    {
        Field {
            parent: Some(self),
            step: Step::Name(name),
            key: Some(entry.key),
            value: Some(entry.value),
        }
    }

    /// The field `name` of this struct, present or not, whose entry was looked up before.
    pub fn child_found<'s>(&'s self, name: &'static str, entry: Option<Entry<'t>>) -> Field<'s, 't>
    where
        'p: 's,
    {
        Field {
            parent: Some(self),
            step: Step::Name(name),
            key: entry.map(|e| e.key),
            value: entry.map(|e| e.value),
        }
    }

    /// The struct, list or map that this field is in.
    pub fn parent(&self) -> Option<&'p Field<'p, 't>> {
        self.parent
    }

    /// The entry `key` of this map with free keys, printed `[key]`.
    pub fn key<'s>(&'s self, key: &str) -> Field<'s, 't>
    where
        'p: 's,
    {
        let entry = self.value.and_then(|v| v.entry(key));
        Field {
            parent: Some(self),
            step: Step::Key(Cow::Owned(key.to_string())),
            key: entry.map(|e| e.key),
            value: entry.map(|e| e.value),
        }
    }

    /// The entry `key` of this map with free keys, present or not, whose entry was looked up before.
    pub fn key_entry<'s>(&'s self, key: Cow<'t, str>, entry: Option<Entry<'t>>) -> Field<'s, 't>
    where
        'p: 's,
    {
        Field {
            parent: Some(self),
            step: Step::Key(key),
            key: entry.map(|e| e.key),
            value: entry.map(|e| e.value),
        }
    }

    /// The entry `key` of this map, which is known not to have it.
    pub fn missing_key<'s>(&'s self, key: Cow<'t, str>) -> Field<'s, 't>
    where
        'p: 's,
    {
        self.key_entry(key, None)
    }

    /// Another field under the name that the server's own form of the object gives it: `spec.validation` is
    /// what was written as `spec.versions[0].schema`.
    pub fn renamed<'s>(&'s self, name: &'static str, from: &Field<'_, 't>) -> Field<'s, 't>
    where
        'p: 's,
    {
        Field {
            parent: Some(self),
            step: Step::Name(name),
            key: from.key,
            value: from.value,
        }
    }

    /// The items of this list, in order.
    pub fn items<'s>(&'s self) -> impl Iterator<Item = Field<'s, 't>> + use<'s, 'p, 't>
    where
        'p: 's,
    {
        self.value
            .into_iter()
            .flat_map(|v| v.items())
            .enumerate()
            .map(move |(i, item)| Field {
                parent: Some(self),
                step: Step::Index(i as u32),
                key: None,
                value: Some(item),
            })
    }

    /// The entry `key` of this map with free keys, printed `.key`: some of the server's paths are so.
    pub fn dotted<'s>(&'s self, key: &str) -> Field<'s, 't>
    where
        'p: 's,
    {
        Field {
            step: Step::Dotted(Cow::Owned(key.to_string())),
            ..self.key(key)
        }
    }

    /// A field printed as item `i` of this one, which is no list: some of the server's paths are so.
    pub fn odd_item<'s>(&'s self, i: u32) -> Field<'s, 't>
    where
        'p: 's,
    {
        Field {
            parent: Some(self),
            step: Step::Index(i),
            key: None,
            value: None,
        }
    }

    /// The entries of this map with free keys, in order; of a repeated key each occurrence.
    pub fn entries<'s>(&'s self) -> impl Iterator<Item = Field<'s, 't>> + use<'s, 'p, 't>
    where
        'p: 's,
    {
        self.value
            .into_iter()
            .flat_map(|v| v.entries())
            .map(move |entry| Field {
                parent: Some(self),
                step: Step::Key(entry.key.key_text().unwrap_or_default()),
                key: Some(entry.key),
                value: Some(entry.value),
            })
    }

    /// The key node, when the field is present in a mapping.
    pub fn key_node(&self) -> Option<Node<'t>> {
        self.key
    }

    /// The key and its value, when the field is present in a mapping.
    pub fn entry(&self) -> Option<Entry<'t>> {
        let (key, value) = self.key.zip(self.value)?;
        Some(Entry { key, value })
    }

    /// The key's text: of an [`entries`](Field::entries) entry, or the field's name.
    pub fn name(&self) -> &str {
        match &self.step {
            Step::Root(_) | Step::Index(_) => "",
            Step::Name(name) => name,
            Step::Key(key) | Step::Dotted(key) => key,
        }
    }

    /// The value, when the field is present.
    pub fn value(&self) -> Option<Node<'t>> {
        self.value
    }

    /// Present and not null.
    pub fn is_set(&self) -> bool {
        self.value.is_some_and(|v| !v.is_null())
    }

    /// A list or map with at least one element.
    pub fn is_filled(&self) -> bool {
        self.value.is_some_and(|v| match v.kind() {
            Kind::Map => v.entries().next().is_some(),
            Kind::Seq => v.items().next().is_some(),
            _ => false,
        })
    }

    /// A string field as Go holds it: absent and null are "". `None` for a value of another type, which
    /// does not decode, so that nothing more can be said.
    pub fn text(&self) -> Option<Cow<'t, str>> {
        let Some(value) = self.value else {
            return Some(Cow::Borrowed(""));
        };
        value
            .str()
            .or_else(|| value.is_null().then_some(Cow::Borrowed("")))
    }

    /// An integer field as Go holds it: absent and null are 0; a whole float counts, as in JSON.
    /// `None` for a value of another type.
    pub fn int(&self) -> Option<i64> {
        match self.value.map(|v| v.scalar()) {
            None | Some(Some(Scalar::Null)) => Some(0),
            Some(Some(Scalar::Int(i))) => Some(i),
            Some(Some(Scalar::Float(f))) if f.fract() == 0.0 && f.abs() < 9.2e18 => Some(f as i64),
            Some(_) => None,
        }
    }

    /// A boolean field as Go holds it: absent and null are false. `None` for a value of another type.
    pub fn bool(&self) -> Option<bool> {
        match self.value.map(|v| v.scalar()) {
            None | Some(Some(Scalar::Null)) => Some(false),
            Some(Some(Scalar::Bool(b))) => Some(b),
            Some(_) => None,
        }
    }

    /// The path as the server prints it: `spec.rules[0].host`, `data[tls.crt]`.
    pub fn path(&self) -> String {
        // Hardly any path is longer.
        let mut out = String::with_capacity(64);
        self.write_path(&mut out);
        out
    }

    fn write_path(&self, out: &mut String) {
        if let Some(parent) = self.parent {
            parent.write_path(out);
        }
        match &self.step {
            Step::Root(_) => {}
            Step::Name(name) => dotted(out, name),
            Step::Index(i) => _ = write!(out, "[{i}]"), // writing into a String cannot fail
            Step::Key(key) => {
                out.push('[');
                out.push_str(&cut(key, cut::STEP));
                out.push(']');
            }
            Step::Dotted(key) => dotted(out, key),
        }
    }

    /// Where to point at this field: its value; its key, where the value is empty or a block collection;
    /// for a missing field the key of its nearest existing parent.
    pub fn place(&self) -> Span {
        place_of(self.value, || self.handle())
    }

    /// The key of this field; of a list item its first key; of the object its `kind`.
    pub fn handle(&self) -> Span {
        let above = self.parent.map(|parent| || parent.handle());
        handle_of(self.key, self.value, above)
    }
}

/// Where to point at a value; `handle` where there is none, or one that is empty or a block collection.
pub(crate) fn place_of(value: Option<Node<'_>>, handle: impl FnOnce() -> Span) -> Span {
    let by_itself = |value: &Node<'_>| {
        let raw = value.raw();
        let block = matches!(raw.kind, Kind::Map | Kind::Seq) && raw.style != Style::Flow;
        !block && !value.span().is_empty()
    };
    value.filter(by_itself).map_or_else(handle, |value| value.span())
}

/// The key; of a list item its first key; of the object, which has nothing above it, its `kind`; and where there is
/// nothing to see the handle of what is above.
pub(crate) fn handle_of(
    key: Option<Node<'_>>,
    value: Option<Node<'_>>,
    above: Option<impl FnOnce() -> Span>,
) -> Span {
    if let Some(key) = key {
        return key.span();
    }
    let Some(value) = value else {
        return above.map_or(Span::default(), |above| above());
    };
    let Some(above) = above else {
        return value.entry("kind").map_or(value.span(), |entry| entry.key.span());
    };
    let raw = value.raw();
    if raw.style != Style::Flow
        && raw.kind == Kind::Map
        && let Some(first) = value.raw_entries().next()
    {
        return first.key.span();
    }
    if value.span().is_empty() {
        return above();
    }
    value.span()
}

/// Appends a name, after a dot unless it is the first.
fn dotted(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push('.');
    }
    out.push_str(&cut(name, cut::STEP));
}
