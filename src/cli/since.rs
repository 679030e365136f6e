//! `--since`: asks git what has changed since a commit. Nothing else in kubeproof runs another program.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::graph::{self, Role};
use crate::manifest::{File, Surroundings};
use crate::report::{Change, printable};
use crate::source;
use crate::yaml::{self, Tree};

use super::diff;
use super::walk::Input;

/// What has changed in a work tree.
pub struct Since {
    /// The root of the work tree, with links resolved.
    top: PathBuf,
    /// The way there from the working directory: `.`, or such as `../..`.
    way: PathBuf,
    files: HashMap<PathBuf, Change>,
    commit: String,
}

impl Since {
    /// Asks git, in the work tree that the working directory is in.
    pub fn read(reference: &str) -> Result<Since, String> {
        let top = ask(&["rev-parse", "--show-toplevel"]).map_err(|said| match said {
            Said::NoGit(why) => why,
            Said::No(why) => format!("--since needs a git work tree, and the current folder is in none{why}"),
        })?;
        let top = path_of(top.trim_ascii_end());
        let top = top.canonicalize().unwrap_or(top);
        let way = ask(&["rev-parse", "--show-cdup"]).map_err(Said::told)?;
        let way = match way.trim_ascii_end() {
            b"" => PathBuf::from("."),
            way => path_of(way),
        };
        let commit = commit(reference)?;
        let mut files = HashMap::new();
        for (name, change) in changed(&top, &commit)? {
            files.insert(top.join(path_of(&name)), change);
        }
        let top_arg = top.as_os_str();
        let untracked = run([OsStr::new("-C"), top_arg]
            .into_iter()
            .chain(["ls-files", "--others", "--exclude-standard", "-z"].map(OsStr::new)));
        let untracked = untracked.map_err(Said::told)?;
        for name in untracked.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            files.insert(top.join(path_of(name)), Change::All);
        }
        Ok(Since {
            top,
            way,
            files,
            commit,
        })
    }

    /// The root of the work tree, as a path from the working directory.
    pub fn root(&self) -> PathBuf {
        self.way.clone()
    }

    /// The names of all that changed and deleted files defined at the commit.
    pub fn names(&self) -> Result<HashSet<String>, String> {
        let old = [OsStr::new("-C"), self.top.as_os_str()].into_iter().chain(
            [
                "diff",
                "--name-only",
                "-z",
                "--no-renames",
                "--no-relative",
                "--no-ext-diff",
                "--diff-filter=DMT",
                &self.commit,
                "--",
            ]
            .map(OsStr::new),
        );
        let old = run(old).map_err(Said::told)?;
        let is_manifest = |name: &&[u8]| {
            let ends = [".yaml", ".yml", ".json"];
            // A line of its own names a file below.
            ends.iter().any(|end| name.ends_with(end.as_bytes())) && !name.contains(&b'\n')
        };
        let mut asked = Vec::new();
        let mut names = HashSet::new();
        for name in old.split(|byte| *byte == 0).filter(is_manifest) {
            asked.extend_from_slice(self.commit.as_bytes());
            asked.push(b':');
            asked.extend_from_slice(name);
            asked.push(b'\n');
        }
        if asked.is_empty() {
            return Ok(names);
        }
        let mut tree = Tree::default();
        for text in self.texts(asked)? {
            let source = source::decode(text);
            tree.clear();
            yaml::parse(&source.text, &source.invalid, &mut tree);
            let file = File::read("", &source.text, &tree, &Surroundings::default(), false);
            let facts = graph::facts(&file);
            names.extend(
                facts
                    .definitions
                    .iter()
                    .map(|one| facts.str(one.name).to_string()),
            );
        }
        Ok(names)
    }

    /// What git has under each of the names asked for, a line each.
    fn texts(&self, asked: Vec<u8>) -> Result<Vec<Vec<u8>>, String> {
        let mut child = git()
            .arg("-C")
            .arg(&self.top)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| no_git(&error))?;
        // Git answers while it is asked, so that somebody else has to ask.
        let asking = child
            .stdin
            .take()
            .map(|mut stdin| std::thread::spawn(move || stdin.write_all(&asked)));
        let output = child.wait_with_output().map_err(|error| no_git(&error))?;
        let is_asked = asking.is_none_or(|asking| matches!(asking.join(), Ok(Ok(()))));
        if !output.status.success() || !is_asked {
            return Err(format!(
                "git could not tell what has changed{}",
                words(&output.stderr)
            ));
        }
        let mut texts = Vec::new();
        let mut rest = &output.stdout[..];
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            // `ID blob SIZE`, then so many bytes and a line break; `NAME missing` has nothing behind it.
            let line = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = &rest[end + 1..];
            let mut words = line.rsplit(' ');
            if let (Some(Ok(size)), Some("blob")) = (words.next().map(str::parse::<usize>), words.next()) {
                texts.push(rest.get(..size).unwrap_or_default().to_vec());
                rest = rest.get(size + 1..).unwrap_or_default();
            }
        }
        Ok(texts)
    }

    /// What has changed in each input.
    pub fn changes(&self, inputs: &[Input]) -> Result<Vec<Change>, String> {
        inputs
            .iter()
            .map(|input| {
                if input.role != Role::Checked {
                    return Ok(Change::None);
                }
                let path = input.path();
                let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
                if !real.starts_with(&self.top) {
                    return Err(format!(
                        "`{}` is outside of the git work tree that --since compares; run kubeproof in the work \
                         tree of the files",
                        printable(&input.name)
                    ));
                }
                Ok(self.files.get(&real).cloned().unwrap_or_default())
            })
            .collect()
    }
}

/// The commit that a reference stands for.
fn commit(reference: &str) -> Result<String, String> {
    let (name, fork) = match reference.strip_suffix("...") {
        Some(name) => (name, true),
        None => (reference, false),
    };
    let unknown = |why: &str| {
        format!(
            "git knows no commit `{}`{why}; name a branch, a tag or a commit (in CI, a shallow clone may lack it)",
            printable(name)
        )
    };
    // A name that starts with a dash would be taken for an option.
    if name.is_empty() || name.starts_with('-') {
        return Err(unknown(""));
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(bytes.trim_ascii()).into_owned();
    let commit = ask(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])
        .map(text)
        .map_err(|said| match said {
            Said::NoGit(why) => why,
            Said::No(why) => unknown(&why),
        })?;
    if !fork {
        return Ok(commit);
    }
    ask(&["merge-base", &commit, "HEAD"])
        .map(text)
        .map_err(|said| match said {
            Said::NoGit(why) => why,
            Said::No(why) => format!(
                "`{}` and the current branch have no commit in common{why}; name a commit without `...`",
                printable(name)
            ),
        })
}

/// The changes of tracked files since a commit.
fn changed(top: &Path, commit: &str) -> Result<diff::Changes, String> {
    // All that a user's configuration may change in what is printed is said.
    let mut child = git()
        .arg("-C")
        .arg(top)
        .args([
            "-c",
            "core.quotePath=true",
            "diff",
            "--unified=0",
            "--inter-hunk-context=0",
        ])
        .args([
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-relative",
            "--find-renames",
        ])
        .args([
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--diff-filter=d",
            "--submodule=short",
        ])
        .args([commit, "--"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| no_git(&error))?;
    // Read beside the other pipe: git waits when one of them is full, and may warn about each file.
    let warnings = child.stderr.take().map(|mut pipe| {
        thread::spawn(move || {
            let mut said = Vec::new();
            let _ = pipe.read_to_end(&mut said);
            said
        })
    });
    let read = match child.stdout.take() {
        Some(out) => diff::read(BufReader::with_capacity(1 << 16, out)),
        None => Err(io::ErrorKind::BrokenPipe.into()),
    };
    let status = child.wait().map_err(|error| no_git(&error))?;
    if !status.success() {
        let said = warnings.and_then(|reader| reader.join().ok());
        return Err(format!(
            "git could not tell what has changed{}",
            words(&said.unwrap_or_default())
        ));
    }
    read.map_err(|error| format!("what git printed could not be read: {error}"))
}

/// Why git gave no answer.
enum Said {
    /// It could not be run.
    NoGit(String),
    /// It said so, in these words.
    No(String),
}

impl Said {
    fn told(self) -> String {
        match self {
            Said::NoGit(why) => why,
            Said::No(why) => format!("git could not tell what has changed{why}"),
        }
    }
}

fn git() -> Command {
    let mut git = Command::new("git");
    git.stdin(Stdio::null())
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0");
    git
}

fn ask(args: &[&str]) -> Result<Vec<u8>, Said> {
    run(args.iter().map(OsStr::new))
}

fn run<'a>(args: impl Iterator<Item = &'a OsStr>) -> Result<Vec<u8>, Said> {
    let output = git()
        .args(args)
        .output()
        .map_err(|error| Said::NoGit(no_git(&error)))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Said::No(words(&output.stderr)))
    }
}

fn no_git(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "--since needs the program `git`, which is not installed or not on the PATH".to_string()
        }
        _ => format!("git could not be run: {error}"),
    }
}

/// The first line of what git said.
fn words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    match text.lines().next() {
        Some(line) => format!(" (git: {})", printable(line.trim_start_matches("fatal: "))),
        None => String::new(),
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
