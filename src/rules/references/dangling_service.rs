//! A Service that something calls and nothing defines or makes.

use crate::graph::SERVICE;
use crate::rules::{Check, RunCx};

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    super::dangling(cx, |row| row.target == SERVICE);
}
