//! A Role or ClusterRole that a binding gives and nothing defines.

use crate::graph::{CLUSTER_ROLE, ROLE};
use crate::rules::{Check, RunCx};

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    super::dangling(cx, |row| matches!(row.target, ROLE | CLUSTER_ROLE));
}
