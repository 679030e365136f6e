//! Reads files for what they say about names and Secrets, and reads those again that an answer points into.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

use crate::graph::table::Table;
use crate::graph::{Facts, Role};
use crate::impact::places::{self, Asked, FilePlaces, Places};
use crate::impact::{self, FileFacts};
use crate::manifest::Surroundings;
use crate::settings::Settings;
use crate::source;
use crate::yaml::Tree;

use super::inputs::ReadingArgs;
use super::problem::Problem;
use super::run::guarded;
use super::walk::Input;
use super::{inventory, parallel};

/// What breaks off may use any Secret further down.
pub fn broken(names: &[Facts], facts: &[FileFacts], inputs: &[Input], problems: &mut Vec<Problem>) {
    for ((facts, names), input) in facts.iter().zip(names).zip(inputs) {
        if facts.broken.is_empty() {
            continue;
        }
        let mut bytes = Vec::new();
        let line = match input.read(&mut bytes) {
            Ok(()) => line_of(bytes, facts.broken[0]),
            Err(_) => 1,
        };
        problems.push(Problem {
            path: format!("{}:{line}", names.file),
            what: "cannot be read from here on, so what it uses is not known; `kubeproof check` shows what is wrong"
                .to_string(),
        });
    }
}

fn line_of(bytes: Vec<u8>, offset: u32) -> u32 {
    let decoded = source::decode(bytes);
    source::LineIndex::new(&decoded.text)
        .position(&decoded.text, offset)
        .line
}

/// What the arguments lead to, and how it is to be read.
pub struct Opened {
    around: Surroundings,
    settings: Settings,
    no_skip: bool,
    threads: usize,
}

impl Opened {
    /// The inputs that paths and arguments lead to, or why they make no sense.
    pub fn of(
        reading: &ReadingArgs,
        paths: &[PathBuf],
        problems: &mut Vec<Problem>,
    ) -> Result<(Vec<Input>, Opened), String> {
        let (found, around) = reading.find(paths, problems)?;
        let opened = Opened {
            around,
            settings: found.configs.common(Settings::default())?,
            no_skip: reading.no_skip,
            threads: reading.threads(),
        };
        Ok((found.inputs, opened))
    }

    /// What reads them.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            around: &self.around,
            no_skip: self.no_skip,
            threads: self.threads,
            table: self.settings.table(),
        }
    }
}

/// How files are read, the first time and again.
pub struct Reader<'a> {
    /// What lies around the files.
    pub around: &'a Surroundings,
    /// Whether nothing is skipped.
    pub no_skip: bool,
    /// How many threads to use.
    pub threads: usize,
    /// What names and makes things, a user's own kinds included.
    pub table: &'a Table,
}

impl Reader<'_> {
    /// Takes the facts of all inputs that can be read.
    pub fn read(
        &self,
        inputs: Vec<Input>,
        problems: &mut Vec<Problem>,
    ) -> (Vec<Input>, Vec<Facts>, Vec<FileFacts>) {
        let done = over(&inputs, self.threads, |input, scratch| {
            let bytes = scratch.bytes(input)?;
            guarded(&input.name, || {
                let decoded = source::decode(bytes);
                let facts = impact::facts(
                    &input.name,
                    &decoded,
                    &mut scratch.tree,
                    self.around,
                    input.role,
                    self.no_skip,
                    self.table,
                );
                let fault = (input.role == Role::Inventory && facts.1.broken.is_empty())
                    .then(|| inventory::fault(&decoded.text, &scratch.tree));
                scratch.buffer = decoded.text.into_bytes();
                (facts, fault.flatten())
            })
        });
        let mut kept = (Vec::new(), Vec::new(), Vec::new());
        for (input, result) in inputs.into_iter().zip(done) {
            match result {
                Ok(((names, facts), fault)) => {
                    problems.extend(fault.map(|what| Problem {
                        path: input.name.clone(),
                        what,
                    }));
                    kept.0.push(input);
                    kept.1.push(names);
                    kept.2.push(facts);
                }
                Err(problem) => problems.push(problem),
            }
        }
        kept
    }

    /// Reads those files again that the answer points into.
    pub fn places(
        &self,
        inputs: &[Input],
        asked: BTreeMap<u32, Asked>,
        problems: &mut Vec<Problem>,
    ) -> Places {
        let asked: Vec<(&Input, u32, Asked)> = asked
            .into_iter()
            .filter_map(|(file, asked)| Some((inputs.get(file as usize)?, file, asked)))
            .collect();
        let done: Vec<Result<FilePlaces, Problem>> =
            over(&asked, self.threads, |(input, _, asked), scratch| {
                let bytes = scratch.bytes(input)?;
                guarded(&input.name, || {
                    let how = (input.role, self.no_skip);
                    let decoded = source::decode(bytes);
                    places::places(&input.name, decoded, &mut scratch.tree, self.around, how, asked)
                })
            });
        let mut places = Places::new();
        for ((_, file, _), result) in asked.into_iter().zip(done) {
            match result {
                Ok(found) => _ = places.insert(file, found),
                Err(problem) => problems.push(problem),
            }
        }
        places
    }
}

/// Applies `f` to each item, on several threads, and gives the results in the order of the items.
fn over<I: Sync, T: Send>(
    items: &[I],
    threads: usize,
    f: impl Fn(&I, &mut Scratch) -> Result<T, Problem> + Sync,
) -> Vec<Result<T, Problem>> {
    let workers = parallel::workers(threads, items.len());
    let done = parallel::each(items.len(), workers, &AtomicUsize::new(0), |at, scratch| {
        Some(f(items.get(at)?, scratch))
    });
    done.into_iter().flatten().collect()
}

/// What one worker reuses from file to file.
#[derive(Default)]
struct Scratch {
    tree: Tree,
    buffer: Vec<u8>,
}

impl Scratch {
    fn bytes(&mut self, input: &Input) -> Result<Vec<u8>, Problem> {
        let mut bytes = std::mem::take(&mut self.buffer);
        input.read(&mut bytes)?;
        Ok(bytes)
    }
}
