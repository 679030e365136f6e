//! kubeproof proofreads Kubernetes manifests before they reach a cluster: what it passes, the API server
//! accepts; what the server would refuse, it points at, on the exact characters.
//!
//! Data goes one way. A stage sees only the ones before it:
//!
//! ```text
//! source → yaml → manifest → rules, graph → engine → report → cli
//! bytes    tree   objects    findings, facts         formats  files, terminal
//! ```
//!
//! [`check`] is the whole way, for inputs in memory. The command (`cli`) goes the same way with files, many at
//! once; nothing but `cli` touches files, environment or terminal.

pub mod cel;
pub mod cli;
pub mod definitions;
pub mod diagnostic;
pub mod edit;
pub mod engine;
pub mod fix;
pub mod graph;
pub mod impact;
pub mod manifest;
pub mod mask;
pub mod names;
pub mod picture;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod version;
pub mod yaml;

use definitions::Plan;
use engine::Settings;
use graph::{Facts, Index};
use manifest::{File, Surroundings};
use report::{Report, Source};
use schema::custom::Definitions;

/// Checks inputs, each a name and its bytes, by themselves and against each other.
///
/// ```
/// use kubeproof::{check, engine::Settings, manifest::Surroundings, report::{Json, Printer}};
///
/// let inputs = [("web.yaml".to_string(), b"apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n".to_vec())];
/// let report = check(inputs, &Surroundings::default(), &Settings::default());
/// let mut json = String::new();
/// Json::default().print(&report, &mut json);
/// assert!(json.starts_with("{\"version\":1,"));
/// ```
pub fn check(
    inputs: impl IntoIterator<Item = (String, Vec<u8>)>,
    surroundings: &Surroundings,
    settings: &Settings,
) -> Report {
    let mut report = Report::new(settings.kube);
    let mut facts = Vec::new();
    let mut tree = yaml::Tree::default();
    for (name, bytes) in inputs {
        let source = source::decode(bytes);
        let mut checked = engine::check_file(&name, &source, &mut tree, surroundings, settings);
        facts.push(std::mem::take(&mut checked.facts));
        report.add(name, checked, Some(Source::new(source)));
    }
    check_custom(&mut report, surroundings, settings);
    compare(&mut report, &facts, settings);
    report
}

/// Checks the custom resources of a report's files by the CustomResourceDefinitions in them. The files have their
/// texts.
fn check_custom(report: &mut Report, surroundings: &Surroundings, settings: &Settings) {
    let files = &report.files;
    let plan = Plan::new(files.iter().map(|file| &*file.objects));
    let source = |i: usize| files.get(i)?.source.as_ref().map(Source::decoded);
    let trees: Vec<(usize, &source::Decoded, yaml::Tree)> = plan
        .defining()
        .iter()
        .filter_map(|&i| Some((i, source(i)?)))
        .map(|(i, source)| (i, source, engine::parse(source)))
        .collect();
    let mut definitions = Definitions::default();
    for (i, source, tree) in &trees {
        let Some(file) = files.get(*i) else { continue };
        let read = File::read(&file.name, &source.text, tree, surroundings, settings.no_skip);
        definitions.add(&read, |object| engine::is_refused(&file.diagnostics, object));
    }
    let mut found = Vec::new();
    for i in plan.using(&definitions) {
        if let (Some(file), Some(source)) = (files.get(i), source(i)) {
            let (name, tree) = (&file.name, engine::parse(source));
            let new = engine::check_custom(name, source, &tree, surroundings, settings, &definitions);
            found.push((i, new));
        }
    }
    let coverage = plan.coverage(&definitions);
    for (i, mut new) in found {
        if let Some(file) = report.files.get_mut(i) {
            file.diagnostics.append(&mut new);
        }
    }
    report.coverage = coverage;
}

/// Checks the files of a report against each other, given their facts in the same order, and puts all
/// findings in their final order.
pub fn compare(report: &mut Report, facts: &[Facts], settings: &Settings) {
    for (file, diagnostic) in engine::check_run(&Index::with(facts, settings.table()), settings) {
        if let Some(file) = report.files.get_mut(file as usize) {
            file.diagnostics.push(diagnostic);
        }
    }
    for file in &mut report.files {
        diagnostic::sort(&mut file.diagnostics);
    }
}
