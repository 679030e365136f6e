//! Finds the configuration: for each path the nearest `kubeproof.yaml` in its folder or above. What lies below a path
//! is for [`nested`](super::nested).

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Config, Fault, Wishes, policy, references};
use crate::graph;
use crate::report::{Source, Text, count, printable};
use crate::settings::{Policy, Settings};
use crate::source;

use super::around::without_dots;
use super::problem::Problem;
use super::read;
use super::shown::{shown, slashed, text};
use super::walk::{Input, tidy};

/// The names that are looked for.
pub use crate::manifest::CONFIGURATIONS as NAMES;

/// No configuration is nearly as long.
const MAX_BYTES: u64 = 1 << 20;

/// The configuration files of a run.
#[derive(Default)]
pub struct Configs {
    here: PathBuf,
    pub(super) list: Vec<Loaded>,
    /// The one given on the command line holds for all paths.
    pub(super) given: bool,
    /// By folder, what was found there or above.
    pub(super) folders: HashMap<PathBuf, Option<u16>>,
}

/// A configuration file.
pub struct Loaded {
    /// As it is shown and opened.
    pub path: PathBuf,
    /// The folder that its patterns are seen from, absolute.
    pub(super) folder: PathBuf,
    /// It lies below another one of the run, or was only met on the way: of what there is one of in a run others tell.
    pub(super) nested: bool,
    /// What it says.
    pub config: Config,
    /// Its text.
    pub source: Box<Source>,
}

impl Configs {
    /// Finds and reads the configuration files of paths, or reads the given one. What is wrong with them is told.
    pub fn load<'p>(given: Option<&Path>, paths: impl Iterator<Item = &'p Path>) -> Result<Configs, String> {
        let here = std::env::current_dir().unwrap_or_default();
        let mut configs = Configs {
            here: here.clone(),
            given: given.is_some(),
            ..Configs::default()
        };
        if let Some(file) = given {
            configs.read(file, here)?;
            return Ok(configs);
        }
        for path in paths {
            let absolute = configs.absolute(path);
            let folder = if absolute.is_dir() {
                Some(&*absolute)
            } else {
                absolute.parent()
            };
            if let Some(folder) = folder {
                configs.find(folder)?;
            }
        }
        configs.mark_nested();
        Ok(configs)
    }

    /// Looks for the file that holds in a folder (absolute), up to the top of its work tree.
    fn find(&mut self, folder: &Path) -> Result<(), String> {
        let mut visited = Vec::new();
        let mut found = None;
        for above in folder.ancestors() {
            if let Some(known) = self.folders.get(above) {
                found = *known;
                break;
            }
            visited.push(above.to_path_buf());
            found = self.read_within(above)?;
            if found.is_some() {
                break;
            }
            if above.join(".git").symlink_metadata().is_ok() {
                break;
            }
        }
        for folder in visited {
            self.folders.insert(folder, found);
        }
        Ok(())
    }

    /// Reads the file that lies in a folder (absolute), and returns its index.
    pub(super) fn read_within(&mut self, folder: &Path) -> Result<Option<u16>, String> {
        let mut there = NAMES
            .iter()
            .map(|name| folder.join(name))
            // What is no file, or leads to none, was meant as one: who passes over it judges by other rules.
            .filter(|path| path.symlink_metadata().is_ok());
        let Some(file) = there.next() else { return Ok(None) };
        if let Some(other) = there.next() {
            return Err(format!(
                "there are two configuration files, `{}` and `{}`; remove one of them",
                shown(&self.shown(&file)),
                shown(&self.shown(&other))
            ));
        }
        let index = u16::try_from(self.list.len()).map_err(|_| {
            "there are more than 65,536 configuration files, which are too many to tell apart; check the folders one \
             after the other"
                .to_string()
        })?;
        let shown = self.shown(&file);
        if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(format!(
                "{}; --isolated reads no configuration",
                read::irregular(&shown)
            ));
        }
        self.read(&shown, folder.to_path_buf())?;
        Ok(Some(index))
    }

    /// A path from the root of the file system, without dots.
    pub(super) fn absolute(&self, path: &Path) -> PathBuf {
        without_dots(&self.here.join(path))
    }

    /// A path as people would write it.
    fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.here).unwrap_or(path).to_path_buf()
    }

    fn read(&mut self, path: &Path, folder: PathBuf) -> Result<(), String> {
        let path = tidy(path);
        path.metadata()
            .map_err(|error| Problem::io(&path, &error).to_string())?;
        let bytes = read::small(&path, MAX_BYTES, "configuration").map_err(|problem| problem.to_string())?;
        let decoded = source::decode(bytes);
        match Config::read(&decoded) {
            Ok(config) => {
                self.list.push(Loaded {
                    path,
                    folder,
                    nested: false,
                    config,
                    source: Source::new(decoded),
                });
                Ok(())
            }
            Err(faults) => Err(complaint(&path, &Source::new(decoded), &faults)),
        }
    }

    /// The configuration that holds for a path.
    pub fn of(&self, path: &Path) -> Option<u16> {
        if self.given {
            return Some(0);
        }
        if self.list.is_empty() {
            return None;
        }
        self.absolute(path)
            .ancestors()
            .find_map(|folder| self.folders.get(folder))
            .copied()
            .flatten()
    }

    /// A path as seen from the folder of a configuration.
    pub(super) fn below(&self, loaded: &Loaded, path: &Path) -> Option<String> {
        let absolute = self.absolute(path);
        absolute.strip_prefix(&loaded.folder).ok().map(slashed)
    }

    /// The configuration that holds for a path.
    pub fn loaded(&self, path: &Path) -> Option<&Loaded> {
        self.list.get(usize::from(self.of(path)?))
    }

    /// Which of the entries under `per-path` hold for a path.
    pub fn paths_that_fit(&self, loaded: &Loaded, path: &Path) -> Vec<u16> {
        if !loaded.config.has_paths() {
            return Vec::new();
        }
        self.below(loaded, path)
            .map(|path| loaded.config.paths_that_fit(&path))
            .unwrap_or_default()
    }

    /// The paths under a key, which start at the folder of the configuration.
    pub fn paths(&self, key: &str) -> Vec<PathBuf> {
        let mut seen = HashSet::new();
        let all = self.list.iter().flat_map(|loaded| {
            let paths = loaded.config.list(key);
            paths.map(|path| loaded.resolve(path))
        });
        // Two files may spell one folder in two ways.
        all.filter(|path| seen.insert(self.absolute(path))).collect()
    }

    /// What the configurations say under a key of which there is one for a run.
    pub fn agreed<T: PartialEq>(
        &self,
        key: &str,
        option: &str,
        of: impl Fn(&Loaded) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let mut said: Option<(&Loaded, T)> = None;
        for loaded in self.list.iter().filter(|one| !one.nested) {
            let Some(value) = of(loaded) else { continue };
            match &said {
                Some((first, other)) if *other != value => {
                    return Err(format!(
                        "`{}` and `{}` each hold for some of the paths, and say different things about `{key}`; \
                         check them one after the other, or say it with {option}",
                        shown(&first.path),
                        shown(&loaded.path)
                    ));
                }
                Some(_) => {}
                None => said = Some((loaded, value)),
            }
        }
        Ok(said.map(|(_, value)| value))
    }

    /// What holds for all files: the command line outweighs.
    pub fn common(&self, mut base: Settings) -> Result<Settings, String> {
        if !base.complete {
            base.complete = self.agreed("complete", "--complete", |one| one.config.complete())? == Some(true);
        }
        let tables: Vec<_> = self
            .list
            .iter()
            .filter_map(|one| one.config.table.as_ref())
            .collect();
        base.references = match &*tables {
            [] => base.references,
            [only] => Some(Arc::clone(only)),
            _ => {
                let rows: String = self
                    .list
                    .iter()
                    .map(|one| references::rows(&one.config.top))
                    .collect();
                let table = graph::table_with(&rows).map_err(|_| {
                    "the `references` of the configuration files do not go together; check the paths one after \
                     the other"
                        .to_string()
                })?;
                Some(Arc::new(table))
            }
        };
        let exists = self
            .list
            .iter()
            .flat_map(|one| references::exists(&one.config.top, base.table()));
        base.exists = exists.collect();
        Ok(base)
    }

    /// The settings of each input.
    pub fn policy(&self, base: Settings, wishes: &Wishes, inputs: &mut [Input]) -> Result<Policy, String> {
        if self.list.is_empty() {
            return Ok(Policy::from(policy::settings(&base, wishes, None, &[])));
        }
        let base = self.common(base)?;
        let first = policy::settings(&base, wishes, self.list.first().map(|one| &one.config), &[]);
        let plain = self.list.len() < 2
            && !self.list.iter().any(|one| one.config.has_paths())
            && inputs.iter().all(|input| input.config == Some(0));
        if plain {
            return Ok(Policy::from(first));
        }
        let mut policy = Policy::default();
        let mut known: HashMap<(Option<u16>, Vec<u16>), u16> = HashMap::new();
        for input in inputs {
            let loaded = input.config.and_then(|index| self.list.get(usize::from(index)));
            let paths = loaded
                .map(|loaded| self.paths_that_fit(loaded, input.path()))
                .unwrap_or_default();
            input.settings = *known
                .entry((input.config, paths))
                .or_insert_with_key(|(_, paths)| {
                    let config = loaded.map(|loaded| &loaded.config);
                    policy.push(policy::settings(&base, wishes, config, paths))
                });
        }
        if policy.is_empty() {
            policy.push(first);
        }
        Ok(policy)
    }
}

impl Loaded {
    /// A path in the configuration as seen from the working directory.
    pub fn resolve(&self, path: &str) -> PathBuf {
        tidy(&self.path.parent().unwrap_or(Path::new("")).join(path))
    }

    /// `kubeproof.yaml:3`, for what says where a setting comes from.
    pub fn place(&self, offset: u32) -> String {
        let line = self.source.position(offset).line;
        format!("{}:{line}", shown(&self.path))
    }
}

/// What is wrong with a file, and what comes of it.
fn complaint(path: &Path, source: &Source, faults: &[Fault]) -> String {
    let name = text(path);
    let text = Text {
        color: false,
        width: None,
        show_skipped: false,
        quiet: true,
        statistics: false,
    };
    let mut out = format!(
        "{} has {}, so that what it asks for is not clear; nothing was done (--isolated reads no configuration)\n",
        printable(&name),
        count(faults.len(), "mistake")
    );
    const SHOWN: usize = 20;
    for fault in faults.iter().take(SHOWN) {
        out.push('\n');
        let help = fault.help.as_deref();
        text.mistake((&name, source), fault.span, &fault.message, help, &mut out);
    }
    if faults.len() > SHOWN {
        out.push_str(&format!("\n… and {} more\n", faults.len() - SHOWN));
    }
    out.truncate(out.trim_end().len());
    out
}
