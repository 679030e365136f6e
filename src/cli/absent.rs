//! Whether there is what a kustomization names.

use std::fs;
use std::path::Path;

use crate::manifest::Surroundings;
use crate::manifest::kustomization::{self, There};
use crate::near::nearest;

use super::around::{KUSTOMIZATIONS, without_dots};
use super::gitignore::Ignored;
use super::walk::Input;

/// Names of a larger folder are not compared.
const MOST: usize = 4096;

/// Notes which of the paths that a kustomization names lead nowhere; it is one of the inputs, which are sorted by name.
pub(super) fn note(inputs: &[Input], at: usize, named: &[String], around: &mut Surroundings) {
    let Some(input) = inputs.get(at) else { return };
    let mut name = String::new();
    let mut folder = None;
    let absent = kustomization::absent(named, |path, named| {
        // Nearly all of them are read as well, and to ask the system takes longer.
        if is_among(inputs, &input.name, path, &mut name) {
            return There::Named;
        }
        let folder = folder.get_or_insert_with(|| {
            let own = input.path().parent().unwrap_or(Path::new(""));
            without_dots(&std::env::current_dir().unwrap_or_default().join(own))
        });
        look(folder, path, named)
    });
    if !absent.is_empty() {
        around.absent.insert(input.name.clone(), absent);
    }
}

/// Whether the path that a kustomization names is an input, or the folder of another kustomization that is one. `name`
/// is scratch memory.
fn is_among(inputs: &[Input], kustomization: &str, path: &str, name: &mut String) -> bool {
    let mut folder = kustomization.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut path = path.trim_end_matches('/');
    loop {
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        match first {
            "." => {}
            ".." if folder.is_empty() || folder.ends_with("..") => return false,
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
        return true;
    }
    let long = name.len();
    KUSTOMIZATIONS.iter().any(|file| {
        name.truncate(long);
        if long > 0 {
            name.push('/');
        }
        name.push_str(file);
        is_input(name)
    })
}

/// What lies at a path that the kustomization in a folder (absolute) names, among others.
fn look(folder: &Path, path: &str, named: &[String]) -> There {
    let place = without_dots(&folder.join(path));
    match fs::metadata(&place) {
        Ok(found) if !found.is_dir() => There::Named,
        Ok(_) if KUSTOMIZATIONS.iter().any(|file| place.join(file).is_file()) => There::Named,
        Ok(_) => There::Folder,
        // What git leaves out is made before the build.
        Err(error) if error.kind() != std::io::ErrorKind::NotFound || is_left_out(&place) => There::Named,
        Err(_) => There::Nothing(near(folder, path, named)),
    }
}

/// A path like the one that leads nowhere, of those that are not named themselves.
fn near(folder: &Path, path: &str, named: &[String]) -> Option<String> {
    let (before, name) = match path.rfind('/') {
        Some(at) => path.split_at(at + 1),
        None => ("", path),
    };
    let beside = fs::read_dir(folder.join(before)).ok()?;
    let names: Vec<String> = (beside.take(MOST).flatten())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            let is_it = |path: &String| {
                let rest = path.strip_prefix("./").unwrap_or(path);
                rest.strip_suffix(name.as_str()) == Some(before.trim_start_matches("./"))
            };
            !named.iter().any(is_it)
        })
        .collect();
    let meant = nearest(name, names.iter().map(String::as_str))?;
    Some(format!("{before}{meant}"))
}

/// Whether git would leave out a path (absolute), or a folder on the way to it.
fn is_left_out(path: &Path) -> bool {
    let mut ways: Vec<&Path> = path.ancestors().collect();
    ways.reverse();
    ways.iter().any(|way| {
        let ignored = Ignored::above(way, &mut Vec::new());
        ignored.is_some_and(|mut ignored| ignored.leaves_out(way, *way != path, 1))
    })
}
