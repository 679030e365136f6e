//! The second pass: custom resources against the CustomResourceDefinitions of the run.

use crate::definitions::{Coverage, Plan};
use crate::engine;
use crate::graph::{Facts, Role};
use crate::manifest::{File, Surroundings};
use crate::settings::Policy;
use crate::source::Decoded;
use crate::validation::custom::{Definitions, is_definition};
use crate::yaml::Tree;

use super::again::{self, Again};
use super::problem::Problem;
use super::run::{Run, guarded};

/// A file of definitions, read again.
struct Defining {
    file: usize,
    source: Decoded,
    tree: Tree,
}

/// Checks custom resources, and counts those that nothing is known of.
pub fn check(
    run: &mut Run,
    around: &Surroundings,
    policy: &Policy,
    threads: usize,
    problems: &mut Vec<Problem>,
) {
    let files = &run.report.files;
    let pass = Again::new(run, policy, threads);
    let plan = Plan::new(files.iter().map(|file| &*file.objects));
    let (kept, again): (Vec<_>, Vec<_>) = plan
        .defining()
        .iter()
        .map(|file| (*file, run.kept.get(*file).and_then(Option::as_deref)))
        .partition(|(_, kept)| kept.is_some());
    let again = again.into_iter().map(|(file, _)| file).collect();
    let defining = read_definitions(&pass, run, again, &plan, problems);
    let mut definitions = Definitions::default();
    let mut add = |file: usize, source, tree, again: bool| {
        let Some(report) = files.get(file) else { return };
        // What a cluster prints is no template, whatever its name.
        let no_skip = policy.union().no_skip || report.role == Role::Inventory;
        let source: &Decoded = source;
        let read = if again {
            File::again(&report.name, &source.text, tree, &report.skipped, no_skip)
        } else {
            File::read(&report.name, &source.text, tree, around, no_skip)
        };
        definitions.add(&read, |object| {
            engine::is_refused(&report.diagnostics, object) || engine::is_refused(&report.suppressed, object)
        });
    };
    for (file, kept) in kept {
        if let Some(kept) = kept {
            add(file, &*kept.source, &kept.tree, true);
        }
    }
    for Defining { file, source, tree } in &defining {
        add(*file, source, tree, false);
    }
    let using = plan.using(&definitions);
    let found = pass.each(using.len(), |i| {
        let file = using.get(i).copied().unwrap_or_default();
        pass.judge(file, |file| file.check_custom(&definitions))
    });
    let coverage: Coverage = plan.coverage(&definitions);
    run.report.coverage = coverage;
    again::add(&mut run.report.files, &run.kept, found, problems);
}

fn read_definitions(
    pass: &Again<'_>,
    run: &Run,
    mut wanted: Vec<usize>,
    plan: &Plan<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Defining> {
    let unchecked = run
        .inputs
        .iter()
        .enumerate()
        .filter(|(i, input)| match input.role {
            Role::Checked => false,
            Role::Definitions => true,
            Role::Indexed | Role::Inventory => run.facts.get(*i).is_some_and(defines),
        });
    wanted.extend(unchecked.map(|(i, _)| i));
    let inputs = &run.inputs;
    let read = pass.each(wanted.len(), |i| {
        let file = wanted.get(i).copied().unwrap_or_default();
        let (source, name) = (pass.text(file)?, pass.name(file));
        let role = inputs.get(file).map(|input| input.role);
        if role == Some(Role::Definitions) && !plan.may_define(&source.text) {
            return Ok(None);
        }
        let tree = guarded(name, || engine::parse(&source))?;
        Ok(Some(Defining { file, source, tree }))
    });
    let mut defining = Vec::with_capacity(read.len());
    for result in read {
        match result {
            Ok(read) => defining.extend(read),
            Err(problem) => problems.push(problem),
        }
    }
    defining
}

/// Whether a file that is not checked holds a definition.
fn defines(facts: &Facts) -> bool {
    facts.objects.iter().any(|object| {
        let api_version = format!("{}/v1", facts.str(object.group));
        is_definition(&api_version, facts.str(object.kind))
    })
}
