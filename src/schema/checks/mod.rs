//! Checks that the vocabulary of constraints cannot say, called from rows of `schemas/constraints/`.

mod addresses;
pub mod annotations;
pub mod claims;
pub mod cluster_ips;
pub mod config_maps;
pub mod events;
pub mod hpa;
pub mod jobs;
pub mod limits;
mod matching;
pub mod network;
pub mod nodes;
pub mod podspec;
pub mod projected;
pub mod quota;
mod resource_names;
pub mod schedule;
pub mod selectors;
pub mod services;
pub mod slices;
pub mod storage;
pub mod templates;
pub mod volumes;
pub mod workloads;
