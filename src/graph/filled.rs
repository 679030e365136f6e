//! What patches give fields: a field that a file lacks, or a value that is replaced before anything reaches a server.
//! [`Write`](super::Write) tells it more roughly, for names alone.
//!
//! Paths are JSON pointers without the first slash. An item of a list is a number, `-` for one that is added at the end,
//! `+3` for one that is put in at a number, `*` for any, or `[name=web]` where lists are merged by a key.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;

use super::changed::DELETED;
use super::facts::{Facts, Text};
use super::whom::Whom;
use super::written::{escaped, unescaped};
use crate::hash::Seeded;
use crate::yaml::{Node, Scalar};

/// Values of one patch that are looked at: aliases may make many of few.
const MOST_VALUES: usize = 2_000;
/// Longer paths lead to nothing that a server knows.
const LONGEST_PATH: usize = 1_000;
/// As many bytes of paths are kept of one file.
const MOST_PATHS: usize = 1 << 20;
/// As much of a value tells it from others.
const TELLING: usize = 4_096;

/// A field that a patch gives a value, or takes away; see [`Fill`].
#[derive(Clone, Copy, Debug)]
pub struct Filled {
    /// For whom it is, in [`Facts::whom`].
    pub whom: u32,
    /// The path.
    pub path: Text,
    /// What is put there.
    pub value: Given,
}

/// What one patch does, in its order.
#[derive(Clone, Debug)]
pub struct Patch<'r> {
    /// For whom it is.
    pub whom: Whom<'r>,
    /// The fields that it gives values, or takes away.
    pub fills: Vec<Fill<'r>>,
}

/// A field that a patch gives a value, or takes away.
#[derive(Clone, Copy, Debug)]
pub struct Fill<'r> {
    /// The path.
    pub path: &'r str,
    /// What is put there.
    pub value: Given,
}

/// What a patch puts at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Given {
    /// A value, by what [`digest`] makes of it, and what sort it is of.
    Value(u64, Sort),
    /// What comes from elsewhere, and may have fields of its own.
    Other,
    /// Nothing: what was there goes, with all that is in it.
    Nothing,
}

/// What sort a value is of, as JSON has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// A map.
    Map,
    /// A list.
    List,
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// Any number, or nothing.
    Other,
}

impl Sort {
    /// The sort of a value.
    pub fn of(value: Node<'_>) -> Sort {
        match value.scalar() {
            _ if value.is_map() => Sort::Map,
            _ if value.is_seq() => Sort::List,
            Some(Scalar::Str(_)) => Sort::Text,
            Some(Scalar::Bool(_)) => Sort::Bool,
            _ => Sort::Other,
        }
    }
}

impl Patch<'_> {
    /// Whether it takes a field away and puts nothing in its place.
    pub fn takes_away(&self, path: &str) -> bool {
        let is_there = |fill: &&Fill<'_>| {
            let rest = fill.path.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let last = self.fills.iter().rev().find(is_there);
        last.is_some_and(|fill| fill.path == path && fill.value == Given::Nothing)
    }
}

impl Fill<'_> {
    /// The steps of the path.
    pub fn steps(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.path.split('/').map(unescaped)
    }
}

impl Facts {
    /// What patches give fields, in a range, patch by patch.
    pub fn filled(&self, range: &Range<u32>) -> impl Iterator<Item = Patch<'_>> {
        let filled = self.filled.get(range.start as usize..range.end as usize);
        let patches = filled.unwrap_or_default().chunk_by(|a, b| a.whom == b.whom);
        patches.map(|patch| Patch {
            whom: patch.first().map(|one| self.whom(one.whom)).unwrap_or_default(),
            fills: patch
                .iter()
                .map(|one| Fill {
                    path: self.str(one.path),
                    value: one.value,
                })
                .collect(),
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
pub(super) fn partial(root: Node<'_>, whom: u32, facts: &mut Facts) {
    if directive(root).as_deref() == Some("delete") {
        return put(DELETED, Given::Nothing, whom, facts);
    }
    for entry in root.entries() {
        match entry.key.key_text() {
            // They tell whom the patch is for.
            Some(key) if matches!(&*key, "apiVersion" | "kind") || key.starts_with('$') => {}
            Some(key) if key == "metadata" => {
                for field in ["labels", "annotations"] {
                    if let Some(value) = entry.value.get(field) {
                        values(value, format!("{key}/{field}"), true, whom, facts);
                    }
                }
            }
            Some(key) => values(entry.value, escaped(&key), true, whom, facts),
            None => {}
        }
    }
}

/// Notes what one operation of a JSON patch writes.
pub(super) fn operation(operation: Node<'_>, whom: u32, facts: &mut Facts) {
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
        path = format!("{list}/+{item}");
    }
    if op == "move"
        && let Some(from) = text("from")
    {
        put(from.trim_start_matches('/'), Given::Nothing, whom, facts);
    }
    match (&*op, operation.get("value")) {
        ("add" | "replace", Some(value)) => {
            put(&path, Given::Nothing, whom, facts);
            values(value, path, false, whom, facts);
        }
        ("copy" | "move", _) => put(&path, Given::Other, whom, facts),
        ("remove", _) => put(&path, Given::Nothing, whom, facts),
        _ => {}
    }
}

/// Notes a field that a replacement writes: what, another object tells.
pub(super) fn replaced(steps: &[Cow<'_, str>], whom: u32, facts: &mut Facts) {
    let steps = steps.iter().filter(|step| !step.is_empty());
    let path: Vec<String> = steps.map(|step| escaped(step)).collect();
    put(&path.join("/"), Given::Other, whom, facts);
}

/// Notes a value and all that is in it; `merged`: as a partial object has it, whose lists may be merged with those that
/// are there.
fn values(root: Node<'_>, path: String, merged: bool, whom: u32, facts: &mut Facts) {
    let mut open = vec![(root, path, merged)];
    let mut seen = 0;
    while let Some((node, path, merged)) = open.pop() {
        seen += 1;
        let room = MOST_VALUES.saturating_sub(seen + open.len());
        let many = if node.is_map() {
            node.entries().count()
        } else {
            node.items().count()
        };
        facts.more_filled |= many > room;
        let below = |step: &str| {
            let is_short = path.len() + step.len() < LONGEST_PATH;
            is_short.then(|| match &*path {
                "" => escaped(step),
                path => format!("{path}/{}", escaped(step)),
            })
        };
        let given = || Given::Value(digest(node), Sort::of(node));
        if merged && takes_away(node) {
            put(&path, Given::Nothing, whom, facts);
        }
        if node.is_map() {
            if merged && directive(node).as_deref() == Some("delete") {
                continue;
            }
            // It is there, though nothing is in it.
            if is_empty(node) {
                put(&format!("{path}/"), given(), whom, facts);
            }
            let keys = node
                .entries()
                .filter_map(|entry| Some((entry.key.key_text()?, entry.value)));
            let keys = keys.filter(|(key, _)| !merged || !key.starts_with('$'));
            open.extend(
                keys.filter_map(|(key, value)| Some((value, below(&key)?, merged)))
                    .take(room),
            );
        } else if node.is_seq() {
            let list = path.rsplit('/').next().unwrap_or_default();
            let key = |item| match merged {
                true => merge_key(list, item),
                false => None,
            };
            let is_order = |item: &Node<'_>| merged && takes_away(*item) && merge_key(list, *item).is_none();
            if node.items().any(|item| is_order(&item)) {
                put(&path, Given::Nothing, whom, facts);
            }
            let mut items = node.items().filter(|item| !is_order(item)).peekable();
            let first = items.peek().copied();
            // A list that takes the place of another is as it stands here, with all that is in it.
            let replaces = first.is_some_and(|item| key(item).is_none());
            if replaces {
                put(&path, Given::Nothing, whom, facts);
                put(&path, given(), whom, facts);
            }
            let step = |at: usize, item| key(item).unwrap_or_else(|| at.to_string());
            let items = items.take(room).enumerate();
            let merged = merged && !replaces;
            open.extend(items.filter_map(|(at, item)| Some((item, below(&step(at, item))?, merged))));
        } else if !is_empty(node) {
            put(&path, given(), whom, facts);
        }
    }
}

/// Whether a part of a partial object says that what is there is to go, whatever comes instead.
fn takes_away(node: Node<'_>) -> bool {
    let goes = |node| matches!(directive(node).as_deref(), Some("delete" | "replace"));
    node.is_null() || node.is_map() && goes(node)
}

/// What a part of a partial object says is to be done with it.
fn directive(node: Node<'_>) -> Option<Cow<'_, str>> {
    node.get("$patch").and_then(Node::str)
}

/// What tells the items of a list apart when it is merged, and what it is of this one. Lists that have no such key are
/// replaced as a whole. Where there are two keys, one that misses the second is another item than one that has it.
fn merge_key(list: &str, item: Node<'_>) -> Option<String> {
    let keys: &[&[&str]] = match list {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "volumes"
        | "env"
        | "imagePullSecrets"
        | "secrets"
        | "webhooks"
        | "resourceClaims"
        | "matchConditions" => &[&["name"]],
        "ports" => &[&["containerPort", "protocol"], &["port", "protocol"]],
        "volumeMounts" => &[&["mountPath"]],
        "volumeDevices" => &[&["devicePath"]],
        "hostAliases" => &[&["ip"]],
        "topologySpreadConstraints" => &[&["topologyKey", "whenUnsatisfiable"]],
        _ => return None,
    };
    keys.iter().find_map(|keys| {
        item.get(keys.first()?)?.key_text()?;
        let pair = |key: &&str| {
            let value = item.get(key).and_then(Node::key_text).unwrap_or_default();
            format!("{key}={value}")
        };
        Some(format!(
            "[{}]",
            keys.iter().map(pair).collect::<Vec<_>>().join(",")
        ))
    })
}

fn put(path: &str, value: Given, whom: u32, facts: &mut Facts) {
    if path.len() > LONGEST_PATH {
        return;
    }
    let kept: usize = facts.filled.len() + facts.filled_paths as usize + path.len();
    if kept > MOST_PATHS {
        facts.more_filled = true;
        return;
    }
    facts.filled_paths += path.len() as u32;
    let path = facts.keep(path);
    facts.filled.push(Filled { whom, path, value });
}
