//! Checks that the vocabulary of constraints cannot say, called from rows of `schemas/constraints/`.

mod matching;
pub mod workloads;
