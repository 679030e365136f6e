//! From the paths on the command line to the list of files to check, each once, in the order of their names.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use walkdir::{DirEntry, WalkDir};

use crate::graph::Role;

use super::config::{Configs, NAMES};
use super::gitignore::Ignored;
use super::nested::Nearest;
use super::problem::Problem;
use super::read;
use super::shown::text;

/// One input of a run.
#[derive(Clone, Debug)]
pub struct Input {
    /// As the user spelled it: relative to the working directory, or absolute if so given. What is no UTF-8
    /// in it is replaced.
    pub name: String,
    /// What to open, where the name is not the path.
    path: Option<PathBuf>,
    /// What was read already: standard input, a kustomization.
    pub content: Option<Vec<u8>>,
    /// What a pipe gave, as `<(helm template …)` does once.
    pipe: Option<OnceLock<Vec<u8>>>,
    /// The part it plays.
    pub role: Role,
    /// Whether it is standard input.
    pub is_stdin: bool,
    /// The configuration that holds for it, by its index.
    pub config: Option<u16>,
    /// The settings that it is checked with, by their index.
    pub settings: u16,
}

impl Input {
    /// The path to open.
    pub fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(&self.name))
    }

    /// Replaces the buffer's content with the input's: what was read already, or else its file's.
    pub fn read(&self, buffer: &mut Vec<u8>) -> Result<(), Problem> {
        let known = self
            .content
            .as_ref()
            .or(self.pipe.as_ref().and_then(OnceLock::get));
        if let Some(content) = known {
            buffer.clear();
            buffer.extend_from_slice(content);
            return Ok(());
        }
        read::file(self.path(), buffer)?;
        if let Some(pipe) = &self.pipe {
            // Who else read it meanwhile has got what there was.
            let _ = pipe.set(buffer.clone());
        }
        Ok(())
    }

    fn file(path: PathBuf) -> Input {
        let (name, path) = match path.into_os_string().into_string() {
            // Windows takes `/` as well, and a name should read the same everywhere.
            Ok(name) if cfg!(windows) => (name.replace('\\', "/"), None),
            Ok(name) => (name, None),
            Err(path) => (text(Path::new(&path)).into_owned(), Some(path.into())),
        };
        Input {
            name,
            path,
            content: None,
            pipe: None,
            role: Role::Checked,
            is_stdin: false,
            config: None,
            settings: 0,
        }
    }

    /// A file that was read, and only tells what else there is.
    pub fn beside(path: PathBuf, content: Vec<u8>) -> Input {
        Input {
            content: Some(content),
            role: Role::Indexed,
            ..Input::file(path)
        }
    }

    /// Standard input under the name it is to be shown by.
    pub fn stdin(shown: Option<&Path>, content: Vec<u8>, role: Role) -> Input {
        Input {
            content: Some(content),
            role,
            is_stdin: true,
            ..Input::file(shown.map_or("<stdin>".into(), tidy))
        }
    }
}

/// What the walk found.
#[derive(Default)]
pub struct Found {
    /// The inputs, sorted by name.
    pub inputs: Vec<Input>,
    /// Kustomizations that are no inputs for want of an extension: they only tell about other files.
    pub kustomizations: Vec<PathBuf>,
    /// The files and folders to look around from: each path of the command line, tidied.
    pub roots: Vec<Root>,
    /// What could not be listed.
    pub problems: Vec<Problem>,
    /// Folders that were named for what is read beside, and hold no manifest.
    pub barren: Vec<(PathBuf, Role)>,
    /// Symbolic links to folders, or named as manifests are, which were met and not followed.
    pub links: Vec<PathBuf>,
    /// Configuration files that were met.
    pub met: Vec<PathBuf>,
    /// Whether the configuration left anything out.
    pub excluded: bool,
    /// The configuration files that hold for the inputs.
    pub configs: Configs,
}

impl Found {
    /// Puts the inputs into the order of their names.
    pub fn sort(&mut self) {
        self.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Takes standard input back, which cannot be read again.
    pub fn take_stdin(&mut self) -> Option<Input> {
        let at = self.inputs.iter().position(|input| input.is_stdin)?;
        Some(self.inputs.remove(at))
    }

    /// The links that lead to what is not met under another name: out of all that is looked through, to nothing, or
    /// to a file whose name is no manifest's.
    pub fn links_elsewhere(&self) -> Vec<PathBuf> {
        if self.links.is_empty() {
            return Vec::new();
        }
        let roots: Vec<PathBuf> = self.roots.iter().map(|root| identity(&root.path)).collect();
        let is_met = |link: &Path| {
            let Ok(real) = link.canonicalize() else {
                return false;
            };
            let has_name = |name: &std::ffi::OsStr| is_manifest_name(name.as_encoded_bytes());
            let is_seen = real.is_dir() || real.file_name().is_some_and(has_name);
            is_seen && roots.iter().any(|root| real.starts_with(root))
        };
        let links = self.links.iter().filter(|link| !is_met(link));
        links.cloned().collect()
    }
}

/// A path of the command line.
pub struct Root {
    /// Tidied.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Finds the inputs under `paths`, each with the part that its files play: the first that leads to a file
/// says. `stdin` stands for the file of its name, wherever that is found.
pub fn walk(paths: &[(&Path, Role)], configs: &Configs, stdin: Option<Input>, gitignore: bool) -> Found {
    let mut found = Found::default();
    // One root that is walked without following links meets no file twice.
    let mut seen = (paths.len() + usize::from(stdin.is_some()) > 1).then(HashSet::new);
    if let Some(input) = stdin {
        let path = input.path().to_path_buf();
        if let Some(seen) = &mut seen {
            seen.insert(identity(&path));
        }
        found.roots.push(Root {
            path,
            is_folder: false,
        });
        found.inputs.push(input);
    }
    for &(path, role) in paths {
        let root = tidy(path);
        let before = found.inputs.len();
        let metadata = match root.metadata() {
            Ok(metadata) => metadata,
            Err(error) => {
                found.problems.push(Problem::io(&root, &error));
                continue;
            }
        };
        let is_folder = metadata.is_dir();
        let mut nearest = configs.nearest(&root, is_folder, role);
        if nearest.leaves_out_root {
            found.excluded = true;
            continue;
        }
        if is_folder {
            let held = walk_folder(&root, gitignore, &mut nearest, seen.as_mut(), &mut found);
            // Of what is checked a run says itself that it checked nothing.
            match held {
                _ if role == Role::Checked => {}
                Held::Manifests => {}
                Held::Ignored => {
                    let what = "git ignores all manifests in it, so that none is read; name the files themselves, or \
                                use --isolated";
                    found.problems.push(Problem::new(&root, what));
                }
                Held::Nothing => found.barren.push((root.clone(), role)),
            }
        } else if seen.as_mut().is_none_or(|seen| seen.insert(identity(&root))) {
            found.inputs.push(Input {
                pipe: (!metadata.is_file()).then(OnceLock::new),
                config: nearest.index(),
                ..Input::file(root.clone())
            });
        } else {
            continue;
        }
        found.roots.push(Root {
            path: root,
            is_folder,
        });
        for input in &mut found.inputs[before..] {
            input.role = role;
        }
    }
    found.sort();
    found.links.sort();
    found
}

/// What a folder holds.
enum Held {
    Manifests,
    /// Some, all of which git ignores.
    Ignored,
    Nothing,
}

/// Finds the inputs in a folder.
fn walk_folder(
    root: &Path,
    gitignore: bool,
    nearest: &mut Nearest<'_>,
    mut seen: Option<&mut HashSet<PathBuf>>,
    found: &mut Found,
) -> Held {
    let (mut met, mut left_out) = (false, false);
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
    let mut ignored = if gitignore {
        Ignored::above(&absolute, &mut found.problems)
    } else {
        None
    };
    let real = seen.is_some().then(|| identity(root));
    let mut walk = WalkDir::new(root).sort_by(in_order).into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().map_or_else(|| root.to_path_buf(), tidy);
                found.problems.push(match error.io_error() {
                    Some(io) => Problem::io(&path, io),
                    None => Problem::new(&path, "cannot be listed"),
                });
                continue;
            }
        };
        let kind = entry.file_type();
        let is_folder = kind.is_dir() || entry.depth() == 0;
        // Links are not followed; sockets, pipes and devices are no files.
        let name = entry.file_name().as_encoded_bytes();
        let bare_kustomization = name == b"Kustomization";
        let wanted = bare_kustomization || is_manifest_name(name);
        let depth = entry.depth();
        // It holds even where git or a pattern leaves out the file itself; what is no file is told there.
        let is_followed = depth > 0 && nearest.meets && wanted && is_configuration(name);
        if is_followed {
            found.met.push(entry.path().to_path_buf());
        }
        let is_link = depth > 0 && kind.is_symlink() && (wanted || entry.path().is_dir());
        if !(is_folder || is_link || wanted && kind.is_file()) {
            continue;
        }
        if is_folder && depth > 0 && name == b".git" {
            walk.skip_current_dir();
            continue;
        }
        nearest.leave(depth);
        if let Some(ignored) = &mut ignored {
            let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let path = absolute.join(below);
            if depth > 0 && ignored.leaves_out(&path, is_folder, depth) {
                left_out = true;
                if is_folder {
                    walk.skip_current_dir();
                }
                continue;
            }
            if is_folder {
                ignored.enter(&path, depth, &mut found.problems);
            }
        }
        if depth > 0 && nearest.leaves_out(entry.path(), is_folder) {
            found.excluded = true;
            if is_folder {
                walk.skip_current_dir();
            }
            continue;
        }
        if is_folder {
            nearest.enter(entry.path(), depth);
            continue;
        }
        met = true;
        if is_link && is_followed && entry.path().is_file() {
            continue; // read as the configuration that it leads to
        }
        if is_link {
            found.links.push(spelled(entry.into_path()));
            continue;
        }
        if let (Some(seen), Some(real)) = (&mut seen, &real) {
            let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
            if !seen.insert(real.join(below)) {
                continue;
            }
        }
        let path = spelled(entry.into_path());
        if bare_kustomization {
            found.kustomizations.push(path);
        } else {
            found.inputs.push(Input {
                config: nearest.index(),
                ..Input::file(path)
            });
        }
    }
    match (met, left_out) {
        (true, _) => Held::Manifests,
        (false, true) => Held::Ignored,
        (false, false) => Held::Nothing,
    }
}

/// Orders what is in one folder so that all that is found comes in the order of its names: a few comparisons here
/// spare many of whole paths.
fn in_order(a: &DirEntry, b: &DirEntry) -> Ordering {
    let (a_bytes, b_bytes) = (
        a.path().as_os_str().as_encoded_bytes(),
        b.path().as_os_str().as_encoded_bytes(),
    );
    let shared = a_bytes.len().min(b_bytes.len());
    // What is in a folder has a `/` after its name.
    let end = |entry: &DirEntry, bytes: &[u8]| match bytes.get(shared) {
        Some(byte) => Some(*byte),
        None => entry.file_type().is_dir().then_some(b'/'),
    };
    a_bytes[..shared]
        .cmp(&b_bytes[..shared])
        .then_with(|| end(a, a_bytes).cmp(&end(b, b_bytes)))
}

/// The path as it is shown: `.` is left out, `a.yaml`, not `./a.yaml`.
fn spelled(path: PathBuf) -> PathBuf {
    if !path.as_os_str().as_encoded_bytes().starts_with(b".") {
        return path;
    }
    match path.strip_prefix(".") {
        Ok(below) => below.to_path_buf(),
        Err(_) => path,
    }
}

fn is_manifest_name(name: &[u8]) -> bool {
    name.ends_with(b".yaml") || name.ends_with(b".yml") || name.ends_with(b".json")
}

fn is_configuration(name: &[u8]) -> bool {
    NAMES.iter().any(|own| own.as_bytes() == name)
}

/// The path without `.` and doubled slashes; `.` itself stays. `..` stays too: what it leads to depends on
/// links.
pub fn tidy(path: &Path) -> PathBuf {
    let tidied: PathBuf = path
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .collect();
    if tidied.as_os_str().is_empty() {
        ".".into()
    } else {
        tidied
    }
}

/// What tells whether two paths lead to one file, whatever links lie between.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize()
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_path_buf())
}
