//! Prints a run's reports where its plan says, with what printers are told of the surroundings: the terminal, the
//! root of the repository, and on GitHub's runners the commit and the step's summary.

use std::path::Path;
use std::{env, io};

use crate::diagnostic::Severity;
use crate::report::{
    Concise, Github, Gitlab, Json, JsonLines, Junit, Markdown, Printer, Report, Root, Sarif, Text,
};

use super::output::{Format, OutputArgs, Plan};
use super::problem::Problem;
use super::shown::text;
use super::terminal::Terminal;
use super::write;

impl Plan {
    /// Prints everything. What could not be written is added to the problems.
    pub fn print(&self, report: &Report, with: &With<'_>, problems: &mut Vec<Problem>) {
        // People are shown paths as they gave them; the way to the root is not worth its system calls then.
        let root = if self.formats().any(Format::names_from_root) {
            root()
        } else {
            Root::default()
        };
        if let Some(format) = self.stdout {
            let printed = if with.aside {
                let printer = with.printer(format, &root, None);
                // Where standard error is gone, nobody is left to tell.
                let _ = printer.stream(report, &mut io::BufWriter::new(io::stderr().lock()));
                Ok(())
            } else {
                let printer = with.printer(format, &root, Some(with.terminal));
                with.terminal.stream(|out| printer.stream(report, out))
            };
            if let Err(error) = printed {
                problems.push(Problem::new(
                    Path::new("<stdout>"),
                    format!("the report could not be written: {error}"),
                ));
            }
        }
        for (format, path) in &self.files {
            let printer = with.printer(*format, &root, None);
            if let Err(problem) = write::replace(path, |out| printer.stream(report, out)) {
                problems.push(problem);
            }
        }
        if self.formats().any(|format| format == Format::Github)
            && let Some(path) = variable("GITHUB_STEP_SUMMARY")
            && let Err(problem) = step_summary(Path::new(&path), report, &root)
        {
            problems.push(problem);
        }
    }
}

/// What printers are told of the run.
pub struct With<'a> {
    /// The arguments.
    pub args: &'a OutputArgs,
    /// Standard output.
    pub terminal: &'a Terminal,
    /// The least severity that fails the run.
    pub failing: Severity,
    /// The exit code, were all written.
    pub exit_code: u8,
    /// Whether standard output is taken, so that the report goes to standard error.
    pub aside: bool,
}

impl With<'_> {
    fn printer(&self, format: Format, root: &Root, terminal: Option<&Terminal>) -> Box<dyn Printer> {
        let args = self.args;
        let json = || Json {
            verdicts: args.verdicts,
            show_skipped: args.show_skipped,
            statistics: args.statistics,
        };
        let root = root.clone();
        match format {
            Format::Text => Box::new(Text {
                color: terminal.is_some_and(|terminal| terminal.color),
                width: terminal.and_then(|terminal| terminal.width),
                show_skipped: args.show_skipped,
                quiet: args.quiet,
                statistics: args.statistics,
            }),
            Format::Concise => Box::new(Concise {
                statistics: args.statistics,
            }),
            Format::Json => Box::new(json()),
            Format::Jsonl => Box::new(JsonLines { json: json() }),
            Format::Sarif => Box::new(Sarif {
                root,
                exit_code: self.exit_code,
            }),
            Format::Github => Box::new(Github { root }),
            Format::Gitlab => Box::new(Gitlab { root }),
            Format::Junit => Box::new(Junit {
                failing: self.failing,
            }),
            Format::Markdown => Box::new(Markdown {
                root,
                links: links(),
                room: usize::MAX,
                statistics: args.statistics,
            }),
        }
    }
}

/// The root of the repository that the working directory is in, or else the working directory.
pub fn root() -> Root {
    let Ok(here) = env::current_dir() else {
        return Root::default();
    };
    let root = here
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .unwrap_or(&here);
    let below = here.strip_prefix(root).unwrap_or(Path::new(""));
    let text = |path: &Path| text(path).trim_end_matches('/').to_string();
    Root {
        path: text(root),
        below: text(below),
    }
}

/// Where GitHub shows the files of the commit that its runner checks.
fn links() -> Option<String> {
    let [server, repository, commit] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA"].map(variable);
    Some(format!("{}/{}/blob/{}/", server?, repository?, commit?))
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// GitHub refuses a step's summary that is longer.
const SUMMARY_BYTES: u64 = 1 << 20;

/// Appends to the step's summary, as far as there is room in it.
fn step_summary(path: &Path, report: &Report, root: &Root) -> Result<(), Problem> {
    let used = path.metadata().map_or(0, |metadata| metadata.len());
    let markdown = Markdown {
        root: root.clone(),
        links: links(),
        room: usize::try_from(SUMMARY_BYTES.saturating_sub(used)).unwrap_or(0),
        statistics: false,
    };
    write::append(path, |out: &mut dyn io::Write| markdown.stream(report, out))
}
