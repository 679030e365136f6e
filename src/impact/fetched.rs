//! Secrets that External Secrets reads from a cluster: a store of its provider `kubernetes` takes a remote key for the
//! name of a Secret. Whether a key is one is told by the store, which may stand in another file.

use std::borrow::Cow;

use super::facts::{FileFacts, place};
use crate::formats::Pattern;
use crate::graph::Index;
use crate::hash::HashMap;
use crate::manifest::Object;
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::Node;

/// A store that reads the Secrets of this cluster.
#[derive(Debug)]
pub struct Store {
    /// Its name.
    name: Box<str>,
    /// Its own namespace; `None`: it is for all.
    own: Option<Box<str>>,
    /// Where the Secrets are; empty: not known.
    remote: Box<str>,
}

/// A remote key.
#[derive(Debug)]
pub struct Fetch {
    /// The store's name.
    store: Box<str>,
    /// Whether that is a ClusterSecretStore.
    cluster: bool,
    /// The namespace of the object; empty: any.
    namespace: Box<str>,
    /// The key, or a regular expression of keys.
    key: Box<str>,
    is_pattern: bool,
    /// The object.
    pub object: u32,
    /// Where the key stands.
    pub span: Span,
}

/// Takes what an object of External Secrets says.
pub(super) fn read(object: &Object<'_>, stores: &mut Vec<Store>, fetches: &mut Vec<Fetch>) {
    if object.group() != "external-secrets.io" {
        return;
    }
    let Some(spec) = object.path(&["spec"]) else {
        return;
    };
    match &*object.kind {
        "SecretStore" => stores.extend(store(object, spec, false)),
        "ClusterSecretStore" => stores.extend(store(object, spec, true)),
        "ExternalSecret" => {
            let namespace = object.namespace.as_deref().unwrap_or_default();
            fetched(spec, object.index, namespace, fetches);
        }
        "ClusterExternalSecret" => {
            if let Some(spec) = spec.get("externalSecretSpec") {
                fetched(spec, object.index, "", fetches);
            }
        }
        _ => {}
    }
}

fn store(object: &Object<'_>, spec: Node<'_>, cluster: bool) -> Option<Store> {
    let provider = spec.path(&["provider", "kubernetes"])?;
    let url = provider.path(&["server", "url"]).and_then(Node::str);
    // Of another cluster nothing is deleted here.
    if url.is_some_and(|url| !url.contains("kubernetes.default") && !unrendered(&url)) {
        return None;
    }
    let remote = provider.get("remoteNamespace").and_then(Node::str);
    let remote = match remote.as_deref() {
        None | Some("") => "default",
        Some(text) if unrendered(text) => "",
        Some(text) => text,
    };
    Some(Store {
        name: object.name.as_deref()?.into(),
        own: (!cluster).then(|| object.namespace.as_deref().unwrap_or_default().into()),
        remote: remote.into(),
    })
}

fn fetched(spec: Node<'_>, object: u32, namespace: &str, out: &mut Vec<Fetch>) {
    let data = spec.get("data").into_iter().flat_map(Node::items);
    let all = spec.get("dataFrom").into_iter().flat_map(Node::items);
    for item in data.chain(all) {
        let own = item.path(&["sourceRef", "storeRef"]);
        let Some(of) = own.or_else(|| spec.get("secretStoreRef")) else {
            continue;
        };
        let said = |key: &str| of.get(key).and_then(Node::str);
        let Some(store) = said("name") else { continue };
        let keys = [
            (&["remoteRef", "key"][..], false),
            (&["extract", "key"], false),
            (&["find", "name", "regexp"], true),
        ];
        for (path, is_pattern) in keys {
            let Some(node) = item.path(path) else { continue };
            let Some(key) = node.str().filter(|key| !unrendered(key)) else {
                continue;
            };
            out.push(Fetch {
                store: (&*store).into(),
                cluster: said("kind").as_deref() == Some("ClusterSecretStore"),
                namespace: namespace.into(),
                span: match is_pattern {
                    true => node.span(),
                    false => place(node.resolved(), &key),
                },
                key: key.into(),
                is_pattern,
                object,
            });
        }
    }
}

/// The keys that name Secrets of this cluster.
#[derive(Default)]
pub(super) struct Fetched<'a> {
    by_name: HashMap<&'a str, Vec<One<'a>>>,
    patterns: Vec<(Pattern<'a>, One<'a>)>,
}

/// A key, and where it is looked for.
#[derive(Clone, Copy)]
pub(super) struct One<'a> {
    pub(super) file: u32,
    pub(super) fetch: &'a Fetch,
    /// The namespace; empty: not known.
    pub(super) namespace: &'a str,
}

impl<'a> Fetched<'a> {
    /// Brings keys and stores together.
    pub(super) fn new(index: &Index<'_>, facts: &'a [FileFacts]) -> Self {
        let mut stores: HashMap<&str, Vec<(u32, &Store)>> = HashMap::default();
        for (file, facts) in (0..).zip(facts) {
            for store in &facts.stores {
                stores.entry(&store.name).or_default().push((file, store));
            }
        }
        let mut fetched = Fetched::default();
        if stores.is_empty() {
            return fetched;
        }
        for (file, facts) in (0..).zip(facts) {
            for fetch in &facts.fetches {
                let named = stores.get(&*fetch.store).into_iter().flatten();
                let mut meant = named.filter(|(at, store)| match &store.own {
                    None => fetch.cluster,
                    Some(own) => {
                        !fetch.cluster && index.share_namespace((file, &fetch.namespace), (*at, own))
                    }
                });
                let Some((_, store)) = meant.next() else { continue };
                // Overlays may give the store of each environment a namespace of its own.
                let namespace = match meant.all(|(_, other)| other.remote == store.remote) {
                    true => &*store.remote,
                    false => "",
                };
                let one = One {
                    file,
                    fetch,
                    namespace,
                };
                match fetch.is_pattern {
                    true => fetched
                        .patterns
                        .push((Pattern::new(Cow::Borrowed(&fetch.key)), one)),
                    false => fetched.by_name.entry(&fetch.key).or_default().push(one),
                }
            }
        }
        fetched
    }

    /// The keys that mean a name. A pattern that is not understood may mean any.
    pub(super) fn of(&self, name: &str) -> impl Iterator<Item = &One<'a>> {
        let by_pattern = self
            .patterns
            .iter()
            .filter(move |(pattern, _)| pattern.matches(name) != Some(false));
        let by_name = self.by_name.get(name).into_iter().flatten();
        by_name.chain(by_pattern.map(|(_, one)| one))
    }
}
