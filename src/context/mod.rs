//! What a check is given: the file or the index it looks at, how the run was asked to judge, and where to report.

mod cause;
mod ceiling;
mod cx;
mod run;

pub(crate) use cause::{Cause, MOST_CAUSES, Reach};
pub(crate) use ceiling::{Ceiling, apply};
pub use cx::Cx;
pub use run::{Judging, RunCx};
