//! Patterns for paths, in the language of gitignore.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns that paths are held against, all seen from one folder.
#[derive(Clone, Debug)]
pub struct Globs(Gitignore);

impl Globs {
    /// Compiles patterns; those that [`judge`] refuses match nothing.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Globs {
        let mut builder = GitignoreBuilder::new("");
        for pattern in patterns {
            if judge(pattern).is_ok() {
                // It was tried once already.
                let _ = builder.add_line(None, pattern);
            }
        }
        Globs(builder.build().unwrap_or_else(|_| Gitignore::empty()))
    }

    /// Whether a path below the folder fits, or a folder that it is in. `path` is relative and has no `..`.
    pub fn fit(&self, path: &str, is_folder: bool) -> bool {
        !self.0.is_empty()
            && !path.is_empty()
            && !path.starts_with('/')
            && self.0.matched_path_or_any_parents(path, is_folder).is_ignore()
    }
}

/// Whether a text is a pattern; if not, why, and what to do.
pub fn judge(pattern: &str) -> Result<(), (String, &'static str)> {
    let shown = crate::quote::quote(pattern);
    if pattern.trim().is_empty() || matches!(pattern, "!" | "/") {
        return Err(("the pattern is empty, and fits nothing".to_string(), "remove it"));
    }
    if pattern.starts_with('#') {
        let message =
            format!("the pattern {shown} is a comment in the language of gitignore, and fits nothing");
        return Err((message, "write `\\#` for a name that starts with `#`"));
    }
    if pattern.starts_with("./") || pattern.starts_with("../") {
        let message =
            format!("the pattern {shown} fits nothing: patterns are seen from the folder of this file");
        return Err((
            message,
            "write it without the dots; a leading `/` means that folder itself",
        ));
    }
    GitignoreBuilder::new("")
        .allow_unclosed_class(false)
        .add_line(None, pattern)
        .map(|_| ())
        .map_err(|_| {
            (
                format!(
                    "{shown} is no pattern: a bracket or brace does not close, or a range is upside down"
                ),
                "write it as in gitignore: `vendor/`, `**/generated/*.yaml`",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_fit_as_in_gitignore() {
        for (pattern, path, fits) in [
            ("vendor/", "vendor/a.yaml", true),
            ("vendor/", "x/vendor/a.yaml", true),
            ("vendor/", "vendor", false),
            ("/vendor/", "x/vendor/a.yaml", false),
            ("*.gen.yaml", "x/y/a.gen.yaml", true),
            ("x/*.yaml", "x/a.yaml", true),
            ("x/*.yaml", "x/y/a.yaml", false),
            ("x/**/*.yaml", "x/y/z/a.yaml", true),
            ("**/y/", "x/y/z/a.yaml", true),
            ("[ab].yaml", "b.yaml", true),
            ("x", "/x", false),
            ("x", "", false),
        ] {
            assert_eq!(Globs::new([pattern]).fit(path, false), fits, "{pattern} {path}");
        }
        let but_one = Globs::new(["x/*", "!x/a.yaml"]);
        assert!(but_one.fit("x/b.yaml", false) && !but_one.fit("x/a.yaml", false));
        assert!(Globs::new(["vendor/"]).fit("vendor", true));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["", " ", "[a", "a[z-a]", "#x", "./x", "../x", "!", "/"] {
            assert!(judge(pattern).is_err(), "{pattern}");
        }
    }
}
