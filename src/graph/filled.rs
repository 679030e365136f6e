//! What patches give fields: a field that a file lacks, or a value that is replaced before anything reaches a server.
//! [`Write`](super::Write) tells it more roughly, for names alone.
//!
//! Paths are JSON pointers without the first slash. An item of a list is a number, `-` for one that is added, `*` for
//! any, or `[name=web]` where lists are merged by a key.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;

use super::facts::{Facts, Text};
use super::written::{escaped, selects, unescaped};
use crate::hash::Seeded;
use crate::yaml::Node;

/// Values of one patch that are looked at: aliases may make many of few.
const MOST_VALUES: usize = 2_000;
/// Longer paths lead to nothing that a server knows.
const LONGEST_PATH: usize = 1_000;
/// As much of a value tells it from others.
const TELLING: usize = 4_096;

/// A field that a patch gives a value; see [`Fill`].
#[derive(Clone, Copy, Debug)]
pub struct Filled {
    /// The kind of what it is in.
    pub kind: Text,
    /// The same of its name.
    pub name: Text,
    /// The path.
    pub path: Text,
    /// What the value is told from others by.
    pub value: Option<u64>,
}

/// A field that a patch gives a value.
#[derive(Clone, Copy, Debug)]
pub struct Fill<'r> {
    /// The kind of what it is in, a regular expression; empty: any.
    pub kind: &'r str,
    /// The same of its name.
    pub name: &'r str,
    /// The path.
    pub path: &'r str,
    /// What [`digest`] makes of the value; `None`: it comes from elsewhere, and may have fields of its own.
    pub value: Option<u64>,
}

impl Fill<'_> {
    /// Whether it is for objects of this kind and one of these names.
    pub fn is_for(&self, kind: &str, names: &[Cow<'_, str>]) -> bool {
        selects(self.kind, kind) && names.iter().any(|name| selects(self.name, name))
    }

    /// The steps of the path.
    pub fn steps(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.path.split('/').map(unescaped)
    }
}

impl Facts {
    /// What patches give fields, in a range.
    pub fn filled(&self, range: &Range<u32>) -> impl Iterator<Item = Fill<'_>> {
        let filled = self.filled.get(range.start as usize..range.end as usize);
        filled.unwrap_or_default().iter().map(|one| Fill {
            kind: self.str(one.kind),
            name: self.str(one.name),
            path: self.str(one.path),
            value: one.value,
        })
    }
}

/// Two values of one digest are the same, written the same way or not. It stands for values that must not be kept.
pub fn digest(value: Node<'_>) -> u64 {
    let mut hasher = Seeded::default().build_hasher();
    let mut open = vec![value];
    let mut seen = 0;
    while let Some(node) = open.pop() {
        seen += 1;
        let room = MOST_VALUES.saturating_sub(seen + open.len());
        if node.is_map() {
            for entry in node.entries().take(room) {
                entry.key.key_text().hash(&mut hasher);
                open.push(entry.value);
            }
        } else if node.is_seq() {
            open.extend(node.items().take(room));
            open.len().hash(&mut hasher);
        } else if let Some(long) = node.resolved().bytes().get(..TELLING) {
            (node.resolved().bytes().len(), long).hash(&mut hasher);
        } else {
            // `"80"` is not 80.
            (node.str().is_some(), node.cooked()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Whether a value is as good as none.
pub fn is_empty(value: Node<'_>) -> bool {
    match () {
        () if value.is_map() => value.entries().next().is_none(),
        () if value.is_seq() => value.items().next().is_none(),
        () if value.is_filled_string() => false,
        () => value.is_null() || value.str().is_some_and(|text| text.is_empty()),
    }
}

/// Notes what a partial object says.
pub(super) fn partial(root: Node<'_>, whom: (&str, &str), facts: &mut Facts) {
    if is_deletion(root) {
        return;
    }
    for entry in root.entries() {
        match entry.key.key_text() {
            // They tell whom the patch is for.
            Some(key) if matches!(&*key, "apiVersion" | "kind" | "metadata") || key.starts_with('$') => {}
            Some(key) => values(entry.value, escaped(&key), true, whom, facts),
            None => {}
        }
    }
}

/// Notes what one operation of a JSON patch writes.
pub(super) fn operation(operation: Node<'_>, whom: (&str, &str), facts: &mut Facts) {
    let text = |key: &str| operation.get(key).and_then(Node::str);
    let (Some(op), Some(path)) = (text("op"), text("path")) else {
        return;
    };
    let mut path = path.trim_start_matches('/').to_string();
    // What is added at a place of a list leaves the item there alone, and moves it on.
    if let Some((list, item)) = path.rsplit_once('/')
        && op == "add"
        && item.bytes().all(|b| b.is_ascii_digit())
    {
        path = format!("{list}/-");
    }
    match (&*op, operation.get("value")) {
        ("add" | "replace", Some(value)) => values(value, path, false, whom, facts),
        ("copy" | "move", _) => put(&path, None, whom, facts),
        _ => {}
    }
}

/// Notes a field that a replacement writes: what, another object tells.
pub(super) fn replaced(steps: &[Cow<'_, str>], whom: (&str, &str), facts: &mut Facts) {
    let steps = steps.iter().filter(|step| !step.is_empty());
    let path: Vec<String> = steps.map(|step| escaped(step)).collect();
    put(&path.join("/"), None, whom, facts);
}

/// Notes a value and all that is in it; `merged`: as a partial object has it, whose lists may be merged with those that
/// are there.
fn values(root: Node<'_>, path: String, merged: bool, whom: (&str, &str), facts: &mut Facts) {
    let mut open = vec![(root, path)];
    let mut seen = 0;
    while let Some((node, path)) = open.pop() {
        seen += 1;
        let room = MOST_VALUES.saturating_sub(seen + open.len());
        let below = |step: &str| {
            let is_short = path.len() + step.len() < LONGEST_PATH;
            is_short.then(|| match &*path {
                "" => escaped(step),
                path => format!("{path}/{}", escaped(step)),
            })
        };
        if node.is_map() {
            if merged && is_deletion(node) {
                continue;
            }
            // It is there, though nothing is in it.
            if is_empty(node) {
                put(&format!("{path}/"), Some(digest(node)), whom, facts);
            }
            let keys = node
                .entries()
                .filter_map(|entry| Some((entry.key.key_text()?, entry.value)));
            let keys = keys.filter(|(key, _)| !merged || !key.starts_with('$'));
            open.extend(
                keys.filter_map(|(key, value)| Some((value, below(&key)?)))
                    .take(room),
            );
        } else if node.is_seq() {
            let list = path.rsplit('/').next().unwrap_or_default();
            let key = |item| match merged {
                true => merge_key(list, item),
                false => None,
            };
            let first = node.items().next();
            if first.is_some_and(|item| key(item).is_none()) {
                put(&path, Some(digest(node)), whom, facts);
            }
            let step = |at: usize, item| key(item).unwrap_or_else(|| at.to_string());
            let items = node.items().take(room).enumerate();
            open.extend(items.filter_map(|(at, item)| Some((item, below(&step(at, item))?))));
        } else if !is_empty(node) {
            put(&path, Some(digest(node)), whom, facts);
        }
    }
}

/// Whether a part of a partial object only says that what is there is to go.
fn is_deletion(node: Node<'_>) -> bool {
    let patch = node.get("$patch").and_then(Node::str);
    patch.as_deref() == Some("delete")
}

/// What tells the items of a list apart when it is merged, and what it is of this one. Lists that have no such key are
/// replaced as a whole.
fn merge_key(list: &str, item: Node<'_>) -> Option<String> {
    let keys: &[&str] = match list {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "volumes"
        | "env"
        | "imagePullSecrets"
        | "secrets"
        | "webhooks"
        | "resourceClaims"
        | "matchConditions" => &["name"],
        "ports" => &["containerPort", "port"],
        "volumeMounts" => &["mountPath"],
        "volumeDevices" => &["devicePath"],
        "hostAliases" => &["ip"],
        "topologySpreadConstraints" => &["topologyKey"],
        _ => return None,
    };
    keys.iter().find_map(|key| {
        let value = item.get(key)?.key_text()?;
        Some(format!("[{key}={value}]"))
    })
}

fn put(path: &str, value: Option<u64>, (kind, name): (&str, &str), facts: &mut Facts) {
    if path.len() > LONGEST_PATH {
        return;
    }
    let (kind, name, path) = (facts.keep(kind), facts.keep(name), facts.keep(path));
    facts.filled.push(Filled {
        kind,
        name,
        path,
        value,
    });
}
