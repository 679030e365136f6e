//! Configuration files that a walk meets: each takes over below its own folder.
//!
//! A folder's listing may name its configuration after some of its files. So a walk only notes what it meets, and where
//! that was not known before, it is read and the walk done again: a repository of one configuration pays nothing.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::graph::Role;

use super::around::without_dots;
use super::config::{Configs, Loaded};
use super::shown::{shown, slashed};
use super::walk::Input;

/// A configuration as seen from a path.
struct Seen<'c> {
    index: u16,
    config: &'c Config,
    /// The path as seen from the folder of the configuration; `None` when it is not below that.
    prefix: Option<String>,
    excludes: bool,
}

impl<'c> Seen<'c> {
    fn new(index: u16, config: &'c Config, prefix: Option<String>) -> Seen<'c> {
        Seen {
            index,
            config,
            excludes: prefix.is_some() && config.excludes(),
            prefix,
        }
    }

    /// Whether something below the path is left out, or with an empty `below` the path itself.
    fn leaves_out(&self, below: &Path, is_folder: bool) -> bool {
        let Some(prefix) = self.prefix.as_deref().filter(|_| self.excludes) else {
            return false;
        };
        let below = slashed(below);
        let path = match (prefix, &*below) {
            ("", _) => below,
            (_, "") => prefix.to_string(),
            _ => format!("{prefix}/{below}"),
        };
        self.config.is_excluded(&path, is_folder)
    }
}

/// Which configuration holds where a walk is.
pub struct Nearest<'c> {
    root: &'c Path,
    /// What holds for the root.
    own: Option<Seen<'c>>,
    /// Whether the root itself is left out.
    pub leaves_out_root: bool,
    /// Whether its `exclude` counts.
    own_excludes: bool,
    /// What takes over further down, by folder as seen from the root.
    nested: HashMap<PathBuf, Seen<'c>>,
    /// Whether configuration files that are met count.
    pub meets: bool,
    /// The folders among `nested` that the walk is in, by their depths.
    inside: Vec<(usize, PathBuf)>,
}

impl Nearest<'_> {
    /// The index of the configuration.
    pub fn index(&self) -> Option<u16> {
        let nested = self.inside.last().and_then(|(_, folder)| self.nested.get(folder));
        nested.or(self.own.as_ref()).map(|seen| seen.index)
    }

    /// Leaves the folders that do not hold what the walk meets at a depth.
    pub fn leave(&mut self, depth: usize) {
        while self.inside.last().is_some_and(|(folder, _)| *folder >= depth) {
            self.inside.pop();
        }
    }

    /// Whether a path below the root is left out.
    pub fn leaves_out(&self, path: &Path, is_folder: bool) -> bool {
        let (from, seen) = match self.inside.last() {
            Some((_, folder)) => (&**folder, self.nested.get(folder)),
            None => (Path::new(""), self.own.as_ref().filter(|_| self.own_excludes)),
        };
        let Some(seen) = seen.filter(|seen| seen.excludes) else {
            return false;
        };
        let below = self.below(path);
        seen.leaves_out(below.strip_prefix(from).unwrap_or(below), is_folder)
    }

    /// Enters a folder below the root, which may have a configuration of its own.
    pub fn enter(&mut self, folder: &Path, depth: usize) {
        if self.nested.is_empty() {
            return;
        }
        let below = self.below(folder);
        if self.nested.contains_key(below) {
            let below = below.to_path_buf();
            self.inside.push((depth, below));
        }
    }

    fn below<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(self.root).unwrap_or(path)
    }
}

/// What there is one of in a run, with what holds where nothing is said.
const OF_A_RUN: [(&str, &str); 4] = [
    ("fail-on", "warning"),
    ("format", "text"),
    ("complete", "false"),
    ("baseline", ""),
];

impl Configs {
    /// What holds for a path that is to be read, and for what is below it.
    pub fn nearest<'c>(&'c self, root: &'c Path, is_folder: bool, role: Role) -> Nearest<'c> {
        let own = self.seen(root);
        let left_out = own
            .as_ref()
            .is_some_and(|own| own.leaves_out(Path::new(""), is_folder));
        // What a cluster prints is a list of its own, wherever it lies.
        let follows = is_folder && role != Role::Inventory && !self.given;
        let absolute = follows.then(|| self.absolute(root));
        Nearest {
            root,
            own,
            leaves_out_root: left_out && role == Role::Checked,
            // What is named to be indexed is read even where it is not to be checked.
            own_excludes: !left_out && role != Role::Inventory,
            nested: absolute
                .as_deref()
                .map(|root| self.nested(root))
                .unwrap_or_default(),
            // Where the root's own configuration is not looked for, neither are those below it.
            meets: absolute.is_some_and(|root| self.folders.contains_key(&root)),
            inside: Vec::new(),
        }
    }

    /// The configurations below a folder (absolute), by the way there.
    fn nested(&self, root: &Path) -> HashMap<PathBuf, Seen<'_>> {
        (0..)
            .zip(&self.list)
            .filter_map(|(index, loaded)| {
                let below = loaded.folder.strip_prefix(root).ok()?;
                let seen = Seen::new(index, &loaded.config, Some(String::new()));
                (below != Path::new("")).then(|| (below.to_path_buf(), seen))
            })
            .collect()
    }

    fn seen(&self, path: &Path) -> Option<Seen<'_>> {
        let index = self.of(path)?;
        let loaded = self.list.get(usize::from(index))?;
        Some(Seen::new(index, &loaded.config, self.below(loaded, path)))
    }

    /// Reads the configuration files that a walk met and that were not known. True when there were any.
    pub fn meet(&mut self, met: &[PathBuf]) -> Result<bool, String> {
        let absolute = met.iter().map(|file| self.absolute(file));
        let mut folders: Vec<PathBuf> = absolute
            .filter_map(|file| Some(file.parent()?.to_path_buf()))
            .collect();
        // The outer ones say which of the inner ones are left out.
        folders.sort_by_cached_key(|folder| (folder.components().count(), folder.clone()));
        let before = self.list.len();
        for folder in folders {
            let left_out = |seen: Seen<'_>| seen.leaves_out(Path::new(""), true);
            if self.folders.contains_key(&folder) || self.seen(&folder).is_some_and(left_out) {
                continue;
            }
            if let Some(index) = self.read_within(&folder)? {
                if let Some(loaded) = self.list.last_mut() {
                    loaded.nested = true;
                }
                self.folders.insert(folder, Some(index));
            }
        }
        Ok(self.list.len() > before)
    }

    /// Marks those that lie below another one: of what there is one of in a run the outer one tells.
    pub(super) fn mark_nested(&mut self) {
        let folders: HashSet<PathBuf> = self.list.iter().map(|one| one.folder.clone()).collect();
        for loaded in &mut self.list {
            let mut above = loaded.folder.ancestors().skip(1);
            loaded.nested = above.any(|folder| folders.contains(folder));
        }
    }

    /// Names what nested files say of what there is one of in a run, where something else holds. What the command line
    /// says is `given`. Files that nothing of what is checked has as its own say nothing here.
    pub fn unheeded(&self, given: &[&str], inputs: &[Input]) -> Option<String> {
        if !self.list.iter().any(|one| one.nested) {
            return None;
        }
        let in_force = self.in_force(given);
        let checked = inputs.iter().filter(|input| input.role == Role::Checked);
        let followed: HashSet<u16> = checked.filter_map(|input| input.config).collect();
        let nested = (0..)
            .zip(&self.list)
            .filter(|(index, one)| one.nested && followed.contains(index));
        let parts: Vec<String> = nested.filter_map(|(_, one)| one.differs(&in_force)).collect();
        (!parts.is_empty()).then(|| not_followed(&parts))
    }

    /// What holds of what there is one of in a run, what is `given` aside.
    fn in_force(&self, given: &[&str]) -> Vec<(&'static str, String)> {
        OF_A_RUN
            .into_iter()
            .filter(|(key, _)| !given.contains(key))
            .map(|(key, default)| {
                let mut outer = self.list.iter().filter(|one| !one.nested);
                let said = outer.find_map(|one| one.of_a_run(key));
                (key, said.unwrap_or_else(|| default.to_string()))
            })
            .collect()
    }
}

impl Loaded {
    /// Names the keys that say something else than what is in force.
    fn differs(&self, in_force: &[(&str, String)]) -> Option<String> {
        let differs = |(key, value): &&(&str, String)| self.of_a_run(key).is_some_and(|said| said != *value);
        let keys: Vec<String> = in_force
            .iter()
            .filter(differs)
            .map(|(key, _)| format!("`{key}`"))
            .collect();
        (!keys.is_empty()).then(|| format!("{} in `{}`", keys.join(", "), shown(&self.path)))
    }

    /// What it says of something that there is one of in a run, as a text to compare.
    fn of_a_run(&self, key: &str) -> Option<String> {
        match key {
            "complete" => self.config.complete().map(|complete| complete.to_string()),
            "baseline" => {
                let path = self.resolve(self.config.word(key)?);
                Some(without_dots(&path).to_string_lossy().into_owned())
            }
            _ => self.config.word(key).map(str::to_string),
        }
    }
}

fn not_followed(parts: &[String]) -> String {
    const NAMED: usize = 5;
    let named = parts[..parts.len().min(NAMED)].join("; ");
    let more = match parts.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!(
        "not followed: {named}{more}; there is one of each in a run, so check that folder by itself for its own"
    )
}
