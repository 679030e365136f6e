//! The facts of all files of a run, to look names up in.

mod reach;
mod verdict;

pub use verdict::Verdict;

use std::borrow::Cow;
use std::sync::OnceLock;

use super::by_namespace::ByNamespace;
use super::declared::Declared;
use super::facts::{Definition, Facts, ObjectFact, Role, Use};
use super::kustomization::Changes;
use super::near::Near;
use super::overlays::Overlays;
use super::paths::folder;
use super::patterns::Patterns;
use super::table::{Row, RowId, Table, Target};
use crate::hash::HashMap;
use crate::placeholder::unrendered;

/// A definition, with the file that it is in.
#[derive(Clone, Copy)]
pub struct Defined<'r> {
    /// The file, by its index in the run.
    pub file: u32,
    /// What is defined.
    pub target: Target,
    /// Its name.
    pub name: &'r str,
    /// Its namespace; empty: any.
    pub namespace: &'r str,
    /// The rest.
    pub fact: &'r Definition,
}

/// A field that names something, with the file that it is in.
#[derive(Clone, Copy)]
pub struct UseSite<'r> {
    /// The file, by its index in the run.
    pub file: u32,
    /// The name.
    pub name: &'r str,
    /// The namespace in which it is looked for; empty: any.
    pub namespace: &'r str,
    /// The rest.
    pub fact: &'r Use,
}

/// How surely a definition is the one that a field means, names and namespaces apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Closeness {
    /// They may belong to different worlds: examples, environments, projects.
    Apart,
    /// They lie in one folder, or both say that they are in the same namespace.
    Near,
    /// They are in one file, or one kustomization takes in both.
    Together,
}

/// The facts of all files of a run.
pub struct Index<'r> {
    /// By file index.
    pub files: &'r [Facts],
    table: &'r Table,
    declared: &'r [Declared],
    /// All definitions; those of one name stand together, in the order of the run.
    defined: Vec<Defined<'r>>,
    /// Where those of a name start in `defined`, and how many there are.
    names: HashMap<(Target, &'r str), (u32, u32)>,
    /// Made where a name has many definitions.
    by_namespace: OnceLock<ByNamespace>,
    patterns: Patterns<'r>,
    pub(super) overlays: Overlays<'r>,
    near: OnceLock<Near>,
    /// The fields of what puts keys into what it names: files, and places in their [`Facts::uses`].
    pub(super) adders: OnceLock<Vec<(u32, u32)>>,
}

impl<'r> Index<'r> {
    /// Indexes the facts of all files of a run, in the order of their file indices.
    pub fn new(files: &'r [Facts]) -> Self {
        Index::with(files, super::standard())
    }

    /// The same for facts that were taken with another table.
    pub fn with(files: &'r [Facts], table: &'r Table) -> Self {
        let mut defined = Vec::with_capacity(files.iter().map(|facts| facts.definitions.len()).sum());
        let mut patterns = Patterns::default();
        for (file, facts) in (0..).zip(files) {
            for fact in &facts.definitions {
                let one = Defined {
                    file,
                    target: fact.target,
                    name: facts.str(fact.name),
                    namespace: facts.str(fact.namespace),
                    fact,
                };
                if unrendered(one.name) {
                    patterns.push(one);
                } else {
                    defined.push(one);
                }
            }
        }
        // Those of one name together, in the order of the run.
        let mut names: HashMap<(Target, &str), (u32, u32)> =
            HashMap::with_capacity_and_hasher(defined.len(), Default::default());
        let mut places = Vec::with_capacity(defined.len());
        for d in &defined {
            let next = names.len() as u32;
            let (place, count) = names.entry((d.target, d.name)).or_insert((next, 0));
            *count += 1;
            places.push(*place);
        }
        let mut order: Vec<u32> = (0..).take(defined.len()).collect();
        order.sort_by_key(|i| places[*i as usize]);
        let defined: Vec<Defined<'r>> = order.iter().map(|i| defined[*i as usize]).collect();
        let mut start = 0;
        while let Some(d) = defined.get(start as usize) {
            let Some((from, count)) = names.get_mut(&(d.target, d.name)) else {
                break;
            };
            *from = start;
            start += *count;
        }
        Index {
            files,
            table,
            declared: &[],
            defined,
            names,
            by_namespace: OnceLock::new(),
            patterns,
            overlays: Overlays::new(files),
            near: OnceLock::new(),
            adders: OnceLock::new(),
        }
    }

    /// Adds names that exist though no file defines them.
    pub fn declare(mut self, declared: &'r [Declared]) -> Self {
        self.declared = declared;
        self
    }

    /// The table by which the facts were taken.
    pub fn table(&self) -> &'r Table {
        self.table
    }

    /// Every field that names something, in the order of the run, those of patches included where they were read.
    pub fn uses(&self) -> impl Iterator<Item = UseSite<'r>> + use<'r> {
        (0..).zip(self.files).flat_map(|(file, facts)| {
            let uses = facts.uses.iter().chain(&facts.patched);
            uses.map(move |fact| UseSite {
                file,
                name: facts.str(fact.name),
                namespace: facts.str(fact.namespace),
                fact,
            })
        })
    }

    /// The same for the fields that are wanted, of the files that are checked.
    pub fn judged<'a>(
        &'a self,
        wanted: impl Fn(&Use) -> bool + 'a,
    ) -> impl Iterator<Item = UseSite<'r>> + 'a {
        let checked = (0..)
            .zip(self.files)
            .filter(|(_, facts)| facts.role == Role::Checked);
        checked
            .flat_map(|(file, facts)| facts.uses.iter().map(move |fact| (file, facts, fact)))
            .filter(move |(_, _, fact)| wanted(fact))
            .map(|(file, facts, fact)| UseSite {
                file,
                name: facts.str(fact.name),
                namespace: facts.str(fact.namespace),
                fact,
            })
    }

    /// Whether a file is checked, not only indexed.
    pub fn is_checked(&self, file: u32) -> bool {
        self.files
            .get(file as usize)
            .is_some_and(|facts| facts.role == Role::Checked)
    }

    /// The row that describes a field.
    pub fn row(&self, site: &UseSite<'r>) -> &'r Row {
        self.table.row(site.fact.row)
    }

    /// Everything of this name, in whatever namespace.
    pub fn named(&self, target: Target, name: &str) -> &[Defined<'r>] {
        let (start, count) = self.names.get(&(target, name)).copied().unwrap_or_default();
        &self.defined[start as usize..(start + count) as usize]
    }

    /// How surely a definition is the one that a field means.
    pub fn closeness(&self, site: &UseSite<'_>, d: &Defined<'_>) -> Closeness {
        self.closeness_of((site.file, site.namespace), (d.file, d.namespace))
    }

    /// How surely two things, each in a file and a namespace, belong together.
    pub fn closeness_of(&self, a: (u32, &str), b: (u32, &str)) -> Closeness {
        if a.0 == b.0 || self.overlays.together(a.0, b.0) {
            return Closeness::Together;
        }
        let said = !matches!(a.1, "" | "default") && a.1 == b.1;
        let folder = |file: u32| folder(&self.files[file as usize].file);
        if said || folder(a.0) == folder(b.0) {
            return Closeness::Near;
        }
        Closeness::Apart
    }

    /// The namespaces that an object of a file can end up in, given its own; empty: any.
    pub fn namespaces<'a>(&'a self, file: u32, own: &'a str) -> impl Iterator<Item = &'a str> {
        self.overlays.namespaces(file, own)
    }

    /// Prefixes and suffixes that kustomizations put around names.
    pub fn affixes(&self) -> &[(Cow<'r, str>, Cow<'r, str>)] {
        self.overlays.affixes()
    }

    /// A name, and what it may have been before kustomizations put something around it.
    pub fn bare_names<'n>(&self, name: &'n str) -> impl Iterator<Item = &'n str> {
        std::iter::once(name).chain(self.overlays.bare(name))
    }

    /// Whether a definition can be in the namespace that a field looks in.
    pub fn compatible(&self, site: &UseSite<'_>, d: &Defined<'_>) -> bool {
        let anywhere = |row: Option<RowId>| row.is_some_and(|row| self.table.row(row).any_namespace);
        self.table.scope(d.target).cluster
            || anywhere(d.fact.row)
            || anywhere(Some(site.fact.row))
            || self.share_namespace((site.file, site.namespace), (d.file, d.namespace))
            || (self.is_elsewhere(site)
                && self
                    .overlays
                    .namespaces(d.file, d.namespace)
                    .any(|has| has == site.namespace))
    }

    /// Whether a field names a namespace that is not its object's own. Kustomizations move objects, but not what
    /// they say of other namespaces, unless what is named there moves along.
    fn is_elsewhere(&self, site: &UseSite<'_>) -> bool {
        let own = self.object(site.file, site.fact.object).map(|object| {
            let facts = &self.files[site.file as usize];
            facts.str(object.namespace)
        });
        !site.namespace.is_empty() && own.is_some_and(|own| own != site.namespace)
    }

    /// The namespaces that a field can look in; empty: any.
    pub fn places<'a>(&'a self, site: &UseSite<'a>) -> impl Iterator<Item = &'a str> {
        let elsewhere = self.is_elsewhere(site);
        let moved = self.overlays.namespaces(site.file, site.namespace);
        moved
            .filter(move |_| !elsewhere)
            .chain(elsewhere.then_some(site.namespace))
    }

    /// The namespace that a field looks in, for people; empty when it is not known.
    pub fn looked_in<'a>(&'a self, site: &UseSite<'a>) -> &'a str
    where
        'r: 'a,
    {
        if self.is_elsewhere(site) {
            return site.namespace;
        }
        self.namespace(site.file, site.namespace)
    }

    /// Whether two things, each in a file and a namespace ("": any), can end up in one namespace.
    pub fn share_namespace(&self, a: (u32, &str), b: (u32, &str)) -> bool {
        if a.1 == b.1 && !a.1.is_empty() {
            return true;
        }
        self.overlays.namespaces(a.0, a.1).any(|used| {
            used.is_empty()
                || self
                    .overlays
                    .namespaces(b.0, b.1)
                    .any(|has| has.is_empty() || has == used)
        })
    }

    /// The namespace that an object of a file is in, for people; empty when it is not known.
    pub fn namespace<'a>(&'a self, file: u32, own: &'a str) -> &'a str
    where
        'r: 'a,
    {
        self.overlays.namespaces(file, own).next().unwrap_or_default()
    }

    /// What kustomizations may change in the objects of a file.
    pub fn changes(&self, file: u32) -> Changes {
        self.overlays.changes(file)
    }

    /// Whether a kustomization writes selectors in the objects of a file, so that one may be missing there.
    pub fn sets_selectors(&self, file: u32) -> bool {
        self.overlays.sets_selectors(file)
    }

    /// Whether a kustomization puts the objects of a file into a namespace.
    pub fn sets_namespace(&self, file: u32) -> bool {
        self.overlays.sets_namespace(file)
    }

    /// Whether a kustomization sets a label with this key in the objects of a file.
    pub fn sets_label(&self, file: u32, key: &str) -> bool {
        self.overlays.sets_label(file, key)
    }

    /// Whether a kustomization sets any label in the objects of a file.
    pub fn sets_labels(&self, file: u32) -> bool {
        self.overlays.sets_labels(file)
    }

    /// An object of a file.
    pub fn object(&self, file: u32, object: u32) -> Option<&'r ObjectFact> {
        self.files.get(file as usize)?.objects.get(object as usize)
    }

    /// The number of separator lines above an object.
    pub fn document(&self, file: u32, object: u32) -> u32 {
        self.object(file, object).map_or(0, |object| object.document)
    }

    /// Whether a kustomization takes a file in.
    pub fn is_taken_in(&self, file: u32) -> bool {
        !self.overlays.taken_by(file).is_empty()
    }

    /// The files that a kustomization lists together with this one.
    pub fn listed_with(&self, file: u32) -> impl Iterator<Item = u32> {
        self.overlays.listed_with(file)
    }

    /// Of each kustomization, by file, the files that it lists itself.
    pub fn listed(&self) -> &[(u32, Vec<u32>)] {
        &self.overlays.listed
    }
}
