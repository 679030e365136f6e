//! Policies of admission, and what they may hold for.

use super::changed::Changed;
use super::facts::{Facts, Role};
use super::index::{Closeness, Index};
use super::kustomization::Changes;
use crate::placeholder::unrendered;

/// The API group of policies.
const GROUP: &str = "admissionregistration.k8s.io";

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
        "MutatingAdmissionPolicy" | "MutatingAdmissionPolicyBinding" => Some(Admitting::Mutating),
        _ => None,
    }
}

/// Whether a policy is bound.
pub fn anyone_polices(files: &[Facts]) -> bool {
    let has = |wanted| files.iter().flat_map(of).any(|admitting| admitting == wanted);
    has(Admitting::Binding) && has(Admitting::Policy)
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
    /// Whether they may give it another name.
    pub renamed: bool,
}

/// The objects of admission, and Namespaces, file by file: those that patches may change are left out.
pub struct Policing<'r> {
    index: &'r Index<'r>,
    /// Files with policies, bindings and Namespaces.
    pub files: Vec<u32>,
    /// Files with what changes objects before policies see them.
    mutating: Vec<u32>,
    /// What patches may change, by file and object.
    open: Vec<(u32, u32)>,
    /// What is read is all there is.
    complete: bool,
}

impl<'r> Policing<'r> {
    /// `None` where nothing is policed.
    pub fn new(index: &'r Index<'r>, complete: bool) -> Option<Policing<'r>> {
        if !anyone_polices(index.files) {
            return None;
        }
        let mut changed = Changed::at_all(index);
        let (mut files, mut mutating, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for (file, facts) in (0..).zip(index.files) {
            if facts.role == Role::Definitions {
                continue;
            }
            if of(facts).any(|admitting| admitting == Admitting::Mutating) {
                mutating.push(file);
            }
            let before = files.len();
            for (object, fact) in (0..).zip(&facts.objects) {
                let (group, kind) = (facts.str(fact.group), facts.str(fact.kind));
                if admitting(group, kind).is_none() && (group, kind) != ("", "Namespace") {
                    continue;
                }
                if files.len() == before {
                    files.push(file);
                }
                if changed.may_be(file, kind, facts.str(fact.name)) {
                    open.push((file, object));
                }
            }
        }
        Some(Policing {
            index,
            files,
            mutating,
            open,
            complete,
        })
    }

    /// Whether patches may change one of the objects.
    pub fn is_open(&self, file: u32, object: u32) -> bool {
        self.open.binary_search(&(file, object)).is_ok()
    }

    /// Objects of the kinds that are asked about, in the order of the run.
    pub fn subjects(&self, is_asked: impl Fn(&str, &str) -> bool) -> Vec<Subject<'r>> {
        let mut changed = Changed::at_all(self.index);
        let mut subjects = Vec::new();
        for (file, facts) in (0..).zip(self.index.files) {
            let is_changed = || self.mutating.iter().any(|one| self.holds_for(*one, file));
            if facts.role != Role::Checked || is_changed() {
                continue;
            }
            let is_built = self.index.is_built(file);
            for (object, fact) in (0..).zip(&facts.objects) {
                let (group, kind) = (facts.str(fact.group), facts.str(fact.kind));
                if fact.is_values || admitting(group, kind).is_some() || !is_asked(group, kind) {
                    continue;
                }
                if changed.may_be(file, kind, facts.str(fact.name)) {
                    continue;
                }
                let mut places = self.index.namespaces(file, facts.str(fact.namespace));
                let place = places.next().filter(|_| places.next().is_none());
                let mut changes = self.index.changes(file);
                changes.labels |= self.index.sets_labels(file);
                subjects.push(Subject {
                    file,
                    object,
                    namespace: place.filter(|place| !place.is_empty() && !unrendered(place)),
                    changes,
                    renamed: is_built && !self.index.affixes().is_empty(),
                });
            }
        }
        subjects
    }

    /// Whether what stands in a file holds for what stands in another one: they lie together, or the user says that all
    /// is one cluster's.
    pub fn holds_for(&self, policy: u32, file: u32) -> bool {
        let role = self.index.files.get(policy as usize).map(|facts| facts.role);
        self.complete
            || matches!(role, Some(Role::Inventory | Role::Indexed))
            || self.index.closeness_of((policy, ""), (file, "")) != Closeness::Apart
    }

    /// The same of a Namespace and something in it.
    pub fn is_namespace_of(&self, namespace: u32, file: u32, name: &str) -> bool {
        self.holds_for(namespace, file)
            || self.index.closeness_of((namespace, name), (file, name)) != Closeness::Apart
    }

    /// Objects by group, kind and name, each by its file and its index there; none where patches may change one of them.
    pub fn named(&self, (group, kind, name): (&str, &str, &str)) -> Vec<(u32, u32)> {
        let mut changed = Changed::at_all(self.index);
        let mut found = Vec::new();
        for (file, facts) in (0..).zip(self.index.files) {
            for (object, fact) in (0..).zip(&facts.objects) {
                let is_it = facts.str(fact.name) == name
                    && (facts.str(fact.group), facts.str(fact.kind)) == (group, kind);
                if is_it && changed.may_be(file, facts.str(fact.kind), name) {
                    return Vec::new();
                }
                if is_it {
                    found.push((file, object));
                }
            }
        }
        found
    }

    /// Whether something in the run says what containers take that do not say it.
    pub fn has_limits(&self) -> bool {
        let mut objects = self.index.files.iter().flat_map(|facts| {
            let objects = facts.objects.iter();
            objects.map(|object| (facts.str(object.group), facts.str(object.kind)))
        });
        objects.any(|object| object == ("", "LimitRange"))
    }
}

/// What the objects of a file have to do with admission.
fn of(facts: &Facts) -> impl Iterator<Item = Admitting> {
    let objects = facts.objects.iter();
    objects.filter_map(|object| admitting(facts.str(object.group), facts.str(object.kind)))
}
