//! Pods that name no ServiceAccount run under the one called `default`.

use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::Node;

/// Where an object of this kind describes its pods.
pub(super) fn path(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    Some(match (group, kind) {
        ("", "Pod") => &["spec"],
        ("", "PodTemplate") => &["template", "spec"],
        ("", "ReplicationController")
        | ("apps" | "extensions", "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job")
        | ("argoproj.io", "Rollout")
        | ("apps.openshift.io", "DeploymentConfig")
        | ("apps.kruise.io", "CloneSet" | "DaemonSet" | "StatefulSet" | "BroadcastJob")
        | ("serving.knative.dev", "Service" | "Configuration") => &["spec", "template", "spec"],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    })
}

/// Where pods are described that get both their account and its Secrets for pulling images by default.
pub(super) fn default_account(object: &Object<'_>) -> Option<Span> {
    let path = path(object.group(), &object.kind)?;
    let (last, above) = path.split_last()?;
    let entry = object.root.path(above)?.entry(last)?;
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
