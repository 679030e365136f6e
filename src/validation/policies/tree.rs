//! How expressions read the values of an object.

use std::borrow::Cow;

use super::added;
use super::value::{Value, What, is_empty};
use crate::cel::{Collection, Stop, Tree, Val};
use crate::schema::Shape;
use crate::validation::custom::value::{self, Data};
use crate::yaml::Node;

impl<'v> Tree<'v> for Value<'v> {
    fn read(self) -> Result<Val<'v, Self>, Stop> {
        self.around.last.set(Some(self.place()));
        let is_map = self.node.is_none_or(|node| node.is_map());
        match self.what {
            What::Root(_) | What::Struct(_) | What::Metadata { .. } | What::Notes { .. } if is_map => {
                Ok(Val::Tree(self))
            }
            What::Grown(ty) => match (ty.shape(), self.node) {
                (_, None) => Ok(Val::Tree(self)),
                (Shape::List(_), Some(node)) if node.is_seq() => Ok(Val::Tree(self)),
                (Shape::Map(_), Some(node)) if node.is_map() => Ok(Val::Tree(self)),
                _ => Err(Stop::Unknown),
            },
            What::Text(text) => Ok(Val::Str(Cow::Borrowed(text))),
            What::Bool(value) => Ok(Val::Bool(value)),
            What::Int(value) => Ok(Val::Int(value)),
            What::Typed(ty) => self.read_typed(ty),
            What::Raw => match self.scalar() {
                Data::Bool(value) => Ok(Val::Bool(value)),
                Data::Int(value) => Ok(Val::Int(value)),
                Data::Float(value) => Ok(Val::Double(value)),
                Data::Str(text) => Ok(Val::Str(text)),
                _ if self.node.is_some_and(|node| node.is_map() || node.is_seq()) => Ok(Val::Tree(self)),
                _ => Err(Stop::Unknown),
            },
            _ => Err(Stop::Unknown),
        }
    }

    fn number(self) -> u32 {
        self.node.map_or(self.above.start, Node::id)
    }

    fn is(self, other: Self) -> bool {
        (self.node, self.what, self.above) == (other.node, other.what, other.above)
            && std::ptr::eq(self.around, other.around)
    }

    fn collection(self) -> Collection {
        match self.what {
            What::Notes { .. } => Collection::Map,
            What::Typed(ty) | What::Grown(ty) => match ty.shape() {
                Shape::List(_) => Collection::List,
                Shape::Map(_) => Collection::Map,
                _ => Collection::Object,
            },
            What::Raw if self.node.is_some_and(|node| node.is_seq()) => Collection::List,
            _ => Collection::Object,
        }
    }

    fn size(self) -> Result<usize, Stop> {
        match self.collection() {
            Collection::List | Collection::Unordered => Ok(self.node.map_or(0, |node| node.items().count())),
            Collection::Map => self.entries().map(|entries| entries.len()),
            Collection::Object => Err(Stop::Unknown),
        }
    }

    fn field(self, name: &str) -> Result<Option<Self>, Stop> {
        match self.what {
            What::Root(id) | What::Struct(id) => self.member(id, name),
            What::Metadata { own } => self.of_metadata(own, name),
            What::Notes { own, labels } => self.note(own, labels, name),
            What::Typed(ty) | What::Grown(ty) => match ty.shape() {
                Shape::Map(inner) => match self.pair(name)? {
                    Some(entry) => Ok(Some(self.with(Some(entry), self.typed(inner)))),
                    None if matches!(self.what, What::Grown(_)) => Err(Stop::Unknown),
                    None => {
                        self.around.last.set(Some(self.place()));
                        Ok(None)
                    }
                },
                _ => Err(Stop::Unknown),
            },
            // Of what is missing a definition may have a default.
            What::Raw => match (name, self.entry(name)) {
                ("image" | "replicas", _) if self.around.changes.images => Err(Stop::Unknown),
                ("namespace", _) if self.around.is_moved => Err(Stop::Unknown),
                ("status", _) if self.key.is_none() => Err(Stop::Unknown),
                ("metadata", Some(entry)) if self.key.is_none() => {
                    Ok(Some(self.with(Some(entry), What::Metadata { own: true })))
                }
                (_, Some(entry)) => Ok(Some(self.with(Some(entry), What::Raw))),
                (_, None) => Err(Stop::Unknown),
            },
            _ => Err(Stop::Unknown),
        }
    }

    fn items(self) -> impl Iterator<Item = Self> {
        let (what, grows) = match self.what {
            What::Grown(ty) | What::Typed(ty) => match ty.shape() {
                Shape::List(item) => (self.typed(item), matches!(self.what, What::Grown(_))),
                _ => (What::Open, false),
            },
            What::Raw => (What::Raw, false),
            _ => (What::Open, false),
        };
        let items = self.node.into_iter().flat_map(Node::items);
        let above = self.place();
        let item = move |node| Value {
            key: None,
            node: Some(node),
            above,
            what,
            ..self
        };
        let more = grows.then(|| self.with(None, What::Open));
        items.map(item).chain(more)
    }

    fn entries(self) -> Result<Vec<(Cow<'v, str>, Self)>, Stop> {
        let inner = match self.what {
            What::Notes { own, labels } => {
                let changes = self.around.changes;
                // Those of its template.
                if own && labels && self.around.takes_labels && self.node.is_none_or(is_empty) {
                    return Err(Stop::Unknown);
                }
                if labels && changes.labels || !labels && changes.annotations {
                    return Err(Stop::Unknown);
                }
                What::Raw
            }
            What::Typed(ty) => match ty.shape() {
                Shape::Map(inner) => self.typed(inner),
                _ => return Err(Stop::Unknown),
            },
            _ => return Err(Stop::Unknown),
        };
        let entries = self.node.map(value::entries).unwrap_or_default();
        if entries.iter().any(|(_, entry)| entry.value.is_null()) {
            return Err(Stop::Unknown);
        }
        Ok(entries
            .into_iter()
            .map(|(key, entry)| (key, self.with(Some(entry), inner)))
            .collect())
    }

    fn is_there(self) -> Result<bool, Stop> {
        match (self.what, self.node) {
            // Tools note things on objects that have no labels or annotations of their own.
            (What::Notes { .. } | What::Grown(_), None) => Err(Stop::Unknown),
            (What::Notes { .. } | What::Grown(_), Some(node)) if is_empty(node) => Err(Stop::Unknown),
            _ => Ok(true),
        }
    }

    fn perhaps(self) -> &'static [&'static str] {
        match self.what {
            What::Notes { labels, .. } => added::usual(labels),
            _ => &[],
        }
    }

    fn is_whole(self) -> bool {
        !matches!(self.what, What::Notes { .. } | What::Grown(_) | What::Open)
    }
}
