//! The values that expressions work with.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;
use std::rc::Rc;

use super::formats::Test;
use super::quantities::Amount;
use super::urls::Url;
use super::versions::Version;
use super::{Out, Stop, fails};

/// Values nested deeper are not compared.
const DEEPEST: u32 = 64;

/// A value of the object as its definition types it, read only as far as an expression looks.
pub trait Tree<'v>: Copy {
    /// The value; a list, map or object stays as it is.
    fn read(self) -> Out<'v, Self>;
    /// A number that tells most values apart.
    fn number(self) -> u32;
    /// Whether it is the very same value: the same node, typed in the same way.
    fn is(self, other: Self) -> bool;
    /// What kind of collection it is.
    fn collection(self) -> Collection;
    /// How many items or entries it has.
    fn size(self) -> Result<usize, Stop>;
    /// A field of an object, by its name in expressions, or the value of a map's key.
    fn field(self, name: &str) -> Result<Option<Self>, Stop>;
    /// The items of a list.
    fn items(self) -> impl Iterator<Item = Self>;
    /// The entries of a map, or the fields of an object that are there.
    fn entries(self) -> Result<Vec<(Cow<'v, str>, Self)>, Stop>;
    /// Whether it is there at all, where that is another question than what is in it.
    fn is_there(self) -> Result<bool, Stop> {
        Ok(true)
    }
    /// Keys of a map that may be there as well.
    fn perhaps(self) -> &'static [&'static str] {
        &[]
    }
    /// Whether nothing can be in it besides what is known.
    fn is_whole(self) -> bool {
        true
    }
}

/// What a collection is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// A list, in order.
    List,
    /// A list whose order does not count: a set, or a list with keys.
    Unordered,
    /// A map from texts.
    Map,
    /// An object with declared fields.
    Object,
}

/// A key and its value.
pub(super) type Pair<'v, T> = (Val<'v, T>, Val<'v, T>);

/// A value.
pub enum Val<'v, T> {
    /// What is not known.
    Open,
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// One without a sign.
    Uint(u64),
    /// A number with a fraction.
    Double(f64),
    /// A text.
    Str(Cow<'v, str>),
    /// Nanoseconds.
    Duration(i64),
    /// Nanoseconds since 1970.
    Time(i128),
    /// A collection of the object.
    Tree(T),
    /// A list that an expression made.
    List(Rc<Vec<Val<'v, T>>>),
    /// A map that an expression made; its keys differ.
    Map(Rc<Vec<Pair<'v, T>>>),
    /// A value that may be missing.
    Optional(Option<Rc<Val<'v, T>>>),
    /// `500m`, `1Gi`
    Quantity(Amount),
    /// An IP address.
    Ip(IpAddr),
    /// An address and the length of its prefix.
    Cidr(IpAddr, u8),
    /// A format of texts.
    Format(Test),
    /// A semantic version.
    Version(Rc<Version>),
    /// A URL.
    Url(Rc<Url>),
    /// A type, by its name.
    Type(&'static str),
}

impl<T: Copy> Clone for Val<'_, T> {
    fn clone(&self) -> Self {
        match self {
            Val::Open => Val::Open,
            Val::Null => Val::Null,
            Val::Bool(value) => Val::Bool(*value),
            Val::Int(value) => Val::Int(*value),
            Val::Uint(value) => Val::Uint(*value),
            Val::Double(value) => Val::Double(*value),
            Val::Str(text) => Val::Str(text.clone()),
            Val::Duration(nanos) => Val::Duration(*nanos),
            Val::Time(nanos) => Val::Time(*nanos),
            Val::Tree(tree) => Val::Tree(*tree),
            Val::List(items) => Val::List(Rc::clone(items)),
            Val::Map(entries) => Val::Map(Rc::clone(entries)),
            Val::Optional(value) => Val::Optional(value.clone()),
            Val::Quantity(value) => Val::Quantity(*value),
            Val::Ip(ip) => Val::Ip(*ip),
            Val::Cidr(ip, length) => Val::Cidr(*ip, *length),
            Val::Format(test) => Val::Format(*test),
            Val::Version(version) => Val::Version(Rc::clone(version)),
            Val::Url(url) => Val::Url(Rc::clone(url)),
            Val::Type(name) => Val::Type(name),
        }
    }
}

impl<'v, T: Tree<'v>> Val<'v, T> {
    /// A text that stands nowhere.
    pub(super) fn text(text: impl Into<String>) -> Val<'v, T> {
        Val::Str(Cow::Owned(text.into()))
    }

    pub(super) fn list(items: Vec<Val<'v, T>>) -> Val<'v, T> {
        Val::List(Rc::new(items))
    }

    pub(super) fn some(value: Val<'v, T>) -> Val<'v, T> {
        Val::Optional(Some(Rc::new(value)))
    }

    /// An optional value that is missing.
    pub const NONE: Val<'v, T> = Val::Optional(None);

    /// The name of its type; `None`: it is not told here.
    pub(super) fn type_name(&self) -> Option<&'static str> {
        Some(match self {
            Val::Null => "null_type",
            Val::Bool(_) => "bool",
            Val::Int(_) => "int",
            Val::Uint(_) => "uint",
            Val::Double(_) => "double",
            Val::Str(_) => "string",
            Val::Map(_) => "map",
            Val::Tree(tree) if tree.collection() == Collection::Map => "map",
            _ if self.is_list() => "list",
            _ => return None,
        })
    }

    /// Whether it is true.
    pub fn truth(&self) -> Result<bool, Stop> {
        match self {
            Val::Bool(value) => Ok(*value),
            _ => Err(Stop::Unknown),
        }
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Result<Vec<Val<'v, T>>, Stop> {
        match self {
            Val::List(items) => Ok(items.to_vec()),
            Val::Tree(tree) if tree.is_list() => tree.items().map(Tree::read).collect(),
            _ => Err(Stop::Unknown),
        }
    }

    /// How many items, entries or characters it has.
    pub(super) fn size(&self) -> Result<usize, Stop> {
        match self {
            Val::Str(text) => Ok(text.chars().count()),
            Val::List(items) => Ok(items.len()),
            Val::Map(entries) => Ok(entries.len()),
            Val::Tree(tree) if tree.is_whole() => tree.size(),
            _ => Err(Stop::Unknown),
        }
    }

    /// The value of a field or key.
    pub(super) fn field(&self, name: &str) -> Result<Option<Val<'v, T>>, Stop> {
        match self {
            Val::Tree(tree) if !tree.is_list() => tree.field(name)?.map(Tree::read).transpose(),
            Val::Map(entries) => {
                let is_it = |key: &Val<'v, T>| matches!(key, Val::Str(key) if key == name);
                let found = entries.iter().find(|(key, _)| is_it(key));
                Ok(found.map(|(_, value)| value.clone()))
            }
            _ if self.is_scalar() => Ok(None),
            _ => Err(Stop::Unknown),
        }
    }

    /// Whether there is a field or key; its value may be unknown.
    pub(super) fn has(&self, name: &str) -> Result<bool, Stop> {
        match self {
            Val::Tree(tree) if !tree.is_list() => is_there(tree.field(name)?),
            _ => Ok(self.field(name)?.is_some()),
        }
    }

    /// The item at a place, or the value of a key; `None`: there is none.
    pub(super) fn at(&self, at: &Val<'v, T>) -> Result<Option<Val<'v, T>>, Stop> {
        match (self, at) {
            (Val::Tree(tree), Val::Int(at)) if tree.is_list() => match usize::try_from(*at) {
                Ok(at) => tree.items().nth(at).map(Tree::read).transpose(),
                Err(_) => Ok(None),
            },
            (Val::List(items), Val::Int(at)) => {
                Ok(usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned())
            }
            (Val::Map(entries), _) => {
                for (key, value) in entries.iter() {
                    if key.equal(at)? {
                        return Ok(Some(value.clone()));
                    }
                }
                Ok(None)
            }
            (Val::Tree(_), Val::Str(name)) => self.field(name),
            _ if self.is_scalar() => Ok(None),
            _ => Err(Stop::Unknown),
        }
    }

    /// The entries of a map.
    pub(super) fn entries(&self) -> Result<Vec<Pair<'v, T>>, Stop> {
        match self {
            Val::Tree(tree) if tree.collection() != Collection::Map => Err(Stop::Unknown),
            _ => self.fields(),
        }
    }

    /// The entries of a map, or the fields of an object.
    fn fields(&self) -> Result<Vec<Pair<'v, T>>, Stop> {
        match self {
            Val::Map(entries) => Ok(entries.to_vec()),
            Val::Tree(tree) => tree
                .entries()?
                .into_iter()
                .map(|(key, value)| Ok((Val::Str(key), value.read()?)))
                .collect(),
            _ => Err(Stop::Unknown),
        }
    }

    /// Whether it is a value of JSON without parts.
    pub(super) fn is_scalar(&self) -> bool {
        matches!(
            self,
            Val::Null | Val::Bool(_) | Val::Int(_) | Val::Double(_) | Val::Str(_)
        )
    }

    fn is_list(&self) -> bool {
        match self {
            Val::List(_) => true,
            Val::Tree(tree) => tree.is_list(),
            _ => false,
        }
    }

    pub(super) fn is_map(&self) -> bool {
        match self {
            Val::Map(_) => true,
            Val::Tree(tree) => tree.collection() == Collection::Map,
            _ => false,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Val::Int(value) => Some(*value as f64),
            Val::Uint(value) => Some(*value as f64),
            Val::Double(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether two values are equal; what is of different types is not.
    pub(super) fn equal(&self, other: &Val<'v, T>) -> Result<bool, Stop> {
        self.equal_within(other, DEEPEST)
    }

    fn equal_within(&self, other: &Val<'v, T>, depth: u32) -> Result<bool, Stop> {
        let depth = depth.checked_sub(1).ok_or(Stop::Unknown)?;
        Ok(match (self, other) {
            (Val::Open, _) | (_, Val::Open) => return Err(Stop::Unknown),
            (Val::Tree(tree), _) | (_, Val::Tree(tree)) if !tree.is_whole() => return Err(Stop::Unknown),
            (Val::Null, Val::Null) => true,
            (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::Str(a), Val::Str(b)) => a == b,
            (Val::Duration(a), Val::Duration(b)) => a == b,
            (Val::Time(a), Val::Time(b)) => a == b,
            (Val::Quantity(a), Val::Quantity(b)) => a.value == b.value,
            (Val::Ip(a), Val::Ip(b)) => a == b,
            (Val::Cidr(a, x), Val::Cidr(b, y)) => (a, x) == (b, y),
            (Val::Version(a), Val::Version(b)) => a == b,
            (Val::Type(a), Val::Type(b)) => a == b,
            (Val::Url(_), _) | (_, Val::Url(_)) => return Err(Stop::Unknown),
            (Val::Optional(None), Val::Optional(None)) => true,
            (Val::Optional(Some(a)), Val::Optional(Some(b))) => return a.equal_within(b, depth),
            (Val::Optional(_), Val::Optional(_)) => false,
            (Val::Format(_), _) | (_, Val::Format(_)) => return Err(Stop::Unknown),
            _ if self.is_list() && other.is_list() => return self.equal_lists(other, depth),
            (Val::Tree(_) | Val::Map(_), Val::Tree(_) | Val::Map(_)) => {
                if self.is_list() || other.is_list() {
                    return Ok(false);
                }
                let (a, b) = (self.fields()?, other.fields()?);
                let same = |(key, value): &Pair<'v, T>| -> Result<bool, Stop> {
                    for (other, known) in &b {
                        if key.equal(other)? {
                            return value.equal_within(known, depth);
                        }
                    }
                    Ok(false)
                };
                return Ok(a.len() == b.len() && every(&a, same)?);
            }
            _ => match self.compare_numbers(other) {
                Some(ordering) => ordering == Some(Ordering::Equal),
                None => false,
            },
        })
    }

    fn equal_lists(&self, other: &Val<'v, T>, depth: u32) -> Result<bool, Stop> {
        let (a, b) = (self.items()?, other.items()?);
        if a.len() != b.len() {
            return Ok(false);
        }
        if matches!(self, Val::Tree(tree) if tree.collection() == Collection::Unordered) {
            let known = |item: &Val<'v, T>| any(&a, |known| known.equal_within(item, depth));
            return every(&b, known);
        }
        for (one, other) in a.iter().zip(&b) {
            if !one.equal_within(other, depth)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `None`: not both are numbers; `Some(None)`: one is none at all.
    fn compare_numbers(&self, other: &Val<'v, T>) -> Option<Option<Ordering>> {
        Some(match (self, other) {
            (Val::Int(a), Val::Int(b)) => Some(a.cmp(b)),
            (Val::Uint(a), Val::Uint(b)) => Some(a.cmp(b)),
            (Val::Int(a), Val::Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
            (Val::Uint(a), Val::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
            _ => self.number()?.partial_cmp(&other.number()?),
        })
    }

    /// Which is more; `None` for a number that is none.
    pub(super) fn compare(&self, other: &Val<'v, T>) -> Result<Option<Ordering>, Stop> {
        Ok(match (self, other) {
            (Val::Bool(a), Val::Bool(b)) => Some(a.cmp(b)),
            (Val::Str(a), Val::Str(b)) => Some(a.cmp(b)),
            (Val::Duration(a), Val::Duration(b)) => Some(a.cmp(b)),
            (Val::Time(a), Val::Time(b)) => Some(a.cmp(b)),
            (Val::Int(_) | Val::Uint(_) | Val::Double(_), Val::Str(_))
            | (Val::Str(_), Val::Int(_) | Val::Uint(_) | Val::Double(_)) => {
                return fails("a text and a number cannot be compared");
            }
            _ => self.compare_numbers(other).ok_or(Stop::Unknown)?,
        })
    }
}

impl<'v, T: Tree<'v>> Val<'v, T> {
    /// What an optional value has, which is there for certain.
    pub(super) fn surely(&self) -> Result<(), Stop> {
        match self {
            Val::Tree(tree) if !tree.is_there()? => Err(Stop::Unknown),
            _ => Ok(()),
        }
    }
}

/// Whether what was found, if anything, is there.
pub(super) fn is_there<'v, T: Tree<'v>>(found: Option<T>) -> Result<bool, Stop> {
    found.map_or(Ok(false), Tree::is_there)
}

/// Whether a list has an item.
pub(super) fn contains<'v, T: Tree<'v>>(items: &[Val<'v, T>], item: &Val<'v, T>) -> Result<bool, Stop> {
    any(items, |known| known.equal(item))
}

/// Whether one passes a test.
fn any<V>(items: &[V], test: impl Fn(&V) -> Result<bool, Stop>) -> Result<bool, Stop> {
    for item in items {
        if test(item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether all pass a test.
pub(super) fn every<V>(items: &[V], test: impl Fn(&V) -> Result<bool, Stop>) -> Result<bool, Stop> {
    for item in items {
        if !test(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What can be asked of any collection.
pub(super) trait Kinds {
    fn is_list(&self) -> bool;
}

impl<'v, T: Tree<'v>> Kinds for T {
    fn is_list(&self) -> bool {
        matches!(self.collection(), Collection::List | Collection::Unordered)
    }
}
