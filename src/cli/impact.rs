//! `kubeproof impact`: what breaks when Secrets are deleted.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::graph::{self, Facts, Index};
use crate::impact::{self, FileFacts, Selected, Surrounds, places};
use crate::report::{count, printable};

use super::choice::{Wanted, wanted};
use super::inputs::ReadingArgs;
use super::reader::{self, Opened};
use super::terminal::{Terminal, tell};
use super::{CLEAN, FOUND, TROUBLE};

/// The arguments of `kubeproof impact`.
#[derive(Args, Debug)]
pub struct ImpactArgs {
    /// Secrets to delete; none: all that the selectors fit.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// The namespace to delete them in. Without names and selectors: all of its Secrets.
    #[arg(
        short,
        long,
        value_name = "NS",
        conflicts_with = "all_namespaces",
        help_heading = "Selection"
    )]
    pub namespace: Option<String>,
    /// Delete them in all namespaces.
    #[arg(short = 'A', long, help_heading = "Selection")]
    pub all_namespaces: bool,
    /// Select by labels: `app=web`, `tier in (db, cache)`, `!canary`, `weight>3`; commas mean "and".
    #[arg(short = 'l', long, value_name = "EXPR", help_heading = "Selection")]
    pub selector: Option<String>,
    /// Select by fields: metadata.name, metadata.namespace, type; with `=`, `==` or `!=`.
    #[arg(long, value_name = "EXPR", help_heading = "Selection")]
    pub field_selector: Option<String>,
    /// The body of a batch deletion in Cloud Secret Management Service; the names are then secrets there.
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub csms_request: Option<PathBuf>,
    /// What that service answered: what it deleted is judged.
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub csms_response: Option<PathBuf>,
    /// Manifests in which to look for what uses them: a file, a folder, or `-` for standard input; repeat it
    /// for several [default: the current folder].
    #[arg(short = 'f', long = "path", value_name = "PATH", help_heading = "Input")]
    pub paths: Vec<PathBuf>,
    /// What else to read, and how.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = ImpactFormat::Text, help_heading = "Output")]
    pub format: ImpactFormat,
}

/// The formats of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ImpactFormat {
    /// A tree, for people.
    Text,
    /// One JSON object, for programs.
    Json,
}

/// Runs the command and returns the exit code.
pub fn impact(args: &ImpactArgs, terminal: &Terminal) -> u8 {
    let mut surrounds = Surrounds::default();
    let wanted = match wanted(args, &mut surrounds) {
        Ok(wanted) => wanted,
        Err(faults) => {
            for fault in faults {
                tell(&fault);
            }
            return TROUBLE;
        }
    };
    let mut problems = Vec::new();
    let (inputs, opened) = match Opened::of(&args.reading, &args.paths, &mut problems) {
        Ok(opened) => opened,
        Err(nonsense) => {
            tell(&nonsense);
            return TROUBLE;
        }
    };
    let reader = opened.reader();
    let (inputs, names, facts) = reader.read(inputs, &mut problems);
    let index = Index::with(&names, reader.table);
    let selected = match &wanted {
        Wanted::Secrets(choice) => impact::select(&index, &facts, choice),
        Wanted::Cloud(names) => impact::cloud(names),
    };
    surrounds.files = facts.len();
    surrounds.objects = facts.iter().map(|facts| facts.objects as usize).sum();
    say_what_is_unknown(&index, &selected, &facts, &names, &mut surrounds);
    let judged = impact::judge(&index, &facts, selected);
    let places = reader.places(&inputs, places::asked(&judged), &mut problems);
    reader::broken(&names, &facts, &inputs, &mut problems);
    problems.sort();
    problems.dedup();
    surrounds.unread = problems.iter().map(ToString::to_string).collect();
    let mut out = String::new();
    match args.format {
        ImpactFormat::Text => impact::Text {
            color: terminal.color,
        }
        .print(&index, &judged, &places, &surrounds, &mut out),
        ImpactFormat::Json => impact::json(&index, &judged, &places, &surrounds, &mut out),
    }
    let written = terminal.write(&out);
    if let Err(error) = &written {
        tell(&format!("the answer could not be written: {error}"));
    }
    for problem in &problems {
        tell(&problem.to_string());
    }
    if surrounds.objects == 0 && problems.is_empty() {
        tell(
            "no Kubernetes object was read, so that nothing can be said about who uses the Secrets; \
             name manifests with --path, or what a cluster has with --inventory",
        );
        return TROUBLE;
    }
    if judged.verdicts.is_empty() {
        tell(
            "nothing that was read fits the selection; check its spelling, and give what the cluster has: \
             `kubectl get secrets -A -o json > secrets.json`, then --inventory secrets.json",
        );
        return TROUBLE;
    }
    let found = judged.blocked().next().is_some();
    // The process ends soon, and takes its memory along faster than it could be given back piece by piece.
    std::mem::forget((judged, places, index));
    std::mem::forget((names, facts, inputs));
    match (problems.is_empty() && written.is_ok(), found) {
        (false, _) => TROUBLE,
        (true, true) => FOUND,
        (true, false) => CLEAN,
    }
}

/// Says what was not read, and what could not be compared.
fn say_what_is_unknown(
    index: &Index<'_>,
    selected: &Selected<'_>,
    facts: &[FileFacts],
    names: &[Facts],
    surrounds: &mut Surrounds,
) {
    if !selected.unknown.is_empty() {
        let shown: Vec<String> = selected
            .unknown
            .iter()
            .take(5)
            .map(|(namespace, name)| {
                if namespace.is_empty() {
                    name.to_string()
                } else {
                    format!("{namespace}/{name}")
                }
            })
            .collect();
        let more = selected.unknown.len().saturating_sub(5);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        surrounds.notes.push(format!(
            "left out, since their labels or type are not known from what makes or patches them: {}{more}; an \
             inventory tells",
            printable(&shown.join(", "))
        ));
    }
    if let [first, ..] = index.unplaced() {
        let file = names.get(*first as usize).map_or("", |names| &*names.file);
        surrounds.notes.push(format!(
            "Kustomizations of Flux in {}, such as {}, put what they apply into a namespace or label it, but which \
             files that are is not certain: those count as they stand",
            count(index.unplaced().len(), "file"),
            printable(file)
        ));
    }
    let vague = names.iter().flat_map(|facts| {
        let vague = facts.vague.iter().map(|one| facts.str(one.name));
        let vague = vague.filter(|name| graph::may_become(name, "").is_none());
        vague.map(|_| &*facts.file)
    });
    let vague: Vec<&str> = vague.collect();
    if let Some(first) = vague.first() {
        surrounds.notes.push(format!(
            "{}, such as in {}, {} a Secret by a placeholder alone, which may stand for any",
            count(vague.len(), "field"),
            printable(first),
            if vague.len() == 1 { "names" } else { "name" },
        ));
    }
    // Their texts are not told: they may be what is secret itself.
    if let [first, ..] = *selected.untold {
        let file = names.get(first as usize).map_or("", |names| &*names.file);
        let number = selected.untold.len();
        surrounds.notes.push(format!(
            "{}, such as in {}, by {} may name a Secret that nothing here defines, or hold what is secret itself; if it \
             is a name, ask by it",
            count(number, "field"),
            printable(file),
            if number == 1 { "its name" } else { "their names" },
        ));
    }
    let templates: Vec<&str> = facts
        .iter()
        .zip(names)
        .filter(|(facts, _)| facts.templates > 0)
        .map(|(_, names)| &*names.file)
        .collect();
    if let Some(first) = templates.first() {
        surrounds.notes.push(format!(
            "{} of templates, such as {}, cannot tell what they use until they are rendered",
            count(templates.len(), "file"),
            printable(first)
        ));
    }
}
