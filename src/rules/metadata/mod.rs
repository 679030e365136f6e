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
pub(super) mod pod_security_label;
pub(super) mod server_set_field;
pub(super) mod too_large_to_apply;

use std::collections::HashSet;

use crate::manifest::{Field, Object};
use crate::names::{self, Faults};
use crate::rules::Cx;
use crate::schema::{self, NameFormat, Scope};

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
fn judge(object: &Object<'_>, cx: &Cx<'_>) -> Option<Judge> {
    let group = object.group();
    if let Some(kind) = cx.kind_of(object) {
        let name = match kind.name_format(cx.kube()) {
            NameFormat::DnsSubdomain => names::dns1123_subdomain,
            NameFormat::DnsLabel => names::dns1123_label,
            NameFormat::Dns1035Label => names::dns1035_label,
            NameFormat::PathSegment => names::path_segment,
            NameFormat::ConfigKey => names::data_key,
            NameFormat::IpAddress => names::ip_address,
            NameFormat::GroupResource => names::group_resource,
            NameFormat::Unnamed => return None,
        };
        return Some(Judge {
            built_in: true,
            name,
            namespaced: kind.scope.map(|scope| scope == Scope::Namespaced),
        });
    }
    // A custom resource's group is a domain. Some of OpenShift's own APIs have names of other shapes.
    let custom = group.contains('.')
        && !schema::is_built_in(group)
        && !group.ends_with(".openshift.io")
        && !NOT_OF_A_CLUSTER.contains(&group)
        && object.kind.starts_with(|c: char| c.is_ascii_uppercase());
    custom.then_some(Judge {
        built_in: false,
        name: names::dns1123_subdomain,
        namespaced: None,
    })
}

/// Groups of things that look like objects and live outside of clusters.
const NOT_OF_A_CLUSTER: &[&str] = &["backstage.io"];

/// The fields of `metadata`, unless it is of a type that does not decode.
fn metadata<'p, 't>(root: &'p Field<'p, 't>) -> Option<Field<'p, 't>> {
    let metadata = root.child("metadata");
    let decodes = metadata.value().is_none_or(|v| v.is_map() || v.is_null());
    decodes.then_some(metadata)
}

/// Whether the object's document cannot be read to its end, so that what is missing from it may be there.
fn is_partial(object: &Object<'_>, cx: &Cx<'_>) -> bool {
    let document = cx.file.documents.get(object.document as usize);
    document.is_some_and(|document| document.chunk.error.is_some())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_names_that_are_right() {
        let like = |text| name_like(text, names::dns1123_subdomain);
        assert_eq!(like("Shop_Credentials").as_deref(), Some("shop-credentials"));
        assert_eq!(like("shop.example.com.").as_deref(), Some("shop.example.com"));
        assert_eq!(like("日本"), None);
        let label = |text| name_like(text, names::dns1123_label);
        assert_eq!(label("Team.A").as_deref(), Some("team-a"));
    }
}
