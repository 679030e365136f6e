//! Reads what `git diff --unified=0` prints: which lines of which files are new.

use std::collections::HashMap;
use std::io::{self, BufRead};

use crate::report::Change;

/// The changes by path from the root of the work tree, as bytes: a path need not be UTF-8.
pub type Changes = HashMap<Vec<u8>, Change>;

/// Reads a diff line by line; of the lines themselves nothing is kept.
pub fn read(mut diff: impl BufRead) -> io::Result<Changes> {
    let mut changes = Changes::new();
    let mut file: Option<Vec<u8>> = None;
    let mut line = Vec::new();
    // Lines of a hunk that are still to come: one of them may look like a header.
    let mut content = 0_u64;
    loop {
        line.clear();
        if diff.read_until(b'\n', &mut line)? == 0 {
            return Ok(changes);
        }
        if line.ends_with(b"\n") {
            line.pop();
        }
        if content > 0 && line.starts_with(b"\\") {
            continue; // No newline at end of file
        }
        if content > 0 {
            content -= 1;
        } else if let Some(names) = line.strip_prefix(b"diff --git ") {
            file = both(names);
        } else if let Some(name) = line.strip_prefix(b"rename to ") {
            file = Some(unquote(name));
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            // A name with blanks ends with a tab.
            let name = unquote(name.strip_suffix(b"\t").unwrap_or(name));
            file = name.strip_prefix(b"b/").map(<[u8]>::to_vec);
        } else if let Some(name) = line.strip_prefix(b"* Unmerged path ") {
            changes.insert(unquote(name), Change::All);
        } else if line.starts_with(b"new file mode ") || line.starts_with(b"Binary files ") {
            // What git takes for no text may be UTF-16.
            if let Some(file) = &file {
                changes.insert(file.clone(), Change::All);
            }
        } else if let Some(hunk) = line.strip_prefix(b"@@ ").and_then(Hunk::read) {
            content = hunk.content;
            if let Some(file) = &file {
                let change = changes
                    .entry(file.clone())
                    .or_insert_with(|| Change::Lines(Vec::new()));
                if let Change::Lines(lines) = change {
                    lines.push(hunk.lines);
                }
            }
        }
    }
}

struct Hunk {
    /// The lines in the new file.
    lines: (u32, u32),
    /// How many lines of content follow.
    content: u64,
}

impl Hunk {
    /// `-3,2 +4,0 @@ …`
    fn read(text: &[u8]) -> Option<Hunk> {
        let text = std::str::from_utf8(text.split(|b| *b == b'@').next()?).ok()?;
        let mut parts = text.split_whitespace();
        let (_, old) = range(parts.next()?.strip_prefix('-')?)?;
        let (start, new) = range(parts.next()?.strip_prefix('+')?)?;
        let lines = match new {
            // Deleted lines stood between this one and the next.
            0 => (start, start.saturating_add(1)),
            n => (start, start.saturating_add(n - 1)),
        };
        Some(Hunk {
            lines,
            content: u64::from(old) + u64::from(new),
        })
    }
}

fn range(text: &str) -> Option<(u32, u32)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// The name in `a/NAME b/NAME`. Of a renamed file the two differ, and a line of its own tells the new one.
fn both(names: &[u8]) -> Option<Vec<u8>> {
    if names.starts_with(b"\"") {
        let end = (1..names.len()).find(|at| names[*at] == b'"' && !escaped(names, *at))?;
        let name = unquote(&names[..=end]);
        return name.strip_prefix(b"a/").map(<[u8]>::to_vec);
    }
    let (old, new) = names.split_at_checked(names.len() / 2)?;
    let (old, new) = (old.strip_prefix(b"a/")?, new.strip_prefix(b" b/")?);
    (old == new).then(|| old.to_vec())
}

fn escaped(text: &[u8], at: usize) -> bool {
    let before = text[..at].iter().rev().take_while(|b| **b == b'\\').count();
    before % 2 == 1
}

/// A name as git writes it: within quotes, and with escapes as in C, where it has unusual characters.
fn unquote(name: &[u8]) -> Vec<u8> {
    let Some(inner) = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")) else {
        return name.to_vec();
    };
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    if let Some(digit) = bytes.next_if(|b| (b'0'..=b'7').contains(b)) {
                        value = value * 8 + u32::from(digit - b'0');
                    }
                }
                out.push(value as u8);
            }
            Some(b'a') => out.push(7),
            Some(b'b') => out.push(8),
            Some(b't') => out.push(b'\t'),
            Some(b'n') => out.push(b'\n'),
            Some(b'v') => out.push(11),
            Some(b'f') => out.push(12),
            Some(b'r') => out.push(b'\r'),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(changes: &Changes, name: &str) -> Change {
        changes.get(name.as_bytes()).cloned().unwrap_or_default()
    }

    #[test]
    fn hunks_tell_new_lines() {
        let diff = "diff --git a/a.yaml b/a.yaml\nindex 1..2 100644\n--- a/a.yaml\n+++ b/a.yaml\n\
            @@ -1 +1,2 @@ kind: x\n-a\n+++ b/other.yaml\n+@@ -1 +1 @@\n@@ -9,2 +9,0 @@\n-x\n-y\n\
            @@ -20 +18 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n\
            diff --git a/sp ace.yaml b/sp ace.yaml\nnew file mode 100644\n--- /dev/null\n+++ b/sp ace.yaml\t\n\
            @@ -0,0 +1 @@\n+x\n\
            diff --git a/wide.yaml b/wide.yaml\nindex 1..2\nBinary files a/wide.yaml and b/wide.yaml differ\n\
            diff --git a/old.yaml b/new.yaml\nsimilarity index 90%\nrename from old.yaml\nrename to new.yaml\n\
            --- a/old.yaml\n+++ b/new.yaml\n@@ -3 +3 @@\n-x\n+y\n\
            diff --git \"a/\\303\\274\\\"\\t.yaml\" \"b/\\303\\274\\\"\\t.yaml\"\n\
            --- \"a/\\303\\274\\\"\\t.yaml\"\n+++ \"b/\\303\\274\\\"\\t.yaml\"\n@@ -0,0 +2,3 @@\n+a\n+b\n+c\n";
        let changes = read(diff.as_bytes()).expect("a diff");
        assert_eq!(
            lines(&changes, "a.yaml"),
            Change::Lines(vec![(1, 2), (9, 10), (18, 18)])
        );
        assert_eq!(lines(&changes, "other.yaml"), Change::None, "a line of content");
        assert_eq!(lines(&changes, "sp ace.yaml"), Change::All);
        assert_eq!(lines(&changes, "wide.yaml"), Change::All);
        assert_eq!(lines(&changes, "new.yaml"), Change::Lines(vec![(3, 3)]));
        assert_eq!(lines(&changes, "old.yaml"), Change::None);
        assert_eq!(lines(&changes, "ü\"\t.yaml"), Change::Lines(vec![(2, 4)]));
    }

    #[test]
    fn nothing_that_git_may_print_is_a_panic() {
        for diff in [
            "diff --git \"a/",
            "@@ -x +y @@",
            "@@ ",
            "+++ ",
            "diff --git a",
            "rename to \"\\",
        ] {
            assert!(read(diff.as_bytes()).is_ok(), "{diff}");
        }
    }
}
