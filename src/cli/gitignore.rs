//! What git would leave out: `.gitignore` files along the way down and `.git/info/exclude`, in a work tree.
//!
//! The matcher is the `ignore` crate's; its own walker is not used, since it costs several system calls a
//! file. The user's global excludes are not read: a run should say the same on every machine.

use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::problem::Problem;
use super::read;

/// Nobody writes as many patterns, and each takes a multiple of its length in memory.
const MAX_BYTES: u64 = 1 << 20;

/// The patterns that hold in the folder being walked, outermost first.
pub struct Ignored {
    levels: Vec<Level>,
}

struct Level {
    /// The depth below the walk's root to which the patterns belong; those from above the root have 0.
    depth: usize,
    /// A work tree starts here: patterns from further out do not hold.
    barrier: bool,
    patterns: Gitignore,
}

impl Ignored {
    /// Reads what holds at `root` (absolute), from the top of its work tree down to its parent folder.
    /// `None` outside of a work tree. What could not be read is told.
    pub fn above(root: &Path, problems: &mut Vec<Problem>) -> Option<Ignored> {
        let top = root.ancestors().find(|folder| is_work_tree(folder))?;
        let mut ignored = Ignored { levels: Vec::new() };
        // The root itself is entered by the walk.
        let between = root
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(top));
        for folder in between.collect::<Vec<_>>().into_iter().rev() {
            ignored.enter(folder, 0, problems);
        }
        Some(ignored)
    }

    /// Takes the patterns of a folder (absolute) that the walk enters at `depth`.
    pub fn enter(&mut self, folder: &Path, depth: usize, problems: &mut Vec<Problem>) {
        let barrier = is_work_tree(folder);
        let mut builder = GitignoreBuilder::new(folder);
        let mut any = false;
        if barrier {
            any |= add(&mut builder, text_of(&exclude_file(folder, problems), problems));
        }
        let own = folder.join(".gitignore");
        // As git, which follows no link here: it may lead out of the work tree.
        if own
            .symlink_metadata()
            .is_ok_and(|metadata| !metadata.is_symlink())
        {
            any |= add(&mut builder, text_of(&own, problems));
        }
        if !any && !barrier {
            return;
        }
        // Patterns that make no sense are left out by the builder, as by git.
        if let Ok(patterns) = builder.build() {
            self.levels.push(Level {
                depth,
                barrier,
                patterns,
            });
        }
    }

    /// Whether git would leave out a path (absolute) that the walk meets at `depth`. Drops the patterns of
    /// the folders that the walk has left to get there.
    pub fn leaves_out(&mut self, path: &Path, is_folder: bool, depth: usize) -> bool {
        while self.levels.last().is_some_and(|level| level.depth >= depth) {
            self.levels.pop();
        }
        for level in self.levels.iter().rev() {
            match level.patterns.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
            if level.barrier {
                return false;
            }
        }
        false
    }
}

/// A folder with a `.git`; that of a submodule or a linked work tree is a file.
fn is_work_tree(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

/// `info/exclude` of the repository; a linked work tree's `.git` file names the folder it is in.
fn exclude_file(work_tree: &Path, problems: &mut Vec<Problem>) -> PathBuf {
    let git = work_tree.join(".git");
    let mut folder = git.clone();
    if let Some(text) = text_of(&git, problems)
        && let Some(named) = text.strip_prefix("gitdir:")
    {
        folder = work_tree.join(named.trim());
        if let Some(common) = text_of(&folder.join("commondir"), problems) {
            folder = folder.join(common.trim());
        }
    }
    folder.join("info/exclude")
}

/// What a file of git says, if there is one. That it could not be read is told: what git leaves out is not known then.
fn text_of(file: &Path, problems: &mut Vec<Problem>) -> Option<String> {
    let read = read::is_there(file).and_then(|there| {
        let bytes = there.then(|| read::small(file, MAX_BYTES, "file of git"));
        bytes.transpose()
    });
    match read {
        Ok(bytes) => bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        Err(mut problem) => {
            problem
                .what
                .push_str("; what git leaves out is not known without it (--isolated does not ask)");
            problems.push(problem);
            None
        }
    }
}

/// Adds a file's patterns. False when there is no such file.
fn add(builder: &mut GitignoreBuilder, text: Option<String>) -> bool {
    let Some(text) = text else { return false };
    for line in text.trim_start_matches('\u{feff}').lines() {
        // A line that is no pattern matches nothing, as in git.
        let _ = builder.add_line(None, line);
    }
    true
}
