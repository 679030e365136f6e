//! Secrets that External Secrets reads from a cluster: a store of its provider `kubernetes` takes a remote key for the
//! name of a Secret. Whether a key is one is told by the store, which may stand in another file.

use std::borrow::Cow;

use super::facts::{FileFacts, Label, pairs};
use super::select::{Chosen, fact};
use super::texts::name_at;
use crate::formats::Pattern;
use crate::graph::{Index, may_become};
use crate::hash::HashMap;
use crate::manifest::Object;
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::Node;

/// Of more stores of one name it is not looked which is meant: the Secrets may be anywhere.
const FEW: usize = 64;

/// A store that reads the Secrets of this cluster.
#[derive(Debug)]
pub struct Store {
    /// Its name; empty: a patch for stores of some names.
    name: Box<str>,
    /// Its own namespace; `None`: it is for all.
    own: Option<Box<str>>,
    /// Where the Secrets are; empty: not known.
    remote: Box<str>,
}

/// What is read from a store.
#[derive(Debug)]
pub struct Fetch {
    /// The store's name; empty: it is not said.
    store: Box<str>,
    /// Whether that is a ClusterSecretStore.
    cluster: bool,
    /// The namespace of the object; empty: any.
    namespace: Box<str>,
    /// The Secrets.
    wanted: Wanted,
    /// Whether what was made of them goes with them.
    pub deletes: bool,
    /// The object.
    pub object: u32,
    /// Where it says so.
    pub span: Span,
}

/// Which Secrets are read.
#[derive(Debug)]
enum Wanted {
    /// The one of this name, which may hold placeholders.
    Named(Box<str>),
    /// Those whose names match a regular expression.
    Matching(Box<str>),
    /// Those with these labels.
    Labelled(Box<[Label]>),
}

impl Fetch {
    /// The text that names what is read.
    pub(super) fn text(&self) -> &str {
        match &self.wanted {
            Wanted::Named(text) | Wanted::Matching(text) => text,
            Wanted::Labelled(_) => "",
        }
    }
}

/// The object that is read, or that a patch is for.
pub(super) struct Of<'o> {
    pub(super) object: u32,
    pub(super) name: &'o str,
    pub(super) namespace: &'o str,
    pub(super) is_patch: bool,
}

/// Takes what an object of External Secrets says, or a part of one. `at` tells where a name stands in the file. Whether
/// there was anything.
pub(super) fn read(
    object: &Object<'_>,
    of: &Of<'_>,
    at: &dyn Fn(&str, Span) -> Span,
    out: &mut FileFacts,
) -> bool {
    let is_group = object.group() == "external-secrets.io" || (of.is_patch && object.group().is_empty());
    let Some(spec) = object.path(&["spec"]).filter(|_| is_group) else {
        return false;
    };
    let before = (out.stores.len(), out.fetches.len());
    match &*object.kind {
        "SecretStore" => out.stores.extend(store(of, spec, false)),
        "ClusterSecretStore" => out.stores.extend(store(of, spec, true)),
        "ExternalSecret" => fetches(spec, of, of.namespace, at, &mut out.fetches),
        "ClusterExternalSecret" => {
            if let Some(spec) = spec.get("externalSecretSpec") {
                fetches(spec, of, "", at, &mut out.fetches);
            }
        }
        _ => {}
    }
    before != (out.stores.len(), out.fetches.len())
}

fn store(of: &Of<'_>, spec: Node<'_>, cluster: bool) -> Option<Store> {
    let provider = spec.path(&["provider", "kubernetes"])?;
    let url = provider.path(&["server", "url"]).and_then(Node::str);
    // Of another cluster nothing is deleted here.
    if url.is_some_and(|url| !url.contains("kubernetes.default") && !unrendered(&url)) {
        return None;
    }
    let remote = provider.get("remoteNamespace").and_then(Node::str);
    let remote = match remote.as_deref() {
        None | Some("") if of.is_patch => "",
        None | Some("") => "default",
        Some(text) if unrendered(text) => "",
        Some(text) => text,
    };
    let is_pattern = of.is_patch && of.name.contains(['*', '|', '+', '?', '[', '^', '$']);
    (!of.name.is_empty()).then(|| Store {
        name: if is_pattern { "" } else { of.name }.into(),
        own: (!cluster).then(|| of.namespace.into()),
        remote: remote.into(),
    })
}

fn fetches(
    spec: Node<'_>,
    of: &Of<'_>,
    namespace: &str,
    at: &dyn Fn(&str, Span) -> Span,
    out: &mut Vec<Fetch>,
) {
    let policy = spec.path(&["target", "deletionPolicy"]).and_then(Node::str);
    let data = spec.get("data").into_iter().flat_map(Node::items);
    let all = spec.get("dataFrom").into_iter().flat_map(Node::items);
    for item in data.chain(all) {
        let own = item.path(&["sourceRef", "storeRef"]);
        let store = own.or_else(|| spec.get("secretStoreRef"));
        let said = |key: &str| store.and_then(|store| store.get(key)).and_then(Node::str);
        let name = said("name");
        if name.is_none() && !of.is_patch {
            continue;
        }
        let mut push = |wanted: Wanted, span: Span| {
            out.push(Fetch {
                store: name.as_deref().unwrap_or_default().into(),
                cluster: said("kind").as_deref() == Some("ClusterSecretStore"),
                namespace: namespace.into(),
                wanted,
                deletes: policy.as_deref() == Some("Delete"),
                object: of.object,
                span,
            });
        };
        // The last is how v1alpha1 has it.
        for path in [&["remoteRef", "key"][..], &["extract", "key"], &["key"]] {
            if let Some(node) = item.path(path)
                && let Some(key) = node.str()
            {
                push(Wanted::Named((&*key).into()), at(&key, name_at(node, &key)));
            }
        }
        if let Some(node) = item.path(&["find", "name", "regexp"])
            && let Some(pattern) = node.str()
        {
            push(Wanted::Matching((&*pattern).into()), at(&pattern, node.span()));
        }
        if let Some(node) = item.path(&["find", "tags"]) {
            let labels: Vec<Label> = pairs(node).collect();
            let first = labels.first().map_or(String::new(), |(key, _)| key.to_string());
            push(Wanted::Labelled(labels.into()), at(&first, node.span()));
        }
    }
}

/// The Secrets of this cluster that are read.
#[derive(Default)]
pub(super) struct Fetched<'a> {
    by_name: HashMap<&'a str, Vec<One<'a>>>,
    vague: Vec<One<'a>>,
    patterns: Vec<(Pattern<'a>, One<'a>)>,
    labelled: Vec<(&'a [Label], One<'a>)>,
}

/// What is read, and where it is looked for.
#[derive(Clone, Copy)]
pub(super) struct One<'a> {
    pub(super) file: u32,
    pub(super) fetch: &'a Fetch,
    /// The namespace; empty: not known.
    pub(super) namespace: &'a str,
}

impl<'a> Fetched<'a> {
    /// Brings what is read and stores together.
    pub(super) fn new(index: &Index<'_>, facts: &'a [FileFacts]) -> Self {
        let stores = Stores::new(index, facts);
        let mut fetched = Fetched::default();
        if stores.by_name.is_empty() && stores.vague.is_empty() {
            return fetched;
        }
        for (file, facts) in (0..).zip(facts) {
            for fetch in &facts.fetches {
                let Some(namespace) = stores.remote(index, file, fetch) else {
                    continue;
                };
                let one = One {
                    file,
                    fetch,
                    namespace,
                };
                match &fetch.wanted {
                    Wanted::Named(name) if unrendered(name) => fetched.vague.push(one),
                    Wanted::Named(name) => fetched.by_name.entry(name).or_default().push(one),
                    Wanted::Matching(text) => {
                        fetched.patterns.push((Pattern::new(Cow::Borrowed(text)), one));
                    }
                    Wanted::Labelled(labels) => fetched.labelled.push((labels, one)),
                }
            }
        }
        fetched
    }

    /// What means a Secret by this name, and whether that is a guess. A pattern that is not understood may mean any.
    pub(super) fn of(&self, name: &str) -> impl Iterator<Item = (&One<'a>, bool)> {
        // Thousands of patterns may meet thousands of Secrets, and most begin with what they look for.
        let begins = |pattern: &str| match pattern.strip_prefix('^') {
            Some(rest) if !pattern.contains('|') => name.starts_with(plain_start(rest)),
            _ => true,
        };
        let by_pattern = self
            .patterns
            .iter()
            .filter(move |(pattern, _)| begins(&pattern.text) && pattern.matches(name) != Some(false));
        let by_name = self.by_name.get(name).into_iter().flatten();
        let vague = self
            .vague
            .iter()
            .filter(move |one| may_become(one.fetch.text(), name) == Some(true));
        let sure = by_name.chain(by_pattern.map(|(_, one)| one));
        sure.map(|one| (one, false)).chain(vague.map(|one| (one, true)))
    }

    /// What means a Secret by its labels. Of one that is defined nowhere they are not known.
    pub(super) fn by_labels(
        &self,
        facts: &[FileFacts],
        secret: &Chosen<'_>,
    ) -> impl Iterator<Item = &One<'a>> {
        let known: Vec<_> = match self.labelled.is_empty() {
            true => Vec::new(),
            false => secret.defined.iter().filter_map(|one| fact(facts, one)).collect(),
        };
        let has = move |labels: &[Label]| {
            known.iter().any(|fact| match &fact.labels {
                Some(own) => labels.iter().all(|label| own.contains(label)),
                None => false,
            })
        };
        let fitting = self.labelled.iter().filter(move |(labels, _)| has(labels));
        fitting.map(|(_, one)| one)
    }

    /// The Secrets that are read by their names, each with where it is looked for.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all = self.by_name.iter();
        all.flat_map(|(name, ones)| ones.iter().map(|one| (*name, one.namespace)))
    }
}

/// What a regular expression begins with that stands for itself.
fn plain_start(pattern: &str) -> &str {
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let end = pattern.bytes().take_while(|b| is_plain(b)).count();
    // What follows may say that the last one need not be there.
    let repeats = matches!(pattern.as_bytes().get(end), Some(b'*' | b'?' | b'{'));
    pattern
        .get(..end - usize::from(repeats && end > 0))
        .unwrap_or_default()
}

/// The stores of a run.
#[derive(Default)]
struct Stores<'a> {
    /// By their names, and by what kustomizations may make of those.
    by_name: HashMap<Cow<'a, str>, Vec<(u32, &'a Store)>>,
    /// Those whose names hold placeholders.
    vague: Vec<(u32, &'a Store)>,
    /// Whether patches say of some where their Secrets are.
    are_patched: bool,
}

impl<'a> Stores<'a> {
    fn new(index: &Index<'_>, facts: &'a [FileFacts]) -> Self {
        let mut stores = Stores::default();
        for (file, facts) in (0..).zip(facts) {
            for store in &facts.stores {
                if store.name.is_empty() {
                    stores.are_patched = true;
                    continue;
                }
                if unrendered(&store.name) {
                    stores.vague.push((file, store));
                }
                for (prefix, suffix) in index.affixes().iter().take(FEW) {
                    let full = format!("{prefix}{}{suffix}", store.name);
                    stores
                        .by_name
                        .entry(Cow::Owned(full))
                        .or_default()
                        .push((file, store));
                }
                let own = stores.by_name.entry(Cow::Borrowed(&store.name));
                own.or_default().push((file, store));
            }
        }
        stores
    }

    /// The namespace of the Secrets that are read; empty: not known. `None`: they are of no cluster.
    fn remote(&self, index: &Index<'_>, file: u32, fetch: &Fetch) -> Option<&'a str> {
        if fetch.store.is_empty() {
            return Some("");
        }
        let fits = |at: u32, store: &Store| match &store.own {
            None => fetch.cluster,
            Some(own) => !fetch.cluster && index.share_namespace((file, &fetch.namespace), (at, own)),
        };
        let become_one = |a: &str, b: &str| may_become(a, b) == Some(true);
        let named = self
            .by_name
            .get(&*fetch.store)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if named.len() > FEW {
            return Some("");
        }
        let fitting = named.iter().filter(|(at, store)| fits(*at, store));
        let mut meant: Vec<&'a Store> = fitting.map(|(_, store)| *store).collect();
        if meant.is_empty() {
            let vague = self.vague.iter().take(FEW);
            meant.extend(
                vague
                    .filter(|(at, store)| become_one(&store.name, &fetch.store) && fits(*at, store))
                    .map(|(_, store)| *store),
            );
        }
        if meant.is_empty() && unrendered(&fetch.store) {
            let all = self.by_name.iter().take(FEW);
            let fitting = all.filter(|(name, _)| become_one(&fetch.store, name));
            meant.extend(fitting.flat_map(|(_, stores)| stores.iter().take(FEW).map(|(_, store)| *store)));
        }
        let first = meant.first()?;
        // Overlays may give the store of each environment a namespace of its own.
        let same = meant.iter().all(|store| store.remote == first.remote) && !self.are_patched;
        Some(if same { &first.remote } else { "" })
    }
}
