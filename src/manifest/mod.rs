//! Documents → objects: what in a file is a Kubernetes object, what is something else, and why.

mod field;
pub mod kustomization;
pub mod mask;
mod merged;
mod recognise;

pub use field::Field;
pub(crate) use field::{handle_of, place_of};
pub use merged::second_objects;
pub use recognise::{CONFIGURATIONS, KUSTOMIZATIONS, Skip, Surroundings, is_kustomization};

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use crate::source::Span;
use crate::yaml::{Chunk, Entry, Node, Tree};
use mask::Hidden;

/// One input, read: its documents and the objects in them.
pub struct File<'t> {
    /// The path as the user gave it.
    pub name: &'t str,
    /// The text that all spans point into.
    pub text: &'t str,
    /// Its tree.
    pub tree: &'t Tree,
    /// The documents, in order.
    pub documents: Vec<Document<'t>>,
    /// The objects of all documents, Lists flattened, in order.
    pub objects: Vec<Object<'t>>,
    masked: OnceCell<Vec<Span>>,
    aliased: OnceCell<Vec<Span>>,
    hidden: OnceCell<Hidden>,
}

/// One document of a file.
pub struct Document<'t> {
    /// How the reader cut and read it.
    pub chunk: &'t Chunk,
    /// Its root; with a syntax error as much of it as is sure.
    pub root: Option<Node<'t>>,
    /// Why it is left alone, if it is.
    pub skip: Option<Skip>,
    /// Its objects, as indices into [`File::objects`].
    pub objects: Range<u32>,
    /// Whether it is a List whose items are the objects.
    pub list: bool,
}

/// One Kubernetes object.
pub struct Object<'t> {
    /// Its mapping.
    pub root: Node<'t>,
    /// Its `metadata`: looked up once, since nearly every rule asks for it.
    metadata: Option<Entry<'t>>,
    /// `apiVersion`; for an item of a typed List that has none, the List's. "" when missing (`--no-skip`).
    pub api_version: Cow<'t, str>,
    /// Where the first `/` of `api_version` stands: asked for by every rule.
    slash: Option<u32>,
    /// `kind`; for an item of a typed List that has none, the List's without `List`.
    pub kind: Cow<'t, str>,
    /// `metadata.name`, when it is a string.
    pub name: Option<Cow<'t, str>>,
    /// `metadata.namespace`, when it is a string that is not empty.
    pub namespace: Option<Cow<'t, str>>,
    /// The document it is in, as an index into [`File::documents`].
    pub document: u32,
    /// Its index in a List's `items`.
    pub item: Option<u32>,
    /// Its index in [`File::objects`].
    pub index: u32,
}

impl<'t> Object<'t> {
    /// The object at a root that stands for itself: a patch, of which no file is said.
    pub(crate) fn of(root: Node<'t>) -> Object<'t> {
        let [api_version, kind, metadata] = root.picks(["apiVersion", "kind", "metadata"]);
        let [name, namespace] =
            metadata.map_or([None; 2], |metadata| metadata.value.picks(["name", "namespace"]));
        let api_version = text(api_version).unwrap_or_default();
        Object {
            root,
            metadata,
            slash: memchr::memchr(b'/', api_version.as_bytes()).map(|at| at as u32),
            api_version,
            kind: text(kind).unwrap_or_default(),
            name: text(name),
            namespace: text(namespace).filter(|ns| !ns.is_empty()),
            document: 0,
            item: None,
            index: 0,
        }
    }

    /// The API group; "" is the core group.
    pub fn group(&self) -> &str {
        // `/v1` parses as the core group, as in apimachinery's ParseGroupVersion.
        self.slash
            .and_then(|slash| self.api_version.get(..slash as usize))
            .unwrap_or_default()
    }

    /// The version without its group.
    pub fn version(&self) -> &str {
        self.slash
            .and_then(|slash| self.api_version.get(slash as usize + 1..))
            .unwrap_or(&self.api_version)
    }

    /// Whether the object is of this group and kind, in whatever version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group() == group
    }

    /// A cursor at the object's root.
    pub fn fields(&self) -> Field<'t, 't> {
        Field::object(self.root, self.metadata)
    }

    /// Whether `metadata` may have a field, as far as can be told at a glance; most rules look for what is not there.
    #[inline]
    pub fn may_have_metadata(&self, key: &str) -> bool {
        self.metadata.is_some_and(|metadata| metadata.value.may_have(key))
    }

    /// Whether `metadata` has a field that hardly any has.
    #[inline]
    pub fn has_metadata(&self, key: &str) -> bool {
        self.metadata
            .is_some_and(|metadata| metadata.value.entry(key).is_some())
    }

    /// The value at a path of keys.
    pub fn path(&self, keys: &[&str]) -> Option<Node<'t>> {
        match keys.split_first() {
            Some((&"metadata", rest)) => self.metadata?.value.path(rest),
            _ => self.root.path(keys),
        }
    }

    /// Where to point at the object as a whole: its name's value, else its `kind` key.
    pub fn place(&self) -> Span {
        match self.path(&["metadata", "name"]) {
            Some(name) if !name.span().is_empty() => name.span(),
            _ => self.fields().handle(),
        }
    }

    /// `Ingress web/shop`, for messages.
    pub fn describe(&self) -> String {
        match (&self.namespace, &self.name) {
            (Some(ns), Some(name)) => format!("{} {ns}/{name}", self.kind),
            (None, Some(name)) => format!("{} {name}", self.kind),
            _ => self.kind.to_string(),
        }
    }
}

impl<'t> File<'t> {
    /// Finds the objects of a parsed file. With `no_skip` every non-empty document is an object.
    pub fn read(
        name: &'t str,
        text: &'t str,
        tree: &'t Tree,
        surroundings: &Surroundings,
        no_skip: bool,
    ) -> File<'t> {
        let about = recognise::FileHints::new(name, surroundings);
        let skip = |chunk: &Chunk, root: Option<Node<'t>>| match no_skip {
            true => recognise::empty(chunk, root),
            false => about.skip(text, chunk, root),
        };
        if tree.chunks.len() == 1 {
            return File::found(name, text, tree, no_skip, skip);
        }
        let root = |chunk| Node::root(text, tree, chunk);
        let mut skips: Vec<_> = tree.chunks.iter().map(|chunk| skip(chunk, root(chunk))).collect();
        // Between objects a mapping is meant for one: it came apart at a stray `---`, or lacks its head.
        let mut readable = skips
            .iter()
            .zip(&tree.chunks)
            .filter(|(_, chunk)| chunk.error.is_none());
        if readable.any(|(skip, _)| skip.is_none()) && skips.contains(&Some(Skip::NotAnObject)) {
            for (skip, chunk) in skips.iter_mut().zip(&tree.chunks) {
                let is_map = root(chunk).is_some_and(|root| root.is_map());
                if *skip == Some(Skip::NotAnObject) && is_map && chunk.error.is_none() {
                    *skip = None;
                }
            }
        }
        let mut skips = skips.into_iter();
        File::found(name, text, tree, no_skip, |_, _| skips.next().flatten())
    }

    /// Finds the objects of a file once more, knowing which documents were left alone: why, and how many separators
    /// stand above each, in the order of the documents.
    pub fn again(
        name: &'t str,
        text: &'t str,
        tree: &'t Tree,
        skipped: &[(Skip, u32)],
        no_skip: bool,
    ) -> File<'t> {
        let mut skipped = skipped.iter().peekable();
        File::found(name, text, tree, no_skip, |chunk, _| {
            let skip = skipped.next_if(|(_, document)| *document == chunk.document);
            skip.map(|(skip, _)| *skip)
        })
    }

    fn found(
        name: &'t str,
        text: &'t str,
        tree: &'t Tree,
        no_skip: bool,
        mut skip: impl FnMut(&Chunk, Option<Node<'t>>) -> Option<Skip>,
    ) -> File<'t> {
        let mut file = File {
            name,
            text,
            tree,
            documents: Vec::with_capacity(tree.chunks.len()),
            objects: Vec::with_capacity(tree.chunks.len()),
            masked: OnceCell::new(),
            aliased: OnceCell::new(),
            hidden: OnceCell::new(),
        };
        for chunk in &tree.chunks {
            let root = Node::root(text, tree, chunk);
            let skip = skip(chunk, root);
            let first = file.objects.len() as u32;
            let mut list = false;
            if skip.is_none()
                && let Some(root) = root
            {
                list = file.push(root, no_skip);
            }
            file.documents.push(Document {
                chunk,
                root,
                skip,
                objects: first..file.objects.len() as u32,
                list,
            });
        }
        file
    }

    /// What must not be shown of the text: [`mask::spans`], once.
    pub fn masked(&self) -> &[Span] {
        self.masked.get_or_init(|| mask::spans(self))
    }

    /// The same, if it was asked for.
    pub(crate) fn masked_if_asked(&self) -> Option<&[Span]> {
        self.masked.get().map(|spans| &**spans)
    }

    /// The texts that messages must not tell even where they are about something else.
    pub fn hidden(&self) -> &Hidden {
        self.hidden.get_or_init(|| Hidden::of(self))
    }

    /// The masked parts ([`mask::spans_in_place`]) where an alias may lead there, so that even a name may be such a
    /// value; none of any other file.
    pub fn beyond_aliases(&self) -> &[Span] {
        // Asked for with every object, so that the documents are looked at once.
        self.aliased.get_or_init(|| {
            if self.documents.iter().any(|document| document.chunk.indirect) {
                mask::spans_in_place(self)
            } else {
                Vec::new()
            }
        })
    }

    /// Adds the object at `root`, or the items of the List there. True for a List.
    fn push(&mut self, root: Node<'t>, no_skip: bool) -> bool {
        if !root.is_map() {
            return false;
        }
        let [api_version, kind, metadata, items] = root.picks(["apiVersion", "kind", "metadata", "items"]);
        let (api_version, kind) = (text(api_version), text(kind));
        if let (Some(kind), Some(items)) = (&kind, items)
            && kind.ends_with("List")
        {
            let items = items.value;
            let own = kind.strip_suffix("List").filter(|own| !own.is_empty());
            for (i, item) in items.items().enumerate() {
                if !item.is_map() {
                    continue;
                }
                let [item_version, item_kind, metadata] = item.picks(["apiVersion", "kind", "metadata"]);
                let (item_version, item_kind) = (text(item_version), text(item_kind));
                // Only a typed List lends its type to its items.
                let item_version = item_version.or_else(|| own.and(api_version.clone()));
                let item_kind = item_kind.or_else(|| own.map(|own| Cow::Owned(own.to_string())));
                let typed = item_version.is_some() && item_kind.is_some();
                // kubectl takes every item of a generic List for an object, even one without a type.
                let generic = own.is_none() && api_version.as_deref() == Some("v1");
                if no_skip || typed || generic {
                    self.push_object(item, metadata, item_version, item_kind, Some(i as u32));
                }
            }
            return true;
        }
        self.push_object(root, metadata, api_version, kind, None);
        false
    }

    fn push_object(
        &mut self,
        root: Node<'t>,
        metadata: Option<Entry<'t>>,
        api_version: Option<Cow<'t, str>>,
        kind: Option<Cow<'t, str>>,
        item: Option<u32>,
    ) {
        let [name, namespace] =
            metadata.map_or([None; 2], |metadata| metadata.value.picks(["name", "namespace"]));
        let api_version = api_version.unwrap_or_default();
        self.objects.push(Object {
            root,
            metadata,
            slash: memchr::memchr(b'/', api_version.as_bytes()).map(|at| at as u32),
            api_version,
            kind: kind.unwrap_or_default(),
            name: text(name),
            namespace: text(namespace).filter(|ns| !ns.is_empty()),
            document: self.documents.len() as u32,
            item,
            index: self.objects.len() as u32,
        });
    }
}

/// The value of an entry, where it is a string.
fn text<'t>(entry: Option<Entry<'t>>) -> Option<Cow<'t, str>> {
    entry.and_then(|entry| entry.value.str())
}

/// `apiVersion` and `kind` where they are strings, and `items`.
fn type_meta<'t>(root: Node<'t>) -> (Option<Cow<'t, str>>, Option<Cow<'t, str>>, Option<Node<'t>>) {
    let [api_version, kind, items] = root.picks(["apiVersion", "kind", "items"]);
    (text(api_version), text(kind), items.map(|items| items.value))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{File, Surroundings};
    use crate::yaml::{self, Tree};

    #[test]
    fn what_lies_beyond_aliases_is_looked_for_once() {
        let text = "a: b\n---\n".repeat(20_000);
        let mut tree = Tree::default();
        yaml::parse(&text, &[], &mut tree);
        let file = File::read("", &text, &tree, &Surroundings::default(), true);
        let start = Instant::now();
        for _ in 0..100_000 {
            assert!(file.beyond_aliases().is_empty());
        }
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }
}
