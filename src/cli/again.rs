//! Files of a run that are looked at a second time, since it takes all others to know what is asked of them.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use crate::diagnostic::Diagnostic;
use crate::engine;
use crate::manifest::Skip;
use crate::report::{FileReport, Source};
use crate::settings::Policy;
use crate::source::{self, Decoded};

use super::parallel;
use super::problem::Problem;
use super::run::{Kept, Run, guarded, read_again};
use super::walk::Input;

/// What was found in a file, with its text where that was read again.
pub struct Found {
    file: usize,
    diagnostics: Vec<Diagnostic>,
    source: Option<Decoded>,
}

/// The second pass over a run.
pub struct Again<'r> {
    inputs: &'r [Input],
    sizes: &'r [usize],
    /// The files that the first pass kept whole.
    kept: &'r [Option<Box<Kept>>],
    /// The texts that it kept.
    texts: Vec<Option<&'r Decoded>>,
    /// The documents that it left alone.
    skipped: Vec<&'r [(Skip, u32)]>,
    policy: &'r Policy,
    threads: usize,
}

impl<'r> Again<'r> {
    /// Looks at a run again.
    pub fn new(run: &'r Run, policy: &'r Policy, threads: usize) -> Self {
        let files = &run.report.files;
        let texts = files.iter().zip(&run.kept).map(|(file, kept)| {
            let kept = kept.as_ref().map(|kept| &*kept.source);
            kept.or(file.source.as_deref().map(Source::decoded))
        });
        Again {
            inputs: &run.inputs,
            sizes: &run.sizes,
            kept: &run.kept,
            texts: texts.collect(),
            skipped: files.iter().map(|file| &*file.skipped).collect(),
            policy,
            threads,
        }
    }

    /// Applies `f` to so many things, on several threads.
    pub fn each<T: Send>(&self, count: usize, f: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let workers = parallel::workers(self.threads, count);
        parallel::each(count, workers, &AtomicUsize::new(0), |i, _: &mut ()| f(i))
    }

    /// Judges one of the files again.
    pub fn judge(
        &self,
        file: usize,
        judge: impl FnOnce(&engine::Again<'_>) -> Vec<Diagnostic>,
    ) -> Result<Found, Problem> {
        let read = match self.kept(file) {
            Some(_) => None,
            None => Some(self.text(file)?),
        };
        let mut found = Found {
            file,
            diagnostics: Vec::new(),
            source: None,
        };
        let Some(source) = self.kept(file).or(read.as_ref()) else {
            return Ok(found);
        };
        let name = self.name(file);
        let tree = self
            .kept
            .get(file)
            .and_then(Option::as_deref)
            .map(|kept| &kept.tree);
        let settings = self.inputs.get(file).map_or(0, |input| input.settings);
        let skipped = self.skipped.get(file).copied().unwrap_or_default();
        found.diagnostics = guarded(name, || {
            let parsed = match tree {
                Some(_) => None,
                None => Some(engine::parse(source)),
            };
            match tree.or(parsed.as_ref()) {
                Some(tree) => judge(&engine::Again {
                    name,
                    source,
                    tree,
                    skipped,
                    settings: self.policy.get(settings),
                }),
                None => Vec::new(),
            }
        })?;
        found.source = read.filter(|_| !found.diagnostics.is_empty());
        Ok(found)
    }

    /// The path of a file, as the user gave it.
    pub fn name(&self, file: usize) -> &'r str {
        self.inputs.get(file).map_or("", |input| &input.name)
    }

    /// A file's text, kept or read again.
    pub fn text(&self, file: usize) -> Result<Decoded, Problem> {
        if let Some(kept) = self.kept(file) {
            return Ok(kept.clone());
        }
        match (self.inputs.get(file), self.sizes.get(file)) {
            (Some(input), Some(size)) => read_again(input, *size),
            _ => Ok(source::decode(Vec::new())),
        }
    }

    /// The text that the first pass kept.
    fn kept(&self, file: usize) -> Option<&'r Decoded> {
        self.texts.get(file).copied().flatten()
    }
}

/// Adds what the second pass found to the files of the run, of which some were kept whole.
pub fn add(
    files: &mut [FileReport],
    kept: &[Option<Box<Kept>>],
    found: Vec<Result<Found, Problem>>,
    problems: &mut Vec<Problem>,
) {
    for result in found {
        let mut found = match result {
            Ok(found) => found,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let Some(report) = files.get_mut(found.file) else {
            continue;
        };
        let kept = kept.get(found.file).and_then(Option::as_deref);
        if let Some(source) = found.source {
            report.source = Some(Source::new(source));
        } else if let (None, Some(kept), false) = (&report.source, kept, found.diagnostics.is_empty()) {
            report.source = Some(Source::new(Arc::clone(&kept.source)));
        }
        report.diagnostics.append(&mut found.diagnostics);
    }
}
