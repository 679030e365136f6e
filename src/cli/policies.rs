//! The second pass: objects, before the policies of admission that are in the run.

use crate::engine;
use crate::graph::{Index, Policing, Role};
use crate::manifest::{File, Surroundings};
use crate::report::found_in;
use crate::settings::Policy;
use crate::source::Decoded;
use crate::yaml::Tree;

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
    let Some(policing) = Policing::new(index, policy.union().complete) else {
        return Vec::new();
    };
    let files = &run.report.files;
    let pass = Again::new(run, policy, threads);
    let mut troubles = Vec::new();
    let of_policies = read(&pass, policing.files.clone(), &mut troubles);
    let found = |file| found_in(files, file);
    let view = |read: &'_ Read| {
        let role = files.get(read.file as usize).map(|file| file.role);
        // What a cluster prints is no template, whatever its name.
        policy.union().no_skip || role == Some(Role::Inventory)
    };
    let in_run = of_policies.iter().map(|read| {
        let name = pass.name(read.file as usize);
        let file = File::read(name, &read.source.text, &read.tree, around, view(read));
        (read.file, file)
    });
    let mut policies = engine::policies(&policing, in_run, found);
    let params = engine::params(&policing, &policies);
    let of_params = read(
        &pass,
        params.iter().map(|(file, _)| *file).collect(),
        &mut troubles,
    );
    for read in &of_params {
        let name = pass.name(read.file as usize);
        let file = File::read(name, &read.source.text, &read.tree, around, view(read));
        if let Some((_, objects)) = params.iter().find(|(file, _)| *file == read.file) {
            engine::given(&mut policies, &file, objects);
        }
    }
    let subjects = engine::subjects(&policing, &policies, found);
    let mut found = pass.each(subjects.len(), |i| {
        let subjects = subjects.get(i).map_or(&[][..], Vec::as_slice);
        let file = subjects.first().map_or(usize::MAX, |one| one.file as usize);
        pass.judge(file, |file| file.check_policies(subjects, &policies, &policing))
    });
    found.extend(troubles.into_iter().map(Err));
    found
}

/// A file, read again.
struct Read {
    file: u32,
    source: Decoded,
    tree: Tree,
}

fn read(pass: &Again<'_>, files: Vec<u32>, troubles: &mut Vec<Problem>) -> Vec<Read> {
    let read = pass.each(files.len(), |i| {
        let file = files.get(i).copied().unwrap_or_default();
        let source = pass.text(file as usize)?;
        let tree = guarded(pass.name(file as usize), || engine::parse(&source))?;
        Ok(Read { file, source, tree })
    });
    let mut all = Vec::with_capacity(read.len());
    for result in read {
        match result {
            Ok(read) => all.push(read),
            Err(problem) => troubles.push(problem),
        }
    }
    all
}
