//! `kubeproof check`: walk, check in parallel, check across files, print.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::diagnostic::Severity;
use crate::engine::{self, Checked, Settings};
use crate::graph::Facts;
use crate::manifest::Surroundings;
use crate::report::{Concise, Json, Printer, Report, Source, Text, count, left_alone};
use crate::source::{self, Decoded};
use crate::yaml::Tree;

use super::args::{CheckArgs, Format};
use super::problem::Problem;
use super::terminal::{Terminal, note, tell};
use super::walk::{Found, Input, walk};
use super::{CLEAN, FOUND, TROUBLE, around, read};

/// Runs the command and returns the exit code.
pub fn check(args: &CheckArgs, terminal: &Terminal) -> u8 {
    if args.stdin_filename.is_some() && !args.paths.iter().any(|path| path.as_os_str() == "-") {
        tell("--stdin-filename names standard input, which is not among the paths; add `-`");
        return TROUBLE;
    }
    let mut clock = Clock::start();
    let mut problems = Vec::new();
    let mut found = find(args, &mut problems);
    problems.append(&mut found.problems);
    // With --no-skip nothing around a file matters.
    let around = if args.no_skip {
        Surroundings::default()
    } else {
        around::surroundings(&mut found)
    };
    clock.lap("found");
    let settings = Settings {
        kube: args.kube_version,
        no_skip: args.no_skip,
        rules: args.rules(),
        now: now(),
    };
    let mut run = Run::check(found.inputs, &around, &settings, threads(args), &mut problems);
    clock.lap("checked");
    crate::compare(&mut run.report, &run.facts, &settings);
    run.fetch_texts(&mut problems);
    clock.lap("compared");
    // The process ends soon, and takes its memory along faster than it could be given back piece by piece.
    let Run {
        report,
        totals,
        inputs,
        facts,
        ..
    } = run;
    std::mem::forget((inputs, facts, around));
    let report = std::mem::ManuallyDrop::new(report);
    let mut out = String::new();
    printer(args, terminal).print(&report, &mut out);
    let written = terminal.write(&out);
    clock.lap("printed");

    problems.sort();
    problems.dedup();
    for problem in &problems {
        tell(&problem.to_string());
    }
    if let Err(error) = &written {
        tell(&format!("the report could not be written: {error}"));
    }
    let judged = report.judged();
    if !judged && problems.is_empty() && !args.allow_empty {
        tell(&nothing_judged(args, &report));
    } else if args.format == Format::Concise && !args.quiet {
        if args.show_skipped {
            let mut list = String::new();
            left_alone(&report, &mut list);
            note(list.trim_end());
        }
        note(&report.summary_for_people().line());
    }
    if args.verbose {
        verbose(&totals, &report, &clock);
    }
    if !problems.is_empty() || written.is_err() || (!judged && !args.allow_empty) {
        return TROUBLE;
    }
    let failing = Severity::from(args.fail_on);
    if !args.exit_zero && report.diagnostics().any(|d| d.severity >= failing) {
        return FOUND;
    }
    CLEAN
}

/// The inputs that the arguments name.
fn find(args: &CheckArgs, problems: &mut Vec<Problem>) -> Found {
    let (dashes, paths): (Vec<_>, Vec<_>) = args
        .paths
        .iter()
        .cloned()
        .partition(|path| path.as_os_str() == "-");
    let mut stdin = None;
    if !dashes.is_empty() {
        let mut content = Vec::new();
        match read::rest(io::stdin().lock(), Path::new("<stdin>"), &mut content) {
            Ok(()) => stdin = Some(Input::stdin(args.stdin_filename.as_deref(), content)),
            Err(problem) => problems.push(problem),
        }
    }
    if args.paths.is_empty() {
        walk(&[".".into()], None, !args.isolated)
    } else {
        walk(&paths, stdin, !args.isolated)
    }
}

fn printer(args: &CheckArgs, terminal: &Terminal) -> Box<dyn Printer> {
    match args.format {
        Format::Text => Box::new(Text {
            color: terminal.color,
            width: terminal.width,
            show_skipped: args.show_skipped,
            quiet: args.quiet,
        }),
        Format::Concise => Box::new(Concise),
        Format::Json => Box::new(Json {
            verdicts: args.verdicts,
            show_skipped: args.show_skipped,
        }),
    }
}

/// The time, for what expires.
fn now() -> Option<i64> {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    i64::try_from(since.as_secs()).ok()
}

fn threads(args: &CheckArgs) -> usize {
    match args.threads {
        Some(threads) => usize::from(threads),
        None => thread::available_parallelism().map_or(1, usize::from),
    }
}

/// The inputs that could be read, and what was found in them.
struct Run {
    inputs: Vec<Input>,
    report: Report,
    facts: Vec<Facts>,
    sizes: Vec<usize>,
    totals: Totals,
}

/// Numbers for `-v`.
#[derive(Default)]
struct Totals {
    bytes: usize,
    documents: usize,
    fast: usize,
    threads: usize,
}

/// What one worker reuses from file to file.
#[derive(Default)]
struct Scratch {
    tree: Tree,
    buffer: Vec<u8>,
}

/// Larger buffers are not kept from file to file.
const LARGE: usize = 4 << 20;

impl Scratch {
    fn keep(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= LARGE {
            self.buffer = buffer;
        }
    }
}

/// One file's result.
struct Judged {
    checked: Checked,
    size: usize,
    source: Option<Decoded>,
}

impl Run {
    /// Reads and checks each input by itself. Workers take the next input when they are done with one, so a
    /// large file holds up nobody, and there is no pool that waits by spinning.
    fn check(
        inputs: Vec<Input>,
        around: &Surroundings,
        settings: &Settings,
        threads: usize,
        problems: &mut Vec<Problem>,
    ) -> Run {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut scratch = Scratch::default();
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(input) = inputs.get(index) else {
                    return done;
                };
                done.push((index, judge(input, &mut scratch, around, settings)));
            }
        };
        // For a few files a thread costs more than it saves.
        let workers = threads.min(inputs.len() / 4 + 1);
        let mut results: Vec<(usize, Result<Judged, Problem>)> = if workers == 1 {
            work()
        } else {
            thread::scope(|scope| {
                let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
                let mut results = work();
                for other in others {
                    // A worker does not panic: each file is judged behind `catch_unwind`.
                    results.append(&mut other.join().unwrap_or_default());
                }
                results
            })
        };
        results.sort_unstable_by_key(|(index, _)| *index);
        let mut run = Run {
            inputs: Vec::with_capacity(inputs.len()),
            report: Report::new(settings.kube),
            facts: Vec::with_capacity(inputs.len()),
            sizes: Vec::with_capacity(inputs.len()),
            totals: Totals {
                threads: workers,
                ..Totals::default()
            },
        };
        for (input, (_, result)) in inputs.into_iter().zip(results) {
            match result {
                Ok(judged) => run.add(input, judged),
                Err(problem) => problems.push(problem),
            }
        }
        run
    }

    fn add(&mut self, input: Input, judged: Judged) {
        let mut checked = judged.checked;
        self.totals.bytes += judged.size;
        self.totals.documents += checked.documents as usize;
        self.totals.fast += checked.fast as usize;
        self.facts.push(std::mem::take(&mut checked.facts));
        self.report
            .add(input.name.clone(), checked, judged.source.map(Source::new));
        self.sizes.push(judged.size);
        self.inputs.push(input);
    }

    /// Reads the files again that only cross-file findings point into: their texts were not kept.
    fn fetch_texts(&mut self, problems: &mut Vec<Problem>) {
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
        for (((file, wanted), input), size) in files.iter_mut().zip(wanted).zip(&self.inputs).zip(&self.sizes)
        {
            if !wanted || file.source.is_some() {
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
    scratch: &mut Scratch,
    around: &Surroundings,
    settings: &Settings,
) -> Result<Judged, Problem> {
    let mut bytes = std::mem::take(&mut scratch.buffer);
    match &input.content {
        Some(content) => {
            bytes.clear();
            bytes.extend_from_slice(content);
        }
        None => read::file(input.path(), &mut bytes)?,
    }
    let size = bytes.len();
    // The tree is cleared before each use, so one that a panic left half made does no harm.
    let (decoded, checked) = guarded(&input.name, || {
        let decoded = source::decode(bytes);
        let checked = engine::check_file(&input.name, &decoded, &mut scratch.tree, around, settings);
        (decoded, checked)
    })?;
    let source = if checked.diagnostics.is_empty() {
        scratch.keep(decoded.text.into_bytes());
        None
    } else if decoded.text.len() < LARGE {
        // A copy is no larger than the text, and the buffer is of use for the next file.
        let copy = decoded.clone();
        scratch.keep(decoded.text.into_bytes());
        Some(copy)
    } else {
        Some(decoded)
    };
    Ok(Judged {
        checked,
        size,
        source,
    })
}

/// Keeps a bug that one file brings out from taking the whole run down. What the panic says is not passed
/// on: it may quote the file.
fn guarded<T>(name: &str, check: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(check)).map_err(|_| Problem {
        path: name.to_string(),
        what:
            "kubeproof has a bug that this file brings out; please report it, and leave the file out for now"
                .to_string(),
    })
}

/// Reads a file once more, to show what other files say about it.
fn read_again(input: &Input, size: usize) -> Result<Decoded, Problem> {
    let mut bytes = Vec::new();
    match &input.content {
        Some(content) => bytes.clone_from(content),
        None => read::file(input.path(), &mut bytes)?,
    }
    if bytes.len() != size {
        return Err(Problem {
            path: input.name.clone(),
            what: "changed while kubeproof was running; run it again".to_string(),
        });
    }
    Ok(source::decode(bytes))
}

fn nothing_judged(args: &CheckArgs, report: &Report) -> String {
    if report.files.is_empty() {
        let places = match &*args.paths {
            [] => "the current folder".to_string(),
            [one] => format!("`{}`", crate::report::printable(&one.to_string_lossy())),
            _ => "the given folders".to_string(),
        };
        return format!(
            "nothing to judge: there is no .yaml, .yml or .json file in {places}{}; \
             name files or folders that hold manifests, or pass --allow-empty if that is fine",
            if args.isolated {
                ""
            } else {
                " that gitignore lets through"
            }
        );
    }
    format!(
        "nothing to judge: no Kubernetes object{}; --show-skipped names what was left alone, \
         --no-skip judges it all the same, --allow-empty accepts it",
        report.summary().place()
    )
}

/// How long each part of a run took.
struct Clock {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Clock {
    fn start() -> Clock {
        Clock {
            last: Instant::now(),
            laps: Vec::with_capacity(4),
        }
    }

    fn lap(&mut self, what: &'static str) {
        let now = Instant::now();
        self.laps.push((what, now - self.last));
        self.last = now;
    }
}

/// What was read and how long it took.
fn verbose(totals: &Totals, report: &Report, clock: &Clock) {
    let objects: usize = report.files.iter().map(|file| file.objects.len()).sum();
    let share = 100.0 * totals.fast as f64 / totals.documents.max(1) as f64;
    note(&format!(
        "read {} ({:.1} MB), {} ({share:.2} % by the fast path), {}; {}",
        count(report.files.len(), "file"),
        totals.bytes as f64 / 1e6,
        count(totals.documents, "document"),
        count(objects, "object"),
        count(totals.threads, "thread"),
    ));
    let laps: Vec<String> = clock
        .laps
        .iter()
        .map(|(what, time)| format!("{what} in {:.1} ms", time.as_secs_f64() * 1e3))
        .collect();
    note(&laps.join(", "));
}

#[cfg(test)]
mod tests {
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
        let found = walk(&[folder.path().to_path_buf()], None, false);
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
