//! kubeproof proofreads Kubernetes manifests before they reach a cluster.

pub mod diagnostic;
pub mod engine;
pub mod graph;
pub mod manifest;
pub mod mask;
pub mod names;
pub mod rules;
pub mod schema;
pub mod source;
pub mod version;
pub mod yaml;
