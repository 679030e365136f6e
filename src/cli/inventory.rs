//! An inventory that cannot be one: with it names would seem to be missing that the cluster has.

use crate::yaml::{Node, Tree};

/// What is wrong with the text of an inventory, if nothing or not all of it can be used.
pub fn fault(text: &str, tree: &Tree) -> Option<String> {
    const ANEW: &str = "so what the cluster has is not known; write it anew with \
                        `kubectl get secrets,configmaps -A -o json`";
    if let Some(error) = tree.chunks.iter().find_map(|chunk| chunk.error.as_ref()) {
        let before = text.get(..error.span.start as usize).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        return Some(format!("cannot be read from line {line} on, {ANEW}"));
    }
    let mut roots = tree
        .chunks
        .iter()
        .filter_map(|chunk| Node::root(text, tree, chunk));
    (!roots.any(|root| root.entry("kind").is_some()))
        .then(|| format!("holds no object of Kubernetes, {ANEW}"))
}
