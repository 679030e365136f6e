//! The second pass: objects, before the policies of admission that are in the run.

use crate::engine::policies::{Read, ask};
use crate::graph::{Index, Known, Policing, Role};
use crate::manifest::Surroundings;
use crate::report::found_in;
use crate::settings::Policy;

use super::again::{Again, Found};
use super::problem::Problem;
use super::run::{Run, guarded};

/// Asks the policies about the objects that they are for. `index` is that of the run's facts.
pub fn check(
    run: &Run,
    index: &Index<'_>,
    around: &Surroundings,
    policy: &Policy,
    threads: usize,
) -> Vec<Result<Found, Problem>> {
    let union = policy.union();
    let Some(policing) = Policing::new(index, union.complete) else {
        return Vec::new();
    };
    let files = &run.report.files;
    let pass = Again::new(run, policy, threads);
    let mut troubles = Vec::new();
    let read = |file: u32, known: &[Known]| {
        let role = files.get(file as usize).map(|file| file.role);
        // What a cluster prints is no template, whatever its name.
        let no_skip = union.no_skip || role == Some(Role::Inventory);
        let name = pass.name(file as usize);
        let text = pass.text(file as usize);
        let read = text.and_then(|source| {
            guarded(name, || {
                Read::new(name, source, known, around, union.kube, no_skip)
            })
        });
        read.map_err(|problem| troubles.push(problem)).ok()
    };
    let mut found = ask(
        &policing,
        around,
        |file| found_in(files, file),
        read,
        |policies, asked| {
            pass.each(asked.len(), |i| {
                let subjects = asked.get(i).copied().unwrap_or_default();
                let file = subjects.first().map_or(usize::MAX, |one| one.file as usize);
                pass.judge(file, |file| file.check_policies(subjects, policies, &policing))
            })
        },
    );
    found.extend(troubles.into_iter().map(Err));
    found
}
