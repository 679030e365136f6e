//! What lies around the files: kustomizations that use them as patches, charts whose templates they are.
//!
//! A pre-commit hook passes single files, so the folders above the given paths are looked into as well.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use crate::manifest::{Surroundings, is_kustomization, kustomization};
use crate::source;
use crate::yaml::{self, Tree};

use super::read;
use super::walk::Found;

/// How many folders above a given path may hold the kustomization that names it.
const PARENTS: usize = 2;

const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Reads the kustomizations among the inputs and above them, and finds the charts. What is read of the
/// inputs is kept with them; what cannot be read is reported when it is checked.
pub fn surroundings(found: &mut Found) -> Surroundings {
    let mut around = Surroundings::default();
    let mut named = Named::new();
    let mut visited = HashSet::new();
    for input in &mut found.inputs {
        let (folder, file) = input.name.rsplit_once('/').unwrap_or(("", &input.name));
        if file == "Chart.yaml" {
            around.charts.insert(folder.to_string());
        } else if is_kustomization(file) {
            let mut bytes = Vec::new();
            if let Some(content) = &input.content {
                bytes.clone_from(content);
            } else if read::file(input.path(), &mut bytes).is_err() {
                continue;
            }
            let folder = named.absolute(input.path().parent().unwrap_or(Path::new("")));
            named.read(&folder, &bytes);
            visited.insert(folder);
            input.content = Some(bytes);
        }
    }
    for path in &found.kustomizations {
        named.look(path, &mut visited);
    }
    for root in &found.roots {
        let spelled = if root.is_folder {
            &root.path
        } else {
            root.path.parent().unwrap_or(Path::new(""))
        };
        let folder = named.absolute(spelled);
        // The walk has read what is in a root itself.
        for above in folder
            .ancestors()
            .skip(usize::from(root.is_folder))
            .take(PARENTS + 1)
        {
            for file in KUSTOMIZATIONS {
                named.look(&above.join(file), &mut visited);
            }
            visited.insert(above.to_path_buf());
        }
        if in_templates(&folder, &mut named.charts) {
            around.templates.insert(name_of(spelled));
        }
    }
    named.spell(found, &mut around);
    around
}

/// The files that kustomizations name, by file name, with their absolute paths.
struct Named {
    here: PathBuf,
    files: HashMap<String, Vec<(PathBuf, Use)>>,
    tree: Tree,
    /// Folders that were asked for a `Chart.yaml`.
    charts: HashMap<PathBuf, bool>,
}

#[derive(Clone, Copy)]
enum Use {
    Patch,
    Input,
}

impl Named {
    fn new() -> Named {
        Named {
            here: std::env::current_dir().unwrap_or_default(),
            files: HashMap::new(),
            tree: Tree::default(),
            charts: HashMap::new(),
        }
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        without_dots(&self.here.join(path))
    }

    /// Reads a kustomization, if there is one and its folder has not been looked into.
    fn look(&mut self, path: &Path, visited: &mut HashSet<PathBuf>) {
        let folder = self.absolute(path.parent().unwrap_or(Path::new("")));
        let mut bytes = Vec::new();
        if !visited.contains(&folder) && read::file(path, &mut bytes).is_ok() {
            self.read(&folder, &bytes);
            visited.insert(folder);
        }
    }

    fn read(&mut self, folder: &Path, bytes: &[u8]) {
        let source = source::decode(bytes.to_vec());
        self.tree.clear();
        yaml::parse(&source.text, &source.invalid, &mut self.tree);
        let uses = kustomization::uses(&source.text, &self.tree);
        for (paths, what) in [(uses.patches, Use::Patch), (uses.inputs, Use::Input)] {
            for path in paths {
                let path = without_dots(&folder.join(path));
                if let Some(file) = path.file_name() {
                    let file = file.to_string_lossy().into_owned();
                    self.files.entry(file).or_default().push((path, what));
                }
            }
        }
    }

    /// Writes the named files that are inputs into the surroundings, as the run spells them.
    fn spell(&self, found: &Found, around: &mut Surroundings) {
        if self.files.is_empty() {
            return;
        }
        for input in &found.inputs {
            let file = input.name.rsplit_once('/').map_or(&*input.name, |(_, file)| file);
            let Some(named) = self.files.get(file) else {
                continue;
            };
            // Compared as text: both went through `without_dots`, and comparing part by part is slow.
            let path = self.absolute(input.path()).into_os_string();
            for (_, what) in named.iter().filter(|(named, _)| named.as_os_str() == path) {
                let set = match what {
                    Use::Patch => &mut around.patches,
                    Use::Input => &mut around.inputs,
                };
                set.insert(input.name.clone());
            }
        }
    }
}

/// Whether a folder is a chart's `templates` or lies below it, by what is on disk.
fn in_templates(folder: &Path, charts: &mut HashMap<PathBuf, bool>) -> bool {
    folder.ancestors().any(|above| {
        above.file_name().is_some_and(|name| name == "templates")
            && above.parent().is_some_and(|chart| {
                *charts
                    .entry(chart.to_path_buf())
                    .or_insert_with(|| chart.join("Chart.yaml").is_file())
            })
    })
}

/// A folder as [`Surroundings`] spells it: "" for the current one.
fn name_of(folder: &Path) -> String {
    let name = folder.to_string_lossy();
    if name == "." {
        String::new()
    } else {
        name.into_owned()
    }
}

/// The path with each `..` taken at its word.
pub fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
