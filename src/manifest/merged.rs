//! Two objects in one document: `---` is missing between them.

use crate::yaml::{Entry, Node, Style};

/// The entries of a root mapping that begin another object: `kind` and one of its companions come again.
pub fn second_objects(root: Node<'_>) -> Vec<Entry<'_>> {
    let mut counts = [0; 3];
    let mut seen = [false; 3];
    let mut starts = Vec::new();
    if root.has_unique_keys() || root.is_json() || root.raw().style == Style::Flow {
        return starts;
    }
    for entry in root.raw_entries() {
        let names = ["kind", "apiVersion", "metadata"];
        let Some(i) = names.iter().position(|name| entry.key.key_is(name)) else {
            continue;
        };
        if seen[i] {
            starts.push(entry);
            seen = [false; 3];
        }
        seen[i] = true;
        counts[i] += 1;
    }
    let [kind, api_version, metadata] = counts;
    if kind < 2 || (api_version < 2 && metadata < 2) {
        starts.clear();
    }
    starts
}
