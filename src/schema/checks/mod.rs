//! Checks that the vocabulary of constraints cannot say, called from rows of `schemas/constraints/`.

mod addresses;
pub mod annotations;
pub mod claims;
pub mod cluster_ips;
pub mod hpa;
pub mod jobs;
mod matching;
pub mod podspec;
pub mod projected;
pub mod schedule;
pub mod selectors;
pub mod services;
pub mod storage;
pub mod templates;
pub mod volumes;
pub mod workloads;
