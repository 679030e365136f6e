//! `metadata.generation` is the server's; where it keeps the one given, that must not be negative.

use crate::diagnostic::ErrorType;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.has_metadata("generation") {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let generation = metadata.child("generation");
    if generation.int().is_some_and(|n| n < 0) && is_kept(object, cx.kube().minor()) {
        cx.report_at(
            &generation,
            "`generation` is negative, which no object can be stored with",
        )
        .refusal(ErrorType::Invalid, generation.path())
        .help("remove it: the API server counts generations itself");
    }
}

/// Kinds whose generation the server stores as given (measured); of all others it sets it to 1 first.
const KEPT: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("apiregistration.k8s.io", &["APIService"]),
    ("apps", &["ControllerRevision"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("certificates.k8s.io", &["CertificateSigningRequest"]),
    ("coordination.k8s.io", &["Lease", "LeaseCandidate"]),
    ("events.k8s.io", &["Event"]),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    ("networking.k8s.io", &["IPAddress", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    (
        "rbac.authorization.k8s.io",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    ),
    ("resource.k8s.io", &["ResourceClaim", "ResourceClaimTemplate"]),
    (
        "storage.k8s.io",
        &[
            "CSIDriver",
            "CSINode",
            "CSIStorageCapacity",
            "StorageClass",
            "VolumeAttachment",
            "VolumeAttributesClass",
        ],
    ),
];

fn is_kept(object: &Object<'_>, minor: u8) -> bool {
    // Generations of pods are counted since 1.33.
    let uncounted_pod = minor < 33 && object.group().is_empty() && object.kind == "Pod";
    uncounted_pod
        || KEPT
            .iter()
            .any(|(group, kinds)| *group == object.group() && kinds.contains(&&*object.kind))
}
