//! A ConfigMap that something uses and nothing defines or makes.

use crate::graph::CONFIG_MAP;
use crate::rules::{Check, RunCx};

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    super::dangling(cx, |row| row.target == CONFIG_MAP);
}
