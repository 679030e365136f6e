//! A ServiceAccount that a pod runs as and that nothing defines.

use crate::graph::{RunCx, SERVICE_ACCOUNT};
use crate::rules::Check;

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    super::dangling(cx, |row| row.target == SERVICE_ACCOUNT);
}
