//! Whether a Secret is what selectors ask for, as far as that is known.

use super::facts::SecretFact;
use super::fields::Field;
use super::select::Choice;
use crate::graph::{Defined, Index, Variant};
use crate::hash::HashMap;

/// Whether what fits by fields fits by labels too; `None`: what is asked is not known.
pub(super) fn all_fit(fields: Option<bool>, labels: impl FnOnce() -> Option<bool>) -> Option<bool> {
    if fields == Some(false) {
        return fields;
    }
    match labels() {
        Some(true) => fields,
        other => other,
    }
}

/// Whether the fields of a Secret are what is asked for.
pub(super) fn fields_fit(
    choice: &Choice,
    fact: Option<&SecretFact>,
    namespace: &str,
    name: &str,
) -> Option<bool> {
    choice.fields.fits(|field| match field {
        Field::Name => Some(name),
        Field::Namespace => (!namespace.is_empty()).then_some(namespace),
        Field::Type => fact.and_then(|fact| fact.kind.as_deref()),
    })
}

/// Whether the labels of a Secret in a namespace are what is asked for: its own, with what one of the kustomizations
/// that may have put it there adds.
pub(super) fn labels_fit<'r>(
    index: &Index<'r>,
    choice: &Choice,
    fact: Option<&SecretFact>,
    defined: &Defined<'r>,
    namespace: &str,
    known: &mut HashMap<u32, Vec<Variant<'r>>>,
) -> Option<bool> {
    if choice.labels.is_empty() {
        return Some(true);
    }
    let fact = fact?;
    let own = fact.labels.as_deref()?;
    let fit = |added: &[(&'r str, &'r str)]| {
        choice.labels.fits(|key| {
            // Of a key that stands twice the last one holds, and what is added comes last.
            let added = added.iter().rev().find(|(known, _)| *known == key);
            let own = || own.iter().rev().find(|(known, _)| **known == *key);
            added
                .map(|(_, value)| *value)
                .or_else(|| own().map(|(_, value)| &**value))
        })
    };
    if !fact.own_labels {
        return Some(fit(&[]));
    }
    let variants = known
        .entry(defined.file)
        .or_insert_with(|| index.variants(defined.file));
    let place = |one: &Variant<'r>| match one.namespace {
        "" => defined.namespace,
        set => set,
    };
    // Who says this very namespace is what puts it there; else whoever does not say another one may be.
    let here = |one: &&Variant<'r>| !namespace.is_empty() && place(one) == namespace;
    let anywhere = |one: &&Variant<'r>| namespace.is_empty() || place(one).is_empty();
    let fits = match variants.iter().any(|one| here(&one)) {
        true => variants.iter().filter(here).any(|one| fit(&one.labels)),
        false => {
            let mut left = variants.iter().filter(anywhere).peekable();
            // What nothing takes in is applied as it stands.
            if left.peek().is_none() {
                fit(&[])
            } else {
                left.any(|one| fit(&one.labels))
            }
        }
    };
    // A patch may say otherwise.
    let is_vague = index.changes(defined.file).secret_labels;
    (fits || !is_vague).then_some(fits)
}
