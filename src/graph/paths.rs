//! Paths of a run's files, as files name each other.

use std::borrow::Cow;

use super::facts::Facts;
use crate::hash::HashMap;

/// The run's files by normalised path.
#[derive(Default)]
pub(super) struct Paths<'r> {
    /// In the order of their paths; of two of one path the last.
    sorted: Vec<(Cow<'r, str>, u32)>,
    /// Folders that have a kustomization, and its file.
    kustomized: HashMap<Cow<'r, str>, u32>,
}

impl<'r> Paths<'r> {
    pub(super) fn new(files: &'r [Facts]) -> Self {
        let paths = files.iter().map(|facts| join("", &facts.file));
        let mut sorted: Vec<(Cow<'_, str>, u32)> = paths.zip(0..).collect();
        // They come nearly in that order, which a stable sort makes use of.
        sorted.sort();
        sorted.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 = later.1;
            }
            same
        });
        let kustomizations = (0..)
            .zip(files)
            .filter(|(_, facts)| !facts.kustomizations.is_empty());
        let kustomized = kustomizations.map(|(i, facts)| (join("", folder(&facts.file)), i));
        Paths {
            kustomized: kustomized.collect(),
            sorted,
        }
    }

    /// The file that a kustomization in `folder` names; of a folder its kustomization.
    pub(super) fn file(&self, folder: &str, path: &str) -> Option<u32> {
        let path = join(folder, path);
        let path: &str = &path;
        match self.sorted.binary_search_by(|(known, _)| (**known).cmp(path)) {
            Ok(at) => self.sorted.get(at).map(|(_, file)| *file),
            Err(_) => self.kustomization(path),
        }
    }

    /// The kustomization in a folder.
    pub(super) fn kustomization(&self, folder: &str) -> Option<u32> {
        self.kustomized.get(folder).copied()
    }

    /// The files below a folder, by their paths.
    pub(super) fn below(&self, folder: &str) -> &[(Cow<'r, str>, u32)] {
        let start = format!("{folder}/");
        let first = self.sorted.partition_point(|(path, _)| **path < *start);
        let from = self.sorted.get(first..).unwrap_or_default();
        &from[..from.partition_point(|(path, _)| path.starts_with(&start))]
    }
}

/// The folder of a path, without a final slash.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
}

/// A path below a folder, with `.` and `..` resolved.
pub(super) fn join<'p>(folder: &str, path: &'p str) -> Cow<'p, str> {
    if folder.is_empty() && is_simple(path) {
        return Cow::Borrowed(path);
    }
    if !folder.is_empty() && !path.is_empty() && !path.starts_with('/') && is_simple(folder) {
        // Most of what is not simple only climbs before it descends.
        let (mut base, mut rest) = (folder, path);
        while let Some(below) = rest.strip_prefix("../")
            && let Some((above, last)) = base.rsplit_once('/')
            && !above.is_empty()
            && last != ".."
        {
            (base, rest) = (above, below);
        }
        if !rest.is_empty() && !rest.starts_with('/') && is_simple(rest) {
            return Cow::Owned([base, "/", rest].concat());
        }
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

/// Whether a path has no part to resolve (`.`, `..`, an empty one) and no `\`; nearly all are so.
pub(crate) fn is_simple(path: &str) -> bool {
    let bytes = path.as_bytes();
    let ends = |byte: u8| (byte == b'/') | (byte == b'.');
    // All bytes are looked at together, which is faster than to stop at the first.
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    // `//`, and the end of what may be a `.` or `..`.
    let doubtful = pairs.fold(0, |any, (before, byte)| {
        any | u8::from((*byte == b'/') & ends(*before))
    });
    let backslash = bytes.iter().fold(0, |any, byte| any | u8::from(*byte == b'\\'));
    doubtful | backslash == 0 && bytes.last().is_none_or(|last| !ends(*last))
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
        assert_eq!(join("a.b/.c", "d/e.yaml"), "a.b/.c/d/e.yaml");
        assert_eq!(join("a", "/r/b"), "/r/b");
        assert_eq!(join("a", ""), "a");
        assert_eq!(join("/r", "b"), "/r/b");
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
