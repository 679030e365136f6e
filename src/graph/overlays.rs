//! Which kustomization takes in which file, and what it does to names there.

use std::borrow::Cow;

use super::facts::{Changes, Facts};
use super::kustomize::OWN_NAME;
use crate::hash::{HashMap, HashSet};

/// What kustomizations do to the objects of one file.
#[derive(Clone, Default)]
struct Overlaid<'r> {
    /// The namespaces that they put them into.
    namespaces: Vec<&'r str>,
    /// What else they may change.
    changes: Changes,
    /// Keys of labels that they set.
    labels: Vec<&'r str>,
    /// Whether they write labels into selectors.
    selectors: bool,
    /// Fields that they write: a kind ("": any) and a step of the path ("": any).
    written: Vec<(&'r str, &'r str)>,
    /// The kustomizations that take the file in, directly or through others; ascending.
    taken_by: Vec<u32>,
}

/// What kustomizations do to the files of a run.
#[derive(Default)]
pub(super) struct Overlays<'r> {
    /// What happens to the objects of each file; empty when there is no kustomization.
    files: Vec<Overlaid<'r>>,
    /// Prefixes and suffixes that kustomizations put around names.
    affixes: Vec<(&'r str, &'r str)>,
    /// Of each kustomization, by file, the files that it lists itself.
    pub(super) listed: Vec<(u32, Vec<u32>)>,
}

impl<'r> Overlays<'r> {
    pub(super) fn new(files: &'r [Facts]) -> Self {
        let mut overlays = Overlays::default();
        if files.iter().all(|facts| facts.kustomizations.is_empty()) {
            return overlays;
        }
        overlays.files = vec![Overlaid::default(); files.len()];
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
                overlays.files[file as usize].taken_by.push(kustomization);
            }
            let facts = &files[kustomization as usize];
            for own in &facts.kustomizations {
                let namespace = facts.str(own.namespace);
                let mut changes = own.changes;
                let mut written: Vec<(&str, &str)> = facts.written(&own.written).collect();
                for (kind, path) in facts.patch_files(&own.patches) {
                    match paths.file(folder(&facts.file), path) {
                        Some(patch) => {
                            let patch = &files[patch as usize];
                            changes.add(patch.changes);
                            written.extend(patch.written.iter().map(|w| (kind, patch.str(w.field))));
                        }
                        // A patch that is not in the run may do anything to what it is for.
                        None => {
                            changes.labels = true;
                            if kind.is_empty() {
                                changes = Changes::ALL;
                            }
                            written.push((kind, ""));
                        }
                    }
                }
                for &file in &reached {
                    let file = &mut overlays.files[file as usize];
                    if !namespace.is_empty() && !file.namespaces.contains(&namespace) {
                        file.namespaces.push(namespace);
                    }
                    file.changes.add(changes);
                    file.labels.extend(facts.paths(&own.labels));
                    file.selectors |= own.selectors;
                    file.written.extend(&written);
                }
            }
        }
        overlays
    }

    /// All files whose objects a kustomization takes in, itself included; `at` is its place in `listed`.
    fn reached(&self, at: usize) -> HashSet<u32> {
        let mut reached = HashSet::from_iter([self.listed[at].0]);
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
        let taken_by = |file| self.file(file).map_or(&[][..], |file| &file.taken_by);
        let b = taken_by(b);
        taken_by(a).iter().any(|root| b.binary_search(root).is_ok())
    }

    /// The files that a kustomization lists together with this one.
    pub(super) fn listed_with(&self, file: u32) -> impl Iterator<Item = u32> {
        let taken_by = self.file(file).map_or(&[][..], |file| &file.taken_by);
        taken_by
            .iter()
            .filter_map(|root| {
                let at = self.listed.binary_search_by_key(root, |(file, _)| *file).ok()?;
                Some(&self.listed[at].1)
            })
            .filter(move |listed| listed.contains(&file))
            .flatten()
            .copied()
            .filter(move |other| *other != file)
    }

    fn file(&self, file: u32) -> Option<&Overlaid<'r>> {
        self.files.get(file as usize)
    }

    /// The namespaces that an object of this file can end up in, given its own; empty: any.
    pub(super) fn namespaces<'a>(&'a self, file: u32, own: &'a str) -> impl Iterator<Item = &'a str> {
        let set = self.file(file).map_or(&[][..], |file| &file.namespaces);
        set.iter().copied().chain(set.is_empty().then_some(own))
    }

    /// What happens to the objects of a file beyond names.
    pub(super) fn changes(&self, file: u32) -> Changes {
        self.file(file).map(|file| file.changes).unwrap_or_default()
    }

    /// Whether selectors are written in the objects of a file.
    pub(super) fn sets_selectors(&self, file: u32) -> bool {
        self.file(file)
            .is_some_and(|file| file.selectors || file.changes.labels)
    }

    /// Whether the objects of a file are put into a namespace.
    pub(super) fn sets_namespace(&self, file: u32) -> bool {
        self.file(file).is_some_and(|file| !file.namespaces.is_empty())
    }

    /// Whether a label with this key is set in the objects of a file.
    pub(super) fn sets_label(&self, file: u32, key: &str) -> bool {
        self.file(file).is_some_and(|file| file.labels.contains(&key))
    }

    /// Whether a field of the objects of this kind in a file is written. `path` is as in the table.
    pub(super) fn writes(&self, file: u32, kind: &str, path: &str) -> bool {
        self.file(file).is_some_and(|file| {
            file.written.iter().any(|(of, field)| {
                (of.is_empty() || *of == kind)
                    && *field != OWN_NAME
                    && if field.contains(['.', '/']) {
                        path.contains(field)
                    } else {
                        field.is_empty() || path.split(['.', '[', ']', ':']).any(|step| step == *field)
                    }
            })
        })
    }

    /// Whether the names of objects of this kind are written where a file is taken in.
    pub(super) fn renames(&self, file: u32, kind: &str) -> bool {
        self.file(file).is_some_and(|file| {
            let mut written = file.written.iter();
            written.any(|(of, field)| *field == OWN_NAME && (of.is_empty() || *of == kind))
        })
    }

    /// Prefixes and suffixes that kustomizations put around names.
    pub(super) fn affixes(&self) -> &[(&'r str, &'r str)] {
        &self.affixes
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
struct Paths<'r> {
    files: HashMap<Cow<'r, str>, u32>,
    /// Folders that have a kustomization, and its file.
    kustomized: HashMap<Cow<'r, str>, u32>,
}

impl<'r> Paths<'r> {
    fn new(files: &'r [Facts]) -> Self {
        let mut paths = Paths {
            files: HashMap::with_capacity_and_hasher(files.len(), Default::default()),
            kustomized: HashMap::default(),
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
        let path: &str = &path;
        self.files
            .get(path)
            .or_else(|| self.kustomized.get(path))
            .copied()
    }
}

/// The folder of a path, without a final slash.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
}

/// A path below a folder, with `.` and `..` resolved.
fn join<'p>(folder: &str, path: &'p str) -> Cow<'p, str> {
    if folder.is_empty() && is_simple(path) {
        return Cow::Borrowed(path);
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
    Cow::Owned(if absolute { format!("/{joined}") } else { joined })
}

/// Whether a path has no part to resolve; nearly all are so.
fn is_simple(path: &str) -> bool {
    let bytes = path.as_bytes();
    let plain = |at: usize| bytes[at] == b'.' && bytes.get(at + 1).is_some_and(|next| *next != b'/');
    !bytes.ends_with(b"/") && !path.contains("//") && memchr::memchr2_iter(b'\\', b'.', bytes).all(plain)
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
        for (path, simple) in [
            ("a/.b/c.yaml", "a/.b/c.yaml"),
            ("/a/b.", "/a/b."),
            ("a//b", "a/b"),
            ("a/./b", "a/b"),
            ("a/b/", "a/b"),
            ("a\\b", "a/b"),
            ("a/..", ""),
        ] {
            assert_eq!(join("", path), simple, "{path}");
        }
    }
}
