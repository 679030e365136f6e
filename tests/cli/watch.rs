//! `--watch`, with a real process that is ended as Ctrl-C ends it.

use std::fs;
use std::io::{BufRead as _, BufReader};
#[cfg(unix)]
use std::process::Command;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::{BAD, Folder, GOOD};

/// A running `check --watch`.
struct Watching {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

fn lines(from: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    receive
}

impl Watching {
    fn start(folder: &Folder, args: &[&str]) -> Watching {
        let mut command = folder.command(&[&["check", "--watch", "--format", "concise"], args].concat());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        Watching {
            stdout: lines(child.stdout.take().expect("its output")),
            stderr: lines(child.stderr.take().expect("its errors")),
            child,
        }
    }

    /// The lines of one run on both outputs.
    fn round(&self) -> (Vec<String>, Vec<String>) {
        let mut told = Vec::new();
        loop {
            let line = self
                .stderr
                .recv_timeout(Duration::from_secs(20))
                .expect("a run in time");
            let ends = line.contains("Ctrl-C ends");
            told.push(line);
            if ends {
                break;
            }
        }
        // What was printed comes before the line that ends a run, but through another pipe.
        let mut printed = Vec::new();
        while let Ok(line) = self.stdout.recv_timeout(Duration::from_millis(200)) {
            printed.push(line);
        }
        (printed, told)
    }

    /// Nothing is checked while nothing changes.
    fn is_quiet(&self) {
        let line = self.stderr.recv_timeout(Duration::from_millis(1200));
        assert!(line.is_err(), "{line:?}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn changes_are_checked() {
    let folder = Folder::new(&[("k8s/a.yaml", BAD), ("k8s/b.yaml", GOOD), ("out/README", "")]);
    let watching = Watching::start(&folder, &["k8s", "--output", "json=k8s/report.json"]);
    let (printed, told) = watching.round();
    assert_eq!(printed.len(), 1, "{printed:?}");
    assert!(
        !printed[0].contains('\u{1b}'),
        "no terminal, no clearing: {printed:?}"
    );
    assert!(told[0].starts_with("1 error in 1 of 2 files"), "{told:?}");
    let (time, rest) = told[1].split_once(" UTC: checked in ").expect("the time");
    assert!(
        time.len() == 8 && rest.ends_with("watching 2 files, Ctrl-C ends"),
        "{told:?}"
    );
    watching.is_quiet();
    // Mended, broken again by another file, and gone.
    folder.write("k8s/a.yaml", GOOD.replace("shop", "a"));
    let (printed, told) = watching.round();
    assert!(printed.is_empty(), "{printed:?}");
    assert!(told[0].starts_with("Nothing found in 2 files"), "{told:?}");
    folder.write("k8s/new/c.yaml", BAD.replace("shop", "c"));
    assert_eq!(watching.round().0.len(), 1);
    fs::remove_dir_all(folder.path().join("k8s/new")).expect("removed");
    assert!(watching.round().1[0].starts_with("Nothing found in 2 files"));
    watching.is_quiet();
    assert!(folder.path().join("k8s/report.json").is_file());
}

#[test]
fn configuration_is_watched() {
    for name in ["kubeproof.yaml", ".kubeproof.yaml", "ci/strict.yaml"] {
        let folder = Folder::new(&[("k8s/a.yaml", BAD), (name, "exclude: []\n")]);
        let args: &[&str] = match name {
            "ci/strict.yaml" => &["k8s", "--config", name],
            _ => &["k8s"],
        };
        let watching = Watching::start(&folder, args);
        assert_eq!(watching.round().0.len(), 1, "{name}");
        folder.write(name, "fail-on: error\nexclude: [new]\n");
        assert_eq!(watching.round().0.len(), 1, "{name}");
        watching.is_quiet();
    }
}

#[test]
fn configuration_further_down_is_watched() {
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        // Nobody checks that file, so that it is no input; it holds all the same.
        (".gitignore", ".kubeproof.yml\n"),
        ("k8s/a.yaml", BAD),
        ("k8s/deep/b.yaml", BAD),
    ]);
    let watching = Watching::start(&folder, &["k8s"]);
    assert_eq!(watching.round().0.len(), 2);
    let nested = folder.write("k8s/deep/.kubeproof.yml", "ignore: ingress\n");
    assert_eq!(watching.round().0.len(), 1);
    folder.write("k8s/deep/.kubeproof.yml", "ignore: ingres\n");
    let (_, told) = watching.round();
    assert!(
        told[0].starts_with("error: k8s/deep/.kubeproof.yml has 1 mistake"),
        "{told:?}"
    );
    watching.is_quiet();
    fs::remove_file(nested).expect("removed");
    assert_eq!(watching.round().0.len(), 2);
}

#[test]
fn trouble_does_not_end_it() {
    let folder = Folder::new(&[("a.yaml", GOOD)]);
    let watching = Watching::start(&folder, &["a.yaml"]);
    watching.round();
    fs::remove_file(folder.path().join("a.yaml")).expect("removed");
    let (_, told) = watching.round();
    assert!(
        told[0].starts_with("error: a.yaml: no such file or folder"),
        "{told:?}"
    );
    folder.write("a.yaml", BAD);
    assert_eq!(watching.round().0.len(), 1);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_and_leaves_nothing() {
    use std::os::unix::process::ExitStatusExt as _;
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let mut watching = Watching::start(&folder, &["--output", "sarif=out.sarif"]);
    watching.round();
    let pid = watching.child.id().to_string();
    // What is started in the background may ignore SIGINT; this one ends it in the same way.
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill")
            .success()
    );
    let status = watching.child.wait().expect("it ends");
    assert_eq!(status.signal(), Some(15), "{status:?}");
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    assert_eq!(names, ["a.yaml", "out.sarif"]);
}

#[test]
fn it_ends_when_nobody_reads() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let mut command = folder.command(&["check", "--watch", "--format", "concise"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let told = lines(child.stderr.take().expect("its errors"));
    while !told
        .recv_timeout(Duration::from_secs(20))
        .expect("a run in time")
        .contains("Ctrl-C ends")
    {}
    drop(child.stdout.take());
    folder.write("a.yaml", BAD.replace("shop", "other"));
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(1));
}

#[test]
fn standard_input_cannot_be_watched() {
    let answer = Folder::new(&[]).run_with(&["check", "--watch", "-"], GOOD);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer.stderr.contains("--watch waits for files to change"),
        "{answer}"
    );
}

#[test]
fn what_is_watched_does_not_become_known_by_itself() {
    let folder = Folder::new(&[("a.yaml", super::BAD)]);
    let answer = folder.run(&["check", "--watch", "--write-baseline"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(!folder.path().join("kubeproof-baseline.json").exists());
}
