//! For whom patches are.

use std::borrow::Cow;

use super::facts::{Facts, Text};
use super::written::{fits, selects};

/// For whom a patch is, in some sort of texts; empty: any.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Selects<T> {
    /// The API group, as a regular expression for all of it.
    pub group: T,
    /// The version in it, in the same way.
    pub version: T,
    /// The kind, in the same way.
    pub kind: T,
    /// The name.
    pub name: T,
    /// The namespace.
    pub namespace: T,
    /// Whether labels, annotations or exceptions choose among these: who is left is not known.
    pub chosen: bool,
    /// Whether name and namespace are meant as they stand, as a partial object says its own; a target's are regular
    /// expressions.
    pub literal: bool,
}

/// For whom a patch is.
pub type Whom<'w> = Selects<&'w str>;

/// The same as it is kept.
pub type WhomFact = Selects<Text>;

impl<T> Selects<T> {
    /// The same in other texts.
    pub fn map<'t, U>(&'t self, mut text: impl FnMut(&'t T) -> U) -> Selects<U> {
        Selects {
            group: text(&self.group),
            version: text(&self.version),
            kind: text(&self.kind),
            name: text(&self.name),
            namespace: text(&self.namespace),
            chosen: self.chosen,
            literal: self.literal,
        }
    }
}

/// The names and namespaces that an object had on its way, the original ones first.
#[derive(Clone, Debug)]
pub struct Had<'h> {
    /// Its names.
    pub names: Vec<Cow<'h, str>>,
    /// Its namespaces.
    pub namespaces: Vec<&'h str>,
    /// Whether the last ones are those that it has now: there is one way to here.
    pub is_sure: bool,
}

/// How surely a patch is for an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Means {
    /// It is for others.
    No,
    /// It may be.
    Perhaps,
    /// It is.
    Surely,
}

/// What a patch may be for, as far as kustomizations tell patches' objects apart.
#[derive(Debug)]
pub struct Who<'w> {
    /// The API group.
    pub group: &'w str,
    /// The version in it.
    pub version: &'w str,
    /// The kind.
    pub kind: &'w str,
}

impl Whom<'_> {
    /// Whether it says anything.
    pub(super) fn is_said(&self) -> bool {
        let texts = [self.group, self.version, self.kind, self.name, self.namespace];
        self.chosen || texts.iter().any(|text| !text.is_empty())
    }

    /// Whether it means an object.
    pub fn means(&self, who: &Who<'_>, had: &Had<'_>) -> Means {
        let rest = [
            (self.kind, who.kind),
            (self.group, who.group),
            (self.version, who.version),
        ];
        if !rest.iter().all(|(pattern, text)| selects(pattern, text)) {
            return Means::No;
        }
        let name = self.means_one(self.name, &had.names, had.is_sure);
        let namespace = match (self.literal, self.namespace) {
            (true, "") => self.means_one("default", &had.namespaces, had.is_sure),
            (_, pattern) => self.means_one(pattern, &had.namespaces, had.is_sure),
        };
        match (name, namespace) {
            (Means::No, _) | (_, Means::No) => Means::No,
            (Means::Surely, Means::Surely) if !self.chosen => Means::Surely,
            _ => Means::Perhaps,
        }
    }

    /// A patch that says its own name means any that an object had, a target the first and the last one only.
    fn means_one<'n>(&self, pattern: &str, texts: &'n [impl AsRef<str> + 'n], is_sure: bool) -> Means {
        if self.literal {
            return match texts.iter().any(|text| text.as_ref() == pattern) {
                true => Means::Surely,
                false => Means::No,
            };
        }
        let fits = |text: Option<&'n _>| {
            let text: &str = AsRef::as_ref(text?);
            fits(pattern, text)
        };
        let may = |text: &'n _| selects(pattern, AsRef::as_ref(text));
        match texts {
            all if fits(all.first()) == Some(true) => Means::Surely,
            all if is_sure && fits(all.last()) == Some(true) => Means::Surely,
            all if all.iter().any(may) => Means::Perhaps,
            _ => Means::No,
        }
    }
}

impl Facts {
    /// For whom a patch is.
    pub fn whom(&self, index: u32) -> Whom<'_> {
        let fact = self.whom.get(index as usize);
        fact.map_or_else(Whom::default, |fact| fact.map(|text| self.str(*text)))
    }

    pub(super) fn keep_whom(&mut self, whom: &Whom<'_>) -> u32 {
        let fact = whom.map(|text| self.keep(text));
        self.whom.push(fact);
        self.whom.len() as u32 - 1
    }
}
