//! Which kustomization takes in which file, and what it does to names there.

use std::borrow::Cow;

use super::argo;
use super::facts::Facts;
use super::flux::{self, Delivered};
use super::kustomization::{Changes, Kustomization};
use super::kustomize::may_be;
use super::paths::{Paths, folder};
use super::written::Write;
use crate::hash::{HashMap, HashSet};

/// What kustomizations, and Flux, do to the objects of one file.
#[derive(Clone, Default)]
struct Overlaid<'r> {
    /// The namespaces that kustomizations put them into.
    namespaces: Vec<&'r str>,
    /// Those that Flux puts them into.
    delivered_to: Vec<&'r str>,
    /// Whether Flux may also leave them where they are.
    delivered_as_is: bool,
    /// What else they may change.
    changes: Changes,
    /// Keys of labels that they set.
    labels: Vec<&'r str>,
    /// Whether they write labels into selectors.
    selectors: bool,
    /// Fields that they write: places in [`Overlays::writes`].
    written: Vec<u32>,
    /// The kustomizations that take the file in, directly or through others; ascending.
    taken_by: Vec<u32>,
    /// The Kustomizations of Flux that apply it.
    delivered_by_flux: Vec<Delivering>,
}

/// A Kustomization of Flux, by its file and which one that is, and the kustomization that it applies a file through.
pub(super) type Delivering = ((u32, u32), Option<u32>);

/// What kustomizations do to the files of a run.
#[derive(Default)]
pub(super) struct Overlays<'r> {
    /// What happens to the objects of each file; empty when there is no kustomization.
    files: Vec<Overlaid<'r>>,
    /// The fields that each kustomization, or object of Flux or Argo CD, writes.
    writes: Vec<Vec<Write<'r>>>,
    /// Prefixes and suffixes that kustomizations put around names.
    pub(super) affixes: Vec<(Cow<'r, str>, Cow<'r, str>)>,
    /// Of each kustomization, by file, the files that it lists itself.
    pub(super) listed: Vec<(u32, Vec<u32>)>,
    /// What Flux applies, as far as that is found here.
    pub(super) delivered: Vec<Delivered>,
    /// The components that Flux adds, by the file with its Kustomization and which one that is.
    pub(super) added: HashMap<(u32, u32), Vec<u32>>,
    /// The Kustomizations of Flux that patch what they apply.
    pub(super) patched_by_flux: HashSet<(u32, u32)>,
    /// Files with Kustomizations of Flux of which it is not known where they put what they apply.
    pub(super) unplaced: Vec<u32>,
    /// The files by their paths; empty when there is no kustomization.
    pub(super) paths: Paths<'r>,
}

impl<'r> Overlays<'r> {
    pub(super) fn new(files: &'r [Facts]) -> Self {
        let mut overlays = Overlays::default();
        if files.iter().all(|facts| {
            facts.kustomizations.is_empty() && facts.deliveries.is_empty() && facts.applied.is_empty()
        }) {
            return overlays;
        }
        overlays.files = vec![Overlaid::default(); files.len()];
        let paths = Paths::new(files);
        for (file, facts) in (0..).zip(files) {
            let mut listed = Vec::new();
            for own in &facts.kustomizations {
                let folder = folder(&facts.file);
                listed.extend(
                    facts
                        .paths(&own.resources)
                        .filter_map(|path| paths.file(folder, path)),
                );
                overlays.affix(facts, own);
            }
            if !facts.kustomizations.is_empty() {
                overlays.listed.push((file, listed));
            }
        }
        overlays.nest_affixes(files);
        flux::deliver(files, &paths, &mut overlays);
        argo::apply(files, &paths, &mut overlays);
        let users = overlays.users_of_components(files);
        for at in 0..overlays.listed.len() {
            let kustomization = overlays.listed[at].0;
            let mut reached = overlays.reached(at);
            for &file in &reached {
                overlays.files[file as usize].taken_by.push(kustomization);
            }
            // What takes a component in has it change all that it takes in, but that does not belong together: half a
            // repository may share a component.
            for user in users.get(&kustomization).into_iter().flatten() {
                reached.extend(overlays.reached(*user));
            }
            let facts = &files[kustomization as usize];
            for own in &facts.kustomizations {
                let namespace = facts.str(own.namespace);
                let (changes, written) = patched(files, &paths, facts, own);
                let written = overlays.add_writes(written);
                for &file in &reached {
                    let file = &mut overlays.files[file as usize];
                    if !namespace.is_empty() && !file.namespaces.contains(&namespace) {
                        file.namespaces.push(namespace);
                    }
                    file.changes.add(changes);
                    file.labels
                        .extend(facts.labels(&own.labels).map(|(key, _, _)| key));
                    file.selectors |= own.selectors;
                    file.written.extend(written);
                }
            }
        }
        overlays.place_patches(files, &paths);
        overlays.paths = paths;
        overlays
    }

    /// What a file of patches adds ends up where the kustomization that lists it puts its objects.
    fn place_patches(&mut self, files: &[Facts], paths: &Paths<'_>) {
        for at in 0..self.listed.len() {
            let kustomization = self.listed[at].0;
            let facts = &files[kustomization as usize];
            for own in &facts.kustomizations {
                for [_, _, path] in facts.patch_files(&own.patches) {
                    let Some(patch) = paths
                        .file(folder(&facts.file), path)
                        .filter(|patch| *patch != kustomization)
                    else {
                        continue;
                    };
                    let namespaces = self.files[kustomization as usize].namespaces.clone();
                    let known = &mut self.files[patch as usize].namespaces;
                    known.extend(
                        namespaces
                            .into_iter()
                            .filter(|one| !known.contains(one))
                            .collect::<Vec<_>>(),
                    );
                }
            }
        }
    }

    /// Notes that Flux applies the objects of a file: in a namespace, or with "" where they are.
    pub(super) fn deliver(&mut self, file: u32, by: Delivering, namespace: &'r str, changes: Changes) {
        let file = &mut self.files[file as usize];
        file.delivered_by_flux.push(by);
        if namespace.is_empty() {
            file.delivered_as_is = true;
        } else if !file.delivered_to.contains(&namespace) {
            file.delivered_to.push(namespace);
        }
        file.changes.add(changes);
    }

    /// Notes what Argo CD changes in the objects of a file.
    pub(super) fn change(&mut self, file: u32, changes: Changes) {
        self.files[file as usize].changes.add(changes);
    }

    /// Notes fields that Flux or Argo CD writes in the objects of a file.
    pub(super) fn write(&mut self, file: u32, written: Option<u32>) {
        self.files[file as usize].written.extend(written);
    }

    /// The Kustomizations of Flux that apply the objects of a file.
    pub(super) fn delivered_by_flux(&self, file: u32) -> &[Delivering] {
        self.file(file).map_or(&[], |file| &file.delivered_by_flux)
    }

    /// Keeps the fields that are written together; `None` when there are none.
    pub(super) fn add_writes(&mut self, written: Vec<Write<'r>>) -> Option<u32> {
        if written.is_empty() {
            return None;
        }
        self.writes.push(written);
        Some(self.writes.len() as u32 - 1)
    }

    /// Of each component, by file, the kustomizations that take it in, directly or through other components, by their
    /// places in `listed`.
    fn users_of_components(&self, files: &[Facts]) -> HashMap<u32, Vec<usize>> {
        let is_component = |file: u32| is_component(files, file);
        let mut listing: HashMap<u32, Vec<usize>> = HashMap::default();
        for (at, (_, listed)) in self.listed.iter().enumerate() {
            for &file in listed.iter().filter(|file| is_component(**file)) {
                listing.entry(file).or_default().push(at);
            }
        }
        let users = |component: &u32| {
            let mut seen = HashSet::from_iter([*component]);
            let mut open = vec![*component];
            let mut users = Vec::new();
            while let Some(component) = open.pop() {
                for &at in listing.get(&component).into_iter().flatten() {
                    let user = self.listed[at].0;
                    if seen.insert(user) {
                        users.push(at);
                        open.extend(is_component(user).then_some(user));
                    }
                }
            }
            (*component, users)
        };
        listing.keys().map(users).collect()
    }

    /// All files whose objects a kustomization takes in, itself included; `at` is its place in `listed`.
    pub(super) fn reached(&self, at: usize) -> HashSet<u32> {
        let mut reached = HashSet::from_iter([self.listed[at].0]);
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for &file in &self.listed[at].1 {
                if reached.insert(file)
                    && let Ok(next) = self.listed.binary_search_by_key(&file, |(file, _)| *file)
                {
                    open.push(next);
                }
            }
        }
        reached
    }

    /// The kustomizations that take a file in, directly or through others; ascending.
    pub(super) fn taken_by(&self, file: u32) -> &[u32] {
        self.file(file).map_or(&[], |file| &file.taken_by)
    }

    /// The files that a kustomization lists itself.
    pub(super) fn lists(&self, kustomization: u32) -> &[u32] {
        let at = self
            .listed
            .binary_search_by_key(&kustomization, |(file, _)| *file);
        at.ok()
            .and_then(|at| self.listed.get(at))
            .map_or(&[], |(_, listed)| listed)
    }

    /// Whether one kustomization takes in both files.
    pub(super) fn together(&self, a: u32, b: u32) -> bool {
        let b = self.taken_by(b);
        self.taken_by(a).iter().any(|root| b.binary_search(root).is_ok())
    }

    /// The files that a kustomization lists together with this one.
    pub(super) fn listed_with(&self, file: u32) -> impl Iterator<Item = u32> {
        let lists = self.taken_by(file).iter().map(|root| self.lists(*root));
        lists
            .filter(move |listed| listed.contains(&file))
            .flatten()
            .copied()
            .filter(move |other| *other != file)
    }

    fn file(&self, file: u32) -> Option<&Overlaid<'r>> {
        self.files.get(file as usize)
    }

    /// The namespaces that an object of this file can end up in, given its own; empty: any.
    pub(super) fn namespaces<'a>(&'a self, file: u32, own: &'a str) -> impl Iterator<Item = &'a str> {
        let file = self.file(file);
        let set = file.map_or(&[][..], |file| &file.namespaces);
        let delivered_to = file.map_or(&[][..], |file| &file.delivered_to);
        let moved = !delivered_to.is_empty() && file.is_some_and(|file| !file.delivered_as_is);
        let own = (set.is_empty() && !moved).then_some(own);
        delivered_to.iter().chain(set).copied().chain(own)
    }

    /// What happens to the objects of a file beyond names.
    pub(super) fn changes(&self, file: u32) -> Changes {
        self.file(file).map(|file| file.changes).unwrap_or_default()
    }

    /// Whether selectors are written in the objects of a file.
    pub(super) fn sets_selectors(&self, file: u32) -> bool {
        self.file(file)
            .is_some_and(|file| file.selectors || file.changes.labels)
    }

    /// Whether the objects of a file are put into a namespace.
    pub(super) fn sets_namespace(&self, file: u32) -> bool {
        self.file(file)
            .is_some_and(|file| !file.namespaces.is_empty() || !file.delivered_to.is_empty())
    }

    /// Whether a label with this key is set in the objects of a file.
    pub(super) fn sets_label(&self, file: u32, key: &str) -> bool {
        self.file(file).is_some_and(|file| file.labels.contains(&key))
    }

    /// Whether any label is set in the objects of a file.
    pub(super) fn sets_labels(&self, file: u32) -> bool {
        self.file(file).is_some_and(|file| !file.labels.is_empty())
    }

    /// The fields that are written in the objects of a file.
    pub(super) fn written(&self, file: u32) -> impl Iterator<Item = &Write<'r>> {
        let sets = self.file(file).into_iter().flat_map(|file| &file.written);
        sets.filter_map(|set| self.writes.get(*set as usize)).flatten()
    }
}

/// Whether a file is a component.
pub(super) fn is_component(files: &[Facts], file: u32) -> bool {
    let facts = files.get(file as usize);
    facts.is_some_and(|facts| facts.kustomizations.iter().any(|own| own.component))
}

/// What a kustomization, with all its patches, changes and writes.
pub(super) fn patched<'r>(
    files: &'r [Facts],
    paths: &Paths<'_>,
    facts: &'r Facts,
    own: &Kustomization,
) -> (Changes, Vec<Write<'r>>) {
    let mut changes = own.changes;
    let mut written: Vec<Write<'r>> = facts.written(&own.written).collect();
    for [kind, name, path] in facts.patch_files(&own.patches) {
        match paths.file(folder(&facts.file), path) {
            Some(patch) => {
                let patch = &files[patch as usize];
                let mut own = patch.changes;
                // Operations alone do not tell what they are for.
                own.secret_labels &= may_be(kind, "Secret");
                changes.add(own);
                let all = 0..patch.written.len() as u32;
                written.extend(
                    patch
                        .written(&all)
                        .map(|own| match kind.is_empty() && name.is_empty() {
                            true => own,
                            // A target says for whom a patch is, whatever stands in it.
                            false => Write { kind, name, ..own },
                        }),
                );
            }
            // A patch that is not in the run may do anything to what it is for.
            None => {
                changes.labels = true;
                changes.pod_ports = true;
                changes.secret_labels |= may_be(kind, "Secret");
                if kind.is_empty() {
                    changes = Changes::ALL;
                }
                written.push(Write {
                    kind,
                    name,
                    path: "",
                    whole: true,
                });
            }
        }
    }
    (changes, written)
}
