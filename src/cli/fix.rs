//! `--fix`, `--unsafe-fixes` and `--diff`: what becomes of the files.

use std::fs;
use std::io;
use std::path::Path;

use clap::{ArgGroup, Args};

use crate::engine::Settings;
use crate::fix::{self, Level, Mended};
use crate::graph::Role;
use crate::manifest::Surroundings;
use crate::report::{Fixed, Source, count, unified};
use crate::source;

use super::args::CheckArgs;
use super::problem::Problem;
use super::run::Run;
use super::terminal::{Terminal, note, tell};
use super::{CLEAN, FOUND, TROUBLE, write};

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
    #[arg(long, conflicts_with_all = ["since", "watch", "verdicts"])]
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

/// Fixes the inputs of a run in memory: its report is then about the fixed texts.
pub fn mend(
    run: &mut Run,
    around: &Surroundings,
    settings: &Settings,
    level: Level,
    problems: &mut Vec<Problem>,
) -> Mended {
    let Run {
        report,
        facts,
        inputs,
        sizes,
        ..
    } = run;
    let mended = fix::mend(report, facts, around, settings, level, |report| {
        super::run::fetch_texts(report, inputs, sizes, problems);
    });
    report.fixed = Some(Fixed {
        findings: mended.files.values().map(|before| before.fixed).sum(),
        files: mended.files.len(),
        unsafe_too: level == Level::Unsafe,
    });
    mended
}

/// Prints the differences that fixes would make, and returns the exit code of `--diff`.
pub fn show(
    run: &Run,
    mended: &Mended,
    args: &CheckArgs,
    terminal: &Terminal,
    problems: &mut Vec<Problem>,
) -> u8 {
    let written = terminal.write(&diff(run, mended, terminal));
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
    } else if !mended.files.is_empty() && !args.exit_zero {
        FOUND
    } else {
        CLEAN
    }
}

fn diff(run: &Run, mended: &Mended, terminal: &Terminal) -> String {
    let mut out = String::new();
    for (index, before) in &mended.files {
        let file = &run.report.files[*index as usize];
        if let Some(after) = &file.source {
            let before = Source::new(source::decode(before.text.clone().into_bytes()));
            unified(&file.name, &before, after, terminal.color, &mut out);
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

/// Writes the fixed files. What could not be written is trouble, and does not count as fixed.
pub fn write(run: &mut Run, mended: &Mended, problems: &mut Vec<Problem>) {
    let Some(mut fixed) = run.report.fixed else { return };
    for (index, before) in &mended.files {
        let at = *index as usize;
        let (Some(input), Some(after)) = (run.inputs.get(at), &run.report.files[at].source) else {
            continue;
        };
        if input.is_stdin {
            continue;
        }
        if let Err(what) = save(input.path(), before.text.as_bytes(), after.text().as_bytes()) {
            problems.push(Problem {
                path: input.name.clone(),
                what,
            });
            fixed.findings -= before.fixed;
            fixed.files -= 1;
        }
    }
    run.report.fixed = Some(fixed);
}

/// The fixed text of standard input, or its bytes as they came; `None` when it was not to be checked.
pub fn stdin(run: &Run, mended: &Mended) -> Option<Vec<u8>> {
    let at = run
        .inputs
        .iter()
        .position(|input| input.is_stdin && input.role == Role::Checked)?;
    let changed = mended.files.contains_key(&(at as u32));
    match run.report.files.get(at).and_then(|file| file.source.as_ref()) {
        Some(source) if changed => Some(source.text().as_bytes().to_vec()),
        _ => run.inputs[at].content.clone(),
    }
}

/// Puts a new content in a file's place, unless that would surprise.
fn save(path: &Path, before: &[u8], after: &[u8]) -> Result<(), String> {
    let cannot = |error: io::Error| format!("its fixes could not be written: {error}");
    let metadata = fs::metadata(path).map_err(cannot)?;
    if !metadata.is_file() {
        return Err(
            "is no regular file, and cannot be replaced; pass its content to standard input (`-`)"
                .to_string(),
        );
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
