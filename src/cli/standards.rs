//! The second pass: what runs pods against the Pod Security Standards that Namespaces of the run enforce.

use crate::catalogue::ids;
use crate::engine;
use crate::graph::Index;
use crate::settings::Policy;

use super::again::{self, Again};
use super::problem::Problem;
use super::run::Run;

/// Checks what runs pods, where the run has a Namespace that asks for it.
pub fn check(run: &mut Run, policy: &Policy, threads: usize, problems: &mut Vec<Problem>) {
    let union = policy.union();
    let asked = run.facts.iter().any(|facts| !facts.enforcing.is_empty());
    if !asked || !union.judged(ids::POD_SECURITY_STANDARD).0 {
        return;
    }
    let index = Index::with(&run.facts, union.table());
    let files = &run.report.files;
    let held = engine::held(&index, |file| {
        files.get(file).map_or(&[], |file| &file.diagnostics)
    });
    let pass = Again::new(run, policy, threads);
    let found = pass.each(held.len(), |i| {
        let held = held.get(i).map_or(&[][..], Vec::as_slice);
        let file = held.first().map_or(usize::MAX, |one| one.file as usize);
        pass.judge(file, |file| {
            let again::File {
                name,
                source,
                tree,
                skipped,
                settings,
            } = *file;
            engine::check_standards(name, source, tree, skipped, settings, held)
        })
    });
    again::add(run, found, problems);
}
