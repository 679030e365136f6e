//! The second pass: objects, before the policies of admission that are in the run.

use crate::engine;
use crate::engine::policies::{add_known, add_policies, by_file, each_file, known, refused, subjects};
use crate::graph::{Index, Known, Policing, Role};
use crate::hash::HashSet;
use crate::manifest::{File, Surroundings};
use crate::report::found_in;
use crate::settings::Policy;
use crate::source::Decoded;
use crate::validation::policies::Policies;
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
    let found = &|file| found_in(files, file);
    let view = |read: &'_ Read| {
        let role = files.get(read.file as usize).map(|file| file.role);
        // What a cluster prints is no template, whatever its name.
        policy.union().no_skip || role == Some(Role::Inventory)
    };
    let of_policies = read(&pass, &policing.known, (around, policy), &mut troubles);
    let mut policies = Policies::default();
    for read in &of_policies {
        let file = File::read(
            pass.name(read.file as usize),
            &read.source.text,
            &read.tree,
            around,
            view(read),
        );
        add_policies(&mut policies, &file, &read.known, &read.refused);
    }
    let subjects = subjects(&policing, &mut policies, found);
    let known = known(&policing, &policies, &subjects);
    let of_known = read(&pass, &known, (around, policy), &mut troubles);
    for read in &of_known {
        let file = File::read(
            pass.name(read.file as usize),
            &read.source.text,
            &read.tree,
            around,
            view(read),
        );
        add_known(&mut policies, &file, &read.known, &read.refused);
    }
    let asked: Vec<_> = each_file(&subjects).collect();
    let mut found = pass.each(asked.len(), |i| {
        let (file, subjects) = asked.get(i).copied().unwrap_or((u32::MAX, &[]));
        pass.judge(file as usize, |file| {
            file.check_policies(subjects, &policies, &policing)
        })
    });
    found.extend(troubles.into_iter().map(Err));
    found
}

/// A file, read again.
struct Read {
    file: u32,
    /// What is wanted of it.
    known: Vec<Known>,
    /// Objects that the server refuses.
    refused: HashSet<u32>,
    source: Decoded,
    tree: Tree,
}

/// Reads the files of some objects; there are few.
fn read(
    pass: &Again<'_>,
    wanted: &[Known],
    (around, policy): (&Surroundings, &Policy),
    troubles: &mut Vec<Problem>,
) -> Vec<Read> {
    let mut all = Vec::new();
    for (file, known) in by_file(wanted) {
        let read = pass.text(file as usize).and_then(|source| {
            let name = pass.name(file as usize);
            let judged = || {
                (
                    engine::parse(&source),
                    refused(name, &source, around, policy.union()),
                )
            };
            let (tree, refused) = guarded(name, judged)?;
            Ok(Read {
                file,
                known: known.to_vec(),
                refused,
                source,
                tree,
            })
        });
        match read {
            Ok(read) => all.push(read),
            Err(problem) => troubles.push(problem),
        }
    }
    all
}
