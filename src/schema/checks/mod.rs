//! Checks that the vocabulary of constraints cannot say, called from rows of `schemas/constraints/`.

pub mod hpa;
pub mod jobs;
mod matching;
pub mod schedule;
pub mod templates;
pub mod workloads;
