//! What is built of a file: by each kustomization that takes it in and that no other takes in, and by Flux; with all
//! that patches write on the way.

use super::facts::Facts;
use super::filled::Patch;
use super::index::Index;
use super::kustomization::{Changes, Kustomization};
use super::overlays::is_component;
use super::paths::{Paths, folder};
use super::whom::{Had, Means, Who};
use super::written::{is_plain, selects};
use crate::hash::{HashMap, HashSet};

/// Kustomizations that lie deeper in each other than this are not looked into.
const DEEPEST: usize = 50;

/// One thing that is built of a file.
pub struct Build<'b, 'r> {
    /// The file with what builds it: a kustomization, or an object of Flux.
    pub by: u32,
    /// What happens to the file on the way, innermost first.
    pub stages: Vec<Stage<'b, 'r>>,
}

/// What one kustomization, or Flux, does to the objects of a file.
#[derive(Default)]
pub struct Stage<'b, 'r> {
    /// Whether it takes in the file itself.
    pub is_first: bool,
    /// The stages that it takes the file from: whatever one of them leaves out is left out.
    pub after: Vec<usize>,
    /// What patches do: those of its components, and its own.
    pub patches: Vec<&'b Patching<'r>>,
    /// Prefixes and suffixes that its components put around names, and those that it puts there itself.
    pub affixes: [Vec<[&'r str; 2]>; 2],
    /// The namespaces that they put objects into.
    pub namespaces: Vec<&'r str>,
    /// Whether they write labels into selectors, as far as that is known.
    pub sets_selectors: bool,
}

/// What the patches of one kustomization, or of Flux, give fields.
#[derive(Default)]
pub struct Patching<'r> {
    patches: Vec<Patch<'r>>,
    /// The patches for objects of one name.
    by_name: HashMap<&'r str, Vec<usize>>,
    /// Those for all others.
    open: Vec<usize>,
    /// Whether patches say more than is known here.
    pub says_more: bool,
    /// Whether a plugin, or a patch that is not in the run, does what is not known.
    pub is_open: bool,
    /// Whether labels are written into selectors, as far as that is known.
    sets_selectors: bool,
}

impl<'r> Patching<'r> {
    fn new(patches: Vec<Patch<'r>>, says_more: bool, is_open: bool, sets_selectors: bool) -> Self {
        let mut all = Patching {
            patches,
            says_more,
            is_open,
            sets_selectors,
            ..Patching::default()
        };
        for (at, Patch { whom, .. }) in all.patches.iter().enumerate() {
            match (whom.literal || is_plain(whom.name)) && !whom.name.is_empty() {
                true => all.by_name.entry(whom.name).or_default().push(at),
                false => all.open.push(at),
            }
        }
        all
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// Whether one of them, for one of these kinds, takes a field away.
    pub fn takes_away(&self, path: &str, kinds: &[&str]) -> bool {
        let mut all = self.patches.iter();
        all.any(|patch| patch.takes_away(path) && kinds.iter().any(|kind| selects(patch.whom.kind, kind)))
    }

    /// The patches for objects that may be of this kind.
    pub fn of_kind<'p>(&'p self, kind: &'p str) -> impl Iterator<Item = &'p Patch<'r>> {
        let all = self.patches.iter();
        all.filter(move |patch| selects(patch.whom.kind, kind))
    }

    /// The patches that are, perhaps or surely, for an object.
    pub fn of(&self, who: &Who<'_>, had: &Had<'_>) -> impl Iterator<Item = (Means, &Patch<'r>)> {
        let named = had.names.iter().filter_map(|name| self.by_name.get(&**name));
        let mut all: Vec<usize> = named.flatten().chain(&self.open).copied().collect();
        all.sort_unstable();
        all.dedup();
        let all = all.into_iter().filter_map(|at| self.patches.get(at));
        let meant = |patch: &'_ Patch<'r>| patch.whom.means(who, had);
        let found: Vec<_> = all.map(|patch| (meant(patch), patch)).collect();
        found.into_iter().filter(|(means, _)| *means != Means::No)
    }
}

impl Build<'_, '_> {
    /// Whether something happens to the file whichever way it takes.
    pub fn always(&self, happens: impl Fn(&Stage<'_, '_>) -> bool) -> bool {
        let mut done: Vec<bool> = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let before = stage.is_always(|at| done.get(at).copied().unwrap_or(false));
            done.push(before || happens(stage));
        }
        done.pop().unwrap_or(false)
    }
}

impl Stage<'_, '_> {
    /// Whether something is so of every stage before this one.
    pub fn is_always(&self, is: impl Fn(usize) -> bool) -> bool {
        !self.is_first && !self.after.is_empty() && self.after.iter().all(|at| is(*at))
    }
}

/// A kustomization, by file; with a number the one of the Kustomizations of Flux in that file.
type Patcher = (u32, Option<u32>);

/// What is built of the files of a run. Only files with certain findings ask, so that it is made when one does.
pub struct Builds<'i, 'r> {
    index: &'i Index<'r>,
    /// What each that was asked for gives fields.
    patches: HashMap<Patcher, Patching<'r>>,
}

/// A stage before what its patches say is looked up.
#[derive(Default)]
struct Step {
    is_first: bool,
    after: Vec<usize>,
    /// What acts in it, in this order; what it is itself stands last.
    by: Vec<Patcher>,
}

/// The steps of one build, as far as they are found.
struct Way<'w> {
    file: u32,
    taken_by: &'w [u32],
    steps: Vec<Step>,
    /// Where in them a kustomization stands; `None` while it is looked into.
    known: HashMap<u32, Option<usize>>,
}

impl<'i, 'r> Builds<'i, 'r> {
    /// The builds of a run.
    pub fn new(index: &'i Index<'r>) -> Self {
        Builds {
            index,
            patches: HashMap::default(),
        }
    }

    /// What is built of a file.
    pub fn of(&mut self, file: u32) -> Vec<Build<'_, 'r>> {
        let ways = self.ways(file);
        let steps = ways.iter().flat_map(|(_, steps)| steps);
        for &one in steps.flat_map(|step| &step.by) {
            let (files, paths) = (self.index.files, &self.index.overlays.paths);
            let patches = || patches_of(files, paths, one);
            self.patches.entry(one).or_insert_with(patches);
        }
        ways.into_iter()
            .map(|(by, steps)| Build {
                by,
                stages: steps.into_iter().map(|step| self.stage(step)).collect(),
            })
            .collect()
    }

    fn stage(&self, step: Step) -> Stage<'_, 'r> {
        let mut stage = Stage {
            is_first: step.is_first,
            after: step.after,
            patches: step.by.iter().filter_map(|one| self.patches.get(one)).collect(),
            ..Stage::default()
        };
        for (at, one) in step.by.iter().enumerate() {
            let is_own = at + 1 == step.by.len();
            for (facts, own) in changes_of(self.index.files, *one) {
                let affix = [own.prefix, own.suffix].map(|text| facts.str(text));
                stage.affixes[usize::from(is_own)].push(affix);
                stage.namespaces.extend(Some(facts.str(own.namespace)));
            }
        }
        stage.sets_selectors = stage.patches.iter().any(|patches| patches.sets_selectors);
        stage.namespaces.retain(|namespace| !namespace.is_empty());
        stage
    }

    /// What builds a file, each with the steps to it.
    fn ways(&self, file: u32) -> Vec<(u32, Vec<Step>)> {
        let overlays = &self.index.overlays;
        let (taken_by, delivered) = (overlays.taken_by(file), overlays.delivered_by_flux(file));
        let inner: HashSet<u32> = taken_by
            .iter()
            .flat_map(|by| overlays.lists(*by).iter().filter(move |one| *one != by))
            .copied()
            .collect();
        let outer = taken_by.iter().copied().filter(|one| !inner.contains(one));
        let outer: Vec<u32> = outer.collect();
        // A component is never built by itself.
        let is_built = |one: &u32| !is_component(self.index.files, *one);
        let some_built = outer.iter().any(is_built);
        let left = |one: &u32| delivered.iter().all(|(_, through)| *through != Some(*one));
        let mut ways: Vec<(u32, Vec<Step>)> = outer
            .into_iter()
            .filter(|one| left(one) && (!some_built || is_built(one)))
            .map(|one| (one, self.steps(file, Some(one))))
            .collect();
        for &((by, at), through) in delivered {
            let mut step = Step::default();
            let added = overlays.added.get(&(by, at)).into_iter().flatten();
            for component in added {
                self.act(*component, &mut HashSet::default(), &mut step.by);
            }
            step.by.push((by, Some(at)));
            let mut steps = self.steps(file, through);
            match steps.len().checked_sub(1) {
                Some(last) => step.after.push(last),
                None => step.is_first = true,
            }
            steps.push(step);
            // Who changes nothing is not to blame.
            let changes = overlays.patched_by_flux.contains(&(by, at));
            ways.push((through.filter(|_| !changes).unwrap_or(by), steps));
        }
        ways
    }

    /// The steps from a file to a kustomization.
    fn steps(&self, file: u32, to: Option<u32>) -> Vec<Step> {
        let mut way = Way {
            file,
            taken_by: self.index.overlays.taken_by(file),
            steps: Vec::new(),
            known: HashMap::default(),
        };
        if let Some(to) = to {
            self.step(to, 0, &mut way);
        }
        way.steps
    }

    /// Adds the steps to a kustomization, and the kustomization itself.
    fn step(&self, kustomization: u32, depth: usize, way: &mut Way<'_>) -> Option<usize> {
        if let Some(known) = way.known.get(&kustomization) {
            return *known;
        }
        way.known.insert(kustomization, None);
        let mut step = Step {
            is_first: depth >= DEEPEST,
            ..Step::default()
        };
        let mut seen = HashSet::from_iter([kustomization]);
        for &listed in self.index.overlays.lists(kustomization) {
            let component = is_component(self.index.files, listed);
            if listed == way.file {
                step.is_first = true;
            } else if way.taken_by.binary_search(&listed).is_ok() {
                if depth < DEEPEST {
                    step.after.extend(self.step(listed, depth + 1, way));
                }
                // Components before the one that brings the file along do not see it.
                if component {
                    step.by.clear();
                }
            } else if component {
                self.act(listed, &mut seen, &mut step.by);
            }
        }
        step.by.push((kustomization, None));
        way.steps.push(step);
        let at = way.steps.len() - 1;
        way.known.insert(kustomization, Some(at));
        Some(at)
    }

    /// Adds a component, after those that it takes in itself.
    fn act(&self, component: u32, seen: &mut HashSet<u32>, by: &mut Vec<Patcher>) {
        let mut open = vec![(component, false)];
        while let Some((at, ready)) = open.pop() {
            if ready {
                by.push((at, None));
            } else if seen.insert(at) {
                open.push((at, true));
                let listed = self.index.overlays.lists(at).iter().rev();
                let components = listed.filter(|one| is_component(self.index.files, **one));
                open.extend(components.map(|one| (*one, false)));
            }
        }
    }
}

impl Index<'_> {
    /// Whether a kustomization, or Flux, takes a file in.
    pub fn is_built(&self, file: u32) -> bool {
        self.is_taken_in(file) || !self.overlays.delivered_by_flux(file).is_empty()
    }
}

/// What a kustomization says, or Flux in the same way, with the facts that it stands in.
fn changes_of(files: &[Facts], (file, delivery): Patcher) -> impl Iterator<Item = (&Facts, &Kustomization)> {
    let facts = files.get(file as usize);
    facts.into_iter().flat_map(move |facts| {
        let (all, one) = match delivery {
            None => (&*facts.kustomizations, None),
            Some(at) => (&[][..], facts.deliveries.get(at as usize)),
        };
        let own = all.iter().chain(one.map(|one| &one.change));
        own.map(move |own| (facts, own))
    })
}

/// What patches give fields.
fn patches_of<'r>(files: &'r [Facts], paths: &Paths<'_>, by: Patcher) -> Patching<'r> {
    let (mut patches, mut more, mut open, mut selectors) = (Vec::new(), false, false, false);
    for (facts, own) in changes_of(files, by) {
        more |= facts.more_filled;
        patches.extend(facts.filled(&own.filled));
        for (target, path) in facts.patches(&own.patches) {
            // What a patch says that is not in the run is not known.
            let at = paths.file(folder(&facts.file), path);
            let Some(file) = at.and_then(|at| files.get(at as usize)) else {
                continue;
            };
            more |= file.more_filled;
            let filled = 0..file.filled.len() as u32;
            // A target says for whom a patch is, whatever stands in it.
            patches.extend(file.filled(&filled).map(|patch| match target {
                Some(whom) => Patch { whom, ..patch },
                None => patch,
            }));
        }
        open |= is_unknown(paths, facts, own);
        selectors |= own.selectors;
    }
    Patching::new(patches, more, open, selectors || open)
}

/// Whether a kustomization does what is not known: by a plugin, or a patch that is not in the run.
fn is_unknown(paths: &Paths<'_>, facts: &Facts, own: &Kustomization) -> bool {
    let mut patches = facts.patches(&own.patches);
    own.changes == Changes::ALL || patches.any(|(_, path)| paths.file(folder(&facts.file), path).is_none())
}
