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

/// A text without its tests and comments.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut left_out = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let depth = line.len() - trimmed.len();
        if let Some(end) = left_out {
            // The item ends where a line closes it at its own depth.
            if depth == end && (trimmed.starts_with('}') || trimmed.ends_with(';')) {
                left_out = None;
            }
        } else if matches!(trimmed, "#[cfg(test)]" | "#[cfg(doc)]") {
            let ends_at_once = lines.peek().is_some_and(|next| next.trim_end().ends_with(';'));
            left_out = (!ends_at_once).then_some(depth);
            if ends_at_once {
                lines.next();
            }
        } else if !trimmed.starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// What comes after each of a word in a text, up to the end of the name.
fn after<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(word).skip(1).map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// What the code of a module, with so many modules between it and the root of the crate, names in that root.
fn named(code: &str, above: usize) -> Vec<String> {
    let up = "super::".repeat(above + 1);
    // What is indented may stand in a module within the file, which has a `super` more.
    let outer = code.lines().filter(|line| !line.starts_with(' '));
    let above = outer.flat_map(|line| after(line, &up));
    let root = after(code, "crate::").chain(above);
    root.map(str::to_string).collect()
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
        let code = code(&text);
        // Several stages in one `use` would hide from this test.
        assert!(
            !code.contains("crate::{"),
            "{}: one stage in each `use`",
            path.display()
        );
        let above = inside.iter().count() - 1 - usize::from(path.ends_with("mod.rs"));
        for name in named(&code, above) {
            looks += 1;
            let Some(seen) = place(&name) else {
                // The whole way itself, which is taken again after each fix.
                let whole =
                    ["check", "compare_by"].contains(&&*name) && ["fix", "cli"].contains(&&*stages[own]);
                assert!(whole, "{}: `{name}` is no stage", path.display());
                continue;
            };
            assert!(
                seen <= own,
                "{}: `{name}` stands behind `{}`",
                path.display(),
                stages[own]
            );
        }
    }
    assert!(looks > 1000, "only {looks} names were looked at");
}

#[test]
fn a_name_of_a_later_stage_is_seen_wherever_it_stands() {
    let named = |text: &str| named(&code(text), 0);
    assert_eq!(named("use crate::cli;\n"), ["cli"]);
    assert_eq!(named("use super::cli::args;\n"), ["cli"]);
    assert_eq!(named("fn f() { crate::cli::run() }\n"), ["cli"]);
    assert_eq!(
        named("#[cfg(test)]\nmod tests {\n    use crate::cli;\n}\nuse crate::fix;\n"),
        ["fix"]
    );
    assert_eq!(named("#[cfg(doc)]\nuse crate::cli;\nuse crate::fix;\n"), ["fix"]);
    assert!(named("/// See [`run`](crate::cli::run).\n").is_empty());
}

#[test]
fn only_the_command_touches_files_and_the_terminal() {
    const WORDS: [&str; 11] = [
        "std::fs",
        "std::env",
        "std::process",
        "TcpStream",
        "UdpSocket",
        "print!",
        "println!",
        "dbg!",
        "stdin()",
        "stdout()",
        "stderr()",
    ];
    let mut all = Vec::new();
    files(Path::new("src"), &mut all);
    for path in all {
        if ["src/cli", "src/bin", "src/main.rs"]
            .iter()
            .any(|own| path.starts_with(own))
        {
            continue;
        }
        let code = code(&fs::read_to_string(&path).expect("a file of src can be read"));
        for word in WORDS {
            assert!(!code.contains(word), "{} uses {word}", path.display());
        }
        // `use std::{env, fs}`
        for group in code.split("use std::{").skip(1) {
            let group = group.split(';').next().unwrap_or_default();
            let mut names = group.split(|c: char| !c.is_ascii_alphanumeric());
            assert!(
                !names.any(|name| ["env", "fs", "process"].contains(&name)),
                "{}",
                path.display()
            );
        }
    }
}
