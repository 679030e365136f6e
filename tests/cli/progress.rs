//! The bar on standard error: on a terminal, in a long run, and nowhere else.

#![cfg(target_os = "linux")]

use std::fs::OpenOptions;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::{BAD, Folder};

/// Runs the program on a terminal of its own, by the `script` of util-linux, with a pipe among the inputs that
/// holds it up. `None` where there is no such program.
fn on_a_terminal(args: &str, variables: &[(&str, &str)], pause: Duration) -> Option<String> {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let pipe = folder.path().join("0.pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("mkfifo")
            .success()
    );
    let program = env!("CARGO_BIN_EXE_kubeproof");
    let command = format!("{program} check --color never 0.pipe a.yaml {args} >report.txt");
    let script = Command::new("script")
        .current_dir(folder.path())
        .env_remove("CI")
        .env("TERM", "xterm")
        .envs(variables.iter().copied())
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(child) = script else {
        eprintln!("skipped: there is no `script` to make a terminal with");
        return None;
    };
    let writer = OpenOptions::new()
        .write(true)
        .open(&pipe)
        .expect("opened when it is read");
    thread::sleep(pause);
    drop(writer);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    let report = std::fs::read_to_string(folder.path().join("report.txt")).expect("a report");
    assert!(
        report.contains("ingress/host-is-ip") && !report.contains('\u{1b}'),
        "{report}"
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_long_run_shows_a_bar_and_takes_it_back() {
    let Some(seen) = on_a_terminal("", &[], Duration::from_millis(900)) else {
        return;
    };
    assert!(seen.contains("Checking ["), "{seen:?}");
    assert!(seen.contains("% of 2 files\u{1b}[K"), "{seen:?}");
    assert!(seen.ends_with("\r\u{1b}[K"), "nothing stays: {seen:?}");
}

#[test]
fn nothing_is_shown_where_nobody_wants_it() {
    let long = Duration::from_millis(900);
    for (args, variables, pause) in [
        ("", &[][..], Duration::from_millis(50)),
        ("--quiet", &[], long),
        ("", &[("CI", "true")], long),
        ("", &[("TERM", "dumb")], long),
    ] {
        if let Some(seen) = on_a_terminal(args, variables, pause) {
            assert_eq!(seen, "", "{args} {variables:?}");
        }
    }
}
