//! `kubeproof.yaml`: bytes in, settings or what is wrong with them out. Finding the file is for `cli`.

pub mod globs;
pub mod policy;
pub mod reader;
pub mod references;
mod scalar;
pub mod schema;
pub mod shape;
mod value;

pub use globs::Globs;
pub use policy::Wishes;
pub use reader::Fault;
pub use shape::{KEYS, Key, Shape};
pub use value::{Data, Value};

use std::str::FromStr;
use std::sync::Arc;

use crate::catalogue::Rule;
use crate::diagnostic::{RuleId, Severity};
use crate::graph::table::Table;
use crate::source::Decoded;
use crate::version::KubeVersion;

/// A configuration file.
#[derive(Clone, Debug)]
pub struct Config {
    /// What it says, key by key.
    pub top: Value,
    exclude: Globs,
    per_path: Vec<(Globs, Value)>,
    /// The table of who names what, with rows of this file.
    pub table: Option<Arc<Table>>,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// Names everything that is wrong with it.
    pub fn read(source: &Decoded) -> Result<Config, Vec<Fault>> {
        let (top, mut faults) = reader::read(source);
        faults.extend(references::faults(&top));
        faults.sort_by_key(|fault| fault.span);
        if !faults.is_empty() {
            return Err(faults);
        }
        let table = references::table(&top)?;
        let per_path = top.get("per-path").map(Value::items).unwrap_or_default();
        let per_path = per_path
            .iter()
            .map(|entry| (Globs::new(texts(entry, "paths")), entry.clone()))
            .collect();
        Ok(Config {
            exclude: Globs::new(texts(&top, "exclude")),
            per_path,
            table,
            top,
        })
    }

    /// Whether any file is left out.
    pub fn excludes(&self) -> bool {
        texts(&self.top, "exclude").next().is_some()
    }

    /// Whether a path below the folder of the file is left out.
    pub fn is_excluded(&self, path: &str, is_folder: bool) -> bool {
        self.exclude.fit(path, is_folder)
    }

    /// Whether anything holds for some paths only.
    pub fn has_paths(&self) -> bool {
        !self.per_path.is_empty()
    }

    /// Which of the entries under `per-path` hold for a path below the folder of the file.
    pub fn paths_that_fit(&self, path: &str) -> Vec<u16> {
        (0..)
            .zip(&self.per_path)
            .filter(|(_, (globs, _))| globs.fit(path, false))
            .map(|(index, _)| index)
            .collect()
    }

    /// The version of Kubernetes to judge by.
    pub fn kube_version(&self) -> Option<KubeVersion> {
        KubeVersion::from_str(self.word("kube-version")?).ok()
    }

    /// The text of a key.
    pub fn word(&self, key: &str) -> Option<&str> {
        self.top.get(key)?.text()
    }

    /// The texts of a list.
    pub fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        texts(&self.top, key)
    }

    /// Whether the files are all there is.
    pub fn complete(&self) -> Option<bool> {
        match self.top.get("complete")?.data {
            Data::Bool(complete) => Some(complete),
            _ => None,
        }
    }

    /// Options of rules.
    fn options(&self) -> Vec<(RuleId, &'static str, u32)> {
        let mut out = Vec::new();
        let rules = self.top.get("rules");
        for (id, _, options) in rules.into_iter().flat_map(Value::entries) {
            let Some(rule) = Rule::find(id) else { continue };
            for option in rule.rule().options {
                if let Some(Value {
                    data: Data::Number(value),
                    ..
                }) = options.get(option.name)
                {
                    out.push((rule, option.name, *value));
                }
            }
        }
        out
    }
}

fn texts<'v>(map: &'v Value, key: &str) -> impl Iterator<Item = &'v str> + use<'v> {
    map.get(key).into_iter().flat_map(Value::texts)
}

/// The severity of a word; `None` for `off`.
fn severity(word: &str) -> Option<Severity> {
    match word {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "info" => Some(Severity::Info),
        _ => None,
    }
}
