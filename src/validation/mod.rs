//! What the API server checks of objects, by the tables of [`schema`](crate::schema): their structure, the constraints of
//! their types, and what CustomResourceDefinitions say of custom resources.

mod check;
pub mod checks;
pub mod constraints;
pub mod custom;
mod dashes;
mod decode;
mod duplicates;
mod elsewhere;
mod explain;
mod fault;
mod follow;
pub mod held;
mod instead;
mod keys;
mod kustomization;
mod limits;
mod list;
mod locate;
mod message;
mod migrate;
mod order;
mod path;
pub mod policies;
mod read_by;
mod repeats;
mod resolved;
mod served;
mod standards;
pub mod unset;

pub use check::{check, rank};
pub use dashes::join;
pub use explain::{Explained, Said, explain};
pub use follow::mark_following;
pub(crate) use migrate::add_path_type;
pub use order::judge_order;
