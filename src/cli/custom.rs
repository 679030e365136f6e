//! The second pass: custom resources against the CustomResourceDefinitions of the run.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use crate::definitions::{Coverage, Plan};
use crate::diagnostic::Diagnostic;
use crate::engine;
use crate::graph::{Facts, Role};
use crate::manifest::{File, Skip, Surroundings};
use crate::report::Source;
use crate::settings::Policy;
use crate::source::{self, Decoded};
use crate::validation::custom::{Definitions, is_definition};
use crate::yaml::Tree;

use super::parallel;
use super::problem::Problem;
use super::run::{Run, guarded, read_again};
use super::walk::Input;

/// A file of definitions, read again.
struct Defining {
    file: usize,
    source: Decoded,
    tree: Tree,
}

/// What was found in a file, with its text.
struct Found {
    diagnostics: Vec<Diagnostic>,
    source: Option<Decoded>,
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
    let pass = Pass {
        kept: files
            .iter()
            .zip(&run.kept)
            .map(|(file, kept)| {
                let kept = kept.as_ref().map(|kept| &*kept.source);
                kept.or(file.source.as_deref().map(Source::decoded))
            })
            .collect(),
        skipped: files.iter().map(|file| &*file.skipped).collect(),
        inputs: &run.inputs,
        sizes: &run.sizes,
        policy,
        threads,
    };
    let plan = Plan::new(files.iter().map(|file| &*file.objects));
    let (kept, again): (Vec<_>, Vec<_>) = plan
        .defining()
        .iter()
        .map(|file| (*file, run.kept.get(*file).and_then(Option::as_deref)))
        .partition(|(_, kept)| kept.is_some());
    let again = again.into_iter().map(|(file, _)| file).collect();
    let defining = pass.read_definitions(again, &plan, &run.facts, problems);
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
    let workers = parallel::workers(threads, using.len());
    let results = parallel::each(using.len(), workers, &AtomicUsize::new(0), |i, _: &mut ()| {
        let file = using.get(i).copied().unwrap_or_default();
        let tree = run
            .kept
            .get(file)
            .and_then(Option::as_deref)
            .map(|kept| &kept.tree);
        (file, pass.check(file, &definitions, tree))
    });
    let coverage: Coverage = plan.coverage(&definitions);
    run.report.coverage = coverage;
    for (file, result) in results {
        match (result, run.report.files.get_mut(file)) {
            (Ok(mut found), Some(report)) => {
                let kept = run.kept.get(file).and_then(Option::as_deref);
                if let Some(source) = found.source {
                    report.source = Some(Source::new(source));
                } else if let (None, Some(kept), false) = (&report.source, kept, found.diagnostics.is_empty())
                {
                    report.source = Some(Source::new(Arc::clone(&kept.source)));
                }
                report.diagnostics.append(&mut found.diagnostics);
            }
            (Err(problem), _) => problems.push(problem),
            _ => {}
        }
    }
}

/// What the second pass looks at.
struct Pass<'r> {
    /// The texts that the first pass kept.
    kept: Vec<Option<&'r Decoded>>,
    /// The documents that the first pass left alone.
    skipped: Vec<&'r [(Skip, u32)]>,
    inputs: &'r [Input],
    sizes: &'r [usize],
    policy: &'r Policy,
    threads: usize,
}

impl Pass<'_> {
    fn read_definitions(
        &self,
        mut wanted: Vec<usize>,
        plan: &Plan<'_>,
        facts: &[Facts],
        problems: &mut Vec<Problem>,
    ) -> Vec<Defining> {
        let unchecked = self
            .inputs
            .iter()
            .enumerate()
            .filter(|(i, input)| match input.role {
                Role::Checked => false,
                Role::Definitions => true,
                Role::Indexed | Role::Inventory => facts.get(*i).is_some_and(defines),
            });
        wanted.extend(unchecked.map(|(i, _)| i));
        let workers = parallel::workers(self.threads, wanted.len());
        let read = parallel::each(wanted.len(), workers, &AtomicUsize::new(0), |i, _: &mut ()| {
            let file = wanted.get(i).copied().unwrap_or_default();
            let (source, name) = (self.text(file)?, self.name(file));
            let role = self.inputs.get(file).map(|input| input.role);
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

    fn check(
        &self,
        file: usize,
        definitions: &Definitions<'_>,
        tree: Option<&Tree>,
    ) -> Result<Found, Problem> {
        let kept = self.kept.get(file).copied().flatten();
        let read = match kept {
            Some(_) => None,
            None => Some(self.text(file)?),
        };
        let mut found = Found {
            diagnostics: Vec::new(),
            source: None,
        };
        let Some(source) = kept.or(read.as_ref()) else {
            return Ok(found);
        };
        let name = self.name(file);
        let skipped = self.skipped.get(file).copied().unwrap_or_default();
        found.diagnostics = guarded(name, || {
            let parsed = match tree {
                Some(_) => None,
                None => Some(engine::parse(source)),
            };
            let index = self.inputs.get(file).map_or(0, |input| input.settings);
            let settings = self.policy.get(index);
            match tree.or(parsed.as_ref()) {
                Some(tree) => engine::check_custom(name, source, tree, skipped, settings, definitions),
                None => Vec::new(),
            }
        })?;
        found.source = read.filter(|_| !found.diagnostics.is_empty());
        Ok(found)
    }

    fn name(&self, file: usize) -> &str {
        self.inputs.get(file).map_or("", |input| &input.name)
    }

    /// A file's text, kept or read again.
    fn text(&self, file: usize) -> Result<Decoded, Problem> {
        if let Some(kept) = self.kept.get(file).copied().flatten() {
            return Ok(kept.clone());
        }
        match (self.inputs.get(file), self.sizes.get(file)) {
            (Some(input), Some(size)) => read_again(input, *size),
            _ => Ok(source::decode(Vec::new())),
        }
    }
}

/// Whether a file that is not checked holds a definition.
fn defines(facts: &Facts) -> bool {
    facts.objects.iter().any(|object| {
        let api_version = format!("{}/v1", facts.str(object.group));
        is_definition(&api_version, facts.str(object.kind))
    })
}
