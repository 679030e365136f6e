//! Walks an object by the table's tries and notes what it names and makes. Each mapping on the way is read
//! once, whatever the number of rows; what stands off the way is not looked at.

mod fields;
mod ports;
pub(crate) mod texts;

use std::borrow::Cow;

use super::SECRET;
use super::facts::{Definition, Facts, Key, Label, Labelled, Selection, Text, Use};
use super::table::*;
use crate::manifest::Object;
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::tree::NodeId;
use crate::yaml::{Kind, Node, Style};

/// No node: an arena begins with a root, which is nobody's value.
const NONE: NodeId = 0;

/// Values below which patterns are looked for at any depth; more of them are no manifest.
const MAX_DEEP: u32 = 20_000;

/// One object on its walk.
pub(super) struct Walk<'a, 't> {
    table: &'a Table,
    object: &'a Object<'t>,
    facts: &'a mut Facts,
    /// The object's namespace.
    namespace: Text,
    /// What must not be told, of a file in which aliases may lead there.
    masked: &'a [Span],
    /// The document breaks off somewhere, so that nothing in it is known to be all.
    broken: bool,
}

/// A name as a field has it.
struct Named<'n> {
    name: &'n str,
    /// The namespace that stands with it.
    namespace: Option<&'n str>,
    /// The key that stands with it.
    key: Option<&'n str>,
    span: Span,
}

impl<'n> Named<'n> {
    fn of(name: &'n str, span: Span) -> Self {
        let (namespace, key) = (None, None);
        Named {
            name,
            namespace,
            key,
            span,
        }
    }
}

impl<'t> Walk<'_, 't> {
    /// Notes what an object is, makes and uses. Its [`ObjectFact`](super::ObjectFact) is the last one.
    pub(super) fn object(
        table: &Table,
        kind: &KindRow,
        object: &Object<'t>,
        broken: bool,
        masked: &[Span],
        facts: &mut Facts,
    ) {
        let Some(own) = facts.objects.last() else { return };
        let (name, span) = (own.name, own.span);
        // Which namespace a placeholder becomes is not known: it may be any.
        let namespace = match unrendered(facts.str(own.namespace)) {
            true => Text::default(),
            false => own.namespace,
        };
        let mut walk = Walk {
            table,
            object,
            facts,
            namespace,
            masked,
            broken,
        };
        if let Some(target) = kind.target
            && !name.is_empty()
        {
            let (keys, closed) = match kind.own {
                Some(row) => walk.keys_made(table.row(row), object.root),
                None => (0..0, false),
            };
            walk.facts.definitions.push(Definition {
                target,
                name,
                namespace,
                span,
                object: Some(object.index),
                row: None,
                keys,
                closed,
            });
        }
        if kind.step != 0 {
            walk.step(kind.step, object.root);
        }
    }

    fn step(&mut self, step: u16, node: Node<'t>) {
        let table = self.table;
        let step = table.step(step);
        for &row in table.at(step.rows) {
            self.row(row, node);
        }
        for &part in table.embeds(step.embeds) {
            self.step(part, node);
        }
        if step.items != 0 {
            for item in node.items() {
                self.step(step.items, item);
            }
        }
        if step.values != 0 {
            for entry in node.entries() {
                self.step(step.values, entry.value);
            }
        }
        let children = table.children(step.children);
        if !children.is_empty() {
            // Of a repeated key the last one holds, so what fits is noted before it is followed.
            let mut fits = [NONE; MAX_CHILDREN];
            for entry in node.entries() {
                let Some(key) = key_text(entry.key) else { continue };
                if let Some(i) = children
                    .iter()
                    .position(|(name, _)| usize::from(name.len) == key.len() && table.str(*name) == key)
                {
                    fits[i] = entry.value.id();
                }
            }
            for ((_, next), value) in children.iter().zip(fits) {
                if value != NONE {
                    self.step(*next, node.with_id(value));
                }
            }
        }
        let deep = table.children(step.deep);
        if !deep.is_empty() {
            self.deep(deep, node.resolved());
        }
    }

    /// Looks for keys at any depth: a scan over the arena, so that nesting costs no stack.
    fn deep(&mut self, patterns: &[(Str, u16)], root: Node<'t>) {
        for id in (root.id()..root.raw().next).take(MAX_DEEP as usize) {
            let node = root.with_id(id);
            if node.raw().kind != Kind::Map {
                continue;
            }
            for entry in node.raw_entries() {
                let Some(key) = key_text(entry.key) else { continue };
                for (pattern, next) in patterns {
                    let pattern = self.table.str(*pattern);
                    let fits = match pattern.strip_prefix('*') {
                        Some(end) => key.ends_with(end),
                        None => key == pattern,
                    };
                    if fits {
                        self.step(*next, entry.value);
                    }
                }
            }
        }
    }

    fn row(&mut self, id: RowId, at: Node<'t>) {
        let row = self.table.row(id);
        // Few containers have any of the flags, and their text tells.
        if !row.flags.is_empty() && !self.mentions(row, at) {
            return;
        }
        if !self.holds(row.conds, at) {
            return;
        }
        match row.role {
            Role::Uses => self.uses(id, row, at),
            Role::Makes => self.makes(id, row, at),
            Role::Labels | Role::Selects => self.labels(id, row, at),
            Role::Own => {}
        }
    }

    /// Notes labels that something has, or by which it selects.
    fn labels(&mut self, id: RowId, row: &Row, at: Node<'t>) {
        let [Part::Field(paths)] = self.table.parts(row.name) else {
            return;
        };
        let Some(path) = self.table.paths(*paths).first() else {
            return;
        };
        let mut map = None;
        self.each(path, at, &mut |found| map = Some(found.node));
        let Some(map) = map.filter(|map| map.is_map()) else {
            return;
        };
        let start = self.facts.labels.len() as u32;
        for entry in map.entries() {
            let hidden = self.hides(entry.key) || self.hides(entry.value);
            let (Some(key), Some(value), false) = (entry.key.key_text(), entry.value.str(), hidden) else {
                // Not all labels are known: better none than some.
                self.facts.labels.truncate(start as usize);
                return;
            };
            if row.role == Role::Selects && (unrendered(&key) || unrendered(&value)) {
                self.facts.labels.truncate(start as usize);
                return;
            }
            let label = Label {
                key: self.facts.keep(&key),
                value: self.facts.keep(&value),
                span: entry.value.span(),
            };
            self.facts.labels.push(label);
        }
        let labels = start..self.facts.labels.len() as u32;
        let namespace = self.namespace_of(row, at);
        if row.role == Role::Labels {
            let ports = self.pod_ports(row, at);
            let passing = ports.is_some() && (row.passing || self.is_hook());
            self.facts.labelled.push(Labelled {
                target: row.target,
                object: self.object.index,
                namespace,
                labels,
                ports,
                passing,
            });
        } else if !labels.is_empty() {
            let ports = self.named_ports(row, at);
            self.facts.selections.push(Selection {
                row: id,
                target: row.target,
                object: self.object.index,
                namespace,
                labels,
                ports,
            });
        }
    }

    fn uses(&mut self, id: RowId, row: &Row, at: Node<'t>) {
        let [Part::Field(paths)] = self.table.parts(row.name) else {
            for (name, span) in self.names_used(row, at) {
                self.used(id, row, at, Named::of(&name, span));
            }
            return;
        };
        let Some(path) = self.table.paths(*paths).first() else {
            return;
        };
        let mut names = Vec::new(); // does not allocate while it is empty, and nearly always holds one
        self.each(path, at, &mut |found| names.push(found));
        for found in names {
            if !row.flags.is_empty() {
                for (value, node) in self.flagged(row.flags, found.node) {
                    self.read(id, row, at, &value, node);
                }
                continue;
            }
            if let Some(value) = found.text().filter(|_| !self.hides(found.node)) {
                self.read(id, row, at, &value, found.node);
            }
        }
    }

    /// Notes what a value names, as its row has it read.
    fn read(&mut self, id: RowId, row: &Row, at: Node<'t>, value: &str, node: Node<'t>) {
        let span = node.span();
        match row.reading {
            Reading::Plain => self.used(id, row, at, Named::of(value, span)),
            Reading::Namespaced => {
                let (namespace, name) = match value.split_once('/') {
                    Some((namespace, name)) => (Some(namespace), name),
                    None => (None, value),
                };
                let named = Named::of(name, span);
                self.used(id, row, at, Named { namespace, ..named });
            }
            Reading::Inside(segs) => {
                for name in self.inside(value, segs) {
                    self.used(id, row, at, Named::of(&name, span));
                }
            }
            Reading::Keyed | Reading::KeysOf(_) => {
                for (name, key, span) in self.keyed(value, row.reading, node) {
                    let named = Named::of(&name, span);
                    self.used(
                        id,
                        row,
                        at,
                        Named {
                            key: Some(&key),
                            ..named
                        },
                    );
                }
            }
        }
    }

    fn used(&mut self, id: RowId, row: &Row, at: Node<'t>, named: Named<'_>) {
        let Named {
            name,
            namespace,
            span,
            key,
        } = named;
        let vague = unrendered(name);
        if name.is_empty() || (vague && row.target != SECRET) {
            return;
        }
        let optional = row.optional.as_ref().is_some_and(|path| {
            let mut yes = false;
            self.each(path, at, &mut |found| {
                yes = found.node.is_true();
            });
            yes
        });
        let namespace = match namespace {
            Some(namespace) => self
                .facts
                .keep(if unrendered(namespace) { "" } else { namespace }),
            None => self.namespace_of(row, at),
        };
        let mut keys = self.keys_of(row, at);
        if let Some(key) = key.filter(|key| !unrendered(key)) {
            let name = self.facts.keep(key);
            self.facts.keys.push(Key {
                name,
                span,
                alias: false,
            });
            keys.end = self.facts.next_key();
        }
        let name = self.facts.keep(name);
        let used = Use {
            row: id,
            target: row.target,
            name,
            namespace,
            span,
            object: self.object.index,
            keys,
            optional,
        };
        if vague {
            self.facts.vague.push(used);
        } else {
            self.facts.uses.push(used);
        }
    }

    fn makes(&mut self, id: RowId, row: &Row, at: Node<'t>) {
        let names = self.names(row, at);
        if names.is_empty() {
            return;
        }
        let namespace = self.namespace_of(row, at);
        let (keys, closed) = self.keys_made(row, at);
        for (name, span) in names {
            let name = self.facts.keep(&name);
            self.facts.definitions.push(Definition {
                target: row.target,
                name,
                namespace,
                span,
                object: Some(self.object.index),
                row: Some(id),
                keys: keys.clone(),
                closed,
            });
        }
    }
}

/// A key to compare with names of fields. None of those is a word that YAML takes for anything but text, so
/// that a plain key need not be resolved first.
fn key_text(key: Node<'_>) -> Option<Cow<'_, str>> {
    let raw = key.raw();
    if raw.kind == Kind::Scalar && raw.style == Style::Plain && raw.flags == 0 {
        return Some(Cow::Borrowed(key.source()));
    }
    key.key_text()
}
