//! `kubeproof init`: writes a configuration to start from, with what the folder calls for.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use walkdir::WalkDir;

use crate::config::KEYS;
use crate::report::printable;

use super::config::NAMES;
use super::problem::Problem;
use super::shown::shown;
use super::terminal::{Terminal, tell};
use super::walk::tidy;
use super::write;
use super::{CLEAN, TROUBLE};

/// The arguments of `kubeproof init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// The folder to write `kubeproof.yaml` to.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,
    /// Replace the configuration that is there.
    #[arg(long)]
    pub force: bool,
}

/// Runs the command and returns the exit code.
pub fn init(args: &InitArgs, terminal: &Terminal) -> u8 {
    let folder = tidy(&args.folder);
    let seen = look(&folder);
    match write(&folder, args.force, &text(&seen)) {
        Ok(path) => {
            let mut said = format!("wrote {}", shown(&path));
            if !seen.exclude.is_empty() {
                let exclude: Vec<_> = seen.exclude.iter().map(|name| printable(name)).collect();
                said.push_str(&format!(", which leaves out {}", exclude.join(", ")));
            }
            said.push('\n');
            match terminal.write(&said) {
                Ok(()) => CLEAN,
                Err(error) => trouble(&format!("the file is written, but not this: {error}")),
            }
        }
        Err(problem) => trouble(&problem),
    }
}

fn trouble(message: &str) -> u8 {
    tell(message);
    TROUBLE
}

fn write(folder: &Path, force: bool, text: &str) -> Result<PathBuf, String> {
    let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
    let there = NAMES.iter().map(|name| folder.join(name)).find(is_there);
    if let Some(path) = there.as_deref().filter(|_| !force) {
        return Err(format!(
            "{} is there already; change it by hand, or replace it with --force",
            shown(&tidy(path))
        ));
    }
    // Two of them would be one too many.
    let path = tidy(&there.unwrap_or_else(|| folder.join(NAMES[0])));
    if force {
        let written = write::replace(&path, |out| out.write_all(text.as_bytes()));
        return written.map(|()| path).map_err(|problem| problem.to_string());
    }
    // Not even a file that appeared just now is lost.
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Problem::io(folder, &error).to_string()),
        Err(error) => Err(format!("{} cannot be written: {error}", shown(&path))),
    }
}

/// What a folder calls for.
#[derive(Default)]
struct Seen {
    /// Folders of other people's manifests, and of such as are wrong on purpose.
    exclude: BTreeSet<String>,
    /// Files that look like a cluster's inventory.
    inventory: BTreeSet<String>,
}

/// Names of folders whose manifests are not one's own, or not meant for a cluster.
const FOREIGN: &[&str] = &[
    ".terraform",
    "node_modules",
    "testdata",
    "third_party",
    "third-party",
    "vendor",
];

/// A start need not know every corner of a large folder.
const MOST: usize = 50_000;

fn look(folder: &Path) -> Seen {
    let mut seen = Seen::default();
    let walk = WalkDir::new(folder)
        .max_depth(8)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".git");
    for entry in walk.flatten().take(MOST) {
        let name = entry.file_name().to_string_lossy();
        let is_manifest = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
        if !is_manifest || !entry.file_type().is_file() {
            continue;
        }
        let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let parts: Vec<String> = below
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        if let Some(foreign) = parts.iter().find(|part| FOREIGN.contains(&part.as_str())) {
            seen.exclude.insert(format!("{foreign}/"));
        } else if name.to_ascii_lowercase().contains("inventory") && seen.inventory.len() < 3 {
            seen.inventory.insert(parts.join("/"));
        }
    }
    seen
}

/// An example for each key, in the order in which they are of use.
const EXAMPLES: &[(&str, &str)] = &[
    ("kube-version", "kube-version: \"1.36\""),
    ("exclude", "exclude:\n  - vendor/\n  - \"*.generated.yaml\""),
    ("ignore", "ignore:\n  - secret/placeholder"),
    (
        "severity",
        "severity:\n  references: error\n  ingress/class-annotation: off",
    ),
    (
        "rules",
        "rules:\n  secret/expired-certificate:\n    within-days: 30",
    ),
    (
        "per-path",
        "per-path:\n  - paths: [examples/]\n    ignore: [references]\n    severity:\n      secret: info",
    ),
    ("inventory", "inventory:\n  - cluster/secrets.json"),
    ("index", "index:\n  - ../shared/manifests"),
    ("crds", "crds:\n  - ../shared/crds"),
    ("complete", "complete: true"),
    (
        "references",
        "references:\n  - kind: example.com/Database\n    uses: Secret\n    at: spec.credentials.secretName\n    \
         keys: spec.credentials.key\n  - kind: example.com/Vault\n    makes: Secret\n    at: spec.target.name",
    ),
    (
        "exists",
        "exists:\n  - kind: Secret\n    namespace: web\n    name: \"*-tls\"",
    ),
    ("baseline", "baseline: kubeproof-baseline.json"),
    ("fail-on", "fail-on: warning"),
    ("format", "format: text"),
    ("select", "select: [secret, ingress, references]"),
];

fn text(seen: &Seen) -> String {
    let mut out = String::from(
        "# What kubeproof does in this folder and below. `kubeproof config` shows what is in force,\n\
         # `kubeproof config --schema` prints the JSON Schema of this file for editors.\n",
    );
    for (name, example) in EXAMPLES {
        let about = KEYS
            .iter()
            .find(|key| key.name == *name)
            .map_or("", |key| key.about);
        out.push('\n');
        for line in textwrap::wrap(about, 98) {
            out.push_str(&format!("# {line}\n"));
        }
        if *name == "exclude" && !seen.exclude.is_empty() {
            out.push_str("exclude:\n");
            for folder in &seen.exclude {
                out.push_str(&format!("  - {}\n", quoted(folder)));
            }
            continue;
        }
        if *name == "inventory" && !seen.inventory.is_empty() {
            out.push_str("# inventory:\n");
            for file in &seen.inventory {
                out.push_str(&format!("#   - {}\n", quoted(file)));
            }
            continue;
        }
        for line in example.lines() {
            out.push_str(&format!("# {line}\n"));
        }
    }
    out
}

/// A name as a YAML scalar: in quotes unless it is plainly a text. JSON's quotes are YAML's.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/_.-".contains(c));
    if plain {
        name.to_string()
    } else {
        serde_json::to_string(name).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::source;

    /// Each example is there for each key, and is what the reader takes.
    #[test]
    fn what_is_commented_out_is_right() {
        let mut examples: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
        let mut keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        examples.sort_unstable();
        keys.sort_unstable();
        assert_eq!(examples, keys);
        for (name, example) in EXAMPLES {
            let config = Config::read(&source::decode(example.as_bytes().to_vec()));
            let config = config.unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
            assert!(config.top.get(name).is_some(), "{name}");
        }
        let mut seen = Seen::default();
        seen.exclude.insert("vendor/".into());
        seen.exclude.insert(".terraform/".into());
        seen.inventory.insert("a b.json".into());
        for text in [text(&Seen::default()), text(&seen)] {
            let config = Config::read(&source::decode(text.into_bytes())).expect("a sound file");
            assert!(config.list("exclude").all(|name| seen.exclude.contains(name)));
        }
    }
}
