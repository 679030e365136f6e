//! The `kubeproof` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    kubeproof::cli::run()
}
