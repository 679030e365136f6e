//! A ServiceAccount that a pod runs as and that nothing defines.

use crate::graph::SERVICE_ACCOUNT;
use crate::rules::{Check, RunCx};

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    super::dangling(cx, |row| row.target == SERVICE_ACCOUNT);
}
