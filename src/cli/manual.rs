//! What is drawn from the definition of the command line: completions for shells, and the manual.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::TROUBLE;
use super::args::Cli;
use super::pages::print;
use super::terminal::{Terminal, tell};

/// Prints the completions for a shell.
pub fn completions(shell: Shell, terminal: &Terminal) -> u8 {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kubeproof", &mut out);
    print(&String::from_utf8_lossy(&out), terminal)
}

/// Prints the page of the manual about the program, or about one of its subcommands.
pub fn page(subcommand: Option<&str>, terminal: &Terminal) -> u8 {
    let mut command = Cli::command();
    command.build();
    let about = match subcommand {
        None => Some(&command),
        Some(name) => command
            .get_subcommands()
            .find(|known| known.get_name() == name && !known.is_hide_set()),
    };
    let Some(about) = about else {
        let name = subcommand.unwrap_or_default().escape_debug();
        tell(&format!(
            "there is no subcommand `{name}`; `kubeproof help` lists them"
        ));
        return TROUBLE;
    };
    let mut out = Vec::new();
    let page = clap_mangen::Man::new(about.clone()).source(concat!("kubeproof ", env!("CARGO_PKG_VERSION")));
    match page.render(&mut out) {
        Ok(()) => print(&String::from_utf8_lossy(&out), terminal),
        Err(error) => {
            tell(&format!("the page could not be written: {error}"));
            TROUBLE
        }
    }
}
