//! A value of `kubeproof.yaml` and its place, so that whoever uses it later can point at it.

use crate::source::Span;

/// A value, with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Value {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub data: Data,
}

/// What a value is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Data {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Number(u32),
    /// Anything that is written as text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A mapping, in the order of the text, each key once.
    Map(Vec<(String, Span, Value)>),
}

impl Value {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries()
            .find(|(own, ..)| own == key)
            .map(|(.., value)| value)
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> impl Iterator<Item = &(String, Span, Value)> {
        let entries: &[_] = match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        };
        entries.iter()
    }

    /// The items of a list.
    pub fn items(&self) -> &[Value] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.items().iter().filter_map(Value::text)
    }
}
