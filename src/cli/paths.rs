//! Whether there is what a kustomization names.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::hash::{HashMap, HashSet};
use crate::manifest::kustomization::{Wants, Wrong, is_elsewhere};
use crate::manifest::{KUSTOMIZATIONS, Surroundings, is_kustomization};
use crate::near::nearest;

use super::around::without_dots;
use super::gitignore::Ignored;
use super::walk::Input;

/// The names of a folder with more are not compared.
const MOST_NAMES: usize = 4096;
/// For so many paths of a kustomization others are looked for that were meant.
const MOST_MEANT: usize = 64;

/// Notes which of the paths that a kustomization names do not lead to what has to be there. It is one of the inputs,
/// which are sorted by name.
pub(super) fn note(inputs: &[Input], at: usize, named: &[(String, Wants)], around: &mut Surroundings) {
    let Some(input) = inputs.get(at) else { return };
    let mut name = String::new();
    let mut disk: Option<Disk> = None;
    let mut wrong = HashMap::default();
    for (path, wants) in named.iter().filter(|(path, _)| !is_elsewhere(path)) {
        // Nearly all of them are read as well, and to ask the system takes longer.
        let there = is_among(inputs, &input.name, path, &mut name);
        let there = there.unwrap_or_else(|| disk.get_or_insert_with(|| Disk::of(input)).look(path));
        let found = match there {
            There::Unknown => continue,
            There::File if wants.takes_files() => continue,
            There::Kustomization if wants.takes_folders() => continue,
            There::File => Wrong::File,
            There::Kustomization => Wrong::Folder,
            There::Folder if wants.takes_folders() => Wrong::Bare,
            There::Folder => Wrong::Folder,
            There::Nothing => Wrong::Nothing(None),
        };
        wrong.insert(path.clone(), found);
    }
    if wrong.is_empty() {
        return;
    }
    if let Some(disk) = &disk {
        find_meant(disk, named, &mut wrong);
    }
    around.wrong_paths.insert(input.name.clone(), wrong);
}

/// What lies at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum There {
    File,
    /// A folder with one.
    Kustomization,
    /// A folder without one.
    Folder,
    Nothing,
    /// Nobody can tell, or it is made before the build.
    Unknown,
}

/// Whether the path that a kustomization names is an input, or the folder of another kustomization that is one. `name`
/// is scratch memory.
fn is_among(inputs: &[Input], kustomization: &str, path: &str, name: &mut String) -> Option<There> {
    let mut folder = kustomization.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut path = path.trim_end_matches('/');
    loop {
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        match first {
            "." => {}
            ".." if folder.is_empty() || folder.ends_with("..") => return None,
            ".." => folder = folder.rsplit_once('/').map_or("", |(up, _)| up),
            _ => break,
        }
        path = rest;
    }
    name.clear();
    for part in [folder, path].into_iter().filter(|part| !part.is_empty()) {
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(part);
    }
    let is_input = |name: &str| inputs.binary_search_by(|input| (*input.name).cmp(name)).is_ok();
    if is_input(name) {
        return Some(There::File);
    }
    let long = name.len();
    let mut files = KUSTOMIZATIONS.iter();
    let is_folder = files.any(|file| {
        name.truncate(long);
        if long > 0 {
            name.push('/');
        }
        name.push_str(file);
        is_input(name)
    });
    is_folder.then_some(There::Kustomization)
}

/// What the system says of the folder of a kustomization, and those that it leads to.
struct Disk {
    /// Without symbolic links, as kustomize takes it: `..` leads out of where it lies.
    folder: PathBuf,
    /// Patterns of git by the folder in which they hold, with whether it leaves out that folder.
    ignored: HashMap<PathBuf, Held>,
}

/// What git leaves out in a folder.
struct Held {
    patterns: Option<Ignored>,
    all: bool,
}

impl Disk {
    fn of(input: &Input) -> Disk {
        let own = input.path().parent().unwrap_or(Path::new(""));
        let own = without_dots(&std::env::current_dir().unwrap_or_default().join(own));
        Disk {
            folder: fs::canonicalize(&own).unwrap_or(own),
            ignored: Default::default(),
        }
    }

    fn look(&mut self, path: &str) -> There {
        let place = without_dots(&self.folder.join(path));
        match fs::metadata(&place) {
            Ok(found) if !found.is_dir() => There::File,
            Ok(_) if has_kustomization(&place) => There::Kustomization,
            // Git keeps no empty folder: it is a submodule's, or filled before the build.
            Ok(_) if is_empty(&place) => There::Unknown,
            Ok(_) => There::Folder,
            Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                There::Unknown
            }
            Err(_) if self.may_be_host(path) || self.is_made(&place) => There::Unknown,
            Err(_) => There::Nothing,
        }
    }

    /// Whether a path may begin with the name of a host: kustomize fetches `github.com/org/repo?ref=v1` without a
    /// scheme as well.
    fn may_be_host(&self, path: &str) -> bool {
        let first = path.split('/').next().unwrap_or_default();
        let is_name = first.contains('.') && !matches!(first, "." | "..") && first.len() < path.len();
        is_name && !self.folder.join(first).is_dir()
    }

    /// Whether what is not there is made before the build: git leaves it out, or it belongs to a submodule.
    fn is_made(&mut self, place: &Path) -> bool {
        let folders = place.ancestors().skip(1);
        let nearest = folders.into_iter().find(|folder| folder.is_dir());
        let in_submodule = nearest.is_some_and(|folder| folder != self.folder && is_empty(folder));
        in_submodule || self.is_left_out(place)
    }

    fn is_left_out(&mut self, place: &Path) -> bool {
        let Some(folder) = place.parent() else {
            return false;
        };
        if !self.ignored.contains_key(folder) {
            let all = self.is_left_out(folder);
            let patterns = if all {
                None
            } else {
                Ignored::above(place, &mut Vec::new())
            };
            let held = Held { patterns, all };
            self.ignored.insert(folder.into(), held);
        }
        let Some(held) = self.ignored.get_mut(folder) else {
            return false;
        };
        // What is not there may be meant for a folder.
        let mut patterns = held.patterns.as_mut();
        let mut leaves_out = |is_folder| {
            patterns
                .as_mut()
                .is_some_and(|patterns| patterns.leaves_out(place, is_folder, 1))
        };
        held.all || leaves_out(false) || leaves_out(true)
    }
}

fn has_kustomization(folder: &Path) -> bool {
    KUSTOMIZATIONS.iter().any(|file| folder.join(file).is_file())
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Finds for each path that leads nowhere the one that was meant by it and by no other.
fn find_meant(disk: &Disk, named: &[(String, Wants)], wrong: &mut HashMap<String, Wrong>) {
    let plain = |path: &str| path.trim_start_matches("./").trim_end_matches('/').to_string();
    let all: HashSet<String> = named.iter().map(|(path, _)| plain(path)).collect();
    let mut folders: HashMap<String, Vec<String>> = HashMap::default();
    let mut meant: HashMap<String, Vec<String>> = HashMap::default();
    let lost = named
        .iter()
        .filter(|(path, _)| matches!(wrong.get(path), Some(Wrong::Nothing(_))));
    for (path, wants) in lost.take(MOST_MEANT) {
        let whole = path.trim_end_matches('/');
        let (before, name) = whole.split_at(whole.rfind('/').map_or(0, |at| at + 1));
        let names = folders
            .entry(before.into())
            .or_insert_with(|| names_in(&disk.folder.join(before)));
        let free = names.iter().map(String::as_str).filter(|other| {
            is_alike(name, other, *wants)
                && !is_kustomization(other)
                && !all.contains(&plain(&format!("{before}{other}")))
        });
        let Some(near) = nearest_stem(name, free) else {
            continue;
        };
        let near = format!("{before}{near}");
        let is_folder = disk.folder.join(&near).is_dir();
        let fits = match is_folder {
            true => wants.takes_folders() && has_kustomization(&disk.folder.join(&near)),
            false => wants.takes_files(),
        };
        if fits {
            let paths = meant.entry(near).or_default();
            if !paths.contains(path) {
                paths.push(path.clone());
            }
        }
    }
    for (near, paths) in meant {
        if let [path] = paths.as_slice() {
            wrong.insert(path.clone(), Wrong::Nothing(Some(near)));
        }
    }
}

/// The names in a folder, unless there are too many.
fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.take(MOST_NAMES + 1).flatten();
    let mut names: Vec<String> = names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    if names.len() > MOST_NAMES {
        return Vec::new();
    }
    names.sort_unstable();
    names
}

/// A name in two, at its last dot.
fn stem_and_extension(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or((name, ""))
}

/// Whether one name may be meant by another: they are for the same, and are not numbered apart.
fn is_alike(name: &str, other: &str, wants: Wants) -> bool {
    let ((stem, own), (other_stem, extension)) = (stem_and_extension(name), stem_and_extension(other));
    let is_yaml = |extension: &str| matches!(extension, "yaml" | "yml");
    let same = own == extension || (is_yaml(own) && is_yaml(extension) && wants != Wants::Source);
    let digits = |stem: &str| stem.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    same && digits(stem) == digits(other_stem)
}

/// The nearest of some names, but for their ends.
fn nearest_stem<'n>(name: &str, names: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let stem = stem_and_extension(name).0;
    let near = nearest(stem, names.clone().map(|name| stem_and_extension(name).0))?;
    let mut own = names.filter(|name| stem_and_extension(name).0 == near);
    let first = own.next()?;
    own.next().is_none().then_some(first)
}
