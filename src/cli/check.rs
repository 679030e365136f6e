//! `kubeproof check`: walk, check in parallel, check across files, print.

use std::time::{Duration, Instant};

use crate::diagnostic::Severity;
use crate::engine::Settings;
use crate::report::{Report, count, left_alone};

use super::args::CheckArgs;
use super::output::{Format, Plan, With};
use super::run::{Run, Totals};
use super::since::Since;
use super::terminal::{Terminal, note, tell};
use super::{CLEAN, FOUND, TROUBLE, custom, progress, watch};

/// Runs the command and returns the exit code.
pub fn check(args: &CheckArgs, terminal: &Terminal) -> u8 {
    let plan = match args.output.plan() {
        Ok(plan) => plan,
        Err(nonsense) => {
            tell(&nonsense);
            return TROUBLE;
        }
    };
    if args.watch {
        return watch::watch(args, &plan, terminal);
    }
    once(args, &plan, terminal, Last::Yes)
}

/// Whether the process ends after a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// Its memory need not be given back.
    Yes,
    /// There may be many more.
    No,
}

/// Checks once, and returns the exit code.
pub fn once(args: &CheckArgs, plan: &Plan, terminal: &Terminal, last: Last) -> u8 {
    match run(args, plan, terminal, last) {
        Ok(code) => code,
        Err(nonsense) => {
            tell(&nonsense);
            TROUBLE
        }
    }
}

/// Checks once. Fails where the arguments make no sense.
fn run(args: &CheckArgs, plan: &Plan, terminal: &Terminal, last: Last) -> Result<u8, String> {
    let mut clock = Clock::start();
    let mut problems = Vec::new();
    let since = args
        .since
        .as_deref()
        .map(|reference| since(args, reference))
        .transpose()?;
    let (mut found, around) = match &since {
        Some(since) if args.input.paths.is_empty() => {
            args.input.reading.find(&[since.root()], &mut problems)?
        }
        _ => args.input.find(&mut problems)?,
    };
    plan.spare_inputs(&mut found)?;
    clock.lap("found");
    let reading = &args.input.reading;
    let settings = Settings {
        kube: args.kube_version,
        no_skip: reading.no_skip,
        rules: args.rules(),
        complete: args.complete,
        references: None,
        now: now(),
    };
    let threads = reading.threads();
    let bar = !args.output.quiet && progress::is_wanted();
    let mut run = Run::check(found.inputs, &around, &settings, threads, bar, &mut problems);
    clock.lap("checked");
    custom::check(&mut run, &around, &settings, threads, &mut problems);
    clock.lap("custom resources");
    crate::compare(&mut run.report, &run.facts, &settings);
    run.fetch_texts(&mut problems);
    clock.lap("compared");
    let Run {
        mut report,
        totals,
        inputs,
        facts,
        kept,
        ..
    } = run;
    // The process ends soon, and takes its memory along faster than it could be given back piece by piece.
    if last == Last::Yes {
        std::mem::forget((facts, around, kept));
    }
    let untouched = match &since {
        Some(since) => report.keep_touched(&since.changes(&inputs)?),
        None => 0,
    };
    problems.sort();
    problems.dedup();
    let told: Vec<(String, String)> = problems
        .iter()
        .map(|p| (p.path.clone(), p.what.clone()))
        .collect();
    let judged = report.judged() || args.allow_empty;
    let failing = Severity::from(args.fail_on);
    let code = if !problems.is_empty() || !judged {
        TROUBLE
    } else if !args.exit_zero && report.diagnostics().any(|d| d.severity >= failing) {
        FOUND
    } else {
        CLEAN
    };
    let with = With {
        args: &args.output,
        terminal,
        failing,
        exit_code: code,
        problems: &told,
    };
    let mut unwritten = Vec::new();
    plan.print(&report, &with, &mut unwritten);
    clock.lap("printed");
    for problem in problems.iter().chain(&unwritten) {
        tell(&problem.to_string());
    }
    aside(args, plan, &report, !judged && problems.is_empty(), untouched);
    if args.output.verbose {
        verbose(&totals, &report, &clock);
    }
    if last == Last::Yes {
        std::mem::forget((report, inputs));
    }
    Ok(if unwritten.is_empty() { code } else { TROUBLE })
}

/// What standard error is told of a run that went well.
fn aside(args: &CheckArgs, plan: &Plan, report: &Report, empty: bool, untouched: usize) {
    let output = &args.output;
    if empty {
        tell(&nothing_judged(args, report));
    } else if matches!(plan.stdout, Some(Format::Concise) | None) && !output.quiet {
        if output.show_skipped {
            let mut list = String::new();
            left_alone(report, &mut list);
            note(list.trim_end());
        }
        note(&report.summary_for_people().line());
    }
    if untouched > 0 && !output.quiet {
        note(&format!(
            "{} in what did not change since `{}` left out",
            count(untouched, "finding"),
            crate::report::printable(args.since.as_deref().unwrap_or_default())
        ));
    }
}

fn since(args: &CheckArgs, reference: &str) -> Result<Since, String> {
    if args.input.reads_stdin() {
        return Err(
            "--since compares files, and standard input (`-`) is none; name files or folders".to_string(),
        );
    }
    Since::read(reference)
}

/// The time, for what expires.
fn now() -> Option<i64> {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    i64::try_from(since.as_secs()).ok()
}

fn nothing_judged(args: &CheckArgs, report: &Report) -> String {
    if report.checked() == 0 {
        let places = match &*args.input.paths {
            [] => "the current folder".to_string(),
            [one] => format!("`{}`", crate::report::printable(&one.to_string_lossy())),
            _ => "the given folders".to_string(),
        };
        return format!(
            "nothing to judge: there is no .yaml, .yml or .json file in {places}{}; \
             name files or folders that hold manifests, or pass --allow-empty if that is fine",
            if args.input.reading.isolated {
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
        count(report.checked(), "file"),
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
    if let Some(undefined) = report.coverage.note() {
        note(&undefined);
    }
}
