//! The namespaces of a run: which Namespace, and which limits, what stands in a file means by a name.

use super::asking::{Asking, Asks, LABEL};
use super::changed::Changed;
use super::facts::Role;
use super::index::{Closeness, Index};
use super::paths::folder;
use crate::hash::HashMap;
use crate::placeholder::unrendered;

/// Of more things in namespaces of one name it is not asked which ones are meant.
const MOST: usize = 64;

/// The same of what limits pods.
const MOST_LIMITS: usize = 256;

/// A Namespace of the run.
#[derive(Clone, Copy)]
struct Space<'r> {
    file: u32,
    /// The standard that it enforces.
    standard: Option<&'r Asking>,
}

/// What limits the pods of a namespace.
#[derive(Clone, Copy)]
struct Limit<'r> {
    file: u32,
    asking: &'r Asking,
    /// Whether a patch may change it.
    is_open: bool,
}

/// The namespaces of a run, by their names, and by those that kustomizations may give them.
pub(super) struct Spaces<'r> {
    index: &'r Index<'r>,
    /// The Namespaces themselves.
    objects: HashMap<&'r str, Vec<Space<'r>>>,
    /// What limits the pods in them.
    limits: HashMap<&'r str, Vec<Limit<'r>>>,
}

/// How surely two things of one namespace belong together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// They may belong to different worlds.
    Far,
    /// They say that they are in the same namespace.
    Said,
    /// They lie in one folder.
    InFolder,
    /// They are in one file, or one kustomization takes in both.
    Together,
}

impl<'r> Spaces<'r> {
    pub(super) fn new(index: &'r Index<'r>, changed: &mut Changed<'r>) -> Self {
        let mut spaces = Spaces {
            index,
            objects: HashMap::default(),
            limits: HashMap::default(),
        };
        for (file, facts) in (0..).zip(index.files) {
            if facts.role != Role::Definitions {
                spaces.add_objects(file, changed);
                spaces.add_limits(file, changed);
            }
        }
        spaces
    }

    fn add_objects(&mut self, file: u32, changed: &mut Changed<'r>) {
        let (index, facts) = (self.index, &self.index.files[file as usize]);
        for (at, object) in (0..).zip(&facts.objects) {
            if (facts.str(object.group), facts.str(object.kind)) != ("", "Namespace") {
                continue;
            }
            let name = facts.str(object.name);
            let first = facts.asking.partition_point(|one| one.object < at);
            let asking = facts.asking.get(first).filter(|one| one.object == at);
            let standard =
                asking.filter(|_| !index.sets_label(file, LABEL) && !changed.may_be(file, "Namespace", name));
            for name in index.namespaces(file, name).filter(|name| !name.is_empty()) {
                self.objects
                    .entry(name)
                    .or_default()
                    .push(Space { file, standard });
            }
        }
    }

    fn add_limits(&mut self, file: u32, changed: &mut Changed<'r>) {
        let (index, facts) = (self.index, &self.index.files[file as usize]);
        for asks in facts.asking.chunk_by(|one, other| one.object == other.object) {
            let object = asks.first().and_then(|one| index.object(file, one.object));
            let is_limit = |one: &&Asking| !matches!(one.asks, Asks::Standard { .. });
            let (Some(object), Some(_)) = (object, asks.first().filter(is_limit)) else {
                continue;
            };
            let is_open = changed.may_be(file, facts.str(object.kind), facts.str(object.name));
            for place in index.namespaces(file, facts.str(object.namespace)) {
                let limits = self.limits.entry(place).or_default();
                limits.extend(asks.iter().map(|asking| Limit {
                    file,
                    asking,
                    is_open,
                }));
            }
        }
    }

    fn folder(&self, file: u32) -> &'r str {
        folder(&self.index.files[file as usize].file)
    }

    fn nearness(&self, a: u32, b: u32, place: &str) -> Nearness {
        let is_inventory = |file: u32| self.index.files[file as usize].role == Role::Inventory;
        match self.index.closeness_of((a, place), (b, place)) {
            Closeness::Together => Nearness::Together,
            // What a cluster printed lies anywhere.
            _ if self.folder(a) == self.folder(b) && !is_inventory(a) && !is_inventory(b) => {
                Nearness::InFolder
            }
            Closeness::Near => Nearness::Said,
            Closeness::Apart => Nearness::Far,
        }
    }

    /// The standard that the Namespace of this name enforces that what stands in a file means, with the Namespace's file.
    /// Where it is not sure which one is meant, the one that asks for least counts.
    pub(super) fn standard(&self, file: u32, place: &str) -> Option<(&'r Asking, u32)> {
        let spaces = self.objects.get(place).filter(|_| !unrendered(place))?;
        if spaces.len() > MOST {
            return None;
        }
        let nearness = |space: &Space<'_>| self.nearness(file, space.file, place);
        let nearest = spaces.iter().map(nearness).max()?;
        let nearest = spaces
            .iter()
            .filter(|space| nearest > Nearness::Far && nearness(space) == nearest);
        let weakest = nearest.min_by_key(|space| space.standard.map(Asking::strictness))?;
        Some((weakest.standard?, weakest.file))
    }

    /// What limits the pods of something in a file, each with its file. Only what lies with it counts, or what a cluster
    /// has: another folder may be another cluster's. Where a patch may change any of it, nothing does.
    pub(super) fn limits(&self, file: u32, place: &str) -> Vec<(u32, &'r Asking, bool)> {
        let limits = self.limits.get(place).filter(|_| !unrendered(place));
        let limits = limits.map_or(&[][..], Vec::as_slice);
        // Without a namespace only what is applied together is in the same one.
        let is_alone = place.is_empty() && !self.index.is_taken_in(file);
        let is_near = |limit: &&Limit<'_>| !is_alone || limit.file == file;
        let limits: Vec<&Limit<'_>> = limits.iter().filter(is_near).take(MOST_LIMITS + 1).collect();
        if limits.is_empty() || limits.len() > MOST_LIMITS || limits.iter().any(|limit| limit.is_open) {
            return Vec::new();
        }
        let nearness = |limit: &Limit<'_>| self.nearness(file, limit.file, place);
        let nearest = limits.iter().map(|limit| nearness(limit)).max();
        let nearest = nearest.unwrap_or(Nearness::Far);
        let of_cluster = |limit: &Limit<'_>| self.index.files[limit.file as usize].role == Role::Inventory;
        let is_sure = |limit: &Limit<'_>| match nearest {
            Nearness::Together => nearness(limit) == nearest,
            Nearness::InFolder => nearness(limit) == nearest && !place.is_empty(),
            // What the files say of it may be newer.
            Nearness::Said => limits.iter().all(|limit| of_cluster(limit)),
            Nearness::Far => false,
        };
        let counts = |limit: &&&Limit<'_>| match limit.asking.asks {
            Asks::Limit(_) | Asks::Request(_) => true,
            _ => is_sure(limit),
        };
        let counting = limits.iter().filter(counts);
        counting
            .map(|limit| (limit.file, limit.asking, is_sure(limit)))
            .collect()
    }
}
