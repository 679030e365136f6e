//! `kubeproof check`: walk, check in parallel, check across files, print.

use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::diagnostic::Severity;
use crate::engine::Settings;
use crate::report::{Concise, Json, Printer, Report, Text, count, left_alone};

use super::args::{CheckArgs, FailOn, Format};
use super::config::Configs;
use super::run::{Run, Totals};
use super::terminal::{Terminal, note, tell};
use super::{CLEAN, FOUND, TROUBLE};

/// Runs the command and returns the exit code.
pub fn check(args: &CheckArgs, terminal: &Terminal) -> u8 {
    let mut clock = Clock::start();
    let mut problems = Vec::new();
    let found = args.input.find(&mut problems);
    let agreed = found.and_then(|(found, around)| Ok((Agreed::new(args, &found.configs)?, found, around)));
    let (agreed, mut found, around) = match agreed {
        Ok(found) => found,
        Err(nonsense) => {
            tell(&nonsense);
            return TROUBLE;
        }
    };
    clock.lap("found");
    let reading = &args.input.reading;
    let base = Settings {
        no_skip: reading.no_skip,
        now: now(),
        partial: !found.roots.iter().any(|root| root.is_folder),
        ..Settings::default()
    };
    let excluded = found.excluded;
    let policy = found.configs.policy(base, &args.wishes(), &mut found.inputs);
    let mut run = Run::check(found.inputs, &around, &policy, reading.threads(), &mut problems);
    clock.lap("checked");
    let settings = |file: usize| policy.get(run.inputs.get(file).map_or(0, |input| input.settings));
    crate::compare_by(&mut run.report, &run.facts, policy.union(), settings);
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
    printer(args, agreed.format, terminal).print(&report, &mut out);
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
        tell(&nothing_judged(args, &report, excluded));
    } else if agreed.format == Format::Concise && !args.quiet {
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
    if !args.exit_zero && report.diagnostics().any(|d| d.severity >= agreed.failing) {
        return FOUND;
    }
    CLEAN
}

/// What there is one of for a run, from the command line or else from the configuration.
struct Agreed {
    format: Format,
    failing: Severity,
}

impl Agreed {
    fn new(args: &CheckArgs, configs: &Configs) -> Result<Agreed, String> {
        fn word<T: ValueEnum>(configs: &Configs, given: Option<T>, key: &str) -> Result<Option<T>, String> {
            if given.is_some() {
                return Ok(given);
            }
            let word = configs.agreed(key, &format!("--{key}"), |loaded| {
                loaded.config.word(key).map(str::to_string)
            })?;
            Ok(word.and_then(|word| T::from_str(&word, false).ok()))
        }
        if args.kube_version.is_none() {
            configs.agreed("kube-version", "--kube-version", |loaded| {
                loaded.config.kube_version()
            })?;
        }
        Ok(Agreed {
            format: word(configs, args.format, "format")?.unwrap_or(Format::Text),
            failing: word(configs, args.fail_on, "fail-on")?
                .unwrap_or(FailOn::Warning)
                .into(),
        })
    }
}

fn printer(args: &CheckArgs, format: Format, terminal: &Terminal) -> Box<dyn Printer> {
    match format {
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

fn nothing_judged(args: &CheckArgs, report: &Report, excluded: bool) -> String {
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
            } else if excluded {
                " that gitignore and `exclude` in the configuration let through"
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
}
