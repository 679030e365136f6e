//! What one file says about names: kept for the whole run, when its text and tree are long gone.

use std::ops::Range;

use super::kustomize;
use super::table::{RowId, Table, Target};
use super::walk::Walk;
use crate::manifest::{File, Object, Skip};
use crate::source::Span;

/// What part a file plays in a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Role {
    /// It is checked, and its findings are reported.
    #[default]
    Checked,
    /// It only tells what else is there: what it defines and makes counts, what is wrong with it is not
    /// reported.
    Indexed,
    /// What a cluster printed: as [`Role::Indexed`], and what stands in it exists already.
    Inventory,
}

/// A text in a file's [`Facts`]; read it with [`Facts::str`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Text {
    at: u32,
    len: u32,
}

impl Text {
    /// Whether it says nothing. Of a namespace: any.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// An object of the file, by its index in [`File::objects`].
#[derive(Clone, Debug)]
pub struct ObjectFact {
    /// Its API group.
    pub group: Text,
    /// Its kind.
    pub kind: Text,
    /// `metadata.name`; empty when there is none.
    pub name: Text,
    /// `metadata.namespace`; empty when there is none.
    pub namespace: Text,
    /// Where its name stands.
    pub span: Span,
    /// The number of separator lines above it.
    pub document: u32,
}

/// Something that exists once the file is applied: an object, or what an object makes.
#[derive(Clone, Debug)]
pub struct Definition {
    /// What it is.
    pub target: Target,
    /// Its name, which may hold placeholders.
    pub name: Text,
    /// The namespace it is in; empty: any.
    pub namespace: Text,
    /// Where its name stands.
    pub span: Span,
    /// The object that it is or that makes it; `None` for what a kustomization generates.
    pub object: Option<u32>,
    /// The row by which the object makes it; `None` for the object itself and what is generated.
    pub row: Option<RowId>,
    /// Its keys, in [`Facts::keys`].
    pub keys: Range<u32>,
    /// Whether it has those keys and no others.
    pub closed: bool,
}

/// A field that names something.
#[derive(Clone, Debug)]
pub struct Use {
    /// The row that describes the field.
    pub row: RowId,
    /// What is named.
    pub target: Target,
    /// The name.
    pub name: Text,
    /// The namespace in which it is looked for; empty: any.
    pub namespace: Text,
    /// Where the name stands.
    pub span: Span,
    /// The object that has the field.
    pub object: u32,
    /// The keys used, in [`Facts::keys`].
    pub keys: Range<u32>,
    /// Whether it need not exist.
    pub optional: bool,
}

/// A key of a Secret or ConfigMap, there or wanted.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key.
    pub name: Text,
    /// Where it stands.
    pub span: Span,
}

/// What a kustomization does to the names of the objects it takes in.
#[derive(Clone, Debug, Default)]
pub struct Kustomization {
    /// `namespace`; empty when it sets none.
    pub namespace: Text,
    /// `namePrefix`.
    pub prefix: Text,
    /// `nameSuffix`.
    pub suffix: Text,
    /// Files and folders that it takes objects from, in [`Facts::paths`].
    pub resources: Range<u32>,
    /// Files with patches whose target is not said beside them, in [`Facts::paths`].
    pub patches: Range<u32>,
    /// Whether it may change the keys of Secrets or ConfigMaps.
    pub changes_keys: bool,
}

/// What one file says about names that other files use.
#[derive(Debug, Default)]
pub struct Facts {
    /// The path as the user gave it.
    pub file: Box<str>,
    /// The part it plays.
    pub role: Role,
    text: String,
    /// The file's objects.
    pub objects: Vec<ObjectFact>,
    /// What exists once it is applied, as far as others can name it.
    pub definitions: Vec<Definition>,
    /// What it names.
    pub uses: Vec<Use>,
    /// Keys of definitions and uses.
    pub keys: Vec<Key>,
    /// Its kustomizations: one, if any.
    pub kustomizations: Vec<Kustomization>,
    /// Paths in kustomizations.
    pub paths: Vec<Text>,
    /// Whether it has a patch of a Secret or ConfigMap.
    pub patches_keys: bool,
}

/// Takes the facts of one file.
pub fn facts(file: &File<'_>) -> Facts {
    facts_with(file, super::standard())
}

/// Takes the facts of one file by a table that may have a user's own rows.
pub fn facts_with(file: &File<'_>, table: &Table) -> Facts {
    let mut facts = Facts {
        file: file.name.into(),
        ..Facts::default()
    };
    for document in &file.documents {
        let Some(root) = document.root else { continue };
        match document.skip {
            Some(Skip::Kustomization) => kustomize::read(root, &mut facts),
            Some(Skip::Patch) => {
                let kind = root.get("kind").and_then(|kind| kind.str());
                facts.patches_keys |= matches!(kind.as_deref(), Some("Secret" | "ConfigMap"));
            }
            _ => {}
        }
    }
    facts.objects.reserve_exact(file.objects.len());
    for object in &file.objects {
        let chunk = file.documents[object.document as usize].chunk;
        facts.object(object, chunk.document);
        if let Some(kind) = table
            .kind(object.group(), &object.kind)
            .or_else(|| table.kind("", "*"))
        {
            Walk::object(table, kind, object, chunk.error.is_some(), &mut facts);
        }
    }
    facts.shrink();
    facts
}

impl Facts {
    /// A text of these facts.
    pub fn str(&self, text: Text) -> &str {
        let at = text.at as usize;
        self.text.get(at..at + text.len as usize).unwrap_or_default()
    }

    /// The keys in a range, with where they stand.
    pub fn keys(&self, range: &Range<u32>) -> impl Iterator<Item = (&str, Span)> {
        let keys = self.keys.get(range.start as usize..range.end as usize);
        keys.unwrap_or_default()
            .iter()
            .map(|key| (self.str(key.name), key.span))
    }

    /// The paths in a range.
    pub fn paths(&self, range: &Range<u32>) -> impl Iterator<Item = &str> {
        let paths = self.paths.get(range.start as usize..range.end as usize);
        paths.unwrap_or_default().iter().map(|path| self.str(*path))
    }

    /// Keeps a text.
    pub(super) fn keep(&mut self, text: &str) -> Text {
        // A file has less than 4 GiB, but names put together could in theory pass it: they end up empty.
        let (Ok(at), Ok(len)) = (u32::try_from(self.text.len()), u32::try_from(text.len())) else {
            return Text::default();
        };
        self.text.push_str(text);
        Text { at, len }
    }

    /// Where the next key will stand.
    pub(super) fn next_key(&self) -> u32 {
        self.keys.len() as u32
    }

    fn object(&mut self, object: &Object<'_>, document: u32) {
        let (group, kind) = (self.keep(object.group()), self.keep(&object.kind));
        let name = self.keep(object.name.as_deref().unwrap_or_default());
        let namespace = self.keep(object.namespace.as_deref().unwrap_or_default());
        let span = object
            .path(&["metadata", "name"])
            .map_or_else(|| object.fields().handle(), |name| name.span());
        self.objects.push(ObjectFact {
            group,
            kind,
            name,
            namespace,
            span,
            document,
        });
    }

    /// Gives back what growing left over. Small leftovers cost less than copying.
    fn shrink(&mut self) {
        fn fit<T>(list: &mut Vec<T>) {
            if list.capacity() > list.len() + list.len() / 4 {
                list.shrink_to_fit();
            }
        }
        self.text.shrink_to_fit();
        fit(&mut self.definitions);
        fit(&mut self.uses);
        fit(&mut self.keys);
        fit(&mut self.paths);
    }
}
