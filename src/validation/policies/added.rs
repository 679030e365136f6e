//! Labels and annotations that others than the author put on objects.

/// The ends of prefixes of keys that tools and the cluster itself use.
const PREFIXES: [&str; 9] = [
    "k8s.io",
    "kubernetes.io",
    "argoproj.io",
    "fluxcd.io",
    "helm.sh",
    "cattle.io",
    "k14s.io",
    "googleapis.com",
    "skaffold.dev",
];

/// Prefixes of that sort that authors use.
const AUTHORS: [&str; 3] = [
    "nginx.ingress.kubernetes.io",
    "pod-security.kubernetes.io",
    "service.beta.kubernetes.io",
];

/// Whether a tool that applies objects may put a key on them. What they say about an application is its author's, but for
/// who manages it.
pub(super) fn by_tools(key: &str) -> bool {
    match key.split_once('/') {
        Some(("app.kubernetes.io", name)) => matches!(name, "instance" | "managed-by"),
        Some((prefix, _)) if AUTHORS.contains(&prefix) => false,
        Some((prefix, _)) => PREFIXES.iter().any(|end| prefix.ends_with(end)),
        None => false,
    }
}

/// Whether a controller may put a label on the pods that it makes.
pub(super) fn by_controllers(key: &str) -> bool {
    const PLAIN: [&str; 5] = [
        "pod-template-hash",
        "controller-revision-hash",
        "pod-template-generation",
        "job-name",
        "controller-uid",
    ];
    PLAIN.contains(&key)
        || [
            "statefulset.kubernetes.io/",
            "apps.kubernetes.io/",
            "batch.kubernetes.io/",
        ]
        .iter()
        .any(|prefix| key.starts_with(prefix))
}

/// Labels, or annotations, that tools and controllers put on many objects.
pub(super) const fn usual(labels: bool) -> &'static [&'static str] {
    match labels {
        true => &[
            "app.kubernetes.io/instance",
            "app.kubernetes.io/managed-by",
            "helm.sh/chart",
            "helm.toolkit.fluxcd.io/name",
            "helm.toolkit.fluxcd.io/namespace",
            "kustomize.toolkit.fluxcd.io/name",
            "kustomize.toolkit.fluxcd.io/namespace",
            "argocd.argoproj.io/instance",
            "objectset.rio.cattle.io/hash",
            "skaffold.dev/run-id",
            "pod-template-hash",
            "controller-revision-hash",
            "statefulset.kubernetes.io/pod-name",
            "apps.kubernetes.io/pod-index",
            "batch.kubernetes.io/job-name",
            "batch.kubernetes.io/controller-uid",
            "job-name",
            "controller-uid",
        ],
        false => &[
            "kubectl.kubernetes.io/last-applied-configuration",
            "kubectl.kubernetes.io/restartedAt",
            "argocd.argoproj.io/tracking-id",
            "meta.helm.sh/release-name",
            "meta.helm.sh/release-namespace",
            "deployment.kubernetes.io/revision",
            "objectset.rio.cattle.io/id",
        ],
    }
}
