//! Where the links of an answer stand, for people: lines, columns and paths of fields. The files are read a
//! second time for it, since only few of them have something to show.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::facts::read;
use super::judge::{Judged, Verdict};
use crate::engine::{self, ObjectInfo};
use crate::graph::Role;
use crate::manifest::{Surroundings, mask};
use crate::report::Source;
use crate::source::{Decoded, Position, Span};
use crate::yaml::{self, Node, Tree};

/// What is asked about one file: objects, and spans in them; sorted, each once.
pub type Asked = Vec<(u32, Span)>;

/// A place in a file.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The field's path as the server prints it; empty when it cannot be told.
    pub field: String,
}

/// What was asked about one file, and the answers.
#[derive(Default)]
pub struct FilePlaces {
    objects: BTreeMap<u32, ObjectInfo>,
    places: BTreeMap<(u32, Span), Place>,
}

impl FilePlaces {
    /// An object.
    pub fn object(&self, object: u32) -> Option<&ObjectInfo> {
        self.objects.get(&object)
    }

    /// A place.
    pub fn place(&self, object: u32, span: Span) -> Option<&Place> {
        self.places.get(&(object, span))
    }
}

/// What an answer needs to know about each file, by their indices in the run.
pub fn asked(judged: &Judged<'_>) -> BTreeMap<u32, Asked> {
    let mut files: BTreeMap<u32, Asked> = BTreeMap::new();
    let mut ask = |file: u32, object: u32, span: Span| files.entry(file).or_default().push((object, span));
    for verdict in &judged.verdicts {
        for link in &verdict.links {
            ask(link.file, link.object, link.span);
        }
        for healer in &verdict.healers {
            if let Some(object) = healer.defined.fact.object {
                ask(healer.defined.file, object, healer.defined.fact.span);
            }
        }
    }
    for asked in files.values_mut() {
        asked.sort_unstable();
        asked.dedup();
    }
    files
}

/// Answers what is asked about one file, given its text again.
pub fn places(
    name: &str,
    source: Decoded,
    tree: &mut Tree,
    surroundings: &Surroundings,
    (role, no_skip): (Role, bool),
    asked: &Asked,
) -> FilePlaces {
    tree.clear();
    yaml::parse(&source.text, &source.invalid, tree);
    let mut found = FilePlaces::default();
    let mut fields = Vec::with_capacity(asked.len());
    {
        let file = read(name, &source, tree, surroundings, role, no_skip);
        for (index, span) in asked {
            let object = file.objects.get(*index as usize);
            if let Some(object) = object {
                let info = || engine::info(object, &file);
                found.objects.entry(*index).or_insert_with(info);
            }
            // What a patch is for is no object of the file: the way there begins at the document.
            let roots = file.documents.iter().filter_map(|document| document.root);
            let root = match object {
                Some(object) => Some(object.root),
                None => roots.into_iter().find(|root| root.span().contains(*span)),
            };
            fields.push(root.map_or(String::new(), |root| path(root, *span, file.beyond_aliases())));
        }
    }
    let source = Source::new(source);
    for ((object, span), field) in asked.iter().zip(fields) {
        let place = Place {
            start: source.position(span.start),
            end: source.position(span.end),
            field,
        };
        found.places.insert((*object, *span), place);
    }
    found
}

/// The path of what stands at a span, from an object's root; empty when that is not in the object itself, as
/// behind an alias.
fn path(root: Node<'_>, span: Span, masked: &[Span]) -> String {
    let mut out = String::new();
    let mut node = root;
    'down: loop {
        if node.is_map() {
            let free = has_free_keys(&out);
            for entry in node.raw_entries() {
                let is_key = entry.key.span() == span;
                if is_key || entry.value.span().contains(span) {
                    let told = !mask::touches(masked, entry.key.resolved().span());
                    let Some(key) = entry.key.key_text().filter(|_| told) else {
                        return String::new();
                    };
                    push(&mut out, &key, free);
                    node = entry.value;
                    if is_key || ends(node, span) {
                        return out;
                    }
                    continue 'down;
                }
            }
        } else if node.is_seq() {
            for (i, item) in node.items().enumerate() {
                if item.span().contains(span) {
                    // Writing into a String cannot fail.
                    let _ = write!(out, "[{i}]");
                    node = item;
                    if ends(node, span) {
                        return out;
                    }
                    continue 'down;
                }
            }
        }
        return String::new();
    }
}

/// Whether the way down ends at a node: a scalar, of which the span may be a part.
fn ends(node: Node<'_>, span: Span) -> bool {
    node.span() == span || !(node.is_map() || node.is_seq())
}

/// Whether the keys of the map at a path are data, which the server prints in brackets.
fn has_free_keys(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    matches!(
        last,
        "annotations"
            | "labels"
            | "matchLabels"
            | "nodeSelector"
            | "parameters"
            | "volumeAttributes"
            | "data"
            | "stringData"
            | "encryptedData"
    )
}

fn push(out: &mut String, key: &str, free: bool) {
    let is_name = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'$'));
    // Writing into a String cannot fail.
    let _ = match (free || !is_name, out.is_empty()) {
        (true, _) => write!(out, "[{}]", crate::report::printable(key)),
        (false, true) => write!(out, "{key}"),
        (false, false) => write!(out, ".{key}"),
    };
}

/// The places of all files that an answer points into, by their indices in the run.
pub type Places = BTreeMap<u32, FilePlaces>;

/// The objects that break, each once.
pub fn broken_objects(verdicts: &[&Verdict<'_>]) -> usize {
    let objects: std::collections::HashSet<(u32, u32)> = verdicts
        .iter()
        .flat_map(|verdict| &verdict.links)
        .map(|link| (link.file, link.object))
        .collect();
    objects.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_spelled_as_the_server_does() {
        let text = "kind: Deployment\nmetadata:\n  annotations: {a.b/c: 'ns/x1'}\nspec:\n  list:\n    - a: b\n    \
                    - env:\n        - name: A\n          ref: {name: x2}\n  data: {x3: y}\n  parameters:\n    \
                    objects: |\n      - x4\n";
        let mut tree = Tree::default();
        yaml::parse(text, &[], &mut tree);
        let root = Node::root(text, &tree, &tree.chunks[0]).expect("a root");
        let at = |part: &str| {
            let start = text.find(part).expect("a part") as u32;
            path(root, Span::new(start, start + part.len() as u32), &[])
        };
        assert_eq!(at("'ns/x1'"), "metadata.annotations[a.b/c]");
        assert_eq!(at("x2"), "spec.list[1].env[0].ref.name");
        assert_eq!(at("x3"), "spec.data[x3]");
        assert_eq!(at("x4"), "spec.parameters[objects]");
    }
}
