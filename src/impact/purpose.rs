//! Secrets that controllers find by their labels, so that no field names them.

use crate::manifest::Object;
use crate::yaml::Node;

/// What is lost with a key of Sealed Secrets.
pub(super) const SEALING_KEY: &str =
    "a key of Sealed Secrets: what was sealed with it cannot be opened again";

/// A label, its value (`*`: any), and what is lost with a Secret that has it.
const LABELS: [(&str, &str, &str); 5] = [
    ("sealedsecrets.bitnami.com/sealed-secrets-key", "*", SEALING_KEY),
    (
        "argocd.argoproj.io/secret-type",
        "repository",
        "a repository of Argo CD: it can no longer sign in there",
    ),
    (
        "argocd.argoproj.io/secret-type",
        "repo-creds",
        "credentials of Argo CD: it can no longer sign in to the repositories that they are for",
    ),
    (
        "argocd.argoproj.io/secret-type",
        "repository-write",
        "a repository of Argo CD: it can no longer write there",
    ),
    (
        "argocd.argoproj.io/secret-type",
        "cluster",
        "a cluster of Argo CD: it can no longer deploy there",
    ),
];

/// What is lost with a Secret that is found by its labels.
pub(super) fn of(secret: &Object<'_>) -> Option<&'static str> {
    let labels = secret.path(&["metadata", "labels"])?;
    LABELS.iter().find_map(|(key, wanted, lost)| {
        let value = labels.get(key).and_then(Node::str)?;
        (*wanted == "*" || *wanted == value).then_some(*lost)
    })
}
