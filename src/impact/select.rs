//! Which Secrets a deletion is about.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::facts::{FileFacts, SecretFact};
use super::fields::FieldSelector;
use super::fit::{all_fit, fields_fit, labels_fit};
use super::labels::LabelSelector;
use super::used::only_used;
use crate::graph::{self, Defined, Index, Role, SECRET, SERVICE, Variant};
use crate::hash::{HashMap, HashSet};
use crate::placeholder::unrendered;

/// A namespace and a name.
type Key<'r> = (Cow<'r, str>, Cow<'r, str>);
/// What defines the Secrets of each name.
type Groups<'r> = BTreeMap<Key<'r>, Vec<Defined<'r>>>;

/// What the user chose.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Names; none: whatever the selectors fit.
    pub names: Vec<String>,
    /// The namespace; `None`: every one.
    pub namespace: Option<String>,
    /// What labels must fit.
    pub labels: LabelSelector,
    /// What fields must fit.
    pub fields: FieldSelector,
}

/// A Secret that is to be deleted.
pub struct Chosen<'r> {
    /// Its namespace; empty: not known.
    pub namespace: Cow<'r, str>,
    /// Its name, as chosen or defined.
    pub name: Cow<'r, str>,
    /// What defines or makes it.
    pub defined: Vec<Defined<'r>>,
    /// Whether it is a secret of Cloud Secret Management Service.
    pub cloud: bool,
}

/// What a choice leads to.
#[derive(Default)]
pub struct Selected<'r> {
    /// The Secrets, by namespace and name.
    pub chosen: Vec<Chosen<'r>>,
    /// Secrets that others make, of which the labels or types that were asked for are not known.
    pub unknown: Vec<(Cow<'r, str>, Cow<'r, str>)>,
    /// The files of fields that may name a Secret which nothing defines, or may hold what is secret itself.
    pub untold: Vec<u32>,
}

/// The secrets of these names in Cloud Secret Management Service.
pub fn cloud(names: &[String]) -> Selected<'_> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let chosen = names.into_iter().map(|name| Chosen {
        namespace: Cow::Borrowed(""),
        name: Cow::Borrowed(name),
        defined: Vec::new(),
        cloud: true,
    });
    Selected {
        chosen: chosen.collect(),
        ..Selected::default()
    }
}

/// What is known of a Secret that is defined or made.
pub fn fact<'r>(facts: &'r [FileFacts], defined: &Defined<'_>) -> Option<&'r SecretFact> {
    let facts = facts.get(defined.file as usize)?;
    let Some(object) = defined.fact.object else {
        let mut generated = facts.generated.iter();
        return generated
            .find(|(span, _)| *span == defined.fact.span)
            .map(|(_, fact)| fact);
    };
    let secrets = &facts.secrets;
    let at = secrets.binary_search_by_key(&object, |fact| fact.object).ok()?;
    secrets.get(at)
}

/// Finds the Secrets that a choice means.
pub fn select<'r>(index: &Index<'r>, facts: &'r [FileFacts], choice: &'r Choice) -> Selected<'r> {
    let namespace = choice.namespace.as_deref().or(choice.fields.namespace());
    let wanted = Wanted::new(index, &choice.names);
    let mut groups: Groups<'r> = BTreeMap::new();
    let mut anywhere: HashMap<&'r str, Vec<Defined<'r>>> = HashMap::default();
    for defined in secrets(index) {
        let generated = defined.fact.object.is_none();
        let names = wanted.names(defined.name, generated);
        if names.is_empty() {
            continue;
        }
        if is_anywhere(index, &defined) {
            anywhere.entry(defined.name).or_default().push(defined);
            continue;
        }
        let own = index.namespaces(defined.file, defined.namespace);
        // The iterator borrows the index, not the run, so what it gives is owned where it is kept.
        let places: Vec<Cow<'r, str>> = match namespace {
            Some(one) => own
                .filter(|own| own.is_empty() || *own == one)
                .take(1)
                .map(|_| Cow::Borrowed(one))
                .collect(),
            None => own
                .map(|own| match own == defined.namespace {
                    true => Cow::Borrowed(defined.namespace),
                    false => Cow::Owned(own.to_string()),
                })
                .collect(),
        };
        for place in places {
            for name in &names {
                let group = groups.entry((place.clone(), Cow::Borrowed(*name)));
                group.or_default().push(defined);
            }
        }
    }
    let used = only_used(index, facts, choice, namespace);
    for (place, name) in used.places {
        for name in wanted.names(name, false) {
            groups.entry((place.to_string().into(), name.into())).or_default();
        }
    }
    if wanted.all && namespace.is_none() {
        list_unplaced(&mut anywhere, &mut groups);
    }
    if wanted.all {
        join_with_sources(index, &mut groups);
    }
    let mut selected = Selected {
        untold: used.untold,
        ..Selected::default()
    };
    let mut variants: HashMap<u32, Vec<Variant<'r>>> = HashMap::default();
    for ((namespace, name), mut defined) in groups {
        let mut fits: Vec<Option<bool>> = defined
            .iter()
            .map(|one| {
                let fact = fact(facts, one);
                let labels = || labels_fit(index, choice, fact, one, &namespace, &mut variants);
                all_fit(fields_fit(choice, fact, &namespace, &name), labels)
            })
            .collect();
        if defined.is_empty() {
            let labels = || choice.labels.is_empty().then_some(true);
            fits.push(all_fit(fields_fit(choice, None, &namespace, &name), labels));
        }
        if fits.contains(&Some(true)) {
            defined.extend(anywhere.get(&*name).into_iter().flatten());
            selected.chosen.push(Chosen {
                namespace,
                name,
                defined,
                cloud: false,
            });
        } else if fits.contains(&None) {
            selected.unknown.push((namespace, name));
        }
    }
    // A name that is defined nowhere may be in the cluster all the same.
    let said = choice.fields.name().filter(|_| selected.unknown.is_empty());
    for name in choice.names.iter().map(String::as_str).chain(said) {
        if !selected.chosen.iter().any(|chosen| chosen.name == name) {
            selected.chosen.push(Chosen {
                namespace: Cow::Borrowed(namespace.unwrap_or_default()),
                name: Cow::Borrowed(name),
                defined: anywhere.get(name).cloned().unwrap_or_default(),
                cloud: false,
            });
        }
    }
    selected
        .chosen
        .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    selected
        .chosen
        .dedup_by(|a, b| a.namespace == b.namespace && a.name == b.name);
    selected
}

/// Lists what is made in whichever namespace, where nothing else of its name is known.
fn list_unplaced<'r>(anywhere: &mut HashMap<&'r str, Vec<Defined<'r>>>, groups: &mut Groups<'r>) {
    let known: HashSet<String> = groups.keys().map(|(_, name)| name.to_string()).collect();
    for (name, made) in anywhere.iter_mut().filter(|(name, _)| !known.contains(**name)) {
        groups.insert((Cow::Borrowed(""), Cow::Borrowed(*name)), std::mem::take(made));
    }
}

/// All definitions of Secrets whose names are known.
pub(super) fn secrets<'a, 'r>(index: &'a Index<'r>) -> impl Iterator<Item = Defined<'r>> + use<'a, 'r> {
    (0..)
        .zip(index.files)
        .flat_map(|(file, facts): (u32, &'r graph::Facts)| {
            facts
                .definitions
                .iter()
                .filter(|fact| fact.target == SECRET)
                .map(move |fact| Defined {
                    file,
                    target: fact.target,
                    name: facts.str(fact.name),
                    namespace: facts.str(fact.namespace),
                    fact,
                })
                .filter(|defined| !defined.name.is_empty() && !unrendered(defined.name))
                .filter(|defined| !is_guess(facts, defined))
        })
}

/// Whether a Secret is only taken to exist since a chart may make it: charts name what they make after their
/// releases, mostly.
pub(super) fn is_guess(facts: &graph::Facts, defined: &Defined<'_>) -> bool {
    let Some(object) = defined.fact.object else {
        // Of an inflated chart its Services are guessed as well.
        let same = |one: &graph::Definition| {
            one.target == SERVICE && one.object.is_none() && one.span == defined.fact.span
        };
        return facts
            .definitions
            .iter()
            .take_while(|one| one.object.is_none())
            .any(same);
    };
    defined.fact.row.is_some()
        && facts.objects.get(object as usize).is_some_and(|object| {
            matches!(
                facts.str(object.group),
                "helm.toolkit.fluxcd.io" | "helm.cattle.io"
            )
        })
}

/// Whether a Secret may turn up in any namespace, so that it is not known to be in a certain one.
pub(super) fn is_anywhere(index: &Index<'_>, defined: &Defined<'_>) -> bool {
    let row = defined.fact.row.map(|row| index.table().row(row));
    let unplaced = row.is_some() && defined.namespace.is_empty() && is_cluster_wide(index, defined);
    unplaced || row.is_some_and(|row| row.any_namespace)
}

/// Whether the object that makes a Secret is in no namespace, so that it does not tell the Secret's.
fn is_cluster_wide(index: &Index<'_>, defined: &Defined<'_>) -> bool {
    let object = defined.fact.object;
    let Some((facts, object)) = index
        .files
        .get(defined.file as usize)
        .zip(object.and_then(|object| index.object(defined.file, object)))
    else {
        return false;
    };
    let table = index.table();
    let kind = table.kind(facts.str(object.group), facts.str(object.kind));
    kind.and_then(|kind| kind.target)
        .is_some_and(|target| table.scope(target).cluster)
}

/// The names that were asked for, by the names that definitions may have.
struct Wanted<'r> {
    /// Whether all names are wanted.
    all: bool,
    /// What a definition may be called, and the name asked for; whether that takes a generated hash.
    names: HashMap<String, Vec<(&'r str, bool)>>,
}

impl<'r> Wanted<'r> {
    fn new(index: &Index<'_>, asked: &'r [String]) -> Self {
        let mut names: HashMap<String, Vec<(&'r str, bool)>> = HashMap::default();
        for name in asked {
            names.entry(name.clone()).or_default().push((name, false));
            // What a source defines under the very name is meant; else the name may be what kustomize made of one.
            let in_source = |one: &Defined<'_>| !is_inventory(index, one);
            if index.named(SECRET, name).iter().any(in_source) {
                continue;
            }
            for (bare, hashed) in in_sources(index, name) {
                names.entry(bare.to_string()).or_default().push((name, hashed));
            }
        }
        Wanted {
            all: asked.is_empty(),
            names,
        }
    }

    /// The names asked for that a definition is meant by.
    fn names(&self, defined: &'r str, generated: bool) -> Vec<&'r str> {
        if self.all {
            return vec![defined];
        }
        let mut names: Vec<&str> = self
            .names
            .get(defined)
            .into_iter()
            .flatten()
            .filter(|(_, hashed)| generated || !hashed)
            .map(|(name, _)| *name)
            .collect();
        names.dedup();
        names
    }
}

/// What a name may be in sources, before kustomize put something around it, and whether it put a hash behind it.
fn in_sources<'n>(index: &Index<'_>, name: &'n str) -> Vec<(&'n str, bool)> {
    // The first is the name itself.
    let bare = index.bare_names(name).skip(1).map(|bare| (bare, false));
    let mut bare: Vec<(&str, bool)> = bare.collect();
    // Of a hash within a suffix nothing is left to see: kustomize puts the hash last.
    if let Some((unhashed, _)) = unhash(name) {
        bare.extend(index.bare_names(unhashed).map(|bare| (bare, true)));
    }
    bare.sort_unstable();
    bare.dedup_by_key(|(bare, _)| *bare);
    bare
}

/// Whether a definition is what a cluster has.
pub(super) fn is_inventory(index: &Index<'_>, defined: &Defined<'_>) -> bool {
    index.files[defined.file as usize].role == Role::Inventory
}

/// An inventory has Secrets under the names that kustomize gave them, beside the sources under their own: both are
/// one, which is known by its name in the cluster.
fn join_with_sources<'r>(index: &Index<'r>, groups: &mut Groups<'r>) {
    let there = |all: &[Defined<'r>]| all.iter().any(|one| is_inventory(index, one));
    let named: Vec<Key<'r>> = groups
        .iter()
        .filter(|(_, all)| there(all))
        .map(|(key, _)| key.clone())
        .collect();
    for (place, name) in named {
        for (bare, hashed) in in_sources(index, &name) {
            let key = (place.clone(), Cow::Owned(bare.to_string()));
            let Some(own) = groups.get(&key) else { continue };
            let (joined, rest): (Vec<Defined<'r>>, Vec<Defined<'r>>) = own
                .iter()
                .partition(|one| !is_inventory(index, one) && (!hashed || one.fact.object.is_none()));
            if joined.is_empty() {
                continue;
            }
            // What the cluster has under both names may be either.
            if rest.is_empty() {
                groups.remove(&key);
            }
            groups
                .entry((place.clone(), name.clone()))
                .or_default()
                .extend(joined);
        }
    }
}

/// A name and the hash that kustomize puts behind it: ten characters of its own alphabet.
pub(super) fn unhash(name: &str) -> Option<(&str, &str)> {
    let (bare, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == 10 && hash.bytes().all(|b| b"2456789bcdfghkmt".contains(&b));
    (is_hash && !bare.is_empty()).then_some((bare, hash))
}
