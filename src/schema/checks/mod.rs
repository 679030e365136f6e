//! Checks that the vocabulary of constraints cannot say, called from rows of `schemas/constraints/`.

pub mod crd;
mod crd_default;
mod crd_equal;
mod crd_nested;
mod crd_path;
mod crd_schema;
mod regex;
pub mod url;
