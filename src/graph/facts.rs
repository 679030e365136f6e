//! What one file says about names: kept for the whole run, when its text and tree are long gone.

use std::ops::Range;

use thin_vec::ThinVec;

use super::argo::{self, Applied};
use super::asking::{self, Asking};
use super::envs::EnvFiles;
use super::filled::Filled;
use super::flux::{self, Delivery};
use super::kustomization::{Changes, Kustomization, PatchFile, Written};
use super::kustomize;
use super::ports::{Port, Ports, is_injected};
use super::table::{RowId, Table, Target};
use super::walk::Walk;
use super::whom::{Whom, WhomFact};
use super::written::Write;
use crate::manifest::{File, Object, Skip, mask};
use crate::source::Span;
use crate::yaml::Node;

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
    /// Only its CustomResourceDefinitions count.
    Definitions,
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
    /// Whether it is no object, but a file that tells what charts are to use.
    pub is_values: bool,
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
    /// Whether only some users take it for a key, as some Ingress controllers take a Service's target port.
    pub alias: bool,
}

/// Something that has labels by which others select it: a Service, the pods of a Deployment.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// What it is.
    pub target: Target,
    /// The object that is it, or makes it.
    pub object: u32,
    /// The namespace it is in; empty: any.
    pub namespace: Text,
    /// Its labels, in [`Facts::labels`].
    pub labels: Range<u32>,
    /// Of pods their ports; `None`: they may have others than are known here.
    pub ports: Option<Ports>,
    /// Whether they are pods, with known ports, that only come and go.
    pub passing: bool,
}

/// A field that selects things by their labels.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The row that describes the field.
    pub row: RowId,
    /// What is selected.
    pub target: Target,
    /// The object that has the field.
    pub object: u32,
    /// The namespace in which it selects; empty: any.
    pub namespace: Text,
    /// Labels that all must be there, in [`Facts::labels`].
    pub labels: Range<u32>,
    /// Its ports that lead to ports of pods by their names, in [`Facts::ports`].
    pub ports: Range<u32>,
}

/// A label, there or wanted.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// Its key.
    pub key: Text,
    /// Its value.
    pub value: Text,
    /// Where the value stands.
    pub span: Span,
}

/// What one file says about names that other files use.
#[derive(Debug, Default)]
pub struct Facts {
    /// The path as the user gave it.
    pub file: Box<str>,
    /// The part it plays.
    pub role: Role,
    text: String,
    /// The file's objects, by their indices there.
    pub objects: ThinVec<ObjectFact>,
    /// What exists once it is applied, as far as others can name it.
    pub definitions: ThinVec<Definition>,
    /// What it names.
    pub uses: ThinVec<Use>,
    /// Secrets that it names by names with placeholders.
    pub vague: ThinVec<Use>,
    /// What its patches name; the objects that they are for stand behind the file's own.
    pub patched: ThinVec<Use>,
    /// What has labels.
    pub labelled: ThinVec<Labelled>,
    /// What selects by labels.
    pub selections: ThinVec<Selection>,
    /// Keys of definitions and uses.
    pub keys: ThinVec<Key>,
    /// Generators whose keys stand in files of their own.
    pub envs: ThinVec<EnvFiles>,
    /// Labels of what has them, and those selected by.
    pub labels: ThinVec<Label>,
    /// Ports of pods, and those that lead to them.
    pub ports: ThinVec<Port>,
    /// Its kustomizations: one, if any.
    pub kustomizations: ThinVec<Kustomization>,
    /// Its Namespaces, as objects, into whose pods somebody puts containers.
    pub injected: ThinVec<u32>,
    /// What its objects ask of pods.
    pub asking: ThinVec<Asking>,
    /// What Argo CD patches where it applies it.
    pub applied: ThinVec<Applied>,
    /// What Flux applies by its Kustomizations.
    pub deliveries: ThinVec<Delivery>,
    /// Paths in kustomizations.
    pub paths: ThinVec<Text>,
    /// Files with patches.
    pub patches: ThinVec<PatchFile>,
    /// Fields that kustomizations and patches write.
    pub written: ThinVec<Written>,
    /// What they give fields.
    pub filled: ThinVec<Filled>,
    /// For whom those are.
    pub whom: ThinVec<WhomFact>,
    /// Whether patches say more than is in [`Facts::filled`].
    pub more_filled: bool,
    pub(super) filled_paths: u32,
    /// Texts that are not kept, while a file is read whose aliases bring values of Secrets.
    hiding: Option<Box<[String]>>,
    /// What its patches change.
    pub changes: Changes,
}

impl Facts {
    /// Lets something be added to the facts of a file. What an alias makes of values of Secrets is not kept.
    pub fn hiding<R>(&mut self, file: &File<'_>, add: impl FnOnce(&mut Facts) -> R) -> R {
        if !file.beyond_aliases().is_empty() {
            self.hiding = Some(file.hidden().texts().map(Into::into).collect());
        }
        let added = add(self);
        self.hiding = None;
        added
    }
}

/// Takes the facts of one file.
pub fn facts(file: &File<'_>) -> Facts {
    facts_with(file, super::standard())
}

/// Takes the facts of one file by a table that may have a user's own rows.
pub fn facts_with(file: &File<'_>, table: &Table) -> Facts {
    take(file, table, true)
}

/// The same without the names that its objects use and define: what its kustomizations and patches do to others.
pub fn facts_of_kustomizations(file: &File<'_>, table: &Table) -> Facts {
    take(file, table, false)
}

fn take(file: &File<'_>, table: &Table, names: bool) -> Facts {
    let mut facts = Facts {
        file: file.name.into(),
        ..Facts::default()
    };
    // A name of an object is looked at by its place.
    facts.hiding(file, |facts| {
        for document in &file.documents {
            let Some(root) = document.root else { continue };
            match document.skip {
                Some(Skip::Kustomization) => kustomize::read(root, table, facts),
                Some(Skip::Patch) => kustomize::patch(root, None, facts),
                _ => {}
            }
        }
    });
    let masked = file.beyond_aliases();
    facts.objects.reserve_exact(file.objects.len());
    for object in &file.objects {
        let chunk = file.documents[object.document as usize].chunk;
        facts.object(object, chunk.document, masked);
        flux::read(object, masked, &mut facts);
        argo::read(object, masked, &mut facts);
        // What does not parse asks nothing.
        if chunk.error.is_none() {
            asking::read(object, masked, &mut facts);
        }
        if names
            && let Some(kind) = table
                .kind(object.group(), &object.kind)
                .or_else(|| table.kind("", "*"))
        {
            Walk::object(table, kind, object, chunk.error.is_some(), masked, &mut facts);
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
            .filter(|key| !key.alias)
            .map(|key| (self.str(key.name), key.span))
    }

    /// What some users take for a key, of those in a range.
    pub fn aliases(&self, range: &Range<u32>) -> impl Iterator<Item = &str> {
        let keys = self.keys.get(range.start as usize..range.end as usize);
        keys.unwrap_or_default()
            .iter()
            .filter(|key| key.alias)
            .map(|key| self.str(key.name))
    }

    /// The labels in a range: key, value, and where the value stands.
    pub fn labels(&self, range: &Range<u32>) -> impl Iterator<Item = (&str, &str, Span)> {
        let labels = self.labels.get(range.start as usize..range.end as usize);
        labels
            .unwrap_or_default()
            .iter()
            .map(|label| (self.str(label.key), self.str(label.value), label.span))
    }

    /// The ports in a range.
    pub fn ports(&self, range: &Range<u32>) -> &[Port] {
        let ports = self.ports.get(range.start as usize..range.end as usize);
        ports.unwrap_or_default()
    }

    /// The paths in a range.
    pub fn paths(&self, range: &Range<u32>) -> impl Iterator<Item = &str> {
        let paths = self.paths.get(range.start as usize..range.end as usize);
        paths.unwrap_or_default().iter().map(|path| self.str(*path))
    }

    /// The files with patches in a range: the kind and the name that each is for ("": not said), and its path.
    pub fn patch_files(&self, range: &Range<u32>) -> impl Iterator<Item = [&str; 3]> {
        let patches = self.patches.get(range.start as usize..range.end as usize);
        let patches = patches.unwrap_or_default().iter();
        patches.map(|patch| [patch.kind, patch.name, patch.path].map(|text| self.str(text)))
    }

    /// The files with patches in a range, by their paths, each with whom a target beside it says it is for.
    pub fn patches(&self, range: &Range<u32>) -> impl Iterator<Item = (Option<Whom<'_>>, &str)> {
        let patches = self.patches.get(range.start as usize..range.end as usize);
        let patches = patches.unwrap_or_default().iter();
        patches.map(|patch| (patch.whom.map(|whom| self.whom(whom)), self.str(patch.path)))
    }

    /// The fields that are written, in a range.
    pub fn written(&self, range: &Range<u32>) -> impl Iterator<Item = Write<'_>> {
        let written = self.written.get(range.start as usize..range.end as usize);
        written.unwrap_or_default().iter().map(|one| Write {
            kind: self.str(one.kind),
            name: self.str(one.name),
            path: self.str(one.path),
            whole: one.whole,
        })
    }

    /// Whether a text must not be kept.
    pub(super) fn hides(&self, text: &str) -> bool {
        let hiding = self.hiding.as_deref().unwrap_or_default();
        hiding.iter().any(|hidden| hidden == text)
    }

    /// Keeps a text.
    pub(super) fn keep(&mut self, text: &str) -> Text {
        let text = if self.hides(text) { mask::MASK } else { text };
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

    fn object(&mut self, object: &Object<'_>, document: u32, masked: &[Span]) {
        let leads_to = |node: Node<'_>| mask::touches(masked, node.resolved().span());
        let hidden = |path: &[&str]| !masked.is_empty() && object.path(path).is_some_and(leads_to);
        let group = object.group();
        let told = |key, text| {
            if hidden(&[key]) { mask::MASK } else { text }
        };
        let (group, kind) = (told("apiVersion", group), told("kind", &object.kind));
        let (group, kind) = (self.keep(group), self.keep(kind));
        let mut metadata = |key: &str, text: Option<&str>| {
            // An alias may lead to what must not be told.
            let text = text.filter(|_| !hidden(&["metadata", key]));
            self.keep(text.unwrap_or_default())
        };
        let name = metadata("name", object.name.as_deref());
        let namespace = metadata("namespace", object.namespace.as_deref());
        let span = object
            .path(&["metadata", "name"])
            .map_or_else(|| object.fields().handle(), |name| name.span());
        if (object.group(), &*object.kind) == ("", "Namespace")
            && object.path(&["metadata"]).is_some_and(is_injected)
        {
            self.injected.push(self.objects.len() as u32);
        }
        self.objects.push(ObjectFact {
            group,
            kind,
            name,
            namespace,
            span,
            document,
            is_values: false,
        });
    }

    /// Gives back what growing left over. Small leftovers cost less than copying.
    fn shrink(&mut self) {
        fn fit<T>(list: &mut ThinVec<T>) {
            if list.capacity() > list.len() + list.len() / 4 {
                list.shrink_to_fit();
            }
        }
        self.text.shrink_to_fit();
        fit(&mut self.definitions);
        fit(&mut self.uses);
        fit(&mut self.labelled);
        fit(&mut self.selections);
        fit(&mut self.labels);
        fit(&mut self.ports);
        fit(&mut self.keys);
        fit(&mut self.paths);
        fit(&mut self.filled);
        fit(&mut self.whom);
    }
}
