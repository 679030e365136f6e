//! The `kubeproof` command.
fn main() {}
