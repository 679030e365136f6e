//! Reads the files of variables that kustomizations generate Secrets and ConfigMaps from, for the names of their keys.

use std::fs;
use std::path::{Component, Path};

use crate::graph::{Facts, env_keys};

use super::read;
use super::walk::Input;

/// Larger files do not become Secrets: the server takes no more.
const MOST: u64 = 1 << 20;

/// Completes the keys of what is generated, where the files that they come from can be read.
pub fn complete(inputs: &[Input], facts: &mut [Facts]) {
    for (input, facts) in inputs.iter().zip(facts) {
        let folder = input.path().parent().unwrap_or(Path::new(""));
        facts.add_env_keys(|path| keys(folder, path));
    }
}

/// The keys of one file. Like kustomize it stays below the kustomization's folder; a file that is not there may be made
/// before the kustomization is built.
fn keys(folder: &Path, path: &str) -> Option<Vec<String>> {
    let path = Path::new(path);
    let is_below = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !path.components().all(is_below) {
        return None;
    }
    // The folder of `kustomization.yaml` has no name.
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let path = fs::canonicalize(folder.join(path)).ok()?;
    // A link may lead elsewhere, and what is no file may never end.
    let is_below = path.starts_with(fs::canonicalize(folder).ok()?);
    if !is_below || !read::is_there(&path).ok()? {
        return None;
    }
    let bytes = read::small(&path, MOST, "file of variables").ok()?;
    env_keys(std::str::from_utf8(&bytes).ok()?)
}
