//! The second pass: what runs pods, against what its namespace asks of pods.

use crate::engine;
use crate::graph::{Index, anyone_asks};
use crate::report::found_in;
use crate::settings::Policy;

use super::again::{Again, Found};
use super::problem::Problem;
use super::run::Run;

/// Checks what runs pods, where something in the run asks anything of it. `index` is that of the run's facts.
pub fn check(run: &Run, index: &Index<'_>, policy: &Policy, threads: usize) -> Vec<Result<Found, Problem>> {
    if !anyone_asks(index.files) {
        return Vec::new();
    }
    let files = &run.report.files;
    let held = engine::held(index, |file| found_in(files, file));
    let pass = Again::new(run, policy, threads);
    pass.each(held.len(), |i| {
        let held = held.get(i).map_or(&[][..], Vec::as_slice);
        let file = held.first().map_or(usize::MAX, |one| one.file as usize);
        pass.judge(file, |file| file.check_held(held))
    })
}
