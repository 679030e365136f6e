//! What the fields hold that a row names: names, namespaces, keys, and whether the row applies.

use std::borrow::Cow;
use std::ops::Range;

use super::Walk;
use crate::graph::facts::{Key, Text};
use crate::graph::table::*;
use crate::manifest::mask;
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::{Kind, Node, Scalar};

/// What a path leads to: a value, or a key taken as one.
#[derive(Clone, Copy)]
pub(super) struct Found<'t> {
    pub(super) node: Node<'t>,
    is_key: bool,
}

impl<'t> Found<'t> {
    pub(super) fn text(self) -> Option<Cow<'t, str>> {
        if self.is_key {
            self.node.key_text()
        } else {
            self.node.str()
        }
    }
}

impl<'t> Walk<'_, 't> {
    /// The names that a row puts together: every combination, where a field has several values.
    pub(super) fn names(&self, row: &Row, at: Node<'t>) -> Vec<(Cow<'t, str>, Span)> {
        let own = self.facts.objects.last().map_or(Span::default(), |own| own.span);
        let parts = self.table.parts(row.name);
        if let [Part::Field(paths)] = parts {
            return match row.flags.is_empty() {
                true => self.first(*paths, at),
                false => self.given(row.flags, *paths, at),
            };
        }
        let mut names = vec![(Cow::Borrowed(""), own)];
        for part in parts {
            match part {
                Part::Fixed(text) => {
                    for (name, _) in &mut names {
                        name.to_mut().push_str(self.table.str(*text));
                    }
                }
                Part::Field(paths) => {
                    let values = self.first(*paths, at);
                    names = names
                        .iter()
                        .flat_map(|(name, span)| {
                            values
                                .iter()
                                // Users and databases may have `_`, which no name can; operators write `-`.
                                .map(move |(v, _)| {
                                    (Cow::Owned(format!("{name}{}", v.replace('_', "-"))), *span)
                                })
                        })
                        .collect();
                }
            }
        }
        names
    }

    /// The names that a row puts together of one field and fixed text, and where the field's value stands.
    pub(super) fn names_used(&self, row: &Row, at: Node<'t>) -> Vec<(String, Span)> {
        let parts = self.table.parts(row.name);
        let Some(field) = parts.iter().position(|part| matches!(part, Part::Field(_))) else {
            return Vec::new();
        };
        let fixed = |parts: &[Part]| -> String {
            let texts = parts.iter().filter_map(|part| match part {
                Part::Fixed(text) => Some(self.table.str(*text)),
                Part::Field(_) => None,
            });
            texts.collect()
        };
        let Part::Field(paths) = parts[field] else {
            return Vec::new();
        };
        let (before, after) = (fixed(&parts[..field]), fixed(&parts[field + 1..]));
        let values = self.first(paths, at).into_iter();
        values
            .map(|(value, span)| (format!("{before}{value}{after}"), span))
            .collect()
    }

    /// The values of the first path that has any.
    fn first(&self, paths: Run, at: Node<'t>) -> Vec<(Cow<'t, str>, Span)> {
        let mut values = Vec::new();
        for path in self.table.paths(paths) {
            self.each(path, at, &mut |found| {
                if let Some(text) = found.text().filter(|text| !text.is_empty())
                    && !self.hides(found.node)
                {
                    values.push((text, found.node.span()));
                }
            });
            if !values.is_empty() {
                break;
            }
        }
        values
    }

    pub(super) fn namespace_of(&mut self, row: &Row, at: Node<'t>) -> Text {
        if row.any_namespace {
            return Text::default();
        }
        match self.first(row.namespace, at).first() {
            None => self.namespace,
            Some((namespace, _)) if unrendered(namespace) => Text::default(),
            Some((namespace, _)) => self.facts.keep(namespace),
        }
    }

    pub(super) fn keys_of(&mut self, row: &Row, at: Node<'t>) -> Range<u32> {
        let start = self.facts.next_key();
        self.keep_keys(row.keys, false, at);
        start..self.facts.next_key()
    }

    /// Whether all keys there could be read.
    fn keep_keys(&mut self, paths: Run, alias: bool, at: Node<'t>) -> bool {
        let mut all = true;
        for path in self.table.paths(paths) {
            let mut found = Vec::new();
            self.each(path, at, &mut |key| found.push(key));
            for key in found {
                let stray = key.is_key && mask::is_stray(key.node);
                if stray || self.hides(key.node) {
                    all = false;
                    continue;
                }
                let number = || match key.node.scalar() {
                    Some(Scalar::Int(number)) => Some(Cow::Owned(number.to_string())),
                    _ => None,
                };
                let Some(text) = key.text().or_else(number) else {
                    all = false;
                    continue;
                };
                if text.is_empty() || unrendered(&text) {
                    all &= text.is_empty();
                    continue;
                }
                let (name, span) = (self.facts.keep(&text), key.node.span());
                self.facts.keys.push(Key { name, span, alias });
            }
        }
        all
    }

    /// The keys of what is made, and whether those are all.
    pub(super) fn keys_made(&mut self, row: &Row, at: Node<'t>) -> (Range<u32>, bool) {
        let mut keys = self.facts.next_key()..0;
        let all = self.keep_keys(row.keys, false, at);
        self.keep_keys(row.aliases, true, at);
        for key in self.table.strs(row.fixed_keys) {
            let name = self.facts.keep(key);
            self.facts.keys.push(Key {
                name,
                span: Span::default(),
                alias: false,
            });
        }
        keys.end = self.facts.next_key();
        // What stands empty waits to be filled by somebody.
        let closed =
            all && !row.keys.is_empty() && !keys.is_empty() && !self.broken && self.holds(row.keys_if, at);
        (keys, closed)
    }

    /// Whether a node is, by way of an alias, what must not be told: messages quote names.
    pub(super) fn hides(&self, node: Node<'t>) -> bool {
        if self.masked.is_empty() || !mask::touches(self.masked, node.resolved().span()) {
            return false;
        }
        let (own, at) = (self.object.root.span(), node.span());
        node.raw().kind == Kind::Alias || at.start < own.start || at.end > own.end
    }

    pub(super) fn holds(&self, conds: Run, at: Node<'t>) -> bool {
        self.table
            .conds(conds)
            .iter()
            .all(|cond| self.fits(cond, at) == cond.wanted)
    }

    fn fits(&self, cond: &Cond, at: Node<'t>) -> bool {
        let (mut set, mut fits) = (false, false);
        self.each(&cond.path, at, &mut |found| {
            fits |= self.table.strs(cond.values).any(|value| value == "*");
            let text = match found.node.scalar() {
                Some(Scalar::Null) => return,
                Some(Scalar::Bool(yes)) => Cow::Borrowed(if yes { "true" } else { "false" }),
                Some(Scalar::Str(text)) if text.is_empty() => return,
                Some(Scalar::Str(text)) => text,
                _ => Cow::Borrowed(""),
            };
            set = true;
            fits |= self.table.strs(cond.values).any(|value| value == text);
        });
        if cond.values.is_empty() {
            return set;
        }
        fits || (!set && self.table.strs(cond.values).any(|value| value == "-"))
    }

    pub(super) fn each(&self, path: &Path, at: Node<'t>, f: &mut dyn FnMut(Found<'t>)) {
        let from = if path.root { self.object.root } else { at };
        each(self.table, self.table.segs(path.segs), from, f);
    }
}

/// Calls `f` with everything a path leads to; its steps bound the recursion.
pub(super) fn each<'t>(table: &Table, segs: &[Seg], node: Node<'t>, f: &mut dyn FnMut(Found<'t>)) {
    let Some((seg, rest)) = segs.split_first() else {
        return f(Found { node, is_key: false });
    };
    match seg {
        Seg::Key(key) => {
            if let Some(value) = node.get(table.str(*key)) {
                each(table, rest, value, f);
            }
        }
        Seg::Items => node.items().for_each(|item| each(table, rest, item, f)),
        Seg::Values => node.entries().for_each(|entry| each(table, rest, entry.value, f)),
        Seg::Keys => node.entries().for_each(|entry| {
            f(Found {
                node: entry.key,
                is_key: true,
            });
        }),
    }
}
