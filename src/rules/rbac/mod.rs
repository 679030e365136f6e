//! Roles and ClusterRoles: what the API server takes without a word, and what then gives no right.

pub(super) mod grants_nothing;
