//! CustomResourceDefinitions as they serve custom resources: which versions there are, and the schema of each.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::rules::Marks;
use super::scale::Scale;
use super::schema::Lazy;
use crate::manifest::{File, Object};
use crate::yaml::{Node, Scalar};

/// The API group of CustomResourceDefinitions.
const GROUP: &str = "apiextensions.k8s.io";

/// The definitions of a run, by what they define.
#[derive(Default)]
pub struct Definitions<'c> {
    all: Vec<Definition<'c>>,
    /// Group, then kind → indices into `all`.
    by_kind: HashMap<String, HashMap<String, Vec<u32>>>,
}

/// What one CustomResourceDefinition says.
pub(super) struct Definition<'c> {
    /// Beside each finding: the file that it stands in.
    pub label: String,
    pub group: Cow<'c, str>,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Fields that no schema knows are kept everywhere (CRDs of v1beta1).
    pub preserve: bool,
    pub versions: Vec<Version<'c>>,
    spec: Node<'c>,
}

/// One version of a custom resource.
pub(super) struct Version<'c> {
    pub name: Cow<'c, str>,
    pub served: bool,
    pub schema: Option<Lazy<'c>>,
    /// The status is written by itself, so that it is dropped from what is created.
    pub has_status: bool,
    /// What the scale subresource reads.
    pub scale: Option<Scale<'c>>,
    marks: OnceLock<Marks>,
}

impl Version<'_> {
    /// Where its schema has rules.
    pub(super) fn marks(&self) -> &Marks {
        let schema = self.schema.as_ref().map(Lazy::node);
        self.marks
            .get_or_init(|| schema.map(Marks::of).unwrap_or_default())
    }
}

/// Whether an object is a CustomResourceDefinition.
pub fn is_definition(api_version: &str, kind: &str) -> bool {
    kind == "CustomResourceDefinition"
        && api_version
            .split_once('/')
            .is_some_and(|(group, _)| group == GROUP)
}

/// `Rollout.argoproj.io`: a kind for people.
pub fn name_of(group: &str, kind: &str) -> String {
    format!("{kind}.{group}")
}

impl<'c> Definitions<'c> {
    /// Takes the definitions of a file in. Those that the server itself would refuse define nothing; `refused`
    /// tells them by their index in the file.
    pub fn add(&mut self, file: &File<'c>, refused: impl Fn(u32) -> bool) {
        for object in &file.objects {
            let chunk = file.documents.get(object.document as usize).map(|d| d.chunk);
            if is_definition(&object.api_version, &object.kind)
                && chunk.is_some_and(|chunk| chunk.error.is_none())
                && !refused(object.index)
                && let Some((kind, definition)) = read(file.name, object)
            {
                self.insert(&kind, definition);
            }
        }
    }

    fn insert(&mut self, kind: &str, definition: Definition<'c>) {
        let group = self.by_kind.entry(definition.group.to_string()).or_default();
        let known = group.entry(kind.to_string()).or_default();
        // The same definition lies in many trees twice: a chart's copy, a bundle.
        let text = definition.spec.source();
        let copy = known.iter().any(|i| {
            let other = self.all.get(*i as usize).map(|other| other.spec.source());
            other == Some(text)
        });
        if !copy {
            known.push(self.all.len() as u32);
            self.all.push(definition);
        }
    }

    /// All that is said about a kind.
    pub(super) fn of(&self, group: &str, kind: &str) -> impl Iterator<Item = &Definition<'c>> {
        let found = self.by_kind.get(group).and_then(|kinds| kinds.get(kind));
        found
            .into_iter()
            .flatten()
            .filter_map(|i| self.all.get(*i as usize))
    }

    /// Whether a kind is defined.
    pub fn has(&self, group: &str, kind: &str) -> bool {
        self.by_kind
            .get(group)
            .is_some_and(|kinds| kinds.contains_key(kind))
    }

    /// The kind of a group that is surely meant by one that is not defined: it differs in case, or by one slip.
    ///
    /// The bound is narrow on purpose. Groups have kinds that resemble each other (TCPRoute and TLSRoute), and the
    /// definition of the other one may just not be here.
    pub fn nearly(&self, group: &str, kind: &str) -> Option<&str> {
        const SHORTEST: usize = 5;
        let kinds = self.by_kind.get(group)?;
        if kinds.contains_key(kind) {
            return None;
        }
        let known = || kinds.keys().map(String::as_str);
        if let Some(same) = known().find(|known| known.eq_ignore_ascii_case(kind)) {
            return Some(same);
        }
        let slip = |known: &str| {
            known.len().min(kind.len()) >= SHORTEST
                && known.len().abs_diff(kind.len()) <= 1
                // A first letter tells kinds apart (XListenerSet), and so does a figure.
                && known.as_bytes().first() == kind.as_bytes().first()
                && digits(known).eq(digits(kind))
                && strsim::osa_distance(known, kind) <= 1
        };
        let mut near = known().filter(|known| slip(known));
        near.next().filter(|_| near.next().is_none())
    }

    /// The group with a kind that is surely meant by a group of which nothing is defined: it differs by one letter, or
    /// is the name of the definition, which begins with the plural.
    pub(super) fn nearly_group(&self, group: &str, kind: &str) -> Option<&str> {
        const SHORTEST: usize = 8;
        if group.len() < SHORTEST || self.by_kind.contains_key(group) {
            return None;
        }
        let slip = |known: &str| {
            let is_near = known.len().abs_diff(group.len()) <= 1
                && digits(known).eq(digits(group))
                && strsim::osa_distance(known, group) <= 1;
            let plural = group.strip_suffix(known).and_then(|rest| rest.strip_suffix('.'));
            let kind = kind.as_bytes();
            let is_name = plural.is_some_and(|plural| {
                let stem = plural.as_bytes().get(..kind.len().saturating_sub(1));
                stem.is_some_and(|stem| kind[..stem.len()].eq_ignore_ascii_case(stem))
            });
            is_near || is_name
        };
        let groups = self.by_kind.iter();
        let mut near = groups.filter(|(known, kinds)| slip(known) && kinds.contains_key(kind));
        let (found, _) = near.next()?;
        near.next().is_none().then_some(&**found)
    }

    /// Whether nothing is defined.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_digit)
}

fn is_true(node: Option<Node<'_>>) -> bool {
    node.is_some_and(Node::is_true)
}

fn text<'c>(node: Option<Node<'c>>) -> Option<Cow<'c, str>> {
    node?.str().filter(|text| !text.is_empty())
}

fn read<'c>(file: &str, object: &Object<'c>) -> Option<(Cow<'c, str>, Definition<'c>)> {
    let spec = object.root.get("spec")?;
    let group = text(spec.get("group"))?;
    let kind = text(spec.path(&["names", "kind"]))?;
    let old = object.version() == "v1beta1";
    let preserve = match spec.get("preserveUnknownFields").and_then(|node| node.scalar()) {
        Some(Scalar::Bool(value)) => value,
        _ => old,
    };
    let shared = spec.path(&["validation", "openAPIV3Schema"]).filter(|_| old);
    let mut versions: Vec<Version<'c>> = Vec::new();
    for version in spec.get("versions").into_iter().flat_map(|list| list.items()) {
        let schema = version.path(&["schema", "openAPIV3Schema"]).or(shared);
        let subresources = version
            .get("subresources")
            .or_else(|| spec.get("subresources").filter(|_| old));
        versions.push(Version {
            name: text(version.get("name"))?,
            served: is_true(version.get("served")),
            schema: schema.filter(|schema| schema.is_map()).map(Lazy::new),
            has_status: has_status(subresources),
            scale: scale(subresources),
            marks: OnceLock::new(),
        });
    }
    if versions.is_empty()
        && old
        && let Some(name) = text(spec.get("version"))
    {
        versions.push(Version {
            name,
            served: true,
            schema: shared.filter(|schema| schema.is_map()).map(Lazy::new),
            has_status: has_status(spec.get("subresources")),
            scale: scale(spec.get("subresources")),
            marks: OnceLock::new(),
        });
    }
    let printable = |c: char| if c.is_control() { '?' } else { c };
    let file: String = file.chars().map(printable).collect();
    let definition = Definition {
        label: format!("see {file}"),
        group,
        namespaced: spec.get("scope").and_then(|scope| scope.str()).as_deref() != Some("Cluster"),
        preserve,
        versions,
        spec,
    };
    Some((kind, definition))
}

fn has_status(subresources: Option<Node<'_>>) -> bool {
    subresources
        .and_then(|node| node.get("status"))
        .is_some_and(|status| !status.is_null())
}

fn scale<'c>(subresources: Option<Node<'c>>) -> Option<Scale<'c>> {
    let scale = subresources?.get("scale")?;
    scale.is_map().then(|| Scale::of(scale))
}
