//! The command as people meet it: arguments, exit codes, formats, files, and what must never be shown.
//!
//! Every test runs the real program in a folder of its own and with an empty environment.

#![allow(missing_docs)] // helpers of tests explain themselves

mod across;
mod baseline;
mod canaries;
mod completed;
mod config;
mod custom;
mod docs;
mod exit;
mod explain;
mod files;
mod fix;
mod formats;
mod frames;
mod graph;
mod impact;
mod kustomize;
mod manual;
mod nested;
mod outputs;
mod pages;
mod people;
mod policies;
mod progress;
mod rendered;
mod since;
mod suppression;
mod threads;
mod trouble;
mod watch;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// An Ingress with one error: its host is an IP address.
pub const BAD: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: web
spec:
  rules:
    - host: 10.0.0.1
";

/// The same without an error.
pub const GOOD: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: web
spec:
  rules:
    - host: shop.example.com
";

/// An Ingress with one warning: nobody serves its TLS host.
pub const SLIP: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: slip
spec:
  ingressClassName: nginx
  tls:
    - hosts: [a.example.com]
  rules:
    - host: b.example.com
";

/// Every format of a report.
pub const FORMATS: [&str; 9] = [
    "text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown",
];

/// A folder of files, gone when the test ends.
pub struct Folder {
    folder: TempDir,
}

/// What the program answered.
#[derive(PartialEq, Debug)]
pub struct Answer {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    /// A folder with these files, given as path and text.
    pub fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(&path, bytes).expect("a file");
        path
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubeproof"));
        command.current_dir(self.path()).env_clear().args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Answer {
        answer(&mut self.command(args))
    }

    /// Runs the program with a text on its standard input.
    pub fn run_with(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Answer {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut input = child.stdin.take().expect("its standard input");
        // It reads only where `-` is among the paths.
        let _ = input.write_all(stdin.as_ref());
        drop(input);
        let output = child.wait_with_output().expect("it ends");
        Answer {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// Makes a pipe into which nobody writes.
#[cfg(unix)]
pub fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo").success());
}

pub fn answer(command: &mut Command) -> Answer {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    Answer {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

impl Answer {
    /// The files with findings, as JSON names them, each once.
    pub fn files(&self) -> Vec<String> {
        let json: serde_json::Value = serde_json::from_str(&self.stdout).expect("JSON");
        let mut files: Vec<String> = json["diagnostics"]
            .as_array()
            .expect("diagnostics")
            .iter()
            .map(|d| d["file"].as_str().expect("a file").to_string())
            .collect();
        files.dedup();
        files
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("JSON")
    }
}

/// For snapshots: exit code and both outputs.
impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or("none".to_string(), |code| code.to_string());
        write!(f, "exit: {code}")?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "\n--- {name} ---\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}
