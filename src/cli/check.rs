//! `kubeproof check`: walk, check in parallel, check across files, print.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::diagnostic::Severity;
use crate::graph::Index;
use crate::report::Trouble;
use crate::settings::Settings;

use super::args::{CheckArgs, FailOn};
use super::aside::{self, Clock, LeftOut, nothing_judged};
use super::config::Configs;
use super::fix;
use super::output::{Format, Plan};
use super::print::{self, With};
use super::problem::Problem;
use super::run::Run;
use super::since::Since;
use super::terminal::{Terminal, note, tell};
use super::{CLEAN, FOUND, TROUBLE, again, baseline, custom, envs, held, policies, progress, watch};

/// Runs the command and returns the exit code.
pub fn check(args: &CheckArgs, terminal: &Terminal) -> u8 {
    let plan = match plan(args) {
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
    if args.fixes.level().is_some() {
        fix::refuse_streams(&mut found.inputs, &mut problems);
    }
    let configs = std::mem::take(&mut found.configs);
    let mut baseline = baseline::Plan::new(&args.baseline, &configs, &mut found)?;
    clock.lap("found");
    let reading = &args.input.reading;
    let base = Settings {
        no_skip: reading.no_skip,
        now: now(),
        complete: args.complete,
        partial: !found.roots.iter().any(|root| root.is_folder),
        ..Settings::default()
    };
    let (excluded, barren) = (found.excluded, std::mem::take(&mut found.barren));
    // Most links lead to what is met elsewhere; they are named where they are asked for.
    let links = match args.output.show_skipped || args.output.verbose {
        true => std::mem::take(&mut found.links),
        false => found.links_elsewhere(),
    };
    let policy = configs.policy(base, &args.wishes(), &mut found.inputs)?;
    if policy.union().rules.is_empty() && !found.inputs.is_empty() {
        return Err(
            "no rule is left to check by: what is selected is ignored as well; \
                    look at --select and --ignore, or at `kubeproof config`"
                .to_string(),
        );
    }
    let failing = failing(args, &configs)?;
    let threads = reading.threads();
    let mut judge = |inputs, bar: bool, clock: &mut Clock| {
        let mut run = Run::check(inputs, &around, &policy, threads, bar, &mut problems);
        clock.lap("checked");
        custom::check(&mut run, &around, &policy, threads, &mut problems);
        clock.lap("custom resources");
        envs::complete(&run.inputs, &mut run.facts);
        let union = policy.union();
        let index = Index::with(&run.facts, union.table()).declare(&union.exists);
        let mut found = held::check(&run, &index, &policy, threads);
        found.extend(policies::check(&run, &index, &around, &policy, threads));
        again::add(&mut run.report.files, &run.kept, found, &mut problems);
        let settings = |file: usize| policy.get(run.inputs.get(file).map_or(0, |input| input.settings));
        crate::compare_by(&mut run.report, &index, union, settings);
        run.fetch_texts(&mut problems);
        clock.lap("compared");
        run
    };
    let bar = !args.output.quiet && progress::is_wanted();
    let mut run = judge(found.inputs, bar, &mut clock);
    let mut fixed_stdin = None;
    if let Some(level) = args.fixes.level() {
        let changes;
        (run, changes) = fix::mend(run, level, |inputs| judge(inputs, false, &mut clock));
        if args.fixes.diff {
            return Ok(fix::show(&run, &changes, args, terminal, &mut problems));
        }
        let unwritten = fix::write(&mut run, &changes);
        if !unwritten.is_empty() {
            let fixed = run.report.fixed;
            run = judge(std::mem::take(&mut run.inputs), false, &mut clock);
            run.report.fixed = fixed;
            problems.extend(unwritten);
        }
        clock.lap("fixed");
        fixed_stdin = fix::stdin(&run);
    }
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
    // What could not be looked at would be missing from a new baseline.
    let may_write = problems.is_empty();
    if (may_write || args.baseline.write_baseline.is_none())
        && let Err(problem) = baseline.apply(&mut report, &inputs, &policy)
    {
        problems.push(problem);
    }
    let untouched = match &since {
        Some(since) => {
            let lost = match report.misses_names() {
                true => since.names()?,
                false => Default::default(),
            };
            report.keep_touched(&since.changes(&inputs)?, &lost)
        }
        None => 0,
    };
    problems.sort();
    problems.dedup();
    let told = problems.iter().map(|problem| Trouble {
        path: problem.path.clone(),
        what: problem.what.clone(),
    });
    report.trouble = told.collect();
    let judged = report.judged() || args.allow_empty;
    let code = if !problems.is_empty() || !judged {
        TROUBLE
    } else if !args.exit_zero && report.diagnostics().any(|d| d.severity >= failing) {
        FOUND
    } else {
        CLEAN
    };
    let empty = (!judged && problems.is_empty()).then(|| nothing_judged(args, &report, excluded));
    report.trouble.extend(empty.iter().map(|what| Trouble {
        path: String::new(),
        what: what.clone(),
    }));
    let with = With {
        args: &args.output,
        terminal,
        failing,
        exit_code: code,
        aside: fixed_stdin.is_some(),
    };
    let mut unwritten = Vec::new();
    if let Some(text) = &fixed_stdin
        && let Err(error) = terminal.stream(|out| out.write_all(text))
    {
        unwritten.push(Problem::new(
            Path::new("<stdout>"),
            format!("the fixed text could not be written: {error}"),
        ));
    }
    plan.print(&report, &with, &mut unwritten);
    clock.lap("printed");
    for problem in problems.iter().chain(&unwritten) {
        tell(&problem.to_string());
    }
    if may_write {
        if !args.output.quiet
            && let Some(line) = baseline.note()
        {
            note(&line);
        }
    } else if args.baseline.write_baseline.is_some() {
        tell("no baseline was written, since it would lack what could not be looked at");
    }
    let left_out = LeftOut {
        links,
        barren,
        untouched,
    };
    aside::aside(args, plan, &report, empty.as_deref(), &left_out);
    if !args.output.quiet
        && let Some(line) = configs.unheeded(&given(args), &inputs)
    {
        note(&line);
    }
    if args.output.verbose {
        aside::verbose(&totals, &report, &clock);
    }
    if last == Last::Yes {
        std::mem::forget((report, inputs));
    }
    Ok(if unwritten.is_empty() { code } else { TROUBLE })
}

/// What there is one of for a run: the command line says it, or else the configuration.
fn agreed<T: ValueEnum>(configs: &Configs, given: Option<T>, key: &str) -> Result<Option<T>, String> {
    if given.is_some() {
        return Ok(given);
    }
    let said = configs.agreed(key, &format!("--{key}"), |loaded| {
        loaded.config.word(key).map(str::to_string)
    })?;
    Ok(said.and_then(|word| T::from_str(&word, false).ok()))
}

/// The keys of what there is one of for a run that the command line outweighs.
fn given(args: &CheckArgs) -> Vec<&'static str> {
    let baseline = &args.baseline;
    let names_baseline = baseline.baseline.is_some() || matches!(baseline.write_baseline, Some(Some(_)));
    [
        (args.fail_on.is_some(), "fail-on"),
        (args.output.format.is_some(), "format"),
        (args.complete, "complete"),
        (names_baseline, "baseline"),
    ]
    .into_iter()
    .filter_map(|(said, key)| said.then_some(key))
    .collect()
}

fn plan(args: &CheckArgs) -> Result<Plan, String> {
    let configs = match args.output.format {
        Some(_) => Configs::default(),
        // Without paths --since reads all of the repository.
        None if args.since.is_some() && args.input.paths.is_empty() => {
            args.input.reading.configs(&[PathBuf::from(print::root().path)])?
        }
        None => args.input.configs()?,
    };
    let format = agreed(&configs, args.output.format, "format")?;
    args.output.plan(format.unwrap_or(Format::Text))
}

fn failing(args: &CheckArgs, configs: &Configs) -> Result<Severity, String> {
    let failing = agreed(configs, args.fail_on, "fail-on")?;
    Ok(failing.unwrap_or(FailOn::Warning).into())
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
