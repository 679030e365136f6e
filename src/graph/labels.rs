//! Who has which labels, and what selects by them.

use super::facts::{Labelled, Selection};
use super::index::{Closeness, Index};
use super::near;
use super::table::{RowId, Target};
use crate::hash::HashMap;
use crate::placeholder::unrendered;
use crate::source::Span;

/// A label that more things have than this tells nothing apart: who selects by such labels alone is believed.
const CROWD: usize = 64;

/// Labels that controllers give to the pods that they make.
const GIVEN: [&str; 5] = [
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-hash",
    "rollouts-pod-template-hash",
];
/// Whose labels are given so, by a mesh that is injected, or by the server (zones and regions, since 1.35).
const GIVERS: [&str; 17] = [
    "actions.github.com",
    "agones.dev",
    "apps.kubernetes.io",
    "batch.kubernetes.io",
    "cnpg.io",
    "istio.io",
    "jobset.sigs.k8s.io",
    "leaderworkerset.sigs.k8s.io",
    "linkerd.io",
    "ray.io",
    "security.istio.io",
    "service.istio.io",
    "serving.knative.dev",
    "sparkoperator.k8s.io",
    "statefulset.kubernetes.io",
    "topology.kubernetes.io",
    "training.kubeflow.org",
];

/// Words in the keys of labels that a controller gives to the pod that leads, or to those that follow.
const LEADERS: [&str; 7] = [
    "active", "leader", "master", "primary", "replica", "role", "standby",
];

fn is_given(key: &str) -> bool {
    match key.split_once('/') {
        Some((giver, _)) => GIVERS.contains(&giver),
        None => GIVEN.contains(&key),
    }
}

/// A selection, with the file that it is in.
#[derive(Clone, Copy)]
pub struct Selecting<'r> {
    /// The file, by its index in the run.
    pub file: u32,
    /// The rest.
    pub fact: &'r Selection,
}

/// Something with labels, with the file that it is in.
#[derive(Clone, Copy)]
pub struct Labelling<'r> {
    /// The file, by its index in the run.
    pub file: u32,
    /// The rest.
    pub fact: &'r Labelled,
}

/// Why a selection does not select what it seems to mean.
#[derive(Clone, Copy)]
pub enum Miss<'r> {
    /// The labels fit, but the namespaces do not.
    Namespace,
    /// One label has another value there, or, with `None`, is not there.
    Label {
        /// The label's key.
        key: &'r str,
        /// The value selected by.
        wanted: &'r str,
        /// Where that stands.
        span: Span,
        /// The value that is there, and where.
        there: Option<(&'r str, Span)>,
    },
}

/// All labels of a run.
pub struct Labels<'a, 'r> {
    pub(super) index: &'a Index<'r>,
    pub(super) having: Vec<Labelling<'r>>,
    /// By what the things are, and the label: places in `having`.
    by_label: HashMap<(Target, &'r str, &'r str), Vec<u32>>,
    /// By the names of their objects.
    by_name: HashMap<(Target, &'r str), Vec<u32>>,
    /// By which rows each is selected, a bit for each row.
    selected: Vec<u64>,
    rows: Vec<RowId>,
}

impl<'a, 'r> Labels<'a, 'r> {
    /// Indexes the labels of a run. `None` when nothing selects by any.
    pub fn new(index: &'a Index<'r>) -> Option<Self> {
        let mut wanted: Vec<Target> = Vec::new();
        for selection in index.files.iter().flat_map(|facts| &facts.selections) {
            if !wanted.contains(&selection.target) {
                wanted.push(selection.target);
            }
        }
        if wanted.is_empty() {
            return None;
        }
        let mut labels = Labels {
            index,
            having: Vec::new(),
            by_label: HashMap::default(),
            by_name: HashMap::default(),
            selected: Vec::new(),
            rows: Vec::new(),
        };
        for (file, facts) in (0..).zip(index.files) {
            for fact in facts.labelled.iter().filter(|fact| wanted.contains(&fact.target)) {
                let at = labels.having.len() as u32;
                for (key, value, _) in facts.labels(&fact.labels) {
                    labels
                        .by_label
                        .entry((fact.target, key, value))
                        .or_default()
                        .push(at);
                }
                if let Some(object) = index.object(file, fact.object) {
                    let name = facts.str(object.name);
                    labels.by_name.entry((fact.target, name)).or_default().push(at);
                }
                labels.having.push(Labelling { file, fact });
            }
        }
        labels.selected = vec![0; labels.having.len()];
        Some(labels)
    }

    /// The selections, in files that are checked, which select nothing although something close by seems to be
    /// meant, and which nothing else of their kind selects.
    pub fn misses(&mut self) -> Vec<(Selecting<'r>, Labelling<'r>, Miss<'r>)> {
        let index = self.index;
        let all = (0..).zip(index.files).flat_map(|(file, facts)| {
            let selections = facts.selections.iter();
            selections.map(move |fact| Selecting { file, fact })
        });
        let mut idle = Vec::new();
        for selecting in all {
            if !self.mark(&selecting) {
                idle.push(selecting);
            }
        }
        idle.iter()
            .filter(|one| index.is_checked(one.file))
            .filter_map(|one| {
                let (meant, miss) = self.meant(one)?;
                Some((*one, meant, miss))
            })
            .collect()
    }

    fn wanted(
        &self,
        selecting: &Selecting<'r>,
    ) -> impl Iterator<Item = (&'r str, &'r str, Span)> + use<'a, 'r> {
        let (index, file) = (self.index, selecting.file);
        // What a kustomization sets in selectors it sets in what they select as well.
        index.files[file as usize]
            .labels(&selecting.fact.labels)
            .filter(move |(key, _, _)| !is_given(key) && !index.sets_label(file, key))
    }

    /// Whether it selects by a label that controllers give.
    pub(super) fn selects_by_given(&self, selecting: &Selecting<'r>) -> bool {
        let facts = &self.index.files[selecting.file as usize];
        facts
            .labels(&selecting.fact.labels)
            .any(|(key, _, _)| is_given(key))
    }

    fn value(&self, one: &Labelling<'r>, key: &str) -> Option<(&'r str, Span)> {
        let facts = &self.index.files[one.file as usize];
        let mut own = facts.labels(&one.fact.labels);
        own.find(|(k, _, _)| *k == key)
            .map(|(_, value, span)| (value, span))
    }

    /// What a selection selects, as far as labels are known; nothing where it selects a crowd.
    pub fn selected(&self, selecting: &Selecting<'r>) -> Vec<Labelling<'r>> {
        let found = self.found(selecting).unwrap_or_default();
        found.iter().map(|at| self.having[*at as usize]).collect()
    }

    /// Marks what is selected. False when that is nothing, as far as labels are known.
    fn mark(&mut self, selecting: &Selecting<'r>) -> bool {
        let Some(found) = self.found(selecting) else {
            return true;
        };
        let bit = self.bit(selecting.fact.row);
        for at in &found {
            self.selected[*at as usize] |= bit;
        }
        !found.is_empty()
    }

    /// What is selected, as places in `having`. `None` when the labels tell nothing apart.
    fn found(&self, selecting: &Selecting<'r>) -> Option<Vec<u32>> {
        let target = selecting.fact.target;
        let nobody = Vec::new();
        let rarest = self
            .wanted(selecting)
            .map(|(key, value, _)| self.by_label.get(&(target, key, value)).unwrap_or(&nobody))
            .min_by_key(|list| list.len());
        let rarest = rarest.filter(|list| list.len() <= CROWD)?;
        let has = |one: &Labelling<'r>, key: &str, value: &str| {
            self.value(one, key).is_some_and(|(own, _)| own == value) || self.index.sets_label(one.file, key)
        };
        let fits = |at: &&u32| {
            let one = self.having[**at as usize];
            self.wanted(selecting)
                .all(|(key, value, _)| has(&one, key, value))
                && self.reaches(selecting, &one)
        };
        Some(rarest.iter().filter(fits).copied().collect())
    }

    /// Whether a selection may fit something whose labels are not all known.
    pub(super) fn may_fit(&self, selecting: &Selecting<'r>, one: &Labelling<'r>) -> bool {
        let fits = |key: &str, value: &str| {
            self.is_vague(one, key) || self.value(one, key).is_some_and(|(own, _)| own == value)
        };
        let mut wanted = self.wanted(selecting);
        wanted.all(|(key, value, _)| fits(key, value)) && self.reaches(selecting, one)
    }

    fn is_vague(&self, one: &Labelling<'r>, key: &str) -> bool {
        self.index.changes(one.file).labels
            || self.value(one, key).is_some_and(|(own, _)| unrendered(own))
            || self.index.sets_label(one.file, key)
    }

    /// Whether it may have other labels than stand in its file.
    pub(super) fn has_vague_labels(&self, one: &Labelling<'r>) -> bool {
        let facts = &self.index.files[one.file as usize];
        let mut labels = facts.labels(&one.fact.labels);
        self.index.changes(one.file).labels
            || self.index.sets_labels(one.file)
            || labels.any(|(key, value, _)| unrendered(key) || unrendered(value))
    }

    fn bit(&mut self, row: RowId) -> u64 {
        let at = self
            .rows
            .iter()
            .position(|known| *known == row)
            .unwrap_or_else(|| {
                self.rows.push(row);
                self.rows.len() - 1
            });
        1 << at.min(63)
    }

    /// The file and the namespace in which something selects, and those of what it may select.
    pub(super) fn places(&self, selecting: &Selecting<'r>, one: &Labelling<'r>) -> [(u32, &'r str); 2] {
        [self.place_of_selecting(selecting), self.place(one)]
    }

    pub(super) fn place_of_selecting(&self, selecting: &Selecting<'r>) -> (u32, &'r str) {
        let facts = &self.index.files[selecting.file as usize];
        (selecting.file, facts.str(selecting.fact.namespace))
    }

    pub(super) fn place(&self, one: &Labelling<'r>) -> (u32, &'r str) {
        let facts = &self.index.files[one.file as usize];
        (one.file, facts.str(one.fact.namespace))
    }

    fn reaches(&self, selecting: &Selecting<'r>, one: &Labelling<'r>) -> bool {
        let [a, b] = self.places(selecting, one);
        self.index.table().row(selecting.fact.row).any_namespace || self.index.share_namespace(a, b)
    }

    /// What a selection that selects nothing was probably meant for.
    fn meant(&mut self, selecting: &Selecting<'r>) -> Option<(Labelling<'r>, Miss<'r>)> {
        if self.index.changes(selecting.file).labels {
            return None;
        }
        let target = selecting.fact.target;
        let bit = self.bit(selecting.fact.row);
        let name = self.name(selecting.file, selecting.fact.object);
        let sharing = self
            .wanted(selecting)
            .filter_map(|(key, value, _)| self.by_label.get(&(target, key, value)));
        let namesakes = self.by_name.get(&(target, name));
        let mut candidates: Vec<u32> = sharing
            .chain(namesakes)
            .filter(|list| list.len() <= CROWD)
            .flatten()
            .copied()
            .collect();
        // Those of one file stand in one run.
        let close = [selecting.file]
            .into_iter()
            .chain(self.index.listed_with(selecting.file));
        for file in close.take(CROWD) {
            let first = self.having.partition_point(|one| one.file < file);
            let own = self.having[first..].iter().take_while(|one| one.file == file);
            candidates.extend((first as u32..).zip(own.take(CROWD)).map(|(at, _)| at));
        }
        candidates.sort_unstable();
        candidates.dedup();
        let mut best: Option<(u8, Labelling<'r>, Miss<'r>)> = None;
        for at in candidates {
            let one = self.having[at as usize];
            let [a, b] = self.places(selecting, &one);
            if one.fact.target != target || self.index.closeness_of(a, b) != Closeness::Together {
                continue;
            }
            if self.may_fit(selecting, &one) {
                return None;
            }
            if self.selected[at as usize] & bit != 0 {
                continue;
            }
            if let Some((weight, miss)) = self.miss(selecting, &one, name)
                && best.as_ref().is_none_or(|(least, _, _)| weight < *least)
            {
                best = Some((weight, one, miss));
            }
        }
        best.map(|(_, one, miss)| (one, miss))
    }

    /// How a selection fails to select something, if it seems to be meant. The lower the weight, the surer.
    fn miss(&self, selecting: &Selecting<'r>, one: &Labelling<'r>, name: &str) -> Option<(u8, Miss<'r>)> {
        let whose = self.name(one.file, one.fact.object);
        let mut first = None;
        let mut others = 0;
        let mut called = false;
        for (key, value, span) in self.wanted(selecting) {
            let there = self.value(one, key);
            if there.is_some_and(|(own, _)| own == value) {
                called |= value == whose;
            } else {
                others += 1;
                first.get_or_insert((key, value, span, there));
            }
        }
        let Some((key, value, span, there)) = first else {
            return Some((0, Miss::Namespace));
        };
        // Who leads is found out while they run, and Flagger makes the pods that serve.
        let led = there.is_none() && LEADERS.iter().any(|word| key.to_ascii_lowercase().contains(word));
        let primary = value.strip_suffix("-primary");
        let by_flagger = primary.is_some_and(|base| there.is_some_and(|(own, _)| own == base));
        if others == 1 && (led || by_flagger) {
            return None;
        }
        if !self.reaches(selecting, one) {
            return None;
        }
        let miss = Miss::Label {
            key,
            wanted: value,
            span,
            there,
        };
        let slip = there.is_some_and(|(own, _)| near::alike(value, own));
        // Whom a NetworkPolicy lets in is seldom what lies next to it.
        let table = self.index.table();
        let own = !table.str(table.row(selecting.fact.row).path).contains("[]");
        let namesake = own && !name.is_empty() && name == whose;
        match others {
            1 if slip => Some((1, miss)),
            1 if namesake => Some((2, miss)),
            1 if own && called => Some((3, miss)),
            _ if namesake => Some((4, miss)),
            _ => None,
        }
    }

    fn name(&self, file: u32, object: u32) -> &'r str {
        let object = self.index.object(file, object);
        object.map_or("", |object| self.index.files[file as usize].str(object.name))
    }
}
