//! Reading an object into its Go type, as the API server does it: every type mismatch, every malformed time,
//! quantity and base64 text, every unknown field, in one walk along the tables.
//!
//! The server stops at its first fatal error; people want all of them at once. So each is reported, and
//! [`rank`](super::rank) tells which one the server itself would name.

use std::borrow::Cow;
use std::collections::HashSet;

use super::path::{Part, Place};
use super::read_by::ReadBy;
use super::resolved::Resolved;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::schema::table::{self, FieldRef};
use crate::schema::{Shape, Ty, TypeId};
use crate::yaml::tree::{COOK, NodeId, PROPS};
use crate::yaml::{Entry, Kind, Node, Scalar, Style};

/// Deeper than any type of the API nests by itself; only schemas in CustomResourceDefinitions can go on,
/// and what lies below is not judged.
const MAX_DEPTH: u32 = 300;

/// What to do about fields that a type does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// The server refuses them.
    Strict,
    /// The server drops them silently: what it reads through a type's own JSON reader.
    Lenient,
    /// Not judged.
    Off,
}

/// One walk through one object.
pub(super) struct Decoder<'c, 'a> {
    pub cx: &'c mut Cx<'a>,
    pub reader: ReadBy,
    pub minor: u8,
    /// Items of a List are refused by kubectl, before the server sees them.
    pub in_list: bool,
    pub strictness: Strictness,
    /// Earlier occurrences of repeated keys, which do not count: ids of key nodes, sorted.
    pub overridden: &'c [u32],
    /// Where the fields that the keys name are noted.
    pub resolved: &'c mut Resolved,
    /// Bytes are not looked into: the values of a Secret have a rule of their own.
    pub skip_base64: bool,
    pub depth: u32,
    /// The last field told of that belongs elsewhere.
    pub misplaced: Option<Misplaced>,
}

/// Fields of one mapping that all belong to the same place.
pub(super) struct Misplaced {
    /// The mapping.
    pub map: NodeId,
    /// What they belong to, as the server spells it.
    pub holder: String,
    /// The finding about the first, by its index.
    pub finding: usize,
    /// Its help.
    pub help: String,
    /// The others.
    pub others: Vec<String>,
}

impl<'c, 'a> Decoder<'c, 'a> {
    /// Reads as the API server does, strictly.
    pub(super) fn new(cx: &'c mut Cx<'a>, overridden: &'c [u32], resolved: &'c mut Resolved) -> Self {
        Decoder {
            minor: cx.kube().minor(),
            cx,
            reader: ReadBy::Server,
            in_list: false,
            strictness: Strictness::Strict,
            overridden,
            resolved,
            skip_base64: false,
            depth: 0,
            misplaced: None,
        }
    }
}

impl<'a> Decoder<'_, 'a> {
    /// Checks a value against the type that belongs at its place.
    pub(super) fn value(&mut self, at: &Place<'_, 'a>) {
        let node = at.value;
        match at.shape {
            Shape::Any => {}
            Shape::String if node.is_surely_string() => {}
            Shape::Struct(id) if node.kind() == Kind::Map => self.fields(id, at),
            Shape::Map(value) if node.kind() == Kind::Map => self.entries(value, at),
            Shape::List(item) if node.kind() == Kind::Seq => self.items(item, at),
            Shape::Bytes if node.kind() == Kind::Seq => self.byte_list(at),
            Shape::Either(one, other) => self.either(one, other, at),
            Shape::Struct(_) | Shape::Map(_) | Shape::List(_) => {
                if !node.is_null() {
                    self.mismatch(at);
                }
            }
            _ => self.scalar(at),
        }
    }

    fn scalar(&mut self, at: &Place<'_, 'a>) {
        let shape = at.shape;
        let scalar = match at.value.scalar() {
            Some(Scalar::Null) => return,
            Some(scalar) => scalar,
            // A quantity reads its own text, whatever it is.
            None if shape == Shape::Quantity => return self.quantity(at, ""),
            None => return self.mismatch(at),
        };
        let good = match shape {
            Shape::String => matches!(scalar, Scalar::Str(_)),
            Shape::Bool => matches!(scalar, Scalar::Bool(_)),
            Shape::Int32 => whole(at.value, &scalar).is_some_and(|i| i32::try_from(i).is_ok()),
            Shape::Int64 => whole(at.value, &scalar).is_some(),
            Shape::Float => matches!(scalar, Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)),
            Shape::IntOrString => match &scalar {
                Scalar::Str(_) => true,
                number => whole(at.value, number).is_some_and(|i| i32::try_from(i).is_ok()),
            },
            Shape::Bytes => match &scalar {
                Scalar::Str(text) => {
                    self.base64(at, text);
                    true
                }
                _ => false,
            },
            Shape::Time | Shape::MicroTime => match &scalar {
                Scalar::Str(text) => {
                    self.time(at, text, shape == Shape::MicroTime);
                    true
                }
                _ => false,
            },
            Shape::Quantity => {
                match &scalar {
                    Scalar::Str(text) => self.quantity(at, text),
                    Scalar::Bool(_) => self.quantity(at, "true"),
                    // Every number that JSON can hold is a quantity.
                    _ => {}
                }
                true
            }
            _ => true,
        };
        if !good {
            self.mismatch(at);
        }
    }

    /// Goes down one level, if that is not too deep.
    fn down(&mut self, go: impl FnOnce(&mut Self)) {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            go(self);
            self.depth -= 1;
        }
    }

    fn fields(&mut self, ty: TypeId, at: &Place<'_, 'a>) {
        self.down(|this| {
            this.each(at.value, |this, entry| {
                let mut key = Cow::Borrowed("");
                let field = field_of(ty, entry.key, this.minor, &mut key);
                match field.or_else(|| this.in_another_case(ty, &key)) {
                    Some((row, field)) => {
                        this.resolved.note(entry.key, row);
                        let shape = field.ty().shape();
                        // The hot case, without building a place.
                        if shape == Shape::String && entry.value.is_surely_string() {
                            return;
                        }
                        let place = Place {
                            up: Some(at),
                            part: Part::Field(field),
                            shape,
                            key: Some(entry.key),
                            value: entry.value,
                        };
                        this.value(&place);
                    }
                    None => this.unknown_field(ty, at, entry, &key),
                }
            });
        });
    }

    /// The field that a name is read as in whatever case: by kustomize, not by the server.
    fn in_another_case(&self, ty: TypeId, key: &str) -> Option<(u16, FieldRef)> {
        let fields = (self.reader == ReadBy::Kustomize).then(|| ty.all_fields());
        let same = fields?.find(|field| field.name.eq_ignore_ascii_case(key))?;
        table::field_named(ty, same.name.as_bytes(), self.minor)
    }

    fn entries(&mut self, value: Ty, at: &Place<'_, 'a>) {
        let shape = value.shape();
        self.down(|this| {
            this.each(at.value, |this, entry| {
                // The hot case, labels and data, without building a place.
                if shape == Shape::String && entry.value.is_surely_string() {
                    return;
                }
                let place = Place {
                    up: Some(at),
                    part: Part::Key(entry.key),
                    shape,
                    key: Some(entry.key),
                    value: entry.value,
                };
                this.value(&place);
            });
        });
    }

    fn items(&mut self, item: Ty, at: &Place<'_, 'a>) {
        let shape = item.shape();
        self.down(|this| {
            for (i, value) in at.value.items().enumerate() {
                let place = Place {
                    up: Some(at),
                    part: Part::Index(i as u32),
                    shape,
                    key: None,
                    value,
                };
                this.value(&place);
            }
        });
    }

    /// The entries that count, each once.
    fn each(&mut self, map: Node<'a>, mut check: impl FnMut(&mut Self, Entry<'a>)) {
        if map.is_indirect() && map.raw_entries().any(|entry| entry.key.is_merge_key()) {
            // What comes through a merge may be overridden, in this mapping only.
            let entries: Vec<Entry<'a>> = map.entries().collect();
            let mut later = HashSet::with_capacity(entries.len());
            let mut last: Vec<Entry<'a>> = entries
                .into_iter()
                .rev()
                .filter(|entry| entry.key.key_text().is_none_or(|key| later.insert(key)))
                .collect();
            last.reverse();
            for entry in last {
                check(self, entry);
            }
            return;
        }
        for entry in map.raw_entries() {
            if self.overridden.is_empty() || self.overridden.binary_search(&entry.key.id()).is_err() {
                check(self, entry);
            }
        }
    }

    /// Bytes may be written as a list of numbers up to 255.
    fn byte_list(&mut self, at: &Place<'_, 'a>) {
        let bad = at
            .value
            .items()
            .enumerate()
            .find(|(_, item)| match item.scalar() {
                Some(Scalar::Null) => false,
                Some(number) => !whole(*item, &number).is_some_and(|i| (0..256).contains(&i)),
                None => true,
            });
        if let Some((i, value)) = bad {
            let place = Place {
                up: Some(at),
                part: Part::Index(i as u32),
                shape: Shape::Int32,
                key: None,
                value,
            };
            let field = place.of_types(self.minor >= 35);
            let text = "a byte in a list of bytes is a whole number from 0 to 255";
            self.report(
                ids::SCHEMA_TYPE,
                &place,
                text.into(),
                ErrorType::TypeMismatch,
                field,
            )
            .help("write the bytes as base64 text, which is what people expect here");
        }
    }

    /// A boolean, a list or a schema, read by a JSON reader of its own that is lenient about what is inside.
    fn either(&mut self, one: Ty, other: Ty, at: &Place<'_, 'a>) {
        let strictness = self.strictness;
        if strictness == Strictness::Strict {
            self.strictness = Strictness::Lenient;
        }
        match (at.value.kind(), one.shape(), other.shape()) {
            (Kind::Map, Shape::Struct(id), _) | (Kind::Map, _, Shape::Struct(id)) => self.fields(id, at),
            (Kind::Seq, _, Shape::List(item)) => self.items(item, at),
            (_, Shape::Bool, _) if !matches!(at.value.scalar(), Some(Scalar::Bool(_) | Scalar::Null)) => {
                self.mismatch(at);
            }
            // A text or number where a schema or a list belongs is dropped without a word.
            _ => {}
        }
        self.strictness = strictness;
    }
}

/// The field that a key names, and the index of its row; a key that names none is spelled into `unknown`.
fn field_of<'t>(ty: TypeId, key: Node<'t>, minor: u8, unknown: &mut Cow<'t, str>) -> Option<(u16, FieldRef)> {
    // No field is called `yes` or `12`, so a bare word that is found needs no resolution.
    if let Some(bare) = bare_key(key)
        && let Some(found) = table::field_named(ty, bare, minor)
    {
        return Some(found);
    }
    *unknown = key.key_text().unwrap_or_default();
    table::field_named(ty, unknown.as_bytes(), minor)
}

/// The text of a key that is written without escapes, folding, anchors or tags.
fn bare_key(key: Node<'_>) -> Option<&[u8]> {
    let raw = key.raw();
    if raw.kind != Kind::Scalar || raw.flags & (COOK | PROPS) != 0 {
        return None;
    }
    let source = key.bytes();
    match (raw.style, source) {
        (Style::Plain, _) => Some(source),
        (Style::Single | Style::Double, [_, inner @ .., _]) => Some(inner),
        _ => None,
    }
}

/// The whole number that a scalar becomes in JSON, if it is one in an `int64` field's eyes.
pub(super) fn whole(node: Node<'_>, scalar: &Scalar<'_>) -> Option<i64> {
    match *scalar {
        Scalar::Int(i) => Some(i),
        // YAML's `80.0` is written `80` into the JSON; in a JSON document the text stands as it is.
        Scalar::Float(_) if !node.is_json() => scalar.json_number()?.parse().ok(),
        _ => None,
    }
}
