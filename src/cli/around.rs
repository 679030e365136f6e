//! What lies around the files: kustomizations that use them as patches, charts whose templates they are.
//!
//! A pre-commit hook passes single files, so the folders above the given paths are looked into as well. What a
//! kustomization there generates, patches and completes is known of a single file too, as if it were indexed.

use crate::hash::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::graph::{Role, is_simple};
use crate::manifest::kustomization::{self, PatchTarget, Wants};
use crate::manifest::{KUSTOMIZATIONS, Surroundings, is_kustomization};
use crate::source;
use crate::yaml::{self, Tree};

use super::paths;
use super::problem::Problem;
use super::read;
use super::shown::text;
use super::walk::{Found, Input};

/// How many folders above a given path may hold the kustomization that names it.
const PARENTS: usize = 2;

/// Reads the kustomizations among the inputs and above them, and finds the charts. What is read of the
/// inputs is kept with them; what cannot be read of them is reported when it is checked, and of the others here.
pub fn surroundings(found: &mut Found) -> Surroundings {
    let mut around = Surroundings::default();
    let mut named = Named::new();
    let mut visited = Folders::default();
    let mut bytes = Vec::new();
    let mut kustomizations = Vec::new();
    for (at, input) in found.inputs.iter_mut().enumerate() {
        let (folder, file) = folder_and_file(&input.name);
        if file == "Chart.yaml" {
            around.charts.insert(folder.to_string());
        } else if is_kustomization(file) {
            if input.content.is_none() {
                if read::file(input.path(), &mut bytes).is_err() {
                    continue;
                }
                input.content = Some(bytes.clone());
            }
            let folder = named.absolute(input.path().parent().unwrap_or(Path::new("")));
            let uses = named.read(&folder, input.content.as_deref().unwrap_or_default());
            if input.role == Role::Checked {
                kustomizations.push((at, uses));
            }
            visited.insert(folder.into_os_string());
        }
    }
    for (at, uses) in kustomizations {
        paths::note(&found.inputs, at, &uses, &mut around);
    }
    for path in &found.kustomizations {
        named.look(path, &mut visited, &mut found.problems);
    }
    let mut beside = Vec::new();
    for root in &found.roots {
        let spelled = if root.is_folder {
            &root.path
        } else {
            root.path.parent().unwrap_or(Path::new(""))
        };
        let folder = named.absolute(spelled);
        // The walk has read what is in a root itself.
        let names = names_above(spelled, root.is_folder || root.path.as_os_str() == "<stdin>");
        for (at, above) in folder.ancestors().enumerate().take(PARENTS + 1) {
            if at == 0 && root.is_folder {
                continue;
            }
            for file in KUSTOMIZATIONS {
                let read = named.look(&above.join(file), &mut visited, &mut found.problems);
                let name = names.get(at).map(|name| name.join(file));
                beside.extend(name.zip(read).map(|(name, bytes)| Input::beside(name, bytes)));
            }
            visited.insert(above.as_os_str().to_os_string());
        }
        if in_templates(&folder, &mut named.charts) {
            around.templates.insert(name_of(spelled));
        }
    }
    if !beside.is_empty() {
        found.inputs.append(&mut beside);
        found.sort();
    }
    named.spell(found, &mut around);
    around
}

/// How a run spells a file's folder and those above it, as far as names lead there; none where those tell nothing.
fn names_above(folder: &Path, nothing: bool) -> Vec<&Path> {
    let upwards = folder.components().any(|part| part == Component::ParentDir);
    let count = match (nothing, upwards) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => PARENTS + 1,
    };
    folder.ancestors().take(count).collect()
}

/// Folders by their absolute paths, without dots: as texts, which are faster to look up than paths.
type Folders = HashSet<OsString>;

/// The files that kustomizations name, by file name, with their absolute paths.
struct Named {
    here: PathBuf,
    files: HashMap<String, Vec<(PathBuf, Use)>>,
    /// Folders that hold a kustomization.
    folders: Folders,
    tree: Tree,
    /// Folders that were asked for a `Chart.yaml`.
    charts: HashMap<PathBuf, bool>,
}

enum Use {
    Patch(PatchTarget),
    Input,
    /// It looks like a patch by its name, but is applied as it stands.
    Resource,
}

impl Named {
    fn new() -> Named {
        Named {
            here: std::env::current_dir().unwrap_or_default(),
            files: HashMap::default(),
            folders: Folders::default(),
            tree: Tree::default(),
            charts: HashMap::default(),
        }
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        without_dots(&self.here.join(path))
    }

    /// Reads a kustomization, if there is one and its folder has not been looked into.
    fn look(&mut self, path: &Path, visited: &mut Folders, problems: &mut Vec<Problem>) -> Option<Vec<u8>> {
        let folder = self.absolute(path.parent().unwrap_or(Path::new("")));
        if visited.contains(folder.as_os_str()) {
            return None;
        }
        let mut bytes = Vec::new();
        let read = read::is_there(path).and_then(|there| {
            if there {
                read::file(path, &mut bytes)?;
            }
            Ok(there)
        });
        match read {
            Ok(true) => _ = self.read(&folder, &bytes),
            Ok(false) => return None,
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        }
        visited.insert(folder.into_os_string());
        Some(bytes)
    }

    /// Notes what a kustomization names. All paths, as it has them, with what has to be there.
    fn read(&mut self, folder: &Path, bytes: &[u8]) -> Vec<(String, Wants)> {
        let source = source::decode(bytes.to_vec());
        self.tree.clear();
        yaml::parse(&source.text, &source.invalid, &mut self.tree);
        let mut uses = kustomization::uses(&source.text, &self.tree);
        let named = std::mem::take(&mut uses.named);
        let among_patches = folder.file_name().is_some_and(|name| name == PATCHES);
        uses.resources
            .retain(|path| among_patches || patch_like(path).is_some());
        self.folders.insert(folder.as_os_str().to_os_string());
        let patches = uses.patches.into_iter();
        let all = (patches.map(|(path, target)| (path, Use::Patch(target))))
            .chain(uses.inputs.into_iter().map(|path| (path, Use::Input)))
            .chain(uses.resources.into_iter().map(|path| (path, Use::Resource)));
        for (path, what) in all {
            let path = without_dots(&folder.join(path));
            if let Some(file) = path.file_name() {
                let file = file.to_string_lossy().into_owned();
                self.files.entry(file).or_default().push((path, what));
            }
        }
        named
    }

    /// Writes the named files that are inputs into the surroundings, as the run spells them.
    fn spell(&self, found: &Found, around: &mut Surroundings) {
        if self.folders.is_empty() {
            return;
        }
        for input in &found.inputs {
            let (_, file) = folder_and_file(&input.name);
            let named = self.files.get(file);
            let like = patch_like(&input.name);
            if named.is_none() && like.is_none() {
                continue;
            }
            // Compared as text: both went through `without_dots`, and comparing part by part is slow.
            let path = self.absolute(input.path());
            let uses = named.into_iter().flatten();
            let mut used = false;
            for (_, what) in uses.filter(|(named, _)| named.as_os_str() == path.as_os_str()) {
                used = true;
                match what {
                    Use::Patch(target) => add_patch(around, &input.name, target),
                    Use::Input => _ = around.inputs.insert(input.name.clone()),
                    Use::Resource => {}
                }
            }
            if !used && like.is_some_and(|like| self.beside_kustomization(&path, like)) {
                around.patches.entry(input.name.clone()).or_default();
            }
        }
    }

    /// Whether a file that looks like a patch has the kustomization that it is kept for at hand. Scaffolds come
    /// with patches that are commented out, and they are partial objects all the same.
    fn beside_kustomization(&self, path: &Path, like: Like) -> bool {
        let folder = path.parent();
        let has =
            |folder: Option<&Path>| folder.is_some_and(|folder| self.folders.contains(folder.as_os_str()));
        has(folder) || (like == Like::Folder && has(folder.and_then(Path::parent)))
    }
}

/// Adds a file that is a patch. What one kustomization says of whom it is for does not hold for another.
fn add_patch(around: &mut Surroundings, name: &str, target: &PatchTarget) {
    let known = around.patches.entry(name.to_string());
    let known = known.or_insert_with(|| target.clone());
    if known != target {
        *known = PatchTarget::default();
    }
}

/// The folder in which kustomize's users keep patches.
const PATCHES: &str = "patches";

/// By what a file looks like a patch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Like {
    /// It lies in a folder for them.
    Folder,
    /// It is called one: `manager_auth_patch.yaml`.
    Name,
}

/// A path in two, at its last slash; every path of a run is asked.
fn folder_and_file(path: &str) -> (&str, &str) {
    match memchr::memrchr(b'/', path.as_bytes()) {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => ("", path),
    }
}

/// Whether a file looks like a patch of kustomize by its path.
fn patch_like(path: &str) -> Option<Like> {
    let (folder, file) = folder_and_file(path);
    if folder == PATCHES || folder.ends_with("/patches") {
        return Some(Like::Folder);
    }
    let stem = &file[..memchr::memrchr(b'.', file.as_bytes())?];
    let called = stem.ends_with("_patch")
        || stem.ends_with("-patch")
        || stem.starts_with("patch_")
        || stem.starts_with("patch-");
    called.then_some(Like::Name)
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
    let name = text(folder);
    if name == "." {
        String::new()
    } else {
        name.into_owned()
    }
}

/// The path with each `..` taken at its word.
pub fn without_dots(path: &Path) -> PathBuf {
    // On Windows parts are put together with another slash.
    if !cfg!(windows) && path.to_str().is_some_and(is_simple) {
        return path.to_path_buf();
    }
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
