//! A value as the API server holds it: YAML resolved, merges applied, of a repeated key the last.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::yaml::{Entry, Node, Scalar};

/// A value of a custom resource, and where it stands.
pub(in crate::validation) struct Value<'t> {
    pub key: Option<Node<'t>>,
    /// `None` for what a default brought.
    pub node: Option<Node<'t>>,
    pub data: Data<'t>,
}

pub(in crate::validation) enum Data<'t> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Cow<'t, str>),
    List(Vec<Value<'t>>),
    Map(Vec<(Cow<'t, str>, Value<'t>)>),
    /// Not judged: a text that a tool fills in, or what was reported already.
    Open,
}

/// How many values are still taken in, and how deep: aliases can make far more of them than the text has.
pub(in crate::validation) struct Budget {
    pub values: u32,
    pub depth: u32,
}

impl Budget {
    pub(super) const NEW: Budget = Budget {
        values: 200_000,
        depth: 120,
    };

    /// Takes one value; false when there is no more room.
    pub(super) fn take(&mut self) -> bool {
        self.values = self.values.saturating_sub(1);
        self.values > 0 && self.depth > 0
    }
}

impl<'t> Value<'t> {
    /// The value of a node as it stands. `open` tells which texts are not judged.
    pub(super) fn of(
        node: Node<'t>,
        key: Option<Node<'t>>,
        open: &dyn Fn(&str) -> bool,
        budget: &mut Budget,
    ) -> Value<'t> {
        let data = if !budget.take() {
            Data::Open
        } else if node.is_map() {
            budget.depth -= 1;
            let entries = entries(node).into_iter();
            let map = entries
                .map(|(name, entry)| (name, Value::of(entry.value, Some(entry.key), open, budget)))
                .collect();
            budget.depth += 1;
            Data::Map(map)
        } else if node.is_seq() {
            budget.depth -= 1;
            let list = node
                .items()
                .map(|item| Value::of(item, None, open, budget))
                .collect();
            budget.depth += 1;
            Data::List(list)
        } else {
            scalar(node, open)
        };
        Value {
            key,
            node: Some(node),
            data,
        }
    }

    /// A value out of a definition: it stands nowhere in the object.
    pub(super) fn of_definition(node: Node<'t>) -> Value<'t> {
        let mut value = Value::of(node, None, &|_| false, &mut Budget { ..Budget::NEW });
        value.forget();
        value
    }

    fn forget(&mut self) {
        self.node = None;
        self.key = None;
        match &mut self.data {
            Data::List(items) => items.iter_mut().for_each(Value::forget),
            Data::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.forget()),
            _ => {}
        }
    }

    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[(Cow<'t, str>, Value<'t>)] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value<'t>> {
        match &self.data {
            Data::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// A scalar as it arrives at the server.
pub(in crate::validation) fn scalar<'t>(node: Node<'t>, open: &dyn Fn(&str) -> bool) -> Data<'t> {
    match node.scalar() {
        Some(Scalar::Null) => Data::Null,
        Some(Scalar::Bool(value)) => Data::Bool(value),
        Some(Scalar::Int(value)) => Data::Int(value),
        Some(Scalar::Uint(value)) => Data::Float(value as f64),
        Some(Scalar::Float(value)) => match super::super::decode::whole(node, &Scalar::Float(value)) {
            Some(whole) => Data::Int(whole),
            None if value.is_finite() => Data::Float(value),
            None => Data::Open,
        },
        Some(Scalar::Str(text)) if open(&text) => Data::Open,
        Some(Scalar::Str(text)) => Data::Str(text),
        None => Data::Open,
    }
}

/// The entries that count: merges applied, of a repeated key the last.
pub(in crate::validation) fn entries<'t>(map: Node<'t>) -> Vec<(Cow<'t, str>, Entry<'t>)> {
    let mut entries: Vec<_> = map
        .entries()
        .filter_map(|entry| Some((entry.key.key_text()?, entry)))
        .collect();
    if !map.has_unique_keys() && repeats(&entries) {
        let mut later = HashSet::with_capacity(entries.len());
        let mut keep: Vec<bool> = entries
            .iter()
            .rev()
            .map(|(name, _)| later.insert(name.clone()))
            .collect();
        keep.reverse();
        let mut keep = keep.into_iter();
        entries.retain(|_| keep.next().unwrap_or(true));
    }
    entries
}

/// Whether a key may come twice. Most mappings are small.
fn repeats<T>(entries: &[(Cow<'_, str>, T)]) -> bool {
    const FEW: usize = 16;
    entries.len() > FEW
        || entries
            .iter()
            .enumerate()
            .any(|(i, (name, _))| entries.iter().take(i).any(|(before, _)| before == name))
}

/// Whether the server takes a number for a whole one: little above one is near enough, little below it is not. Beyond
/// what a double counts one by one nothing is.
pub(super) fn is_whole(n: f64) -> bool {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let below = n.trunc();
    n.abs() <= MOST && (n == below || (below > 0.0 && (n - below) / (n + below) < 1e-9))
}

/// Whether two values are certainly equal; `None` where one of them is open.
pub(super) fn equal(a: &Data<'_>, b: &Data<'_>) -> Option<bool> {
    let all = |pairs: &mut dyn Iterator<Item = Option<bool>>| {
        let mut sure = true;
        for pair in pairs {
            match pair {
                Some(false) => return Some(false),
                Some(true) => {}
                None => sure = false,
            }
        }
        sure.then_some(true)
    };
    Some(match (a, b) {
        (Data::Open, _) | (_, Data::Open) => return None,
        (Data::Null, Data::Null) => true,
        (Data::Bool(a), Data::Bool(b)) => a == b,
        (Data::Int(a), Data::Int(b)) => a == b,
        (Data::Float(a), Data::Float(b)) => a == b,
        (Data::Str(a), Data::Str(b)) => a == b,
        (Data::List(a), Data::List(b)) => {
            return if a.len() == b.len() {
                all(&mut a.iter().zip(b).map(|(a, b)| equal(&a.data, &b.data)))
            } else {
                Some(false)
            };
        }
        (Data::Map(a), Data::Map(b)) => {
            let other = |name: &str| b.iter().find(|(key, _)| key == name);
            return if a.len() == b.len() {
                all(&mut a.iter().map(|(name, value)| match other(name) {
                    Some((_, other)) => equal(&value.data, &other.data),
                    None => Some(false),
                }))
            } else {
                Some(false)
            };
        }
        _ => false,
    })
}
