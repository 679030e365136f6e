//! Kustomizations that cannot be built. What their fields may be is judged by [`validation`](crate::validation).

pub(super) mod missing_file;
