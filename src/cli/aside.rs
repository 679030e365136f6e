//! What standard error is told beside the report.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::graph::Role;
use crate::report::{Report, count, left_alone};

use super::args::CheckArgs;
use super::output::{Format, Plan};
use super::run::Totals;
use super::shown::shown;
use super::terminal::{note, tell};

/// What a run left out.
pub struct LeftOut {
    /// Symbolic links that were not followed.
    pub links: Vec<PathBuf>,
    /// Folders that were named, and hold no manifest.
    pub barren: Vec<(PathBuf, Role)>,
    /// Findings in what did not change.
    pub untouched: usize,
}

/// What standard error is told of a run that went well. `empty`: why nothing was judged.
pub fn aside(args: &CheckArgs, plan: &Plan, report: &Report, empty: Option<&str>, left_out: &LeftOut) {
    let output = &args.output;
    if let Some(what) = empty {
        tell(what);
    } else if matches!(plan.stdout, Some(Format::Concise) | None) && !output.quiet {
        if output.show_skipped {
            let mut list = String::new();
            left_alone(report, &mut list);
            note(list.trim_end());
        }
        let summary = report.summary_for_people();
        note(&summary.line());
        if let Some(fixes) = summary.fixes() {
            note(&fixes);
        }
    }
    if !left_out.links.is_empty() && (empty.is_some() || !output.quiet) {
        note(&not_followed(&left_out.links));
    }
    if output.quiet {
        return;
    }
    for (folder, role) in &left_out.barren {
        note(&adds_nothing(folder, *role));
    }
    if left_out.untouched > 0 {
        note(&format!(
            "{} in what did not change since `{}` left out",
            count(left_out.untouched, "finding"),
            crate::report::printable(args.since.as_deref().unwrap_or_default())
        ));
    }
}

/// Names a folder that nothing was read from.
fn adds_nothing(folder: &Path, role: Role) -> String {
    let option = match role {
        Role::Inventory => "--inventory",
        Role::Definitions => "--crds",
        _ => "--index",
    };
    format!(
        "`{}` has no .yaml, .yml or .json file, so {option} adds nothing by it",
        shown(folder)
    )
}

/// Names links, so that who wants them followed can do so.
fn not_followed(links: &[PathBuf]) -> String {
    const NAMED: usize = 5;
    let named = links.iter().take(NAMED);
    let names: Vec<String> = named.map(|link| format!("`{}`", shown(link))).collect();
    let more = match links.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "{} not followed: {}{more}; a link that is named on the command line is",
        count(links.len(), "symbolic link"),
        names.join(", ")
    )
}

/// Why a run judged nothing, and what to do.
pub fn nothing_judged(args: &CheckArgs, report: &Report, excluded: bool) -> String {
    let from_stdin = matches!(&*args.input.paths, [one] if one.as_os_str() == "-");
    if from_stdin {
        return format!(
            "nothing to judge: standard input {}; did the command that writes it fail? \
             --allow-empty accepts it",
            match report.summary().skipped.is_empty() {
                true => "is empty".to_string(),
                false => format!("holds no Kubernetes object{}", report.summary().skips()),
            }
        );
    }
    if report.checked() == 0 {
        let places = match &*args.input.paths {
            [] => "the current folder".to_string(),
            [one] => format!("`{}`", shown(one)),
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
pub struct Clock {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Clock {
    /// Starts now.
    pub fn start() -> Clock {
        Clock {
            last: Instant::now(),
            laps: Vec::with_capacity(5),
        }
    }

    /// Ends a part, by its name.
    pub fn lap(&mut self, what: &'static str) {
        let now = Instant::now();
        self.laps.push((what, now - self.last));
        self.last = now;
    }
}

/// What was read and how long it took.
pub fn verbose(totals: &Totals, report: &Report, clock: &Clock) {
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
