//! A PersistentVolumeClaim that a pod mounts and that nothing defines.

use crate::graph::PERSISTENT_VOLUME_CLAIM;
use crate::rules::{Check, RunCx};

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    super::dangling(cx, |row| row.target == PERSISTENT_VOLUME_CLAIM);
}
