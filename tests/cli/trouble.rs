//! Everything that can go wrong with files and pipes: a clear message, exit code 2, and the rest still checked.

use std::io::Read as _;
#[cfg(unix)]
use std::process::{Command, Stdio};

#[cfg(unix)]
use super::answer;
use super::{Answer, BAD, Folder};

/// Asserts that the answer is trouble with exactly these lines, and that `a.yaml` was checked all the same.
fn trouble(answer: &Answer, messages: &[&str]) {
    assert_eq!(answer.code, Some(2), "{answer}");
    let lines: Vec<&str> = answer.stderr.lines().collect();
    assert_eq!(lines.len(), messages.len(), "{}", answer.stderr);
    for (line, message) in lines.iter().zip(messages) {
        assert!(
            line.starts_with(&format!("error: {message}")),
            "{line}\n{message}"
        );
    }
    assert_eq!(answer.files(), ["a.yaml"], "the rest is checked");
}

#[test]
fn missing_paths() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let answer = folder.run(&["check", "--format", "json", "nope", "a.yaml", "a.yaml/b", "nope"]);
    trouble(
        &answer,
        &[
            "a.yaml/b: a part of the path is a file, not a folder; check the spelling",
            "nope: no such file or folder; check the spelling (paths start at the current folder)",
        ],
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("a.yaml", BAD)]);
    symlink("gone.yaml", folder.path().join("dangling.yaml")).expect("a link");
    symlink("loop.yaml", folder.path().join("loop.yaml")).expect("a link");
    symlink(".", folder.path().join("here")).expect("a link");
    let answer = folder.run(&[
        "check",
        "--format",
        "json",
        "dangling.yaml",
        "loop.yaml",
        "a.yaml",
    ]);
    trouble(
        &answer,
        &[
            "dangling.yaml: the symbolic link points to `gone.yaml`, which does not exist; mend or remove",
            "loop.yaml: the symbolic link leads back to itself; remove it",
        ],
    );
    let walked = folder.run(&["check", "--format", "json"]);
    assert_eq!(
        (walked.code, walked.files()),
        (Some(1), vec!["a.yaml".to_string()]),
        "walking meets no loop"
    );
}

/// A command that runs as a user who is not almighty, where the tests run as root.
#[cfg(unix)]
fn as_somebody(folder: &Folder, args: &[&str]) -> Option<Command> {
    use std::os::unix::process::CommandExt as _;
    let mut command = folder.command(args);
    let locked = folder.write("probe", "");
    set_mode(&locked, 0o000);
    if std::fs::read(&locked).is_err() {
        return Some(command);
    }
    command.uid(65534);
    // The program itself may lie where that user cannot come.
    let mut probe = folder.command(&["--version"]);
    probe.uid(65534).stdout(Stdio::null()).stderr(Stdio::null());
    probe
        .status()
        .is_ok_and(|status| status.success())
        .then_some(command)
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("permissions");
}

#[cfg(unix)]
#[test]
fn files_and_folders_without_permission() {
    let folder = Folder::new(&[("a.yaml", BAD), ("locked.yaml", BAD), ("vault/b.yaml", BAD)]);
    set_mode(folder.path(), 0o755);
    set_mode(&folder.path().join("locked.yaml"), 0o000);
    set_mode(&folder.path().join("vault"), 0o000);
    let Some(mut command) = as_somebody(&folder, &["check", "--format", "json"]) else {
        eprintln!("skipped: no user without rights to run as");
        return;
    };
    let answer = answer(&mut command);
    set_mode(&folder.path().join("vault"), 0o755);
    let denied = "permission denied; make it readable for this user, or leave it out";
    trouble(
        &answer,
        &[&format!("locked.yaml: {denied}"), &format!("vault: {denied}")],
    );
}

#[test]
fn files_that_are_too_large() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    for (name, size) in [("large.yaml", (512 << 20) + 1), ("larger.yaml", 5 << 30)] {
        let file = std::fs::File::create(folder.path().join(name)).expect("a file");
        file.set_len(size).expect("a file with a hole");
    }
    let what = "larger than 512 MiB, which no manifest is; split it, or leave it out";
    let answer = folder.run(&["check", "--format", "json"]);
    trouble(
        &answer,
        &[&format!("large.yaml: {what}"), &format!("larger.yaml: {what}")],
    );
}

#[cfg(unix)]
#[test]
fn files_that_vanish() {
    // The pipe is read first and holds the program up, after the walk and before the next file.
    let folder = Folder::new(&[("a.yaml", BAD), ("z.yaml", BAD), ("z/b.yaml", BAD)]);
    let pipe = folder.path().join("0.pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("mkfifo")
            .success()
    );
    let mut command = folder.command(&["check", "--threads", "1", "--format", "json", "0.pipe", "."]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let writer = std::fs::OpenOptions::new()
        .write(true)
        .open(&pipe)
        .expect("opened when it is read");
    std::fs::remove_file(folder.path().join("z.yaml")).expect("removed");
    std::fs::remove_file(folder.path().join("z/b.yaml")).expect("removed");
    std::fs::create_dir(folder.path().join("z.yaml")).expect("a folder");
    drop(writer);
    let output = child.wait_with_output().expect("it ends");
    let answer = Answer {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    trouble(
        &answer,
        &[
            "z.yaml: became a folder while kubeproof was running; run it again",
            "z/b.yaml: vanished while kubeproof was running; run it again",
        ],
    );
}

#[test]
fn a_reader_that_goes_away() {
    // Enough findings for more than a pipe holds.
    let folder = Folder::new(&[("a.yaml", &format!("{BAD}---\n").repeat(2000))]);
    for format in super::FORMATS {
        let mut command = folder.command(&["check", "-q", "--format", format]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut first = [0; 100];
        let mut stdout = child.stdout.take().expect("its output");
        stdout.read_exact(&mut first).expect("some output");
        drop(stdout);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let formats = super::FORMATS.map(|format| ["check", "--format", format]);
    let commands = [&["rules"][..], &["explain", "ingress/host-is-ip"]];
    for args in formats.iter().map(|args| &args[..]).chain(commands) {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("/dev/full");
        let mut command = folder.command(args);
        let output = command.stdout(full).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("could not be written: No space left"), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn nobody_to_tell() {
    // Standard output and error closed: no panic, the exit code still tells.
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let program = env!("CARGO_BIN_EXE_kubeproof");
    for (script, code) in [("check >&- 2>&-", 1), ("check nope 2>&-", 2), ("rules >&-", 0)] {
        let status = Command::new("sh")
            .current_dir(folder.path())
            .args(["-c", &format!("exec {program} {script}")])
            .stdout(Stdio::null())
            .status();
        assert_eq!(status.expect("sh").code(), Some(code), "{script}");
    }
}

#[test]
fn an_inventory_that_is_none_is_trouble() {
    let list = r#"{"apiVersion":"v1","kind":"List","items":["#;
    for (text, what) in [
        ("", "holds no object of Kubernetes"),
        ("error: no connection\n", "holds no object of Kubernetes"),
        ("{\"apiVersion\"", "cannot be read from line 1 on"),
        (list, "cannot be read from line 1 on"),
    ] {
        let folder = Folder::new(&[("a.yaml", super::GOOD), ("cluster.txt", text)]);
        let answer = folder.run(&["check", "--inventory", "cluster.txt", "a.yaml"]);
        assert_eq!(answer.code, Some(2), "{text}: {answer}");
        assert!(
            answer.stderr.contains(&format!("error: cluster.txt: {what}")),
            "{text}: {answer}"
        );
        // Nobody should be told that it is safe to delete something because the inventory is empty.
        let answer = folder.run(&["impact", "shop", "--inventory", "cluster.txt"]);
        assert_eq!(answer.code, Some(2), "{text}: {answer}");
        assert!(answer.stderr.contains("error: cluster.txt:"), "{text}: {answer}");
    }
    let folder = Folder::new(&[("a.yaml", super::GOOD), ("cluster.txt", &format!("{list}]}}"))]);
    let answer = folder.run(&["check", "--inventory", "cluster.txt", "a.yaml"]);
    assert_eq!(answer.code, Some(0), "{answer}");
}
