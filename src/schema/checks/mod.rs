//! Checks that the vocabulary of constraints cannot say, called from rows of `schemas/constraints/`.

pub mod annotations;
pub mod claims;
pub mod podspec;
pub mod projected;
pub mod selectors;
pub mod storage;
pub mod volumes;
