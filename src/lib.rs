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

pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod engine;
pub mod graph;
pub mod manifest;
pub mod mask;
pub mod names;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod suppress;
pub mod version;
pub mod yaml;

use engine::Settings;
use graph::{Facts, Index};
use manifest::Surroundings;
use report::{Report, Source};

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
    compare(&mut report, &facts, settings);
    report
}

/// Checks the files of a report against each other, given their facts in the same order, lets comments keep
/// findings back, and puts those that are left in their final order.
pub fn compare(report: &mut Report, facts: &[Facts], settings: &Settings) {
    compare_by(report, facts, settings, |_| settings);
}

/// The same where the settings differ from file to file; `union` has every rule that runs for any of them.
pub fn compare_by<'s>(
    report: &mut Report,
    facts: &[Facts],
    union: &Settings,
    of: impl Fn(usize) -> &'s Settings,
) {
    let index = Index::with(facts, union.table()).declare(&union.exists);
    for (index, mut diagnostic) in engine::check_run(&index, union) {
        if let Some(file) = report.files.get_mut(index as usize)
            && of(index as usize).adjust(&mut diagnostic)
        {
            file.diagnostics.push(diagnostic);
        }
    }
    for (index, file) in report.files.iter_mut().enumerate() {
        if let Some(mut suppressions) = file.suppressions.take() {
            file.suppressed
                .append(&mut suppressions.take(&mut file.diagnostics));
            let mut unused = suppressions.unused(of(index));
            unused.retain_mut(|d| of(index).adjust(d));
            file.diagnostics.append(&mut unused);
        }
        diagnostic::sort(&mut file.diagnostics);
    }
}
