//! What is built of a file: by each kustomization that takes it in and that no other takes in, and by Flux; with all
//! that patches write on the way.

use super::facts::{Facts, Kustomization};
use super::filled::Fill;
use super::index::Index;
use super::overlays::is_component;
use super::paths::{Paths, folder};
use crate::hash::{HashMap, HashSet};

/// One thing that is built of a file.
pub struct Build<'b, 'r> {
    /// The file with what builds it: a kustomization, or an object of Flux.
    pub by: u32,
    /// What its patches, and those below it, give fields.
    pub fills: Vec<&'b [Fill<'r>]>,
}

/// A kustomization, by file; with a number the one of the Kustomizations of Flux in that file.
type Patcher = (u32, Option<u32>);

/// What is built of the files of a run. Only files with certain findings ask, so that it is made when one does.
pub struct Builds<'i, 'r> {
    index: &'i Index<'r>,
    /// What each that was asked for gives fields.
    fills: HashMap<Patcher, Vec<Fill<'r>>>,
}

impl<'i, 'r> Builds<'i, 'r> {
    /// The builds of a run.
    pub fn new(index: &'i Index<'r>) -> Self {
        Builds {
            index,
            fills: HashMap::default(),
        }
    }

    /// What is built of a file.
    pub fn of(&mut self, file: u32) -> Vec<Build<'_, 'r>> {
        let ways = self.ways(file);
        for &one in ways.iter().flat_map(|(_, through)| through) {
            let (files, paths) = (self.index.files, &self.index.overlays.paths);
            let fills = || fills_of(files, paths, one);
            self.fills.entry(one).or_insert_with(fills);
        }
        let known = |one: &Patcher| self.fills.get(one).map(Vec::as_slice);
        ways.into_iter()
            .map(|(by, through)| Build {
                by,
                fills: through.iter().filter_map(known).collect(),
            })
            .collect()
    }

    /// What builds a file, each with all whose patches reach it on the way.
    fn ways(&self, file: u32) -> Vec<(u32, Vec<Patcher>)> {
        let overlays = &self.index.overlays;
        let (taken_by, patched) = (overlays.taken_by(file), overlays.patched_by_flux(file));
        let is_inner = |one: &u32| {
            taken_by
                .iter()
                .any(|by| by != one && overlays.lists(*by).contains(one))
        };
        let outer: Vec<u32> = taken_by.iter().copied().filter(|one| !is_inner(one)).collect();
        // A component is never built by itself.
        let is_built = |one: &u32| !is_component(self.index.files, *one);
        let some_built = outer.iter().any(is_built);
        let left = |one: &u32| patched.iter().all(|(_, through)| *through != Some(*one));
        let mut ways: Vec<(u32, Vec<Patcher>)> = outer
            .into_iter()
            .filter(|one| left(one) && (!some_built || is_built(one)))
            .map(|one| (one, self.through(vec![one], taken_by).collect()))
            .collect();
        for &((by, at), through) in patched {
            let added = overlays.added.get(&(by, at)).into_iter().flatten().copied();
            let through = self.through(through.into_iter().chain(added).collect(), taken_by);
            ways.push((by, std::iter::once((by, Some(at))).chain(through).collect()));
        }
        ways
    }

    /// Some kustomizations, those below them among those that take a file in, and the components that they add.
    fn through(&self, mut open: Vec<u32>, taken_by: &[u32]) -> impl Iterator<Item = Patcher> + use<> {
        let mut seen: HashSet<u32> = open.iter().copied().collect();
        let mut next = 0;
        while let Some(&one) = open.get(next) {
            next += 1;
            for &listed in self.index.overlays.lists(one) {
                let counts =
                    taken_by.binary_search(&listed).is_ok() || is_component(self.index.files, listed);
                if counts && seen.insert(listed) {
                    open.push(listed);
                }
            }
        }
        open.into_iter().map(|one| (one, None))
    }
}

impl Index<'_> {
    /// Whether a kustomization takes a file in, or one of Flux patches it.
    pub fn is_built(&self, file: u32) -> bool {
        self.is_taken_in(file) || !self.overlays.patched_by_flux(file).is_empty()
    }
}

/// What patches give fields.
fn fills_of<'r>(files: &'r [Facts], paths: &Paths<'_>, (file, delivery): Patcher) -> Vec<Fill<'r>> {
    let Some(facts) = files.get(file as usize) else {
        return Vec::new();
    };
    if let Some(at) = delivery {
        let own = facts.deliveries.get(at as usize).map(|one| &one.change);
        return own.map_or_else(Vec::new, |own| fills(files, paths, facts, own));
    }
    let own = facts.kustomizations.iter();
    own.flat_map(|own| fills(files, paths, facts, own)).collect()
}

/// The same of one kustomization, or what is written like one.
fn fills<'r>(files: &'r [Facts], paths: &Paths<'_>, facts: &'r Facts, own: &Kustomization) -> Vec<Fill<'r>> {
    let mut fills: Vec<Fill<'r>> = facts.filled(&own.filled).collect();
    for [kind, name, path] in facts.patch_files(&own.patches) {
        // What a patch says that is not in the run is not known.
        let Some(patch) = paths
            .file(folder(&facts.file), path)
            .and_then(|at| files.get(at as usize))
        else {
            continue;
        };
        let all = 0..patch.filled.len() as u32;
        // A target says for whom a patch is, whatever stands in it.
        let is_said = !kind.is_empty() || !name.is_empty();
        fills.extend(patch.filled(&all).map(|own| match is_said {
            true => Fill { kind, name, ..own },
            false => own,
        }));
    }
    fills
}
