//! The facts of all files of a run, to look names up in.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::facts::{Definition, Facts, ObjectFact, Use};
use super::near::Near;
use super::overlays::{Overlays, folder};
use super::table::{Row, Table, Target};
use crate::names;
use crate::rules::unrendered;

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

/// What became of a name.
#[derive(Clone, Copy)]
pub enum Verdict<'r> {
    /// It is there, or need not be.
    Fine,
    /// It is there, but in a namespace where it does not serve.
    Elsewhere(Defined<'r>),
    /// It is not there, but close by is one whose name looks as if it were meant.
    Near(Defined<'r>),
    /// Nothing is known of it. Far away there may be one with a similar name, or with this one in another
    /// namespace.
    Unknown(Option<Defined<'r>>),
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
    /// All definitions; those of one name stand together, in the order of the run.
    defined: Vec<Defined<'r>>,
    /// Where those of a name start in `defined`, and how many there are.
    names: HashMap<(Target, &'r str), (u32, u32)>,
    /// Definitions whose names hold placeholders.
    patterns: Vec<Defined<'r>>,
    overlays: Overlays<'r>,
    near: OnceLock<Near>,
}

impl<'r> Index<'r> {
    /// Indexes the facts of all files of a run, in the order of their file indices.
    pub fn new(files: &'r [Facts]) -> Self {
        Index::with(files, super::standard())
    }

    /// The same for facts that were taken with another table.
    pub fn with(files: &'r [Facts], table: &'r Table) -> Self {
        let mut defined = Vec::with_capacity(files.iter().map(|facts| facts.definitions.len()).sum());
        let mut patterns = Vec::new();
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
        let mut names: HashMap<(Target, &str), (u32, u32)> = HashMap::with_capacity(defined.len());
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
            defined,
            names,
            patterns,
            overlays: Overlays::new(files),
            near: OnceLock::new(),
        }
    }

    /// The table by which the facts were taken.
    pub fn table(&self) -> &'r Table {
        self.table
    }

    /// Every field that names something, in the order of the run.
    pub fn uses(&self) -> impl Iterator<Item = UseSite<'r>> + use<'r> {
        (0..).zip(self.files).flat_map(|(file, facts)| {
            facts.uses.iter().map(move |fact| UseSite {
                file,
                name: facts.str(fact.name),
                namespace: facts.str(fact.namespace),
                fact,
            })
        })
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

    /// What a field names, where it can be reached from there.
    pub fn reached<'a>(&'a self, site: &'a UseSite<'r>) -> impl Iterator<Item = Defined<'r>> + 'a {
        self.named(site.fact.target, site.name)
            .iter()
            .copied()
            .filter(|d| self.compatible(site, d))
    }

    /// What becomes of a name.
    pub fn verdict(&self, site: &UseSite<'r>) -> Verdict<'r> {
        let target = site.fact.target;
        if site.fact.optional || self.row(site).loose || self.table.is_given(target, site.name) {
            return Verdict::Fine;
        }
        if self.reached(site).next().is_some() {
            return Verdict::Fine;
        }
        let renamed = |bare| self.named(target, bare).iter().any(|d| self.compatible(site, d));
        if self.overlays.bare(site.name).any(renamed) || self.fits_pattern(site) {
            return Verdict::Fine;
        }
        let same_name = self.named(target, site.name).iter();
        if let Some(&elsewhere) = same_name.min_by_key(|d| Reverse(self.closeness(site, d))) {
            // Who says the namespace himself, as a RoleBinding does, meant it; who cannot say one may have
            // overlooked that names do not cross namespaces.
            let said = !self.row(site).namespace.is_empty();
            return if said && self.closeness(site, &elsewhere) == Closeness::Apart {
                Verdict::Unknown(Some(elsewhere))
            } else {
                Verdict::Elsewhere(elsewhere)
            };
        }
        let near = self.near.get_or_init(|| Near::new(&self.defined, self.files));
        let closeness = |d: &Defined<'_>| Some(self.closeness(site, &self.closest(site, d.name)?));
        let best = near
            .best(&self.defined, target, site.name, closeness)
            .and_then(|i| self.closest(site, self.defined[i as usize].name));
        match best {
            Some(d) if self.closeness(site, &d) > Closeness::Apart => Verdict::Near(d),
            // What can be no name stands for one.
            _ if !names::dns1123_subdomain(site.name).is_empty() => Verdict::Fine,
            best => Verdict::Unknown(best),
        }
    }

    /// Of the definitions of a name that can be reached from a field the closest one.
    fn closest(&self, site: &UseSite<'_>, name: &str) -> Option<Defined<'r>> {
        let same = self.named(site.fact.target, name).iter();
        same.filter(|d| self.compatible(site, d))
            .min_by_key(|d| Reverse(self.closeness(site, d)))
            .copied()
    }

    /// How surely a definition is the one that a field means.
    pub fn closeness(&self, site: &UseSite<'_>, d: &Defined<'_>) -> Closeness {
        if site.file == d.file || self.overlays.together(site.file, d.file) {
            return Closeness::Together;
        }
        let said = !matches!(site.namespace, "" | "default") && site.namespace == d.namespace;
        let folder = |file: u32| folder(&self.files[file as usize].file);
        if said || folder(site.file) == folder(d.file) {
            return Closeness::Near;
        }
        Closeness::Apart
    }

    /// The namespaces that an object of a file can end up in, given its own; empty: any.
    pub fn namespaces<'a>(&'a self, file: u32, own: &'a str) -> impl Iterator<Item = &'a str> {
        self.overlays.namespaces(file, own)
    }

    /// Prefixes and suffixes that kustomizations put around names.
    pub fn affixes(&self) -> &[(&'r str, &'r str)] {
        self.overlays.affixes()
    }

    /// A name, and what it may have been before kustomizations put something around it.
    pub fn bare_names<'n>(&self, name: &'n str) -> impl Iterator<Item = &'n str> {
        std::iter::once(name).chain(self.overlays.bare(name))
    }

    /// Whether a definition can be in the namespace that a field looks in.
    pub fn compatible(&self, site: &UseSite<'_>, d: &Defined<'_>) -> bool {
        if site.namespace == d.namespace && !site.namespace.is_empty() {
            return true;
        }
        self.overlays.namespaces(site.file, site.namespace).any(|used| {
            used.is_empty()
                || self
                    .overlays
                    .namespaces(d.file, d.namespace)
                    .any(|has| has.is_empty() || has == used)
        })
    }

    /// The namespace that an object of a file is in, for people; empty when it is not known.
    pub fn namespace<'a>(&'a self, file: u32, own: &'a str) -> &'a str {
        self.overlays.namespaces(file, own).next().unwrap_or_default()
    }

    /// Whether the name can be what a placeholder in a definition's name becomes.
    fn fits_pattern(&self, site: &UseSite<'r>) -> bool {
        self.patterns.iter().any(|d| {
            let first = d.name.find(['$', '{', '<', '%']).unwrap_or(0);
            let last = d
                .name
                .rfind(['}', '>', ')', '%'])
                .map_or(d.name.len(), |at| at + 1);
            let (before, after) = (&d.name[..first], d.name.get(last..).unwrap_or_default());
            d.target == site.fact.target
                && before.len() + after.len() > 1
                && site.name.len() > before.len() + after.len()
                && site.name.starts_with(before)
                && site.name.ends_with(after)
                && self.compatible(site, d)
        })
    }

    /// Whether a definition has the keys that its file says, and no others.
    pub fn is_closed(&self, d: &Defined<'r>) -> bool {
        d.fact.closed && !self.overlays.keys_change(d.file)
    }

    /// An object of a file.
    pub fn object(&self, file: u32, object: u32) -> Option<&'r ObjectFact> {
        self.files.get(file as usize)?.objects.get(object as usize)
    }

    /// The number of separator lines above an object.
    pub fn document(&self, file: u32, object: u32) -> u32 {
        self.object(file, object).map_or(0, |object| object.document)
    }

    /// Of each kustomization, by file, the files that it lists itself.
    pub fn listed(&self) -> &[(u32, Vec<u32>)] {
        &self.overlays.listed
    }
}
