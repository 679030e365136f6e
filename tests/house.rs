//! The order of the house: a stage sees only the ones before it, as `src/lib.rs` declares them.

use std::fs;
use std::path::{Path, PathBuf};

/// The stages in the order of `src/lib.rs`.
fn stages() -> Vec<String> {
    let lib = fs::read_to_string("src/lib.rs").expect("src/lib.rs can be read");
    let declared = lib.lines().filter_map(|line| {
        let name = line
            .strip_prefix("pub mod ")
            .or_else(|| line.strip_prefix("mod "))?;
        Some(name.trim_end_matches(';').to_string())
    });
    declared.collect()
}

/// All Rust files of a folder, deeper ones too.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of src can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What a file names in other stages, without its tests and what it only says in comments.
fn named(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut left_out = false;
    for line in text.lines() {
        let line = line.trim_start();
        let only_there = matches!(line, "#[cfg(test)]" | "#[cfg(doc)]");
        if !left_out && !only_there && !line.starts_with("//") {
            found.extend(line.split("crate::").skip(1).map(|rest| {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                rest[..end.unwrap_or(rest.len())].to_string()
            }));
        }
        left_out = only_there;
    }
    found
}

#[test]
fn a_stage_sees_only_the_ones_before_it() {
    let stages = stages();
    let place = |name: &str| stages.iter().position(|stage| stage == name);
    assert!(place("yaml") < place("manifest") && place("cli") == Some(stages.len() - 1));
    let mut all = Vec::new();
    files(Path::new("src"), &mut all);
    let mut looks = 0;
    for path in &all {
        let inside = path.strip_prefix("src").expect("it is below src");
        let first = inside
            .iter()
            .next()
            .and_then(|part| part.to_str())
            .unwrap_or_default();
        let Some(own) = place(first.trim_end_matches(".rs")) else {
            assert!(
                ["lib.rs", "main.rs", "bin"].contains(&first),
                "{first} is no stage"
            );
            continue;
        };
        if path.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(path).expect("a file of src can be read");
        // Several stages in one `use` would hide from this test.
        assert!(
            !text.contains("crate::{"),
            "{}: one stage in each `use`",
            path.display()
        );
        for name in named(&text) {
            looks += 1;
            let seen = place(&name);
            assert!(
                seen.is_none_or(|seen| seen <= own),
                "{}: `{name}` stands behind `{}`",
                path.display(),
                stages[own]
            );
        }
    }
    assert!(looks > 1000, "only {looks} names were looked at");
}

#[test]
fn only_the_command_touches_files_and_the_terminal() {
    let mut all = Vec::new();
    files(Path::new("src"), &mut all);
    for path in all {
        if ["src/cli", "src/bin", "src/main.rs"]
            .iter()
            .any(|own| path.starts_with(own))
        {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file of src can be read");
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for word in [
            "std::fs",
            "std::env",
            "std::process",
            "std::net",
            "println!",
            "eprintln!",
        ] {
            let used = text
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(word));
            assert!(
                !used || word == "std::net" && !text.contains("TcpStream"),
                "{} uses {word}",
                path.display()
            );
        }
    }
}
