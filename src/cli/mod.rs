//! The command: the only code that touches files, environment and terminal.

mod again;
mod args;
mod around;
mod aside;
mod baseline;
mod check;
mod choice;
mod config;
mod custom;
mod diff;
mod envs;
mod explain;
mod fix;
mod gitignore;
mod graph;
mod held;
mod impact;
mod init;
mod inputs;
mod inventory;
mod manual;
mod nested;
mod output;
mod pages;
mod paths;
mod policies;
mod parallel;
mod print;
mod problem;
mod progress;
mod read;
mod reader;
mod run;
mod settings;
mod shown;
mod since;
mod suggest;
mod terminal;
mod walk;
mod watch;
mod write;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use terminal::Terminal;

/// Nothing found, or nothing that fails the run.
const CLEAN: u8 = 0;
/// Findings at or above the failing severity.
const FOUND: u8 = 1;
/// kubeproof could not do its job.
const TROUBLE: u8 = 2;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    quiet_panics();
    // Usage errors end the process with 2, help and version with 0.
    let cli = Cli::parse();
    let terminal = Terminal::new(cli.color);
    let code = match cli.command {
        Command::Check(args) => check::check(&args, &terminal),
        Command::Impact(args) => impact::impact(&args, &terminal),
        Command::Graph(args) => graph::graph(&args, &terminal),
        Command::Explain(args) => pages::explain(&args, &terminal),
        Command::Config(args) => settings::config(&args, &terminal),
        Command::Init(args) => init::init(&args, &terminal),
        Command::Rules { format } => pages::list(format, &terminal),
        Command::Completions { shell } => manual::completions(shell, &terminal),
        Command::Man { subcommand } => manual::page(subcommand.as_deref(), &terminal),
    };
    ExitCode::from(code)
}

/// A panic is a bug, and its message may quote the text that was being read, a Secret's value even. So only
/// the place is told, and the message when it is a fixed one.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
        let fixed = panic.payload().downcast_ref::<&'static str>().copied();
        terminal::tell(&format!(
            "internal error at {}{}",
            place.as_deref().unwrap_or("an unknown place"),
            fixed.map(|message| format!(": {message}")).unwrap_or_default()
        ));
    }));
}
