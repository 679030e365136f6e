//! What texts mean that have a format: quantities, times, addresses, patterns. Each knows what Go, and with it the API
//! server, makes of a text, and nothing of where it stands.

mod addresses;
pub(crate) mod image;
pub mod ip;
mod named;
mod pattern;
pub mod quantity;
pub mod regex;
pub mod scalars;
mod scripts;
mod steps;
pub mod times;

pub(crate) use named::{Format, accepts};
pub(crate) use pattern::Pattern;
