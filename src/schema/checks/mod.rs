//! Checks that the vocabulary of constraints cannot say, called from rows of `schemas/constraints/`.

pub mod containers;
pub mod containers_env;
pub mod containers_probes;
pub mod containers_resources;
pub mod containers_security;
pub mod containers_volumes;
