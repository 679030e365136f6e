//! Expressions, run: what the rules of a definition say of an object.
//!
//! Only an answer that the server would certainly come to counts. What is not known here (a function, a text that
//! a tool fills in, what only the server holds) ends in [`Stop::Unknown`], as does too much work.

mod addresses;
mod eval;
mod formats;
mod functions;
mod lists;
mod memo;
mod mismatch;
mod numbers;
mod operators;
mod program;
mod quantities;
mod strings;
#[cfg(test)]
mod tests;
mod times;
mod urls;
mod value;
mod versions;
mod work;

pub use eval::run;
pub use memo::Memo;
pub use program::Program;
pub use value::{Collection, Tree, Val};

use std::borrow::Cow;

/// Why there is no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// It cannot be told here what the server comes to.
    Unknown,
    /// The server gets no value either: why.
    Fails(Cow<'static, str>),
}

/// What running comes to.
type Out<'v, T> = Result<Val<'v, T>, Stop>;

fn fails<V>(why: impl Into<Cow<'static, str>>) -> Result<V, Stop> {
    Err(Stop::Fails(why.into()))
}
