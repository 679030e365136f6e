//! Policies of admission, and what they may hold for.

use super::changed::Changed;
use super::facts::{Facts, Role};
use super::index::{Closeness, Index};
use super::kustomization::Changes;
use super::paths::folder;
use crate::hash::{HashMap, HashSet};
use crate::placeholder::unrendered;
use crate::schema::is_built_in;

/// The API group of policies.
const GROUP: &str = "admissionregistration.k8s.io";

/// Group and kind of definitions.
const DEFINITION: (&str, &str) = ("apiextensions.k8s.io", "CustomResourceDefinition");

/// An object of admission that has a say in what becomes of others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admitting {
    /// It says what is refused.
    Policy,
    /// It says for whom a policy holds.
    Binding,
    /// It changes objects before policies see them.
    Mutating,
}

/// What an object of this kind has to do with admission, if anything.
pub fn admitting(group: &str, kind: &str) -> Option<Admitting> {
    match kind {
        _ if group != GROUP => None,
        "ValidatingAdmissionPolicy" => Some(Admitting::Policy),
        "ValidatingAdmissionPolicyBinding" => Some(Admitting::Binding),
        "MutatingAdmissionPolicy" | "MutatingWebhookConfiguration" => Some(Admitting::Mutating),
        _ => None,
    }
}

/// An object that policies may be asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'r> {
    /// The file, by its index in the run.
    pub file: u32,
    /// The object, by its index in the file.
    pub object: u32,
    /// The namespace that it is in, where that is sure.
    pub namespace: Option<&'r str>,
    /// What kustomizations may change in it.
    pub changes: Changes,
    /// Whether they put it, and what it names, into another namespace.
    pub is_moved: bool,
    /// Whether a kustomization takes it in, which gives what it generates names of its own.
    pub is_built: bool,
}

/// An object that policies have to know of, by its file and its index there.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The file, by its index in the run.
    pub file: u32,
    /// The object, by its index in the file.
    pub object: u32,
    /// Whether patches may change it.
    pub is_open: bool,
}

/// Group, kind and name of an object.
pub type Named<'n> = (&'n str, &'n str, &'n str);

/// Where the objects of admission lie.
pub struct Policing<'r> {
    index: &'r Index<'r>,
    /// Policies and bindings, in the order of the run.
    pub known: Vec<Known>,
    /// Files with what changes objects before policies see them.
    mutating: Vec<u32>,
    /// The folders that policies lie in.
    folders: HashSet<&'r str>,
    /// The kustomizations that take policies in.
    roots: HashSet<u32>,
    /// Some of them hold for whatever lies anywhere.
    is_everywhere: bool,
    /// What is read is all there is.
    complete: bool,
    /// Whether something may say what containers take that do not say it: a LimitRange of the run, or of the cluster.
    pub may_limit: bool,
}

impl<'r> Policing<'r> {
    /// `None` where nothing is policed.
    pub fn new(index: &'r Index<'r>, complete: bool) -> Option<Policing<'r>> {
        let (mut found, mut mutating, mut both) = (Vec::new(), Vec::new(), [false; 2]);
        for (file, facts) in (0..).zip(index.files) {
            for (object, admitting) in of(facts).filter(|_| facts.role != Role::Definitions) {
                match admitting {
                    Admitting::Mutating => mutating.push(file),
                    Admitting::Policy => both[0] = true,
                    Admitting::Binding => both[1] = true,
                }
                if admitting != Admitting::Mutating {
                    found.push((file, object));
                }
            }
        }
        if both != [true; 2] {
            return None;
        }
        let mut changed = Changed::at_all(index);
        let known = found.iter().map(|&(file, object)| Known {
            file,
            object,
            // kustomize does not know that bindings name policies.
            is_open: is_open(index, &mut changed, file, object),
        });
        let files = || found.iter().map(|(file, _)| &index.files[*file as usize]);
        let roots = found.iter().flat_map(|(file, _)| index.overlays.taken_by(*file));
        mutating.dedup();
        Some(Policing {
            index,
            known: known.collect(),
            mutating,
            folders: files().map(|facts| folder(&facts.file)).collect(),
            roots: roots.copied().collect(),
            is_everywhere: complete || files().any(is_everyones),
            complete,
            may_limit: !complete || has_limits(index),
        })
    }

    /// Whether any policy may hold for what stands in a file: [`Policing::holds_for`], without asking each.
    fn may_police(&self, file: u32) -> bool {
        let own = || folder(&self.index.files[file as usize].file);
        let mut roots = self.index.overlays.taken_by(file).iter();
        self.is_everywhere || self.folders.contains(own()) || roots.any(|root| self.roots.contains(root))
    }

    /// Objects of the kinds that are asked about, in the order of the run.
    pub fn subjects(&self, is_asked: impl Fn(&str, &str) -> bool) -> Vec<Subject<'r>> {
        let mut changed = Changed::at_all(self.index);
        let mut asked: HashMap<(&str, &str), bool> = HashMap::default();
        let mut subjects = Vec::new();
        for (file, facts) in (0..).zip(self.index.files) {
            let is_changed = || self.mutating.iter().any(|one| self.holds_for(*one, file));
            if facts.role != Role::Checked || !self.may_police(file) || is_changed() {
                continue;
            }
            let mut changes = self.index.changes(file);
            changes.labels |= self.index.sets_labels(file);
            // Names change wherever they are named.
            if changes.anything || changed.may_be_renamed(file) {
                continue;
            }
            for (object, fact) in (0..).zip(&facts.objects) {
                let (group, kind) = (facts.str(fact.group), facts.str(fact.kind));
                let is_renamed = (group, kind) == ("", "Namespace") && self.index.sets_namespace(file);
                let mut is_asked = || {
                    *asked
                        .entry((group, kind))
                        .or_insert_with(|| is_asked(group, kind))
                };
                if fact.is_values
                    || is_renamed
                    || admitting(group, kind).is_some()
                    || !is_asked()
                    || changed.may_be(file, kind, facts.str(fact.name))
                {
                    continue;
                }
                let mut places = self.index.namespaces(file, facts.str(fact.namespace));
                let place = places.next().filter(|_| places.next().is_none());
                subjects.push(Subject {
                    file,
                    object,
                    namespace: place.filter(|place| !place.is_empty() && !unrendered(place)),
                    changes,
                    is_moved: self.index.sets_namespace(file),
                    is_built: self.index.is_built(file),
                });
            }
        }
        subjects
    }

    /// Group and kind of a subject.
    pub fn kind(&self, subject: &Subject<'_>) -> Option<(&'r str, &'r str)> {
        let facts = self.index.files.get(subject.file as usize)?;
        let fact = facts.objects.get(subject.object as usize)?;
        Some((facts.str(fact.group), facts.str(fact.kind)))
    }

    /// The definitions of custom resources in the groups of the subjects. Patches change neither what they are called
    /// nor where they are.
    pub fn definitions(&self, subjects: &[Subject<'_>]) -> Vec<Known> {
        let kinds = subjects.iter().filter_map(|subject| self.kind(subject));
        let groups: HashSet<&str> = kinds.map(|(group, _)| group).collect();
        let groups: HashSet<&str> = groups.into_iter().filter(|group| !is_built_in(group)).collect();
        if groups.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (file, facts) in (0..).zip(self.index.files) {
            for (object, fact) in (0..).zip(&facts.objects) {
                let kind = (facts.str(fact.group), facts.str(fact.kind));
                let defines = || facts.str(fact.name).split_once('.');
                if kind == DEFINITION && defines().is_some_and(|(_, group)| groups.contains(group)) {
                    let is_open = false;
                    found.push(Known {
                        file,
                        object,
                        is_open,
                    });
                }
            }
        }
        found
    }

    /// Whether the user says of what stands in a file that it holds for all.
    fn is_meant_for_all(&self, file: u32) -> bool {
        self.complete || self.index.files.get(file as usize).is_some_and(is_everyones)
    }

    /// Whether what stands in a file holds for what stands in another one: they lie together, or the user says that all
    /// is one cluster's.
    pub fn holds_for(&self, policy: u32, file: u32) -> bool {
        self.is_meant_for_all(policy) || self.index.closeness_of((policy, ""), (file, "")) != Closeness::Apart
    }

    /// The objects of the run that have one of these names.
    pub fn named(&self, wanted: &HashSet<Named<'_>>) -> Vec<Known> {
        let mut changed = Changed::at_all(self.index);
        let mut found = Vec::new();
        for (file, facts) in (0..).zip(self.index.files) {
            let changes = self.index.changes(file);
            for (object, fact) in (0..).zip(&facts.objects) {
                let (group, kind) = (facts.str(fact.group), facts.str(fact.kind));
                if wanted.contains(&(group, kind, facts.str(fact.name))) && admitting(group, kind).is_none() {
                    found.push(Known {
                        file,
                        object,
                        is_open: is_open(self.index, &mut changed, file, object)
                            || self.index.sets_namespace(file)
                            || self.index.sets_labels(file)
                            || changes.labels
                            || changes.annotations,
                    });
                }
            }
        }
        found
    }
}

/// Whether the user says of a file that it is about the whole cluster.
fn is_everyones(facts: &Facts) -> bool {
    matches!(facts.role, Role::Inventory | Role::Indexed)
}

fn has_limits(index: &Index<'_>) -> bool {
    let mut objects = index
        .files
        .iter()
        .flat_map(|facts| facts.objects.iter().map(move |object| (facts, object)));
    objects.any(|(facts, object)| (facts.str(object.group), facts.str(object.kind)) == ("", "LimitRange"))
}

/// Whether patches may change an object.
fn is_open<'r>(index: &Index<'r>, changed: &mut Changed<'r>, file: u32, object: u32) -> bool {
    let Some(facts) = index.files.get(file as usize) else {
        return true;
    };
    let fact = facts.objects.get(object as usize);
    let any = index.changes(file).anything || changed.may_be_renamed(file);
    any || fact.is_none_or(|fact| changed.may_be(file, facts.str(fact.kind), facts.str(fact.name)))
}

/// The objects of a file that have to do with admission, by their indices there.
fn of(facts: &Facts) -> impl Iterator<Item = (u32, Admitting)> {
    let objects = (0..).zip(&facts.objects);
    objects.filter_map(|(at, object)| {
        // Hardly any kind is as long.
        let kind = facts.str(object.kind);
        let admitting = (kind.len() > 20).then(|| admitting(facts.str(object.group), kind))?;
        Some((at, admitting?))
    })
}
