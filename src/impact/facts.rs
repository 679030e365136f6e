//! What one file says that deciding about a deletion needs beyond its [`graph::Facts`]: labels and types of
//! Secrets, pods that leave their account to the namespace, names in Cloud Secret Management Service.

use std::borrow::Cow;

use crate::graph;
use crate::graph::table::Table;
use crate::manifest::{File, Object, Skip, Surroundings};
use crate::source::{Decoded, Span};
use crate::yaml::{self, Node, Tree};

use super::fetched::{self, Fetch, Store};
use super::guess::{Guess, guesses};
use super::patches;
use super::texts::{place, within};
use super::{pods, purpose};

/// What one file says about Secrets and who uses them.
#[derive(Debug, Default)]
pub struct FileFacts {
    /// Its Secrets, and what makes Secrets, by their objects, ascending.
    pub secrets: Vec<SecretFact>,
    /// The Secrets that its kustomization generates, by where their names stand.
    pub generated: Vec<(Span, SecretFact)>,
    /// Pods that run under their namespace's default account and name no Secrets to pull images with: the
    /// object, and where the pod is described.
    pub default_accounts: Vec<(u32, Span)>,
    /// Names in Cloud Secret Management Service.
    pub cloud: Vec<CloudUse>,
    /// Stores of External Secrets that read from this cluster.
    pub stores: Vec<Store>,
    /// What External Secrets reads, from whatever store.
    pub fetches: Vec<Fetch>,
    /// Fields that by their names name Secrets, in objects that no table describes.
    pub guesses: Vec<Guess>,
    /// Where documents break off, so that what follows is not known.
    pub broken: Vec<u32>,
    /// Objects in it.
    pub objects: u32,
    /// Templates that are not rendered.
    pub templates: u32,
}

/// A label's key and value.
pub type Label = (Box<str>, Box<str>);

/// What a Secret, or the Secret that an object makes, can be selected by.
#[derive(Debug, Default)]
pub struct SecretFact {
    /// The object.
    pub object: u32,
    /// Its type; `None` when it is not known.
    pub kind: Option<Box<str>>,
    /// Its labels; `None` when they are not known.
    pub labels: Option<Box<[Label]>>,
    /// Whether it has the labels of the object's own metadata, which kustomizations add to.
    pub own_labels: bool,
    /// Whether it is `immutable`.
    pub immutable: bool,
    /// The ServiceAccount that it is a token of.
    pub account: Option<Box<str>>,
    /// What is lost with it, where a controller finds it by its labels.
    pub purpose: Option<&'static str>,
}

/// A field that names a secret of Cloud Secret Management Service.
#[derive(Debug)]
pub struct CloudUse {
    /// The name.
    pub name: Box<str>,
    /// The object that has the field.
    pub object: u32,
    /// Where the name stands.
    pub span: Span,
    /// Whether it is a ServiceAccount's annotation, so that its pods use it.
    pub account: bool,
}

/// The annotation by which a ServiceAccount names the secrets that its pods may read.
pub(super) const DEW_RESOURCE: &str = "cce.io/dew-resource";

/// Takes all facts of one file by a table that may have a user's own rows. `tree` is scratch memory, reused from
/// file to file.
pub fn facts(
    name: &str,
    source: &Decoded,
    tree: &mut Tree,
    surroundings: &Surroundings,
    role: graph::Role,
    no_skip: bool,
    table: &Table,
) -> (graph::Facts, FileFacts) {
    tree.clear();
    yaml::parse(&source.text, &source.invalid, tree);
    let file = read(name, source, tree, surroundings, role, no_skip);
    let mut names = graph::facts_with(&file, table);
    names.role = role;
    let mut facts = FileFacts::of(&file, table, &names);
    let target = surroundings.patches.get(name);
    names.hiding(&file, |names| {
        patches::read(&file, target, table, names, &mut facts)
    });
    if !file.beyond_aliases().is_empty() {
        // An alias may make a name of what must not be told.
        let is_told = |name: &str| file.hidden().told(name) == name;
        for guess in &mut facts.guesses {
            guess.names &= is_told(&guess.name);
        }
        facts.fetches.retain(|fetch| is_told(fetch.text()));
    }
    (names, facts)
}

/// The file as [`facts`] and whoever looks at it again read it.
pub(super) fn read<'t>(
    name: &'t str,
    source: &'t Decoded,
    tree: &'t Tree,
    surroundings: &Surroundings,
    role: graph::Role,
    no_skip: bool,
) -> File<'t> {
    // What a cluster prints is no template, whatever its name.
    let no_skip = no_skip || role == graph::Role::Inventory;
    File::read(name, &source.text, tree, surroundings, no_skip)
}

impl FileFacts {
    fn of(file: &File<'_>, table: &Table, names: &graph::Facts) -> FileFacts {
        let mut facts = FileFacts {
            objects: file.objects.len() as u32,
            ..FileFacts::default()
        };
        for document in &file.documents {
            facts.templates += u32::from(document.skip == Some(Skip::Template));
            if let (Some(Skip::Kustomization), Some(root)) = (document.skip, document.root) {
                generated(root, &mut facts.generated);
            }
            if let (None, Some(error)) = (document.skip, &document.chunk.error) {
                facts.broken.push(error.span.start);
            }
        }
        for object in &file.objects {
            facts.object(object);
            facts.guess(object, table, names);
        }
        if !file.beyond_aliases().is_empty() {
            // An alias may make a type or an account of what must not be told.
            for secret in &mut facts.secrets {
                for text in [&mut secret.kind, &mut secret.account].into_iter().flatten() {
                    *text = file.hidden().told(text).into();
                }
            }
        }
        facts
    }

    fn object(&mut self, object: &Object<'_>) {
        let of = fetched::Of {
            object: object.index,
            name: object.name.as_deref().unwrap_or_default(),
            namespace: object.namespace.as_deref().unwrap_or_default(),
            is_patch: false,
        };
        fetched::read(object, &of, &|_, span| span, self);
        match (object.group(), &*object.kind) {
            ("", "Secret") => self.secrets.push(secret(object)),
            ("", "ServiceAccount") => self.dew_resource(object),
            ("secrets-store.csi.x-k8s.io", "SecretProviderClass") => self.provider_class(object),
            (group, kind) => {
                if let Some(made) = made(object, group, kind) {
                    self.secrets.push(made);
                } else if let Some(pod) = pods::default_account(object) {
                    self.default_accounts.push((object.index, pod));
                }
            }
        }
    }

    /// Looks for fields that the table does not tell of. A Secret uses nothing, and what it holds is its own.
    fn guess(&mut self, object: &Object<'_>, table: &Table, names: &graph::Facts) {
        if object.is("", "Secret") {
            return;
        }
        let own = |of: u32| of == object.index;
        let uses = names
            .uses
            .iter()
            .chain(&names.vague)
            .filter(|used| own(used.object));
        let made = names
            .definitions
            .iter()
            .filter(|made| made.object.is_some_and(own));
        let mut known: Option<Vec<Span>> = None;
        let spans = || {
            let made = made.clone().map(|made| made.span);
            uses.clone().map(|used| used.span).chain(made).collect()
        };
        let mut is_known = |span| {
            let known = known.get_or_insert_with(spans);
            known.iter().any(|one| one.contains(span))
        };
        guesses(object, table, &mut is_known, &mut self.guesses);
    }

    /// `cce.io/dew-resource: '["name"]'`
    fn dew_resource(&mut self, object: &Object<'_>) {
        let Some(value) = object.path(&["metadata", "annotations", DEW_RESOURCE]) else {
            return;
        };
        let Some(text) = value.str() else { return };
        within(&text, |root| {
            for name in root.items().filter_map(Node::str) {
                self.named(&name, value, object, true);
            }
        });
    }

    /// `spec.parameters.objects` of provider `cce`: a YAML list of `objectName` and `objectType`.
    fn provider_class(&mut self, object: &Object<'_>) {
        let provider = object.path(&["spec", "provider"]).and_then(Node::str);
        if !provider.is_some_and(|provider| provider.eq_ignore_ascii_case("cce")) {
            return;
        }
        let Some(value) = object.path(&["spec", "parameters", "objects"]) else {
            return;
        };
        let Some(text) = value.str() else { return };
        within(&text, |root| {
            for item in root.items() {
                let kind = item.get("objectType").and_then(Node::str);
                // The provider knows no other type; one that is left out is no reason to call a name safe.
                if kind.is_none_or(|kind| kind.eq_ignore_ascii_case("csms"))
                    && let Some(name) = item.get("objectName").and_then(Node::str)
                {
                    self.named(&name, value, object, false);
                }
            }
        });
    }

    fn named(&mut self, name: &str, value: Node<'_>, object: &Object<'_>, account: bool) {
        if !name.is_empty() {
            self.cloud.push(CloudUse {
                name: name.into(),
                object: object.index,
                span: place(value.resolved(), name),
                account,
            });
        }
    }
}

fn secret(object: &Object<'_>) -> SecretFact {
    let text = |path: &[&str]| {
        object
            .path(path)
            .and_then(Node::str)
            .filter(|text| !text.is_empty())
    };
    let kind = text(&["type"]).unwrap_or(Cow::Borrowed("Opaque"));
    let is_token = kind == "kubernetes.io/service-account-token";
    let account = &["metadata", "annotations", "kubernetes.io/service-account.name"];
    SecretFact {
        object: object.index,
        labels: Some(labels(object.path(&["metadata", "labels"]))),
        own_labels: true,
        immutable: object.path(&["immutable"]).is_some_and(Node::is_true),
        account: is_token.then(|| text(account).unwrap_or_default().into()),
        kind: Some(kind.into()),
        purpose: purpose::of(object),
    }
}

/// What is known of the Secret that an object makes.
fn made(object: &Object<'_>, group: &str, kind: &str) -> Option<SecretFact> {
    let text = |path: &[&str]| object.path(path).and_then(Node::str).map(Box::from);
    let or_opaque = |kind: Option<Box<str>>| Some(kind.unwrap_or_else(|| "Opaque".into()));
    let (kind, labelled) = match (group, kind) {
        ("external-secrets.io", "ExternalSecret") => {
            let template = ["spec", "target", "template"];
            let labels: &[&str] = if object.path(&[&template[..], &["metadata"]].concat()).is_some() {
                &["spec", "target", "template", "metadata", "labels"]
            } else {
                &["metadata", "labels"] // copied
            };
            (or_opaque(text(&[&template[..], &["type"]].concat())), labels)
        }
        ("bitnami.com", "SealedSecret") => (
            or_opaque(text(&["spec", "template", "type"])),
            &["spec", "template", "metadata", "labels"][..],
        ),
        ("cert-manager.io", "Certificate") => (
            Some("kubernetes.io/tls".into()),
            &["spec", "secretTemplate", "labels"][..],
        ),
        _ => return None,
    };
    Some(SecretFact {
        object: object.index,
        kind,
        labels: Some(labels(object.path(labelled))),
        own_labels: labelled == ["metadata", "labels"],
        ..SecretFact::default()
    })
}

/// The Secrets that a kustomization generates. One that is put on top of another has more labels than are said here.
fn generated(root: Node<'_>, out: &mut Vec<(Span, SecretFact)>) {
    let all = root.get("generatorOptions");
    for generator in root.get("secretGenerator").into_iter().flat_map(Node::items) {
        let behavior = generator.get("behavior").and_then(Node::str);
        let Some(name) = generator
            .get("name")
            .filter(|_| behavior.is_none_or(|one| one == "create"))
        else {
            continue;
        };
        let own = generator.get("options");
        let options = || all.into_iter().chain(own);
        let maps = options().filter_map(|options| options.get("labels"));
        let kind = generator
            .get("type")
            .and_then(Node::str)
            .filter(|kind| !kind.is_empty());
        let fact = SecretFact {
            kind: Some(kind.as_deref().unwrap_or("Opaque").into()),
            labels: Some(maps.flat_map(pairs).collect()),
            own_labels: true,
            immutable: options()
                .filter_map(|options| options.get("immutable"))
                .any(Node::is_true),
            ..SecretFact::default()
        };
        out.push((name.span(), fact));
    }
}

fn labels(map: Option<Node<'_>>) -> Box<[Label]> {
    map.into_iter().flat_map(pairs).collect()
}

pub(super) fn pairs(map: Node<'_>) -> impl Iterator<Item = Label> {
    map.entries()
        .filter_map(|entry| Some((entry.key.key_text()?.into(), entry.value.str()?.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (graph::Facts, FileFacts) {
        let source = crate::source::decode(text.as_bytes().to_vec());
        facts(
            "a.yaml",
            &source,
            &mut Tree::default(),
            &Surroundings::default(),
            graph::Role::Checked,
            false,
            graph::standard(),
        )
    }

    #[test]
    fn secrets_are_kept_by_what_selects_them() {
        let (_, facts) = of(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  labels: {app: web, n: \"1\"}\n\
                             immutable: true\nstringData: {k: hunter2}\n",
        );
        let secret = &facts.secrets[0];
        assert_eq!(secret.kind.as_deref(), Some("Opaque"));
        assert!(secret.immutable && secret.account.is_none());
        assert_eq!(secret.labels.as_ref().map(|labels| labels.len()), Some(2));
        assert!(!format!("{facts:?}").contains("hunter2"));
    }

    #[test]
    fn cloud_names_are_placed_in_their_texts() {
        let text = "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: c}\n\
                    spec:\n  provider: cce\n  parameters:\n    objects: |\n      - objectName: \"db\"\n        \
                    objectType: \"csms\"\n      - objectName: db-2\n        objectType: csms\n      - objectName: \
                    other\n        objectType: kms\n";
        let (_, facts) = of(text);
        let named: Vec<&str> = facts.cloud.iter().map(|used| &text[used.span.range()]).collect();
        assert_eq!(named, ["db", "db-2"]);
        assert!(
            of(&text.replace("provider: cce", "provider: vault"))
                .1
                .cloud
                .is_empty()
        );
        let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, annotations: \
                       {cce.io/dew-resource: '[\"x\",\"y-1\"]'}}}";
        let (_, facts) = of(account);
        let named: Vec<&str> = facts
            .cloud
            .iter()
            .map(|used| &account[used.span.range()])
            .collect();
        assert_eq!(named, ["x", "y-1"]);
        assert!(facts.cloud.iter().all(|used| used.account));
    }
}
