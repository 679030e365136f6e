//! Which kustomization takes in which file, and what it does to names there.

use std::collections::{HashMap, HashSet};

use super::facts::Facts;

/// What kustomizations do to the files of a run.
#[derive(Default)]
pub(super) struct Overlays<'r> {
    /// The namespaces that kustomizations put the objects of a file into, by file.
    namespaces: HashMap<u32, Vec<&'r str>>,
    /// Files whose Secrets and ConfigMaps a kustomization may give other keys.
    keys_change: HashSet<u32>,
    /// Prefixes and suffixes that kustomizations put around names.
    affixes: Vec<(&'r str, &'r str)>,
    /// The kustomizations that take in a file, directly or through others; ascending.
    taken_by: HashMap<u32, Vec<u32>>,
    /// Of each kustomization, by file, the files that it lists itself.
    pub(super) listed: Vec<(u32, Vec<u32>)>,
}

impl<'r> Overlays<'r> {
    pub(super) fn new(files: &'r [Facts]) -> Self {
        let mut overlays = Overlays::default();
        if files.iter().all(|facts| facts.kustomizations.is_empty()) {
            return overlays;
        }
        let paths = Paths::new(files);
        for (file, facts) in (0..).zip(files) {
            let mut listed = Vec::new();
            for own in &facts.kustomizations {
                let folder = folder(&facts.file);
                listed.extend(
                    facts
                        .paths(&own.resources)
                        .filter_map(|path| paths.file(folder, path)),
                );
                let affix = (facts.str(own.prefix), facts.str(own.suffix));
                if affix != ("", "") && !overlays.affixes.contains(&affix) {
                    overlays.affixes.push(affix);
                }
            }
            if !facts.kustomizations.is_empty() {
                overlays.listed.push((file, listed));
            }
        }
        for at in 0..overlays.listed.len() {
            let kustomization = overlays.listed[at].0;
            let reached = overlays.reached(at);
            for &file in &reached {
                overlays.taken_by.entry(file).or_default().push(kustomization);
            }
            let facts = &files[kustomization as usize];
            for own in &facts.kustomizations {
                let namespace = facts.str(own.namespace);
                let changes_keys = own.changes_keys
                    || facts.paths(&own.patches).any(|path| {
                        // A patch that is not in the run may be of anything.
                        let patch = paths.file(folder(&facts.file), path);
                        patch.is_none_or(|patch| files[patch as usize].patches_keys)
                    });
                for &file in &reached {
                    if !namespace.is_empty() {
                        let all = overlays.namespaces.entry(file).or_default();
                        if !all.contains(&namespace) {
                            all.push(namespace);
                        }
                    }
                    if changes_keys {
                        overlays.keys_change.insert(file);
                    }
                }
            }
        }
        overlays
    }

    /// All files whose objects a kustomization takes in, itself included; `at` is its place in `listed`.
    fn reached(&self, at: usize) -> HashSet<u32> {
        let mut reached = HashSet::from([self.listed[at].0]);
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for &file in &self.listed[at].1 {
                if reached.insert(file)
                    && let Ok(next) = self.listed.binary_search_by_key(&file, |(file, _)| *file)
                {
                    open.push(next);
                }
            }
        }
        reached
    }

    /// Whether one kustomization takes in both files.
    pub(super) fn together(&self, a: u32, b: u32) -> bool {
        match (self.taken_by.get(&a), self.taken_by.get(&b)) {
            (Some(a), Some(b)) => a.iter().any(|root| b.binary_search(root).is_ok()),
            _ => false,
        }
    }

    /// The namespaces that an object of this file can end up in, given its own; empty: any.
    pub(super) fn namespaces<'a>(&'a self, file: u32, own: &'a str) -> impl Iterator<Item = &'a str> {
        let set = self.namespaces.get(&file);
        set.into_iter()
            .flatten()
            .copied()
            .chain(set.is_none().then_some(own))
    }

    /// Whether the keys of the file's Secrets and ConfigMaps are not what they seem.
    pub(super) fn keys_change(&self, file: u32) -> bool {
        self.keys_change.contains(&file)
    }

    /// What a name may have been before kustomizations put something around it.
    pub(super) fn bare<'n>(&self, name: &'n str) -> impl Iterator<Item = &'n str> {
        self.affixes.iter().filter_map(move |(prefix, suffix)| {
            name.strip_prefix(prefix)?
                .strip_suffix(suffix)
                .filter(|bare| !bare.is_empty())
        })
    }
}

/// The run's files by normalised path.
struct Paths {
    files: HashMap<String, u32>,
    /// Folders that have a kustomization, and its file.
    kustomized: HashMap<String, u32>,
}

impl Paths {
    fn new(files: &[Facts]) -> Self {
        let mut paths = Paths {
            files: HashMap::with_capacity(files.len()),
            kustomized: HashMap::new(),
        };
        for (i, facts) in (0..).zip(files) {
            paths.files.insert(join("", &facts.file), i);
            if !facts.kustomizations.is_empty() {
                paths.kustomized.insert(join("", folder(&facts.file)), i);
            }
        }
        paths
    }

    /// The file that a kustomization in `folder` names; of a folder its kustomization.
    fn file(&self, folder: &str, path: &str) -> Option<u32> {
        let path = join(folder, path);
        self.files
            .get(&path)
            .or_else(|| self.kustomized.get(&path))
            .copied()
    }
}

/// The folder of a path, without a final slash.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
}

/// A path below a folder, with `.` and `..` resolved.
fn join(folder: &str, path: &str) -> String {
    let simple = |path: &str| !path.contains(['\\']) && !path.contains("./") && !path.contains("//");
    if folder.is_empty() && simple(path) && !path.ends_with(['.', '/']) {
        return path.to_string();
    }
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/') || (folder.starts_with('/') && !path.starts_with('/'));
    let folder = if path.starts_with('/') { "" } else { folder };
    for part in folder.split(['/', '\\']).chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn resolves_paths_as_a_run_spells_them() {
        assert_eq!(join("a/b", "../c/./x.yaml"), "a/c/x.yaml");
        assert_eq!(join("", "./a/x.yaml"), "a/x.yaml");
        assert_eq!(join("a", "../../b"), "../b");
        assert_eq!(join("/r/a", "../b"), "/r/b");
        assert_eq!(join("a\\b", "x.yaml"), "a/b/x.yaml");
    }
}
