//! How formats for other programs name files: from the root of the repository, whatever the working directory.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What standard input is called when nobody gave it a name.
const STDIN: &str = "<stdin>";

/// The root of the repository, and where the run stands in it.
#[derive(Clone, Default, Debug)]
pub struct Root {
    /// The absolute path with `/` between its parts and none at the end; empty when nothing is known of it.
    pub path: String,
    /// The working directory below it: empty, or such as `deploy/base`.
    pub below: String,
}

impl Root {
    /// The path of a file from the root, given as the user named it. What lies outside keeps an absolute path.
    pub fn relative<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if name == STDIN {
            return name.into();
        }
        if is_absolute(name) {
            return match self.below_root(name) {
                Some(rest) => rest.to_string().into(),
                None => name.into(),
            };
        }
        let plain = !name.split('/').any(|part| matches!(part, "" | "." | ".."));
        if self.below.is_empty() && plain {
            return name.into();
        }
        let absolute = without_dots(&format!("{}/{}/{name}", self.path, self.below));
        match self.below_root(&absolute) {
            Some(rest) => rest.to_string().into(),
            None => absolute.into(),
        }
    }

    /// Whether a name is that of a file at all.
    pub fn is_file(name: &str) -> bool {
        name != STDIN
    }

    fn below_root<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix(&self.path)?.strip_prefix('/')
    }
}

/// The URI of a path: relative for a relative one, `file:` for an absolute one.
pub(super) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 8);
    if let Some(path) = path.strip_prefix('/') {
        out.push_str("file:///");
        encode(path, &mut out);
    } else if is_absolute(path) {
        out.push_str("file:///");
        let (drive, rest) = path.split_at(2);
        out.push_str(drive);
        encode(rest, &mut out);
    } else {
        encode(path, &mut out);
    }
    out
}

/// Percent-encodes all but what is always itself in a URI, and slashes.
fn encode(path: &str, out: &mut String) {
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

fn is_absolute(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    path.starts_with('/') || drive
}

fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let slash = if path.starts_with('/') { "/" } else { "" };
    format!("{slash}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_the_root() {
        let root = Root {
            path: "/home/me/shop".into(),
            below: "deploy/base".into(),
        };
        assert_eq!(root.relative("a.yaml"), "deploy/base/a.yaml");
        assert_eq!(root.relative("../b.yaml"), "deploy/b.yaml");
        assert_eq!(root.relative("../../../other/b.yaml"), "/home/me/other/b.yaml");
        assert_eq!(root.relative("/home/me/shop/c.yaml"), "c.yaml");
        assert_eq!(
            root.relative("/home/me/shopping/c.yaml"),
            "/home/me/shopping/c.yaml"
        );
        assert_eq!(root.relative("<stdin>"), "<stdin>");
        assert_eq!(Root::default().relative("k8s/a.yaml"), "k8s/a.yaml");
        assert_eq!(Root::default().relative("k8s/../a.yaml"), "a.yaml");
    }

    #[test]
    fn uris_are_encoded() {
        assert_eq!(uri("k8s/a b%ü:1.yaml"), "k8s/a%20b%25%C3%BC%3A1.yaml");
        assert_eq!(uri("/tmp/x#1"), "file:///tmp/x%231");
        assert_eq!(uri("C:/x y"), "file:///C:/x%20y");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
