//! Labels and annotations that others than the author put on objects.

/// The ends of prefixes of keys that tools and the cluster itself use.
const PREFIXES: [&str; 8] = [
    "k8s.io",
    "kubernetes.io",
    "argoproj.io",
    "fluxcd.io",
    "helm.sh",
    "cattle.io",
    "k14s.io",
    "googleapis.com",
];

/// Whether a tool that applies objects may put a key on them. What they say about an application is its author's, but for
/// who manages it.
pub(super) fn by_tools(key: &str) -> bool {
    match key.split_once('/') {
        Some(("app.kubernetes.io", name)) => matches!(name, "instance" | "managed-by"),
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
