//! Whether a label selector matches a set of labels, as the server evaluates it.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::context::Cx;
use crate::manifest::Field;
use crate::names;
use crate::placeholder::unrendered;

/// What a selector says of labels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It selects them.
    Matches,
    /// It does not.
    Differs,
    /// It is malformed, so that the server cannot evaluate it.
    Invalid,
    /// Something in it or in the labels is not a text, or waits to be filled in.
    Unknown,
}

/// How a LabelSelector judges labels. A selector that is missing selects nothing, an empty one everything.
pub fn selects<'t>(selector: &Field<'_, 't>, labels: &Field<'_, 't>, cx: &Cx<'t>) -> Verdict {
    selects_with(selector, labels, &[], cx)
}

/// The same with labels that the server adds where they are missing.
pub fn selects_with<'t>(
    selector: &Field<'_, 't>,
    labels: &Field<'_, 't>,
    added: &[(&str, &str)],
    cx: &Cx<'t>,
) -> Verdict {
    if !selector.is_set() {
        return Verdict::Differs;
    }
    let labels = Labels::of(labels, added, cx);
    let mut verdict = Verdict::Matches;
    for pair in selector.child("matchLabels").entries() {
        let Some(value) = pair.value().and_then(|_| pair.text()) else {
            return Verdict::Unknown;
        };
        if cx.is_unrendered(pair.name()) || cx.is_unrendered(&value) {
            verdict = verdict.and(Verdict::Unknown);
        } else if !names::qualified_name(pair.name()).is_empty() || !names::label_value(&value).is_empty() {
            return Verdict::Invalid;
        } else {
            verdict =
                verdict.and(labels.test(pair.name(), |found| found.is_some_and(|found| found == value)));
        }
    }
    for expression in selector.child("matchExpressions").items() {
        verdict = verdict.and(requirement(&expression, &labels, cx));
        if verdict == Verdict::Invalid {
            break;
        }
    }
    verdict
}

/// How the map of a selector without expressions, which the server does not look into, judges labels.
pub fn map_selects<'t>(selector: &Field<'_, 't>, labels: &Field<'_, 't>, cx: &Cx<'t>) -> Verdict {
    let labels = Labels::of(labels, &[], cx);
    let mut verdict = Verdict::Matches;
    for pair in selector.entries() {
        let Some(value) = pair.text() else {
            return Verdict::Unknown;
        };
        verdict = verdict.and(if cx.is_unrendered(pair.name()) || cx.is_unrendered(&value) {
            Verdict::Unknown
        } else {
            labels.test(pair.name(), |found| found.is_some_and(|found| found == value))
        });
    }
    verdict
}

/// Whether the server can read a LabelSelector at all; null and missing ones it can.
pub fn is_valid<'t>(selector: &Field<'_, 't>, cx: &Cx<'t>) -> bool {
    !selector.is_set() || selects(selector, &selector.child("metadata"), cx) != Verdict::Invalid
}

impl Verdict {
    fn and(self, other: Verdict) -> Verdict {
        use Verdict::{Differs, Invalid, Matches, Unknown};
        match (self, other) {
            (Invalid, _) | (_, Invalid) => Invalid,
            (Unknown, _) | (_, Unknown) => Unknown,
            (Differs, _) | (_, Differs) => Differs,
            (Matches, Matches) => Matches,
        }
    }
}

fn requirement<'t>(expression: &Field<'_, 't>, labels: &Labels<'_, 't>, cx: &Cx<'t>) -> Verdict {
    let key = expression.child("key").text();
    let operator = expression.child("operator").text();
    let (Some(key), Some(operator)) = (key, operator) else {
        return Verdict::Unknown;
    };
    let mut values = Vec::new();
    for item in expression.child("values").items() {
        let Some(value) = item.text() else {
            return Verdict::Unknown;
        };
        values.push(value);
    }
    if cx.is_unrendered(&key)
        || cx.is_unrendered(&operator)
        || values.iter().any(|value| cx.is_unrendered(value))
    {
        return Verdict::Unknown;
    }
    let wants_values = match &*operator {
        "In" | "NotIn" => true,
        "Exists" | "DoesNotExist" => false,
        _ => return Verdict::Invalid,
    };
    if wants_values == values.is_empty()
        || !names::qualified_name(&key).is_empty()
        || values.iter().any(|value| !names::label_value(value).is_empty())
    {
        return Verdict::Invalid;
    }
    labels.test(&key, |found| match &*operator {
        "In" => found.is_some_and(|found| values.iter().any(|value| value == found)),
        "NotIn" => found.is_none_or(|found| !values.iter().any(|value| value == found)),
        "Exists" => found.is_some(),
        _ => found.is_none(),
    })
}

/// Above this many labels an index is worth its cost.
const FEW: usize = 16;

/// Labels by key.
struct Labels<'f, 't> {
    field: &'f Field<'f, 't>,
    added: &'f [(&'f str, &'f str)],
    index: Option<HashMap<String, Cow<'t, str>>>,
    /// Whether a key waits to be filled in, so that more labels may come.
    open: bool,
    no_skip: bool,
}

impl<'f, 't> Labels<'f, 't> {
    fn of(field: &'f Field<'f, 't>, added: &'f [(&'f str, &'f str)], cx: &Cx<'t>) -> Self {
        let many = field.entries().nth(FEW).is_some();
        Labels {
            field,
            added,
            index: many.then(|| {
                let entry = |pair: Field<'_, 't>| (pair.name().to_string(), pair.text().unwrap_or_default());
                field.entries().map(entry).collect()
            }),
            open: field.entries().any(|pair| cx.is_unrendered(pair.name())),
            no_skip: cx.settings.no_skip,
        }
    }

    fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        let written = match &self.index {
            Some(index) => index.get(key).cloned(),
            None => self
                .field
                .entries()
                .filter(|pair| pair.name() == key)
                .last()
                .and_then(|pair| pair.text()),
        };
        let added = || self.added.iter().find(|(name, _)| *name == key);
        written.or_else(|| added().map(|(_, value)| Cow::Borrowed(*value)))
    }

    fn test(&self, key: &str, holds: impl Fn(Option<&str>) -> bool) -> Verdict {
        let found = self.get(key);
        let waits = found
            .as_ref()
            .is_some_and(|value| !self.no_skip && unrendered(value));
        if waits || (found.is_none() && self.open) {
            Verdict::Unknown
        } else if holds(found.as_deref()) {
            Verdict::Matches
        } else {
            Verdict::Differs
        }
    }
}
