//! A workload that an autoscaler scales and nothing defines.

use crate::rules::{Check, RunCx};

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    super::dangling(cx, |row| super::is_workload(row.target));
}
