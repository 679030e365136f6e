//! Who names what: every field that may lead from a Secret to what breaks.

use std::cell::OnceCell;

use super::facts::FileFacts;
use super::fetched::Fetched;
use crate::graph::by_namespace::{ByNamespace, FEW};
use crate::graph::table::Target;
use crate::graph::{
    self, CLUSTER_ISSUER, CLUSTER_SECRET_STORE, CLUSTER_TRIGGER_AUTHENTICATION, Definition, FLUX_SOURCE,
    ISSUER, Index, MIDDLEWARE, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, SECRET, SECRET_PROVIDER_CLASS,
    SECRET_STORE, SERVICE_ACCOUNT, STORAGE_CLASS, TRIGGER_AUTHENTICATION, Use, UseSite, VAULT_AUTH,
};
use crate::hash::HashMap;

/// Who names what.
pub(super) struct Users<'a, 'r> {
    pub(super) index: &'a Index<'r>,
    pub(super) facts: &'a [FileFacts],
    /// The fields that name Secrets with placeholders.
    vague: Vec<UseSite<'r>>,
    /// The fields that name something; those of one name stand together.
    sites: Vec<UseSite<'r>>,
    /// Where those of a name start, and how many there are.
    by_name: HashMap<(Target, &'r str), (u32, u32)>,
    /// The same by namespace, of names that many fields name; made where one is asked for.
    by_namespace: OnceCell<ByNamespace>,
    /// Secrets of the cloud service: file and place in [`FileFacts::cloud`].
    pub(super) cloud: HashMap<&'a str, Vec<(u32, u32)>>,
    /// What External Secrets reads from this cluster.
    pub(super) fetched: Fetched<'a>,
    /// File and place in [`FileFacts::guesses`] by name.
    pub(super) guesses: HashMap<&'a str, Vec<(u32, u32)>>,
}

/// What breaks whoever names it, when a Secret that it needs is gone.
pub(super) const HAND_ON: [Target; 13] = [
    CLUSTER_ISSUER,
    CLUSTER_SECRET_STORE,
    CLUSTER_TRIGGER_AUTHENTICATION,
    FLUX_SOURCE,
    ISSUER,
    MIDDLEWARE,
    PERSISTENT_VOLUME,
    PERSISTENT_VOLUME_CLAIM,
    SECRET_PROVIDER_CLASS,
    SECRET_STORE,
    STORAGE_CLASS,
    TRIGGER_AUTHENTICATION,
    VAULT_AUTH,
];

impl<'a, 'r> Users<'a, 'r> {
    pub(super) fn new(index: &'a Index<'r>, facts: &'a [FileFacts]) -> Self {
        let followed = |target| target == SECRET || target == SERVICE_ACCOUNT || HAND_ON.contains(&target);
        let mut sites: Vec<UseSite<'r>> = index.uses().filter(|site| followed(site.fact.target)).collect();
        sites.sort_by_key(|site| {
            let place = (site.file, site.fact.object, site.fact.span);
            (site.fact.target, site.name, place)
        });
        let mut by_name: HashMap<(Target, &'r str), (u32, u32)> = HashMap::default();
        for (at, site) in (0..).zip(&sites) {
            by_name.entry((site.fact.target, site.name)).or_insert((at, 0)).1 += 1;
        }
        let vague = (0..).zip(index.files).flat_map(|(file, facts)| {
            facts.vague.iter().map(move |fact| UseSite {
                file,
                name: facts.str(fact.name),
                namespace: facts.str(fact.namespace),
                fact,
            })
        });
        let mut cloud: HashMap<&str, Vec<(u32, u32)>> = HashMap::default();
        for (file, facts) in (0..).zip(facts) {
            for (at, used) in (0..).zip(&facts.cloud) {
                cloud.entry(&used.name).or_default().push((file, at));
            }
        }
        let mut guesses: HashMap<&str, Vec<(u32, u32)>> = HashMap::default();
        for (file, facts) in (0..).zip(facts) {
            for (at, guess) in (0..).zip(&facts.guesses) {
                guesses.entry(&guess.name).or_default().push((file, at));
            }
        }
        Users {
            index,
            facts,
            guesses,
            vague: vague.collect(),
            sites,
            by_name,
            by_namespace: OnceCell::new(),
            cloud,
            fetched: Fetched::new(index, facts),
        }
    }

    fn named(&self, target: Target, name: &str) -> &[UseSite<'r>] {
        let (start, count) = self.by_name.get(&(target, name)).copied().unwrap_or_default();
        &self.sites[start as usize..(start + count) as usize]
    }

    /// What kustomizations may make of a name, where nothing else is called so.
    pub(super) fn around(&self, target: Target, name: &str) -> impl Iterator<Item = String> {
        let affixes = self.index.affixes().iter();
        let full = affixes.map(move |(prefix, suffix)| format!("{prefix}{name}{suffix}"));
        full.filter(move |full| full != name && self.index.named(target, full).is_empty())
    }

    /// Fields that may mean a name as it stands in a source, or with what kustomizations put around it.
    pub(super) fn of(&self, target: Target, name: &str) -> Vec<UseSite<'r>> {
        let mut sites: Vec<UseSite<'r>> = self.named(target, name).to_vec();
        for full in self.around(target, name) {
            sites.extend_from_slice(self.named(target, &full));
        }
        sites.sort_by_key(|site| (site.file, site.fact.object, site.fact.span));
        sites
    }

    /// Of the fields that may mean a name those that can look in a namespace, others perhaps among them.
    pub(super) fn of_within(&self, target: Target, name: &str, namespace: &str) -> Vec<UseSite<'r>> {
        let (start, count) = self.by_name.get(&(target, name)).copied().unwrap_or_default();
        if count <= FEW || namespace.is_empty() || !self.index.affixes().is_empty() {
            return self.of(target, name);
        }
        let all = self.by_namespace.get_or_init(|| self.sorted_by_namespace());
        let Some(places) = all.within(start, namespace, std::iter::empty()) else {
            return self.of(target, name);
        };
        places
            .filter_map(|at| self.sites.get(at as usize).copied())
            .collect()
    }

    fn sorted_by_namespace(&self) -> ByNamespace {
        let mut all = ByNamespace::default();
        for (start, count) in self.by_name.values().copied().filter(|(_, count)| *count > FEW) {
            for at in start..start + count {
                if let Some(site) = self.sites.get(at as usize) {
                    let anywhere = self.index.row(site).any_namespace;
                    let namespaces = self.index.namespaces(site.file, site.namespace);
                    all.add((start, at), anywhere, site.namespace, namespaces);
                }
            }
        }
        all.sort()
    }

    /// Fields whose names with placeholders may become this one.
    pub(super) fn vague(&self, name: &str) -> impl Iterator<Item = &UseSite<'r>> {
        let fits = move |site: &&UseSite<'r>| graph::may_become(site.name, name) == Some(true);
        self.vague.iter().filter(fits)
    }

    /// What an object is and makes.
    pub(super) fn definitions(&self, file: u32, object: u32) -> &'r [Definition] {
        let all = &self.index.files[file as usize].definitions;
        // They stand in the order of their objects.
        let start = all.partition_point(|one| one.object < Some(object));
        let end = all.partition_point(|one| one.object <= Some(object));
        all.get(start..end).unwrap_or_default()
    }

    /// The fields of an object that name something.
    pub(super) fn uses(&self, file: u32, object: u32) -> &'r [Use] {
        let all = &self.index.files[file as usize].uses;
        let start = all.partition_point(|one| one.object < object);
        let end = all.partition_point(|one| one.object <= object);
        all.get(start..end).unwrap_or_default()
    }

    pub(super) fn path(&self, used: &Use) -> &'r str {
        let table = self.index.table();
        table.str(table.row(used.row).path)
    }

    /// Whether the namespaces that an object can end up in hold this one; empty is any.
    pub(super) fn may_be_in(&self, file: u32, own: &str, namespace: &str) -> bool {
        own == namespace
            || self
                .index
                .namespaces(file, own)
                .any(|one| one.is_empty() || one == namespace)
    }
}
