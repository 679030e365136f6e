//! A value of an object as its schema types it, for expressions: defaults filled in, undeclared fields left out.

use std::borrow::Cow;

use super::schema::{ListType, Schema, Types};
use super::value::{self, Data};
use crate::cel::{self, Collection, Stop, Tree, Val};
use crate::formats::{Format, times};
use crate::placeholder::unrendered;
use crate::yaml::{Kind, Node};

/// A node and what it is.
#[derive(Clone, Copy)]
pub(super) struct Typed<'v, 'c> {
    pub node: Node<'v>,
    pub shape: Shape<'v, 'c>,
    /// Texts that a tool fills in later are not known.
    pub placeholders: bool,
}

/// What a node is.
#[derive(Clone, Copy)]
pub(super) enum Shape<'v, 'c> {
    /// As a schema says.
    Schema(&'v Schema<'c>),
    /// A whole object as a schema says: it has a name and a kind as well.
    Object(&'v Schema<'c>),
    /// The metadata of an object: expressions see its names.
    Metadata,
    /// A text.
    Text,
    /// Not declared.
    Unknown,
}

impl<'v, 'c> Shape<'v, 'c> {
    fn is(self, other: Shape<'_, '_>) -> bool {
        match (self, other) {
            (Shape::Schema(own), Shape::Schema(other)) | (Shape::Object(own), Shape::Object(other)) => {
                std::ptr::addr_eq(own, other)
            }
            (Shape::Metadata, Shape::Metadata)
            | (Shape::Text, Shape::Text)
            | (Shape::Unknown, Shape::Unknown) => true,
            _ => false,
        }
    }

    pub(super) fn of(schema: &'v Schema<'c>) -> Shape<'v, 'c> {
        if schema.embedded {
            Shape::Object(schema)
        } else {
            Shape::Schema(schema)
        }
    }
}

impl<'v, 'c: 'v> Typed<'v, 'c> {
    fn with(self, node: Node<'v>, shape: Shape<'v, 'c>) -> Typed<'v, 'c> {
        Typed { node, shape, ..self }
    }

    /// The value of a key: of a repeated one the last.
    fn get(self, name: &str) -> Option<Node<'v>> {
        if self.node.has_unique_keys() {
            return self.node.get(name);
        }
        let entries = value::entries(self.node).into_iter();
        let mut named = entries.filter(|(key, _)| key == name);
        named.next().map(|(_, entry)| entry.value)
    }

    /// A declared field: a null is one that is missing, and of what is missing the default holds.
    pub(super) fn declared(self, name: &str, schema: &'v Schema<'c>) -> Option<Typed<'v, 'c>> {
        let found = self.get(name);
        let there = found.filter(|node| !node.is_null());
        let default = || schema.default.filter(|_| found.is_none() || !schema.nullable);
        Some(self.with(there.or_else(default)?, Shape::of(schema)))
    }

    /// The entries of a map, with their keys, but for nulls that the server drops.
    pub(super) fn free(
        self,
        schema: &'v Schema<'c>,
    ) -> impl Iterator<Item = (Cow<'v, str>, Node<'v>, Typed<'v, 'c>)> {
        let kept = value::entries(self.node).into_iter();
        kept.filter(|(_, entry)| schema.nullable || !entry.value.is_null())
            .map(move |(name, entry)| (name, entry.key, self.with(entry.value, Shape::of(schema))))
    }

    fn scalar(self) -> Data<'v> {
        value::scalar(self.node, &|text| self.placeholders && unrendered(text))
    }
}

impl<'v, 'c: 'v> Tree<'v> for Typed<'v, 'c> {
    fn read(self) -> Result<Val<'v, Self>, Stop> {
        let (schema, whole) = match self.shape {
            Shape::Schema(schema) => (schema, false),
            Shape::Object(schema) => (schema, true),
            Shape::Metadata if self.node.is_map() => return Ok(Val::Tree(self)),
            Shape::Text => {
                return match self.scalar() {
                    Data::Str(text) => Ok(Val::Str(text)),
                    _ => Err(Stop::Unknown),
                };
            }
            Shape::Metadata | Shape::Unknown => return Err(Stop::Unknown),
        };
        let types = schema.types;
        match self.node.kind() {
            Kind::Map if types == Types::OBJECT || whole => return Ok(Val::Tree(self)),
            Kind::Seq if types == Types::ARRAY => return Ok(Val::Tree(self)),
            Kind::Map | Kind::Seq => return Err(Stop::Unknown),
            _ => {}
        }
        if types == Types::STRING
            && schema.format.is_none()
            && let Some(text) = self.node.str()
        {
            let known = !(self.placeholders && unrendered(&text));
            return known.then_some(Val::Str(text)).ok_or(Stop::Unknown);
        }
        match self.scalar() {
            Data::Null if schema.nullable => Ok(Val::Null),
            Data::Bool(value) if types == Types::BOOLEAN => Ok(Val::Bool(value)),
            Data::Int(value) if types == Types::INTEGER || types == Types::INT_OR_STRING => {
                Ok(Val::Int(value))
            }
            Data::Int(value) if types == Types::NUMBER => Ok(Val::Double(value as f64)),
            Data::Float(value) if types == Types::NUMBER => Ok(Val::Double(value)),
            Data::Str(text) if types == Types::INT_OR_STRING => Ok(Val::Str(text)),
            Data::Str(text) if types == Types::STRING => match schema.format {
                Some(Format::Duration) => times::duration(&text).map(Val::Duration).ok_or(Stop::Unknown),
                Some(Format::DateTime) => times::timestamp(&text).map(Val::Time).ok_or(Stop::Unknown),
                Some(Format::Date) => times::timestamp(&format!("{text}T00:00:00Z"))
                    .map(Val::Time)
                    .ok_or(Stop::Unknown),
                Some(Format::Byte) => Err(Stop::Unknown),
                _ => Ok(Val::Str(text)),
            },
            _ => Err(Stop::Unknown),
        }
    }

    fn number(self) -> u32 {
        self.node.id()
    }

    fn is(self, other: Self) -> bool {
        self.node == other.node && self.shape.is(other.shape)
    }

    fn collection(self) -> Collection {
        match self.shape {
            Shape::Schema(schema) if schema.types == Types::ARRAY => match schema.list {
                ListType::Atomic => Collection::List,
                ListType::Set | ListType::Map => Collection::Unordered,
            },
            Shape::Schema(schema) if schema.properties.is_empty() && schema.additional_schema().is_some() => {
                Collection::Map
            }
            _ => Collection::Object,
        }
    }

    fn size(self) -> Result<usize, Stop> {
        match self.collection() {
            Collection::List | Collection::Unordered => Ok(self.node.items().count()),
            Collection::Map => self.entries().map(|entries| entries.len()),
            Collection::Object => Err(Stop::Unknown),
        }
    }

    fn field(self, name: &str) -> Result<Option<Self>, Stop> {
        let text = |name: &str| {
            let node = self.get(name).filter(|node| !node.is_null());
            node.map(|node| self.with(node, Shape::Text))
        };
        let (schema, whole) = match self.shape {
            Shape::Metadata if matches!(name, "name" | "generateName") => return Ok(text(name)),
            Shape::Schema(schema) => (schema, false),
            Shape::Object(schema) => (schema, true),
            _ => return Err(Stop::Unknown),
        };
        if whole && matches!(name, "apiVersion" | "kind") {
            return Ok(text(name));
        }
        if whole && name == "metadata" {
            let node = self.get(name).filter(|node| !node.is_null());
            return Ok(node.map(|node| self.with(node, Shape::Metadata)));
        }
        if self.collection() == Collection::Map {
            let Some(free) = schema.additional_schema() else {
                return Err(Stop::Unknown);
            };
            let found = self.get(name);
            let kept = found.filter(|node| free.nullable || !node.is_null());
            return Ok(kept.map(|node| self.with(node, Shape::of(free))));
        }
        if let Some(property) = schema.property(name) {
            return Ok(self.declared(name, property));
        }
        let name = cel::unescaped(name);
        let property = schema.property(&name).ok_or(Stop::Unknown)?;
        Ok(self.declared(&name, property))
    }

    fn items(self) -> impl Iterator<Item = Self> {
        let shape = match self.shape {
            Shape::Schema(schema) => schema.item().map_or(Shape::Unknown, Shape::of),
            _ => Shape::Unknown,
        };
        self.node.items().map(move |item| self.with(item, shape))
    }

    fn entries(self) -> Result<Vec<(Cow<'v, str>, Self)>, Stop> {
        match self.shape {
            // What nothing declares counts as well, when objects are compared.
            Shape::Schema(schema) if schema.preserve => Err(Stop::Unknown),
            Shape::Schema(schema) if self.collection() == Collection::Object => {
                let all = schema.properties.iter();
                let there = all.filter_map(|property| {
                    let found = self.declared(&property.name, property.schema())?;
                    Some((Cow::Borrowed(&*property.name), found))
                });
                Ok(there.collect())
            }
            Shape::Schema(schema) if let Some(free) = schema.additional_schema() => {
                Ok(self.free(free).map(|(name, _, value)| (name, value)).collect())
            }
            _ => Err(Stop::Unknown),
        }
    }
}
