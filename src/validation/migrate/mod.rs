//! Brings an object to the version that took its own one's place, where its shape allows.
//!
//! Most versions differ in nothing but their name once the old one's leftovers are not used; those that do
//! differ are rewritten here, or left to their author. Defaults may differ all the same: none of these fixes is
//! a safe one.

mod autoscaling;
mod ingress;
mod workload;

pub(crate) use ingress::add_path_type;

use crate::diagnostic::Edit;
use crate::edit;
use crate::manifest::Object;
use crate::yaml::Node;

/// The edits that make an object one of `to` (a group and version), beside the change of the version itself.
type Shape = for<'t> fn(&Object<'t>) -> Option<Vec<Edit>>;

/// Where a version leads, and what must change in the object.
struct Way {
    from: &'static str,
    kinds: &'static [&'static str],
    to: &'static str,
    shape: Shape,
}

const fn way(from: &'static str, kinds: &'static [&'static str], to: &'static str, shape: Shape) -> Way {
    Way {
        from,
        kinds,
        to,
        shape,
    }
}

const RBAC: &[&str] = &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const WEBHOOKS: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
const FLOW: &[&str] = &["FlowSchema", "PriorityLevelConfiguration"];
const STORAGE: &[&str] = &[
    "CSIDriver",
    "CSINode",
    "CSIStorageCapacity",
    "StorageClass",
    "VolumeAttachment",
];

const WAYS: &[Way] = &[
    way(
        "admissionregistration.k8s.io/v1beta1",
        WEBHOOKS,
        "admissionregistration.k8s.io/v1",
        webhooks,
    ),
    way(
        "apiextensions.k8s.io/v1beta1",
        &["CustomResourceDefinition"],
        "apiextensions.k8s.io/v1",
        definition,
    ),
    way(
        "apiregistration.k8s.io/v1beta1",
        &["APIService"],
        "apiregistration.k8s.io/v1",
        same,
    ),
    way(
        "apps/v1beta1",
        &["Deployment", "StatefulSet"],
        "apps/v1",
        workload::to_v1,
    ),
    way(
        "apps/v1beta2",
        &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
        "apps/v1",
        workload::to_v1,
    ),
    way("apps/v1beta1", &["ControllerRevision"], "apps/v1", same),
    way("apps/v1beta2", &["ControllerRevision"], "apps/v1", same),
    way(
        "autoscaling/v2beta1",
        &["HorizontalPodAutoscaler"],
        "autoscaling/v2",
        autoscaling::to_v2,
    ),
    way(
        "autoscaling/v2beta2",
        &["HorizontalPodAutoscaler"],
        "autoscaling/v2",
        autoscaling::to_v2,
    ),
    way("batch/v1beta1", &["CronJob"], "batch/v1", same),
    way("batch/v2alpha1", &["CronJob"], "batch/v1", same),
    way(
        "certificates.k8s.io/v1beta1",
        &["CertificateSigningRequest"],
        "certificates.k8s.io/v1",
        signing_request,
    ),
    way(
        "coordination.k8s.io/v1beta1",
        &["Lease"],
        "coordination.k8s.io/v1",
        same,
    ),
    way(
        "discovery.k8s.io/v1beta1",
        &["EndpointSlice"],
        "discovery.k8s.io/v1",
        endpoints,
    ),
    way(
        "extensions/v1beta1",
        &["DaemonSet", "Deployment", "ReplicaSet"],
        "apps/v1",
        workload::to_v1,
    ),
    way(
        "extensions/v1beta1",
        &["Ingress"],
        "networking.k8s.io/v1",
        ingress::to_v1,
    ),
    way(
        "extensions/v1beta1",
        &["NetworkPolicy"],
        "networking.k8s.io/v1",
        same,
    ),
    way(
        "flowcontrol.apiserver.k8s.io/v1beta1",
        FLOW,
        "flowcontrol.apiserver.k8s.io/v1",
        priority,
    ),
    way(
        "flowcontrol.apiserver.k8s.io/v1beta2",
        FLOW,
        "flowcontrol.apiserver.k8s.io/v1",
        priority,
    ),
    way(
        "flowcontrol.apiserver.k8s.io/v1beta3",
        FLOW,
        "flowcontrol.apiserver.k8s.io/v1",
        same,
    ),
    way(
        "networking.k8s.io/v1beta1",
        &["Ingress"],
        "networking.k8s.io/v1",
        ingress::to_v1,
    ),
    way(
        "networking.k8s.io/v1beta1",
        &["IngressClass", "ServiceCIDR", "IPAddress"],
        "networking.k8s.io/v1",
        same,
    ),
    way("node.k8s.io/v1beta1", &["RuntimeClass"], "node.k8s.io/v1", same),
    way("policy/v1beta1", &["PodDisruptionBudget"], "policy/v1", budget),
    way(
        "rbac.authorization.k8s.io/v1alpha1",
        RBAC,
        "rbac.authorization.k8s.io/v1",
        roles,
    ),
    way(
        "rbac.authorization.k8s.io/v1beta1",
        RBAC,
        "rbac.authorization.k8s.io/v1",
        same,
    ),
    way(
        "scheduling.k8s.io/v1alpha1",
        &["PriorityClass"],
        "scheduling.k8s.io/v1",
        same,
    ),
    way(
        "scheduling.k8s.io/v1beta1",
        &["PriorityClass"],
        "scheduling.k8s.io/v1",
        same,
    ),
    way("storage.k8s.io/v1beta1", STORAGE, "storage.k8s.io/v1", same),
];

/// The title and the edits of the fix that brings an object to a served version.
pub(super) fn fix(object: &Object<'_>) -> Option<(String, Vec<Edit>)> {
    let way = WAYS
        .iter()
        .find(|way| way.from == object.api_version && way.kinds.contains(&&*object.kind))?;
    // What is shared between places changes in all of them, and an item may have its type from its List.
    if object.root.is_indirect() {
        return None;
    }
    let version = edit::replace_scalar(object.root.get("apiVersion")?, way.to)?;
    let mut edits = (way.shape)(object)?;
    edits.push(version);
    Some((format!("change over to `{}`", way.to), edits))
}

/// Nothing but the name of the version changes.
#[allow(clippy::unnecessary_wraps)] // one of several shapes
fn same(_: &Object<'_>) -> Option<Vec<Edit>> {
    Some(Vec::new())
}

/// `Some` when a condition holds that lets the object stay as it is.
fn when(holds: bool) -> Option<Vec<Edit>> {
    holds.then(Vec::new)
}

/// Whether a node has entries or items.
fn is_filled(node: Option<Node<'_>>) -> bool {
    node.is_some_and(|node| node.raw_entries().next().is_some() || node.items().next().is_some())
}

/// `v1` has no default for `sideEffects` and `admissionReviewVersions`, and other ones for two more fields.
fn webhooks(object: &Object<'_>) -> Option<Vec<Edit>> {
    let has_all = |webhook: Node<'_>| {
        let quiet = webhook
            .get("sideEffects")
            .and_then(|v| v.str())
            .is_some_and(|text| matches!(&*text, "None" | "NoneOnDryRun"));
        let stated = ["failurePolicy", "matchPolicy", "timeoutSeconds"]
            .iter()
            .all(|key| webhook.get(key).is_some());
        quiet && stated && is_filled(webhook.get("admissionReviewVersions"))
    };
    let webhooks = object.root.get("webhooks");
    when(webhooks.is_none_or(|webhooks| webhooks.items().all(has_all)))
}

/// `v1` wants a schema for each version, and has nothing that holds for all of them.
fn definition(object: &Object<'_>) -> Option<Vec<Edit>> {
    let spec = object.root.get("spec")?;
    let old = [
        "additionalPrinterColumns",
        "preserveUnknownFields",
        "subresources",
        "validation",
        "version",
    ];
    let has_schema = |version: Node<'_>| {
        version.path(&["schema", "openAPIV3Schema", "type"]).is_some()
            && version
                .get("additionalPrinterColumns")
                .is_none_or(|columns| columns.items().all(|column| column.get("JSONPath").is_none()))
    };
    let conversion = spec.get("conversion");
    let plain = conversion.is_none_or(|conversion| {
        conversion.get("webhookClientConfig").is_none() && conversion.get("webhook").is_none()
    });
    let versions = spec.get("versions")?;
    when(
        plain
            && old.iter().all(|key| spec.get(key).is_none())
            && is_filled(Some(versions))
            && versions.items().all(has_schema),
    )
}

/// `v1` has no default signer.
fn signing_request(object: &Object<'_>) -> Option<Vec<Edit>> {
    let signer = object.path(&["spec", "signerName"])?.str()?;
    when(signer != "kubernetes.io/legacy-unknown" && is_filled(object.path(&["spec", "usages"])))
}

/// `v1` splits what stood under `topology`.
fn endpoints(object: &Object<'_>) -> Option<Vec<Edit>> {
    let endpoints = object.root.get("endpoints");
    when(endpoints.is_none_or(|endpoints| {
        endpoints
            .items()
            .all(|endpoint| endpoint.get("topology").is_none())
    }))
}

/// The shares have another name since `v1beta3`.
fn priority(object: &Object<'_>) -> Option<Vec<Edit>> {
    let limited = object.path(&["spec", "limited"]);
    match limited.and_then(|limited| limited.entry("assuredConcurrencyShares")) {
        None => Some(Vec::new()),
        Some(shares) => Some(vec![edit::rename_key(shares.key, "nominalConcurrencyShares")?]),
    }
}

/// An empty selector matched nothing, and matches every pod in `v1`; a missing one still matches nothing.
fn budget(object: &Object<'_>) -> Option<Vec<Edit>> {
    let selector = object.path(&["spec", "selector"])?;
    when(is_filled(selector.get("matchLabels")) || is_filled(selector.get("matchExpressions")))
}

/// A subject of `v1alpha1` names a version where one of `v1` names a group.
fn roles(object: &Object<'_>) -> Option<Vec<Edit>> {
    let subjects = object.root.get("subjects");
    when(subjects.is_none_or(|subjects| {
        subjects
            .items()
            .all(|subject| subject.get("apiVersion").is_none())
    }))
}
