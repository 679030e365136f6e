//! Reads and checks the inputs in parallel, and keeps what the rest of a run needs of them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::definitions;
use crate::engine::{self, Checked};
use crate::graph::{Facts, Role};
use crate::manifest::Surroundings;
use crate::report::{Report, Source};
use crate::settings::{Policy, Settings};
use crate::source::{self, Decoded};
use crate::validation::custom::is_definition;
use crate::yaml::Tree;
use crate::yaml::tree::RawNode;

use super::problem::Problem;
use super::progress;
use super::walk::Input;
use super::{inventory, parallel};

/// The inputs that could be read, and what was found in them.
pub struct Run {
    /// What was read, in the order of the report's files and of the facts.
    pub inputs: Vec<Input>,
    /// What was found.
    pub report: Report,
    /// What the files say about names.
    pub facts: Vec<Facts>,
    /// Numbers for `-v`.
    pub totals: Totals,
    /// How many bytes each input had.
    pub sizes: Vec<usize>,
    /// What the second pass is likely to ask for again, by input.
    pub kept: Vec<Option<Box<Kept>>>,
}

/// Numbers for `-v`.
#[derive(Default)]
pub struct Totals {
    /// Bytes read.
    pub bytes: usize,
    /// Documents that are not empty.
    pub documents: usize,
    /// Of those, the ones that the fast path read.
    pub fast: usize,
    /// Threads used.
    pub threads: usize,
}

/// What one worker reuses from file to file.
#[derive(Default)]
struct Scratch {
    tree: Tree,
    /// What was read ahead, with the indexes of the inputs; the next one last.
    ahead: Vec<(usize, Result<Vec<u8>, Problem>)>,
    /// Buffers for what is read next.
    spare: Vec<Vec<u8>>,
}

/// As many files are read at a time, before they are checked: what the system does for one it does faster for the
/// next, while its own data are near.
const AHEAD: usize = 16;
/// As many bytes are read ahead.
const AHEAD_BYTES: usize = 1 << 20;

/// Larger buffers are not kept from file to file, nor more of them than that together.
const LARGE: usize = 2 << 20;

impl Scratch {
    /// Reads some of the inputs, as far as they are no burden.
    fn read_ahead(&mut self, inputs: &[Input], files: Range<usize>) {
        self.ahead.clear();
        let mut bytes = 0;
        for (index, input) in files.clone().zip(inputs.get(files).unwrap_or_default()) {
            if bytes > AHEAD_BYTES {
                break;
            }
            let read = self.fill(input);
            bytes += read.as_ref().map_or(0, Vec::len);
            self.ahead.push((index, read));
        }
        self.ahead.reverse();
    }

    /// What an input holds.
    fn read(&mut self, input: &Input, index: usize) -> Result<Vec<u8>, Problem> {
        match self.ahead.pop_if(|(ahead, _)| *ahead == index) {
            Some((_, read)) => read,
            None => self.fill(input),
        }
    }

    fn fill(&mut self, input: &Input) -> Result<Vec<u8>, Problem> {
        let mut buffer = self.spare.pop().unwrap_or_default();
        input.read(&mut buffer).map(|()| buffer)
    }

    fn keep(&mut self, buffer: Vec<u8>) {
        let kept: usize = self.spare.iter().map(Vec::capacity).sum();
        if kept + buffer.capacity() <= LARGE {
            self.spare.push(buffer);
        }
    }
}

/// One file's result.
struct Judged {
    checked: Checked,
    size: usize,
    source: Option<Arc<Decoded>>,
    kept: Option<Box<Kept>>,
}

/// A file that is not let go yet.
pub struct Kept {
    /// Its text.
    pub source: Arc<Decoded>,
    /// Its tree.
    pub tree: Tree,
}

/// As many bytes of texts and trees may be kept for the second pass; what is beyond is read again.
const KEEP: usize = 96 << 20;
/// Files with custom resources are kept up to this size.
const SMALL: usize = 64 << 10;

impl Run {
    /// Reads and checks each input by itself. With `bar`, a long run shows how far it is.
    pub fn check(
        inputs: Vec<Input>,
        around: &Surroundings,
        policy: &Policy,
        threads: usize,
        bar: bool,
        problems: &mut Vec<Problem>,
    ) -> Run {
        let workers = parallel::workers(threads, inputs.len());
        let (taken, kept) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let all = || {
            let ahead = |files: Range<usize>, scratch: &mut Scratch| scratch.read_ahead(&inputs, files);
            parallel::each_ahead(inputs.len(), workers, &taken, AHEAD, ahead, |index, scratch| {
                let input = inputs.get(index)?;
                let read = scratch.read(input, index);
                let judge = |bytes| judge(input, bytes, scratch, around, policy.get(input.settings), &kept);
                Some(read.and_then(judge))
            })
        };
        let results = if bar {
            progress::during(&taken, inputs.len(), all)
        } else {
            all()
        };
        let mut run = Run {
            inputs: Vec::with_capacity(inputs.len()),
            report: Report::new(policy.union().kube),
            facts: Vec::with_capacity(inputs.len()),
            sizes: Vec::with_capacity(inputs.len()),
            kept: Vec::with_capacity(inputs.len()),
            totals: Totals {
                threads: workers,
                ..Totals::default()
            },
        };
        run.report.files.reserve_exact(inputs.len());
        let mut kubes = BTreeSet::new();
        for (input, result) in inputs.into_iter().zip(results) {
            match result {
                Some(Ok(judged)) => {
                    if !judged.checked.objects.is_empty() {
                        kubes.insert(policy.get(input.settings).kube);
                    }
                    run.add(input, judged);
                }
                Some(Err(problem)) => problems.push(problem),
                None => {}
            }
        }
        if !kubes.is_empty() {
            run.report.kubes = kubes.into_iter().collect();
        }
        run
    }

    fn add(&mut self, input: Input, judged: Box<Judged>) {
        let mut checked = judged.checked;
        self.totals.bytes += judged.size;
        self.totals.documents += checked.documents as usize;
        self.totals.fast += checked.fast as usize;
        self.facts.push(std::mem::take(&mut checked.facts));
        if input.role == Role::Checked {
            self.report
                .add(input.name.clone(), checked, judged.source.map(Source::new));
        } else {
            self.report.add_unchecked(input.name.clone(), input.role);
        }
        self.sizes.push(judged.size);
        self.kept.push(judged.kept);
        self.inputs.push(input);
    }

    /// Brings the texts of the files that only cross-file findings point into; what was not kept is read again.
    pub fn fetch_texts(&mut self, problems: &mut Vec<Problem>) {
        let files = &mut self.report.files;
        let mut wanted: Vec<bool> = files.iter().map(|file| !file.diagnostics.is_empty()).collect();
        for related in files
            .iter()
            .flat_map(|file| &file.diagnostics)
            .flat_map(|d| &d.related)
        {
            if let Some(wanted) = related.file.and_then(|file| wanted.get_mut(file as usize)) {
                *wanted = true;
            }
        }
        let inputs = self.inputs.iter().zip(&self.sizes).zip(&self.kept);
        for ((file, wanted), ((input, size), kept)) in files.iter_mut().zip(wanted).zip(inputs) {
            if !wanted || file.source.is_some() {
                continue;
            }
            if let Some(kept) = kept {
                file.source = Some(Source::new(Arc::clone(&kept.source)));
                continue;
            }
            match read_again(input, *size) {
                Ok(decoded) => file.source = Some(Source::new(decoded)),
                Err(problem) => {
                    // Its findings cannot be placed any more; the run has failed, and says so.
                    file.diagnostics.clear();
                    problems.push(problem);
                }
            }
        }
    }
}

/// Reads and checks one input.
fn judge(
    input: &Input,
    bytes: Vec<u8>,
    scratch: &mut Scratch,
    around: &Surroundings,
    settings: &Settings,
    total: &AtomicUsize,
) -> Result<Box<Judged>, Problem> {
    let size = bytes.len();
    // The tree is cleared before each use, so one that a panic left half made does no harm.
    let (mut decoded, checked, fault) = guarded(&input.name, || {
        let decoded = source::decode(bytes);
        let (name, tree) = (&*input.name, &mut scratch.tree);
        let checked = match input.role {
            Role::Checked => engine::check_file(name, &decoded, tree, around, settings),
            // Looked into once it is known which definitions are asked for.
            Role::Definitions => Checked::default(),
            role => Checked {
                facts: engine::index_file(name, &decoded, tree, around, role, settings.table()),
                ..Checked::default()
            },
        };
        let fault = (input.role == Role::Inventory).then(|| inventory::fault(&decoded.text, tree));
        (decoded, checked, fault.flatten())
    })?;
    if let Some(what) = fault {
        return Err(Problem {
            path: input.name.clone(),
            what,
        });
    }
    let keeps = is_kept(&checked, &decoded, &scratch.tree, total);
    let source = if !keeps && checked.diagnostics.is_empty() {
        scratch.keep(decoded.text.into_bytes());
        None
    } else if decoded.text.capacity() > decoded.text.len() + decoded.text.len() / 4 {
        // A copy is no larger than the text, and the buffer is of use for the next file.
        let copy = decoded.text.clone();
        let buffer = std::mem::replace(&mut decoded.text, copy);
        scratch.keep(buffer.into_bytes());
        Some(Arc::new(decoded))
    } else {
        Some(Arc::new(decoded))
    };
    let kept = source.clone().filter(|_| keeps).map(|source| {
        let tree = scratch.tree.clone();
        Box::new(Kept { source, tree })
    });
    let source = source.filter(|_| !checked.diagnostics.is_empty());
    // In a box, since results are put in order and handed on.
    Ok(Box::new(Judged {
        checked,
        size,
        source,
        kept,
    }))
}

/// Whether the second pass will want a file: reading it again would cost as much as reading it did.
fn is_kept(checked: &Checked, decoded: &Decoded, tree: &Tree, total: &AtomicUsize) -> bool {
    let (mut defines, mut uses) = (false, false);
    for object in &checked.objects {
        defines |= is_definition(&object.api_version, &object.kind);
        uses |= definitions::custom_group(&object.api_version).is_some();
    }
    let wanted = defines || (uses && decoded.text.len() < SMALL);
    let size = decoded.text.len() + tree.nodes.len() * size_of::<RawNode>();
    wanted && total.fetch_add(size, Ordering::Relaxed) <= KEEP
}

/// Keeps a bug that one file brings out from taking the whole run down. What the panic says is not passed
/// on: it may quote the file.
pub fn guarded<T>(name: &str, check: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(check)).map_err(|_| Problem {
        path: name.to_string(),
        what:
            "kubeproof has a bug that this file brings out; please report it, and leave the file out for now"
                .to_string(),
    })
}

/// Reads a file once more, to show what other files say about it.
pub fn read_again(input: &Input, size: usize) -> Result<Decoded, Problem> {
    let mut bytes = Vec::new();
    input.read(&mut bytes)?;
    if bytes.len() != size {
        return Err(Problem {
            path: input.name.clone(),
            what: "changed while kubeproof was running; run it again".to_string(),
        });
    }
    Ok(source::decode(bytes))
}

#[cfg(test)]
mod tests {
    use super::super::config::Configs;
    use super::super::walk::walk;
    use super::*;

    #[test]
    fn a_bug_is_trouble_with_one_file_and_quotes_nothing() {
        assert_eq!(guarded("a.yaml", || 1).ok(), Some(1));
        let problem = guarded("a.yaml", || panic!("{} is no number", "hunter2")).expect_err("it panics");
        assert!(
            problem.to_string().starts_with("a.yaml: kubeproof has a bug"),
            "{problem}"
        );
        assert!(!format!("{problem:?}").contains("hunter2"));
    }

    #[test]
    fn a_file_that_changed_is_not_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.yaml"), "a: 1\n").expect("a file");
        let found = walk(
            &[(folder.path(), Role::Checked)],
            &Configs::default(),
            None,
            false,
        );
        assert_eq!(found.inputs.len(), 1);
        let input = &found.inputs[0];
        assert_eq!(
            read_again(input, 5).map(|decoded| decoded.text),
            Ok("a: 1\n".to_string())
        );
        let changed = read_again(input, 4).expect_err("another size");
        assert!(
            changed
                .to_string()
                .ends_with("changed while kubeproof was running; run it again")
        );
    }
}
