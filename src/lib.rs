//! kubeproof proofreads Kubernetes manifests before they reach a cluster.

pub mod source;
pub mod yaml;
