//! The `kubeproof` command.

use std::process::ExitCode;

/// Many small lists live and die on two threads; this allocator halves what they cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kubeproof::cli::run()
}
