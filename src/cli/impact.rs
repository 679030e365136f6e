//! `kubeproof impact`: what breaks when Secrets are deleted.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

use clap::{Args, ValueEnum};

use crate::graph::{Facts, Index, Role};
use crate::impact::places::{self, Asked, FilePlaces, Places};
use crate::impact::{self, FileFacts, Judged, Selected, Surrounds};
use crate::manifest::Surroundings;
use crate::report::{count, printable};
use crate::source;
use crate::yaml::Tree;

use super::choice::{Wanted, wanted};
use super::inputs::ReadingArgs;
use super::inventory;
use super::parallel;
use super::problem::Problem;
use super::read;
use super::run::guarded;
use super::terminal::{Terminal, tell};
use super::walk::Input;
use super::{CLEAN, FOUND, TROUBLE};

/// The arguments of `kubeproof impact`.
#[derive(Args, Debug)]
pub struct ImpactArgs {
    /// Secrets to delete; none: all that the selectors fit.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// The namespace to delete them in. Without names and selectors: all of its Secrets.
    #[arg(
        short,
        long,
        value_name = "NS",
        conflicts_with = "all_namespaces",
        help_heading = "Selection"
    )]
    pub namespace: Option<String>,
    /// Delete them in all namespaces.
    #[arg(short = 'A', long, help_heading = "Selection")]
    pub all_namespaces: bool,
    /// Select by labels: `app=web`, `tier in (db, cache)`, `!canary`, `weight>3`; commas mean "and".
    #[arg(short = 'l', long, value_name = "EXPR", help_heading = "Selection")]
    pub selector: Option<String>,
    /// Select by fields: metadata.name, metadata.namespace, type; with `=`, `==` or `!=`.
    #[arg(long, value_name = "EXPR", help_heading = "Selection")]
    pub field_selector: Option<String>,
    /// The body of a batch deletion in Cloud Secret Management Service; the names are then secrets there.
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub csms_request: Option<PathBuf>,
    /// What that service answered: what it deleted is judged.
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub csms_response: Option<PathBuf>,
    /// Manifests in which to look for what uses them: a file, a folder, or `-` for standard input; repeat it
    /// for several [default: the current folder].
    #[arg(short = 'f', long = "path", value_name = "PATH", help_heading = "Input")]
    pub paths: Vec<PathBuf>,
    /// What else to read, and how.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = ImpactFormat::Text, help_heading = "Output")]
    pub format: ImpactFormat,
}

/// The formats of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ImpactFormat {
    /// A tree, for people.
    Text,
    /// One JSON object, for programs.
    Json,
}

/// Runs the command and returns the exit code.
pub fn impact(args: &ImpactArgs, terminal: &Terminal) -> u8 {
    let mut surrounds = Surrounds::default();
    let wanted = match wanted(args, &mut surrounds) {
        Ok(wanted) => wanted,
        Err(faults) => {
            for fault in faults {
                tell(&fault);
            }
            return TROUBLE;
        }
    };
    let mut problems = Vec::new();
    let (found, around) = match args.reading.find(&args.paths, &mut problems) {
        Ok(found) => found,
        Err(nonsense) => {
            tell(&nonsense);
            return TROUBLE;
        }
    };
    let reader = Reader {
        around: &around,
        no_skip: args.reading.no_skip,
        threads: args.reading.threads(),
    };
    let (inputs, names, facts) = reader.read(found.inputs, &mut problems);
    let index = Index::new(&names);
    let selected = match &wanted {
        Wanted::Secrets(choice) => impact::select(&index, &facts, choice),
        Wanted::Cloud(names) => impact::cloud(names),
    };
    surrounds.files = facts.len();
    surrounds.objects = facts.iter().map(|facts| facts.objects as usize).sum();
    say_what_is_unknown(&selected, &facts, &names, &mut surrounds);
    let judged = impact::judge(&index, &facts, selected);
    let places = reader.places(&inputs, &judged, &mut problems);
    let mut out = String::new();
    match args.format {
        ImpactFormat::Text => impact::Text {
            color: terminal.color,
        }
        .print(&index, &judged, &places, &surrounds, &mut out),
        ImpactFormat::Json => impact::json(&index, &judged, &places, &surrounds, &mut out),
    }
    let written = terminal.write(&out);
    if let Err(error) = &written {
        tell(&format!("the answer could not be written: {error}"));
    }
    broken(&names, &facts, &inputs, &mut problems);
    problems.sort();
    problems.dedup();
    for problem in &problems {
        tell(&problem.to_string());
    }
    if surrounds.objects == 0 && problems.is_empty() {
        tell(
            "no Kubernetes object was read, so that nothing can be said about who uses the Secrets; \
             name manifests with --path, or what a cluster has with --inventory",
        );
        return TROUBLE;
    }
    if judged.verdicts.is_empty() {
        tell(
            "nothing that was read fits the selection; check its spelling, and give what the cluster has: \
             `kubectl get secrets -A -o json > secrets.json`, then --inventory secrets.json",
        );
        return TROUBLE;
    }
    let found = judged.blocked().next().is_some();
    // The process ends soon, and takes its memory along faster than it could be given back piece by piece.
    std::mem::forget((judged, places, index));
    std::mem::forget((names, facts, inputs));
    match (problems.is_empty() && written.is_ok(), found) {
        (false, _) => TROUBLE,
        (true, true) => FOUND,
        (true, false) => CLEAN,
    }
}

/// Says what was not read, and what could not be compared.
fn say_what_is_unknown(
    selected: &Selected<'_>,
    facts: &[FileFacts],
    names: &[Facts],
    surrounds: &mut Surrounds,
) {
    if !selected.unknown.is_empty() {
        let shown: Vec<String> = selected
            .unknown
            .iter()
            .take(5)
            .map(|(namespace, name)| {
                if namespace.is_empty() {
                    name.to_string()
                } else {
                    format!("{namespace}/{name}")
                }
            })
            .collect();
        let more = selected.unknown.len().saturating_sub(5);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        surrounds.notes.push(format!(
            "left out, since what makes them does not tell their labels or type: {}{more}; an inventory does",
            printable(&shown.join(", "))
        ));
    }
    let templates: Vec<&str> = facts
        .iter()
        .zip(names)
        .filter(|(facts, _)| facts.templates > 0)
        .map(|(_, names)| &*names.file)
        .collect();
    if let Some(first) = templates.first() {
        surrounds.notes.push(format!(
            "{} of templates, such as {}, cannot tell what they use until they are rendered",
            count(templates.len(), "file"),
            printable(first)
        ));
    }
}

/// What breaks off may use any Secret further down.
fn broken(names: &[Facts], facts: &[FileFacts], inputs: &[Input], problems: &mut Vec<Problem>) {
    for ((facts, names), input) in facts.iter().zip(names).zip(inputs) {
        if facts.broken.is_empty() {
            continue;
        }
        let mut bytes = Vec::new();
        let line = match &input.content {
            Some(content) => line_of(content.clone(), facts.broken[0]),
            None if read::file(input.path(), &mut bytes).is_ok() => line_of(bytes, facts.broken[0]),
            None => 1,
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

/// How files are read, the first time and again.
struct Reader<'a> {
    around: &'a Surroundings,
    no_skip: bool,
    threads: usize,
}

impl Reader<'_> {
    /// Takes the facts of all inputs that can be read.
    fn read(
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
    fn places(&self, inputs: &[Input], judged: &Judged<'_>, problems: &mut Vec<Problem>) -> Places {
        let asked: BTreeMap<u32, Asked> = places::asked(judged);
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
        match &input.content {
            Some(content) => {
                bytes.clear();
                bytes.extend_from_slice(content);
            }
            None => read::file(input.path(), &mut bytes)?,
        }
        Ok(bytes)
    }
}
