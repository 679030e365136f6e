//! What kustomize generates Secrets from.

use super::{Masked, contains_word, is_stray, may_have_strays, word};
use crate::near::nearest;
use crate::yaml::{Kind, Node};

/// Fields of a generator that tell nothing of values.
const SHOWN: [&str; 5] = ["behavior", "name", "namespace", "options", "type"];

/// Whether a key is the one above them, or may be meant for it.
pub(super) fn is_meant(key: &str) -> bool {
    let says = contains_word(key, "secret") && contains_word(key, "generator");
    says || nearest(key, ["secretGenerator"].into_iter()).is_some()
}

/// What kustomize generates Secrets from, however it is spelt: `secretGenerators`, literals that are no list.
pub(super) fn mask(node: Node<'_>, masked: &mut Masked) {
    let node = match node.resolved() {
        list if list.is_seq() => list,
        map if map.is_map() => return generator(map, masked),
        _ => return masked.all(node),
    };
    for item in node.items() {
        if item.resolved().is_map() {
            generator(item.resolved(), masked);
        } else {
            masked.all(item);
        }
    }
}

fn generator(map: Node<'_>, masked: &mut Masked) {
    masked.properties(map);
    let flow = may_have_strays(map);
    for entry in map.raw_entries() {
        if flow && is_stray(entry.key) {
            masked.push(entry.key.span());
        }
        let key = word(entry.key);
        let is_shown = SHOWN.iter().any(|shown| shown.eq_ignore_ascii_case(&key));
        if !is_shown || (key != "options" && entry.value.raw().kind != Kind::Scalar) {
            masked.all(entry.value);
        }
    }
}
