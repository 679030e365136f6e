//! What objects ask of the pods of their namespace: a Namespace that they keep to a Pod Security Standard, a ResourceQuota
//! that they say how much they take, a LimitRange that this lies within bounds.

use super::facts::{Facts, Text};
use crate::formats::quantity;
use crate::manifest::{Field, Object, mask};
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::Node;

/// The label of a Namespace by which the API server refuses pods.
pub(super) const LABEL: &str = "pod-security.kubernetes.io/enforce";

/// The same of the version of Kubernetes whose standards count.
const VERSION: &str = "pod-security.kubernetes.io/enforce-version";

/// What each container must say, where a quota counts it: as the quota names it, and as a container does.
const COUNTED: [(&str, &str); 6] = [
    ("cpu", "requests.cpu"),
    ("memory", "requests.memory"),
    ("requests.cpu", "requests.cpu"),
    ("requests.memory", "requests.memory"),
    ("limits.cpu", "limits.cpu"),
    ("limits.memory", "limits.memory"),
];

/// A Pod Security Standard that refuses something. Each asks for what the one before does, and for more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Nothing that is known to lead out of a pod.
    Baseline,
    /// What is held to be good practice.
    Restricted,
}

impl Level {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        }
    }
}

/// What is asked of the pods of a namespace.
#[derive(Clone, Copy, Debug)]
pub enum Asks {
    /// The Namespace: they keep to a standard.
    Standard {
        /// The standard.
        level: Level,
        /// As of the minor version of Kubernetes; `None`: as of the cluster's.
        minor: Option<u8>,
    },
    /// A ResourceQuota: each container says this, such as `limits.cpu`.
    Said(&'static str),
    /// A LimitRange: no container has less.
    Least(Amount),
    /// A LimitRange: no container has more.
    Most(Amount),
    /// A LimitRange: what a container may have that does not say it.
    Limit(Amount),
    /// A LimitRange: what a container asks for that does not say it.
    Request(Amount),
}

/// So much of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// The resource, such as `cpu`; empty: it is not known which.
    pub resource: Text,
    /// A quantity, as it is written.
    pub quantity: Text,
}

/// Something that is asked, and who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// The object that asks, by its index in [`File::objects`](crate::manifest::File::objects).
    pub object: u32,
    /// What it asks.
    pub asks: Asks,
    /// Where it does.
    pub span: Span,
}

impl Asking {
    /// How much a standard asks for, compared with others.
    pub(super) fn strictness(&self) -> Option<(Level, u8)> {
        match self.asks {
            Asks::Standard { level, minor } => Some((level, minor.unwrap_or(u8::MAX))),
            _ => None,
        }
    }
}

/// Takes the facts of an object, if it asks something of pods.
pub(super) fn read(object: &Object<'_>, masked: &[Span], facts: &mut Facts) {
    if !object.group().is_empty() {
        return;
    }
    // An alias may lead to what must not be told.
    let is_shown = |node: Node<'_>| masked.is_empty() || !mask::touches(masked, node.resolved().span());
    let shown = |path: &[&str]| object.path(path).filter(|node| is_shown(*node));
    match &*object.kind {
        "Namespace" => standard(object, &shown, facts),
        "ResourceQuota" if shown(&["spec"]).is_some() => quota(object, facts),
        "LimitRange" if shown(&["spec"]).is_some() => limits(object, facts),
        _ => {}
    }
}

fn standard<'t>(object: &Object<'t>, shown: &dyn Fn(&[&str]) -> Option<Node<'t>>, facts: &mut Facts) {
    let label = |key: &str| shown(&["metadata", "labels", key]);
    let Some(node) = label(LABEL) else { return };
    let level = match node.str().as_deref() {
        Some("baseline") => Level::Baseline,
        Some("restricted") => Level::Restricted,
        _ => return,
    };
    let version = label(VERSION).and_then(Node::str);
    let minor = version.and_then(|version| version.strip_prefix("v1.")?.parse().ok());
    facts.asking.push(Asking {
        object: object.index,
        asks: Asks::Standard { level, minor },
        span: node.span(),
    });
}

/// A quota for some pods only is left alone.
fn quota(object: &Object<'_>, facts: &mut Facts) {
    let root = object.fields();
    let spec = root.child("spec");
    if spec.child("scopes").is_set() || spec.child("scopeSelector").is_set() {
        return;
    }
    for entry in spec.child("hard").entries() {
        let counted = COUNTED.iter().find(|(name, _)| *name == entry.name());
        if let Some((_, said)) = counted {
            facts.asking.push(Asking {
                object: object.index,
                asks: Asks::Said(said),
                span: entry.handle(),
            });
        }
    }
}

/// Of a LimitRange with more amounts of a sort it is not asked which they are.
const MOST: usize = 32;

/// What is still to be filled in may be any amount.
fn limits(object: &Object<'_>, facts: &mut Facts) {
    let root = object.fields();
    let spec = root.child("spec");
    let limits = spec.child("limits");
    let is_list = limits.value().is_some_and(|value| value.is_seq());
    let mut is_open = spec.is_set() && limits.is_set() && !is_list;
    for item in limits.items() {
        let kind = item.child("type").text().unwrap_or_default();
        is_open |= is_open_map(&item) || unrendered(&kind);
        if kind == "Container" {
            is_open |= item
                .entries()
                .any(|amounts| amounts.name() != "type" && is_open_map(&amounts));
            amounts(&item, object.index, facts);
        }
    }
    if is_open {
        let any = Amount {
            resource: facts.keep(""),
            quantity: facts.keep(""),
        };
        facts.asking.push(Asking {
            object: object.index,
            asks: Asks::Limit(any),
            span: root.handle(),
        });
    }
}

/// Whether it is not known what stands in a map.
fn is_open_map(field: &Field<'_, '_>) -> bool {
    let value = field.value().filter(|_| field.is_set());
    let is_open = |value: Node<'_>| {
        let mut keys = value.entries().take(MOST + 1);
        !value.is_map() || keys.any(|entry| entry.key.key_text().is_some_and(|key| unrendered(&key)))
    };
    value.is_some_and(|value| is_open(value) || value.entries().nth(MOST).is_some())
}

/// Of several amounts that a container may take over, the first one that is there counts.
fn amounts(item: &Field<'_, '_>, object: u32, facts: &mut Facts) {
    let (least, most) = (item.child("min"), item.child("max"));
    let (limit, request) = (item.child("default"), item.child("defaultRequest"));
    let mut add = |from: &Field<'_, '_>, before: &[&Field<'_, '_>], asks: fn(Amount) -> Asks| {
        for entry in from.entries().take(MOST) {
            let is_there = |field: &&Field<'_, '_>| field.key(entry.name()).is_set();
            let Some(quantity) = quantity::text(&entry) else {
                continue;
            };
            if before.iter().any(is_there) {
                continue;
            }
            let amount = Amount {
                resource: facts.keep(entry.name()),
                quantity: facts.keep(&quantity),
            };
            facts.asking.push(Asking {
                object,
                asks: asks(amount),
                span: entry.place(),
            });
        }
    };
    add(&least, &[], Asks::Least);
    add(&most, &[], Asks::Most);
    add(&limit, &[], Asks::Limit);
    add(&most, &[&limit], Asks::Limit);
    add(&request, &[], Asks::Request);
    add(&limit, &[&request], Asks::Request);
    add(&most, &[&limit, &request], Asks::Request);
    add(&least, &[&most, &limit, &request], Asks::Request);
}
