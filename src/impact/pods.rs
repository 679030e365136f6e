//! Pods that name no ServiceAccount run under the one called `default`.

use crate::graph::way_to_pods;
use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::Node;

/// Where pods are described that get both their account and its Secrets for pulling images by default.
pub(super) fn default_account(object: &Object<'_>) -> Option<Span> {
    let way = way_to_pods(object.group(), &object.kind)?;
    let entry = object.root.path(way)?.entry("spec")?;
    let filled = |key| {
        let value = entry.value.get(key).and_then(Node::str);
        value.is_some_and(|name| !name.is_empty())
    };
    let pulls = entry
        .value
        .get("imagePullSecrets")
        .is_some_and(|list| list.items().next().is_some());
    (!filled("serviceAccountName") && !filled("serviceAccount") && !pulls).then(|| entry.key.span())
}
