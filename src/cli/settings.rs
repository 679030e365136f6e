//! `kubeproof config`: what is in force for a path, and where that is said.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json, json};

use crate::catalogue::RULES;
use crate::config::{Data, KEYS, Value, Wishes, policy, schema};
use crate::diagnostic::RuleId;
use crate::report::{count, printable};
use crate::settings::Settings;
use crate::version::KubeVersion;

use super::config::{Configs, Loaded};
use super::shown::{shown, text};
use super::terminal::{Terminal, tell};
use super::{CLEAN, TROUBLE};

/// The arguments of `kubeproof config`.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// The file or folder to show the configuration for.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Read this configuration file, and look for none.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = ConfigFormat::Text)]
    pub format: ConfigFormat,
    /// Print the JSON Schema of `kubeproof.yaml`, for editors, and nothing else.
    #[arg(long, conflicts_with_all = ["path", "config", "format"])]
    pub schema: bool,
}

/// How to show the configuration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ConfigFormat {
    /// As a configuration file, with where each setting comes from.
    Text,
    /// One JSON object, for programs.
    Json,
}

/// Runs the command and returns the exit code.
pub fn config(args: &ConfigArgs, terminal: &Terminal) -> u8 {
    let out = if args.schema {
        Ok(schema::text())
    } else {
        Configs::load(args.config.as_deref(), [&*args.path].into_iter()).map(|configs| {
            let force = Force::new(args, &configs);
            match args.format {
                ConfigFormat::Text => force.text(args),
                ConfigFormat::Json => force.json(),
            }
        })
    };
    match out.and_then(|out| {
        terminal
            .write(&out)
            .map_err(|error| format!("the text could not be written: {error}"))
    }) {
        Ok(()) => CLEAN,
        Err(message) => {
            tell(&message);
            TROUBLE
        }
    }
}

/// What is in force.
struct Force<'c> {
    loaded: Option<&'c Loaded>,
    settings: Settings,
}

/// What holds where nothing is said.
fn default_of(key: &str) -> Option<Json> {
    Some(match key {
        "kube-version" => json!(KubeVersion::DEFAULT.to_string()),
        "complete" => json!(false),
        "fail-on" => json!("warning"),
        "format" => json!("text"),
        _ => return None,
    })
}

impl<'c> Force<'c> {
    fn new(args: &ConfigArgs, configs: &'c Configs) -> Force<'c> {
        let loaded = configs.loaded(&args.path);
        let settings = policy::settings(
            &Settings::default(),
            &Wishes::default(),
            loaded.map(|loaded| &loaded.config),
            &loaded
                .map(|loaded| configs.paths_that_fit(loaded, &args.path))
                .unwrap_or_default(),
        );
        Force { loaded, settings }
    }

    fn file(&self) -> Option<String> {
        Some(text(&self.loaded?.path).into_owned())
    }

    /// Key, value and place of all that is said or has a default.
    fn rows(&self) -> Vec<(&'static str, Json, Option<String>)> {
        KEYS.iter()
            .filter_map(|key| {
                let said = self.loaded.and_then(|loaded| {
                    let (_, place, value) =
                        loaded.config.top.entries().find(|(name, ..)| name == key.name)?;
                    Some((loaded.place(place.start), value))
                });
                match said {
                    Some((place, value)) => Some((key.name, as_json(value), Some(place))),
                    None => Some((key.name, default_of(key.name)?, None)),
                }
            })
            .collect()
    }

    fn off(&self) -> Vec<&'static str> {
        let runs = |index: u16| self.settings.rules.has(RuleId(index));
        (0..)
            .zip(RULES)
            .filter(|(index, _)| !runs(*index))
            .map(|(_, rule)| rule.id)
            .collect()
    }

    /// The rules that do not run, a whole category by its name.
    fn off_in_short(&self) -> Vec<&'static str> {
        let off = self.off();
        let mut out = Vec::new();
        for id in &off {
            let category = id.split_once('/').map_or(*id, |(category, _)| category);
            let whole = RULES
                .iter()
                .filter(|rule| rule.category == category)
                .all(|rule| off.contains(&rule.id));
            let name = if whole { category } else { id };
            if out.last() != Some(&name) {
                out.push(name);
            }
        }
        out
    }

    fn text(&self, args: &ConfigArgs) -> String {
        let path = shown(&args.path);
        let mut out = match self.file() {
            Some(file) => format!("# {} holds for `{path}`\n", printable(&file)),
            None => format!("# no configuration file holds for `{path}`; `kubeproof init` writes one\n"),
        };
        let rows = self.rows();
        let lines: Vec<String> = rows
            .iter()
            .map(|(key, value, _)| format!("{key}: {value}"))
            .collect();
        let width = lines
            .iter()
            .map(|line| line.chars().count())
            .filter(|n| *n < 60)
            .max();
        for (line, (_, _, place)) in lines.iter().zip(&rows) {
            let place = place.as_deref().unwrap_or("when nothing is said");
            let width = width.unwrap_or(0);
            out.push_str(&format!("{:width$}  # {place}\n", printable(line)));
        }
        let unset: Vec<&str> = KEYS
            .iter()
            .map(|key| key.name)
            .filter(|name| !rows.iter().any(|(key, ..)| key == name))
            .collect();
        if !unset.is_empty() {
            out.push_str(&format!("# nothing is said about: {}\n", unset.join(", ")));
        }
        let off = self.off_in_short();
        out.push_str(&format!(
            "# {} of {} run{}{}\n",
            RULES.len() - self.off().len(),
            count(RULES.len(), "rule"),
            if off.is_empty() { "" } else { ", all but: " },
            off.join(", ")
        ));
        out
    }

    fn json(&self) -> String {
        let mut settings = Map::new();
        for (key, value, place) in self.rows() {
            let from = place.unwrap_or_else(|| "default".to_string());
            settings.insert(key.into(), json!({"value": value, "from": from}));
        }
        let severities = self.settings.severities.as_deref().unwrap_or_default();
        let severities: Map<String, Json> = RULES
            .iter()
            .zip(severities)
            .filter_map(|(rule, severity)| Some((rule.id.to_string(), json!((*severity)?.as_str()))))
            .collect();
        let out = json!({
            "file": self.file(),
            "settings": settings,
            "rules": {"off": self.off(), "severity": severities},
        });
        format!("{out:#}\n")
    }
}

fn as_json(value: &Value) -> Json {
    match &value.data {
        Data::Bool(bool) => json!(bool),
        Data::Number(number) => json!(number),
        Data::Text(text) => json!(text),
        Data::List(items) => items.iter().map(as_json).collect(),
        Data::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, _, value)| (key.clone(), as_json(value)));
            Json::Object(entries.collect())
        }
    }
}
