//! Names that stand in texts: in YAML that a value holds, and behind a program's flags.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::Walk;
use super::fields::{Found, each};
use crate::graph::table::{Part, Reading, Row, Run};
use crate::names;
use crate::source::Span;
use crate::yaml::{self, Kind, Node, Style, Tree};

impl<'t> Walk<'_, 't> {
    /// The names in a value that is itself JSON or YAML.
    pub(super) fn inside(&self, text: &str, segs: Run) -> Vec<String> {
        let mut tree = Tree::default();
        yaml::parse(text, &[], &mut tree);
        let mut names = Vec::new();
        for chunk in tree.chunks.iter().filter(|chunk| chunk.error.is_none()) {
            if let Some(root) = Node::root(text, &tree, chunk) {
                each(self.table, self.table.segs(segs), root, &mut |found: Found<
                    '_,
                >| {
                    names.extend(found.text().map(Cow::into_owned));
                });
            }
        }
        names
    }

    /// The Secrets and keys that a value, itself YAML, refers to. Only a whole text does: `$name:key`, or `$key`.
    pub(super) fn keyed(&self, text: &str, reading: Reading, at: Node<'t>) -> Vec<(String, String, Span)> {
        let mut found = Vec::new();
        // Nearly all texts do without.
        if memchr(b'$', text.as_bytes()).is_none() {
            return found;
        }
        let mut tree = Tree::default();
        yaml::parse(text, &[], &mut tree);
        for chunk in tree.chunks.iter().filter(|chunk| chunk.error.is_none()) {
            let Some(root) = Node::root(text, &tree, chunk) else {
                continue;
            };
            for id in root.id()..root.raw().next {
                let node = root.with_id(id);
                let value = (node.raw().kind == Kind::Scalar).then(|| node.str()).flatten();
                let Some(value) = value.filter(|value| value.starts_with('$')) else {
                    continue;
                };
                if let Some((name, key)) = self.key_named(&value[1..], reading) {
                    found.push((name, key, part(at, &value)));
                }
            }
        }
        found
    }

    /// The Secret and the key of a reference, without its `$`.
    fn key_named(&self, reference: &str, reading: Reading) -> Option<(String, String)> {
        let (name, key) = match (reading, reference.split_once(':')) {
            (Reading::Keyed, Some((name, key))) => (name, key),
            (Reading::KeysOf(name), None) => (self.table.str(name), reference),
            _ => return None,
        };
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let fits = names::dns1123_subdomain(name).is_empty() && !key.is_empty() && key.chars().all(is_key);
        fits.then(|| (name.to_string(), key.to_string()))
    }

    /// Whether the text of a row's lists of arguments has one of its flags somewhere.
    pub(super) fn mentions(&self, row: &Row, at: Node<'t>) -> bool {
        let mut any = false;
        let paths = self.table.parts(row.name).iter().filter_map(|part| match part {
            Part::Field(paths) => Some(self.table.paths(*paths)),
            Part::Fixed(_) => None,
        });
        for path in paths.flatten() {
            self.each(path, at, &mut |found: Found<'t>| {
                // What an alias brings stands elsewhere, and an escape is written otherwise.
                let text = found.node.bytes();
                any |= found.node.is_indirect() || memchr(b'\\', text).is_some();
                any |= self
                    .table
                    .strs(row.flags)
                    .any(|flag| memmem::find(text, flag.as_bytes()).is_some());
            });
        }
        any
    }

    /// What is given behind one of these flags in lists of arguments.
    pub(super) fn given(&self, flags: Run, paths: Run, at: Node<'t>) -> Vec<(Cow<'t, str>, Span)> {
        let mut values = Vec::new();
        for path in self.table.paths(paths) {
            self.each(path, at, &mut |found: Found<'t>| {
                let named = self.flagged(flags, found.node).into_iter();
                values.extend(named.map(|(value, node)| (Cow::Owned(value), node.span())));
            });
        }
        values
    }

    /// What is given behind one of these flags: `--flag=value`, or `--flag` and the value as the next argument.
    pub(super) fn flagged(&self, flags: Run, list: Node<'t>) -> Vec<(String, Node<'t>)> {
        let known = |flag: &str| self.table.strs(flags).any(|one| one == flag);
        let mut values = Vec::new();
        arguments(list, |flag, value, node| {
            if known(flag) && !value.is_empty() && !self.hides(node) {
                values.push((value.to_string(), node));
            }
        });
        values
    }
}

/// Calls `f` with each flag of a list of arguments, without its dashes, what it is given, and where that stands.
pub(crate) fn arguments<'t>(list: Node<'t>, mut f: impl FnMut(&str, &str, Node<'t>)) {
    let mut waiting: Option<Cow<'t, str>> = None;
    for node in list.items() {
        let Some(text) = node.str() else {
            waiting = None;
            continue;
        };
        let Some(flag) = text.strip_prefix('-') else {
            if let Some(flag) = waiting.take() {
                f(bare(&flag), &text, node);
            }
            continue;
        };
        waiting = None;
        match flag.split_once('=') {
            Some((flag, value)) => f(bare(flag), value.trim_matches('"'), node),
            None => waiting = Some(text),
        }
    }
}

/// Where a part of a text stands in the scalar that holds it, as far as its source shows it; else the whole scalar.
fn part(value: Node<'_>, text: &str) -> Span {
    let (value, whole) = (value.resolved(), value.span());
    match words(value.source(), text).next() {
        Some(at) if value.style() != Style::Plain => {
            let start = value.span().start + at as u32;
            Span::new(start, start + text.len() as u32)
        }
        _ => whole,
    }
}

/// Where a word stands in a text, other than as a part of a longer one.
pub(crate) fn words<'s>(text: &'s str, word: &'s str) -> impl Iterator<Item = usize> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn bare(flag: &str) -> &str {
    flag.trim_start_matches('-')
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_part_of_a_word_is_none() {
        let found: Vec<usize> = words("a: $sso:idx\nb: $sso:id\n", "$sso:id").collect();
        assert_eq!(found, [15]);
    }
}
