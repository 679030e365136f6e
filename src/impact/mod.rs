//! What breaks when Secrets are deleted: which are chosen, who uses them, directly and through others, and
//! what makes them again.
//!
//! ```text
//! facts of all files → select → judge → places → text, json
//! ```
//!
//! Everything here is pure. A name counts as used wherever it may be meant: a deletion cannot be undone, so
//! that a use too many costs less than one overlooked.

mod chain;
pub mod csms;
mod facts;
mod fetched;
pub mod fields;
mod fit;
mod guess;
mod json;
mod judge;
pub mod labels;
mod operation;
mod patches;
pub mod places;
mod pods;
mod purpose;
mod select;
mod text;
mod texts;
mod used;
mod users;

pub use facts::{CloudUse, FileFacts, SecretFact, facts};
pub use fetched::{Fetch, Store};
pub use guess::Guess;
pub use json::json;
pub use judge::{Judged, Link, Verdict, judge};
pub use select::{Choice, Chosen, Selected, cloud, select};
pub use text::Text;

use crate::graph::table::Breaks;

/// What is said beside the answer.
#[derive(Default, Debug)]
pub struct Surrounds {
    /// What was chosen, in words: `all Secrets of namespace web`.
    pub selection: String,
    /// What the reader should know before trusting the answer.
    pub notes: Vec<String>,
    /// Files read.
    pub files: usize,
    /// Objects in them.
    pub objects: usize,
    /// What could not be read, in words: who uses the Secrets may stand there.
    pub unread: Vec<String>,
}

/// When something breaks, in JSON: a pull of an image happens at a restart. What is asked for more may be so at once.
pub fn when(breaks: Breaks) -> &'static str {
    match breaks {
        Breaks::Now | Breaks::OnNextUse => "now",
        Breaks::OnRestart | Breaks::OnPull => "on-restart",
        Breaks::FallsBack => "falls-back",
    }
}
