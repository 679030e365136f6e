//! `--fix`, `--unsafe-fixes` and `--diff`: what becomes of the files.

use std::path::Path;
use std::{fs, io};

use clap::{ArgGroup, Args};

use crate::fix::{self, Changes, Level};
use crate::graph::Role;
use crate::report::{Fixed, Source, count, unified};
use crate::source;

use super::args::CheckArgs;
use super::problem::Problem;
use super::run::Run;
use super::terminal::{Terminal, note, tell};
use super::walk::Input;
use super::{CLEAN, FOUND, TROUBLE, write};

const NO_FILE: &str = "is no regular file, and cannot be replaced; pass its content to standard input (`-`)";

/// The arguments that ask for fixes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Fixes", group = ArgGroup::new("fixes").args(["fix", "diff"]).multiple(true))]
pub struct FixArgs {
    /// Fix what can be fixed safely, in the files themselves; of standard input the fixed text is printed.
    #[arg(long, conflicts_with_all = ["since", "watch"])]
    pub fix: bool,
    /// Apply fixes that need a look, too: new API versions, encoded values, names that were nearly right.
    #[arg(long, requires = "fixes")]
    pub unsafe_fixes: bool,
    /// Print what --fix would change, and write nothing; exit with 1 if there is anything.
    // What asks for a report, or changes what is known, would be left undone without a word.
    #[arg(
        long,
        conflicts_with_all = [
            "since", "watch", "verdicts", "write_baseline", "format", "output", "statistics", "show_skipped",
        ]
    )]
    pub diff: bool,
}

impl FixArgs {
    /// Which fixes are wanted, if any.
    pub fn level(&self) -> Option<Level> {
        match (self.fix || self.diff, self.unsafe_fixes) {
            (false, _) => None,
            (true, false) => Some(Level::Safe),
            (true, true) => Some(Level::Unsafe),
        }
    }
}

/// Takes inputs out that cannot be replaced, and says so: what a pipe holds is gone once it was read, and fixing
/// reads again.
pub fn refuse_streams(inputs: &mut Vec<Input>, problems: &mut Vec<Problem>) {
    inputs.retain(|input| {
        let asked = !input.is_stdin && input.content.is_none() && input.role == Role::Checked;
        let stream = asked && fs::metadata(input.path()).is_ok_and(|metadata| !metadata.is_file());
        if stream {
            problems.push(Problem {
                path: input.name.clone(),
                what: NO_FILE.to_string(),
            });
        }
        !stream
    });
}

/// Fixes the inputs of a run in memory: the run that comes back is about the fixed texts. `again` judges inputs
/// as the first run was judged.
pub fn mend(run: Run, level: Level, mut again: impl FnMut(Vec<Input>) -> Run) -> (Run, Changes) {
    let (mut run, changes, ended) = fix::mend(
        run,
        level,
        |run| &run.report,
        |mut run, changes| {
            for (index, change) in changes {
                if let Some(input) = run.inputs.get_mut(*index) {
                    input.content = Some(change.after.clone().into_bytes());
                }
            }
            again(std::mem::take(&mut run.inputs))
        },
    );
    if !ended {
        note(
            "warning: fixing was given up, since the fixes bring as many findings as they mend; look at what is left",
        );
    }
    run.report.fixed = Some(Fixed {
        findings: changes.values().map(|change| change.fixed).sum(),
        files: changes.len(),
        unsafe_too: level == Level::Unsafe,
    });
    (run, changes)
}

/// Prints the differences that fixes would make, and returns the exit code of `--diff`.
pub fn show(
    run: &Run,
    changes: &Changes,
    args: &CheckArgs,
    terminal: &Terminal,
    problems: &mut Vec<Problem>,
) -> u8 {
    let written = terminal.write(&diff(run, changes, terminal));
    if !args.output.quiet {
        tell_would_fix(run);
    }
    problems.sort();
    problems.dedup();
    for problem in problems.iter() {
        tell(&problem.to_string());
    }
    if let Err(error) = &written {
        tell(&format!("the differences could not be written: {error}"));
    }
    if !problems.is_empty() || written.is_err() {
        TROUBLE
    } else if !changes.is_empty() && !args.exit_zero {
        FOUND
    } else {
        CLEAN
    }
}

fn diff(run: &Run, changes: &Changes, terminal: &Terminal) -> String {
    let mut out = String::new();
    let source = |text: &str| Source::new(source::decode(text.to_string().into_bytes()));
    for (index, change) in changes {
        if let Some(input) = run.inputs.get(*index) {
            let (before, after) = (source(&change.before), source(&change.after));
            unified(&input.name, &before, &after, terminal.color, &mut out);
        }
    }
    out
}

/// Tells what a diff amounts to.
fn tell_would_fix(run: &Run) {
    let fixed = run.report.fixed.unwrap_or_default();
    let unsafe_too = run.report.summary_for_people().fixable_unsafely;
    let mut line = match fixed.findings {
        0 => "Nothing to fix".to_string(),
        n => format!(
            "Would fix {} in {}",
            count(n, "finding"),
            count(fixed.files, "file")
        ),
    };
    if unsafe_too > 0 && !fixed.unsafe_too {
        line.push_str(&format!("; {unsafe_too} more with --unsafe-fixes"));
    }
    note(&line);
}

/// Writes the fixed files, and returns what could not be written: that does not count as fixed, and is to be read
/// again, since a report about a text that is nowhere would mislead.
pub fn write(run: &mut Run, changes: &Changes) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(mut fixed) = run.report.fixed else {
        return problems;
    };
    for (index, change) in changes {
        let Some(input) = run.inputs.get_mut(*index).filter(|input| !input.is_stdin) else {
            continue;
        };
        if let Err(what) = save(input.path(), change.before.as_bytes(), change.after.as_bytes()) {
            problems.push(Problem {
                path: input.name.clone(),
                what,
            });
            input.content = None;
            fixed.findings -= change.fixed;
            fixed.files -= 1;
        }
    }
    run.report.fixed = Some(fixed);
    problems
}

/// Standard input with its fixes, or its bytes as they came; `None` when it was not to be checked.
pub fn stdin(run: &Run) -> Option<Vec<u8>> {
    let input = (run.inputs.iter()).find(|input| input.is_stdin && input.role == Role::Checked)?;
    input.content.clone()
}

/// Puts a new content in a file's place, unless that would surprise.
fn save(path: &Path, before: &[u8], after: &[u8]) -> Result<(), String> {
    let cannot = |error: io::Error| format!("its fixes could not be written: {error}");
    let metadata = fs::metadata(path).map_err(cannot)?;
    if !metadata.is_file() {
        return Err(NO_FILE.to_string());
    }
    if metadata.permissions().readonly() {
        return Err(
            "is read-only, so its fixes were not written; make it writable, or leave it out".to_string(),
        );
    }
    if fs::read(path).map_err(cannot)? != before {
        return Err(
            "changed while kubeproof was running; its fixes were not written, run it again".to_string(),
        );
    }
    write::replace(path, |out| out.write_all(after)).map_err(|problem| problem.what)
}
