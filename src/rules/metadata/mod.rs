//! What every object has: name, namespace, labels, annotations, owners, finalizers.

pub(super) mod annotations_too_large;
pub(super) mod duplicate_object;
pub(super) mod invalid_annotation_key;
pub(super) mod invalid_finalizer;
pub(super) mod invalid_generate_name;
pub(super) mod invalid_label;
pub(super) mod invalid_managed_fields;
pub(super) mod invalid_name;
pub(super) mod invalid_namespace;
pub(super) mod invalid_owner_reference;
pub(super) mod last_applied_annotation;
pub(super) mod missing_name;
pub(super) mod namespace_on_cluster_scoped;
pub(super) mod negative_generation;
pub(super) mod server_set_field;

use std::collections::HashSet;

use crate::manifest::{Field, Object};
use crate::names::{self, Faults};

/// The rules of the API server for one object's metadata.
struct Judge {
    /// A kind of Kubernetes itself: it has rules that custom resources lack.
    built_in: bool,
    /// What its name must look like.
    name: fn(&str) -> Faults,
    /// Whether it lives in a namespace, where that is known.
    namespaced: Option<bool>,
}

/// By which rules an object's metadata is judged; `None` for what may be no object of a cluster at all.
fn judge(object: &Object<'_>) -> Option<Judge> {
    if !object.kind.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let group = object.group();
    if BUILT_IN.binary_search(&group).is_ok() {
        let (name, namespaced): (fn(&str) -> Faults, _) = match &*object.kind {
            "ConfigMap" | "CronJob" | "DaemonSet" | "Deployment" | "Ingress" | "Job" | "Pod"
            | "ReplicaSet" | "Secret" | "ServiceAccount" => (names::dns1123_subdomain, true),
            "Service" | "StatefulSet" => (names::dns1123_label, true),
            "IngressClass" | "StorageClass" | "PersistentVolume" => (names::dns1123_subdomain, false),
            "Namespace" => (names::dns1123_label, false),
            "Role" | "RoleBinding" => (names::path_segment, true),
            "ClusterRole" | "ClusterRoleBinding" => (names::path_segment, false),
            _ => return None,
        };
        return Some(Judge {
            built_in: true,
            name,
            namespaced: Some(namespaced),
        });
    }
    // A custom resource's group is a domain. Some of OpenShift's own APIs have names of other shapes.
    let custom =
        group.contains('.') && !group.ends_with(".openshift.io") && !NOT_OF_A_CLUSTER.contains(&group);
    custom.then_some(Judge {
        built_in: false,
        name: names::dns1123_subdomain,
        namespaced: None,
    })
}

/// The API groups of Kubernetes itself.
const BUILT_IN: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
];

/// Groups of things that look like objects and live outside of clusters.
const NOT_OF_A_CLUSTER: &[&str] = &["backstage.io"];

/// The fields of `metadata`, unless it is of a type that does not decode.
fn metadata<'p, 't>(root: &'p Field<'p, 't>) -> Option<Field<'p, 't>> {
    let metadata = root.child("metadata");
    let decodes = metadata.value().is_none_or(|v| v.is_map() || v.is_null());
    decodes.then_some(metadata)
}

/// The entries of a map with free keys that count: of a merged key that is overridden only the last.
fn entries<'s, 't>(map: &'s Field<'s, 't>) -> Vec<Field<'s, 't>> {
    let mut entries: Vec<_> = map.entries().collect();
    if map.value().is_some_and(|map| map.is_indirect()) {
        let mut seen = HashSet::new();
        entries.reverse();
        entries.retain(|entry| seen.insert(entry.name().to_string()));
        entries.reverse();
    }
    entries
}

/// A name in the spirit of a refused one, for help texts; `None` when nothing sensible is left of it.
fn name_like(text: &str, valid: fn(&str) -> Faults) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' | '.' | '-' => out.push(c),
            '_' | ' ' | '/' | ':' | '@' => out.push('-'),
            _ => {}
        }
    }
    let out: Vec<&str> = out
        .split('.')
        .map(|part| part.trim_matches('-'))
        .filter(|part| !part.is_empty())
        .collect();
    let (dotted, dashed) = (out.join("."), out.join("-"));
    [dotted, dashed].into_iter().find(|name| valid(name).is_empty())
}
