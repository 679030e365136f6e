//! kubeproof proofreads Kubernetes manifests before they reach a cluster: what it passes, the API server
//! accepts; what the server would refuse, it points at, on the exact characters.
//!
//! Data goes one way. A stage sees only the ones before it, in the order in which they are declared here, and a test
//! holds them to it:
//!
//! ```text
//! source → yaml → manifest → schema, graph → context → validation, rules → engine → report → cli
//! bytes    tree   objects    facts                     findings                     formats  files, terminal
//! ```
//!
//! [`check`] is the whole way, for inputs in memory. The command (`cli`) goes the same way with files, many at
//! once; nothing but `cli` touches files, environment or terminal.

// Small things that know nothing of manifests.
mod hash;
mod same;
mod cut;
mod quote;
mod calendar;
pub mod version;
mod url;
pub mod names;
mod placeholder;
mod near;

// A text and its tree.
pub mod source;
pub mod yaml;

// What rules there are, what is said about a text, and what mends it.
pub mod catalogue;
pub mod diagnostic;
pub mod edit;

// What stands in it.
pub mod manifest;
pub mod formats;

// What Kubernetes knows, and who names what.
pub mod schema;
pub mod graph;

// What a check is given.
pub mod settings;
pub mod suppress;
pub mod context;

// The checks.
pub mod cel;
pub mod validation;
pub mod rules;

// A run, and what comes of it.
pub mod engine;
pub mod definitions;
pub mod report;
mod completed;
pub mod baseline;
pub mod fix;
pub mod impact;
pub mod picture;

// Files, environment, terminal.
pub mod config;
pub mod cli;

use context::Judging;
use definitions::Plan;
use diagnostic::{Diagnostic, RuleId};
use engine::policies::by_file;
use graph::{Facts, Index, Known, Policing};
use manifest::{File, Surroundings};
use report::{FileReport, Report, Source, found_in};
use settings::Settings;
use source::Span;
use validation::custom::Definitions;
use validation::policies::Policies;

/// Checks inputs, each a name and its bytes, by themselves and against each other.
///
/// ```
/// use kubeproof::{check, manifest::Surroundings, report::{Json, Printer}, settings::Settings};
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
    check_held(&mut report, &facts, settings);
    check_policies(&mut report, &facts, surroundings, settings);
    compare(&mut report, &facts, settings);
    report
}

/// Checks the custom resources of a report's files by the CustomResourceDefinitions in them. The files have their
/// texts.
pub fn check_custom(report: &mut Report, surroundings: &Surroundings, settings: &Settings) {
    let files = &report.files;
    let plan = Plan::new(files.iter().map(|file| &*file.objects));
    let source = |i: usize| files.get(i)?.source.as_deref().map(Source::decoded);
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
        definitions.add(&read, |object| {
            engine::is_refused(&file.diagnostics, object) || engine::is_refused(&file.suppressed, object)
        });
    }
    let mut found = Vec::new();
    for i in plan.using(&definitions) {
        if let (Some(file), Some(source)) = (files.get(i), source(i)) {
            let tree = engine::parse(source);
            found.push((i, again(file, source, &tree, settings).check_custom(&definitions)));
        }
    }
    let coverage = plan.coverage(&definitions);
    add(report, found);
    report.coverage = coverage;
}

/// Checks what runs pods in a report's files by what their namespaces ask of pods, given the facts of the files in the
/// same order. The files have their texts.
pub fn check_held(report: &mut Report, facts: &[Facts], settings: &Settings) {
    if !graph::anyone_asks(facts) {
        return;
    }
    let index = Index::with(facts, settings.table());
    let (files, mut found) = (&report.files, Vec::new());
    for held in engine::held(&index, |file| found_in(files, file)) {
        let file = held.first().map_or(usize::MAX, |one| one.file as usize);
        let source = files.get(file).and_then(|file| file.source.as_deref());
        let Some(source) = source.map(Source::decoded) else {
            continue;
        };
        let tree = engine::parse(source);
        let new = files
            .get(file)
            .map(|file| again(file, source, &tree, settings).check_held(&held));
        found.push((file, new.unwrap_or_default()));
    }
    add(report, found);
}

/// Asks the policies of admission in a report's files about the objects in them, given the facts of the files in the same
/// order. The files have their texts.
pub fn check_policies(
    report: &mut Report,
    facts: &[Facts],
    surroundings: &Surroundings,
    settings: &Settings,
) {
    if !graph::anyone_polices(facts) {
        return;
    }
    let index = Index::with(facts, settings.table());
    let Some(policing) = Policing::new(&index, settings.complete) else {
        return;
    };
    let (files, mut found) = (&report.files, Vec::new());
    let found_there = &|file| found_in(files, file);
    let source = |i: u32| files.get(i as usize)?.source.as_deref().map(Source::decoded);
    let parsed = |wanted: &[Known]| -> Vec<(Vec<Known>, &FileReport, &source::Decoded, yaml::Tree)> {
        let files = by_file(wanted).filter_map(|(i, known)| {
            let (file, source) = (files.get(i as usize)?, source(i)?);
            Some((known.to_vec(), file, source, engine::parse(source)))
        });
        files.collect()
    };
    let mut policies = Policies::default();
    let of_policies = parsed(&policing.known);
    for (known, file, source, tree) in &of_policies {
        let file = File::read(&file.name, &source.text, tree, surroundings, settings.no_skip);
        let refused = engine::policies::refused(file.name, source, surroundings, settings);
        engine::policies::add_policies(&mut policies, &file, known, &refused);
    }
    let subjects = engine::policies::subjects(&policing, &mut policies, found_there);
    let of_known = parsed(&engine::policies::known(&policing, &policies, &subjects));
    for (known, file, source, tree) in &of_known {
        let file = File::read(&file.name, &source.text, tree, surroundings, settings.no_skip);
        let refused = engine::policies::refused(file.name, source, surroundings, settings);
        engine::policies::add_known(&mut policies, &file, known, &refused);
    }
    for (at, subjects) in engine::policies::each_file(&subjects) {
        if let (Some(file), Some(source)) = (files.get(at as usize), source(at)) {
            let tree = engine::parse(source);
            let new = again(file, source, &tree, settings).check_policies(subjects, &policies, &policing);
            found.push((at as usize, new));
        }
    }
    add(report, found);
}

/// A file that was checked before, to be looked at again.
fn again<'r>(
    file: &'r FileReport,
    source: &'r source::Decoded,
    tree: &'r yaml::Tree,
    settings: &'r Settings,
) -> engine::Again<'r> {
    engine::Again {
        name: &file.name,
        source,
        tree,
        skipped: &file.skipped,
        settings,
    }
}

/// Adds what was found in files that were looked at again.
fn add(report: &mut Report, found: Vec<(usize, Vec<Diagnostic>)>) {
    for (file, mut new) in found {
        if let Some(file) = report.files.get_mut(file) {
            file.diagnostics.append(&mut new);
        }
    }
}

/// Checks the files of a report against each other, given their facts in the same order, lets comments keep
/// findings back, and puts those that are left in their final order.
pub fn compare(report: &mut Report, facts: &[Facts], settings: &Settings) {
    let index = Index::with(facts, settings.table()).declare(&settings.exists);
    compare_by(report, &index, settings, |_| settings);
}

/// How the files of a report are judged.
struct Judged<'r, 's> {
    files: &'r [FileReport],
    of: &'r dyn Fn(usize) -> &'s Settings,
}

impl Judging for Judged<'_, '_> {
    fn settings(&self, file: u32) -> &Settings {
        (self.of)(file as usize)
    }

    fn keeps_back(&self, file: u32, rule: RuleId, document: u32, span: Span) -> bool {
        let suppressions = self
            .files
            .get(file as usize)
            .and_then(|file| file.suppressions.as_ref());
        suppressions.is_some_and(|suppressions| suppressions.covers(rule, document, span))
    }
}

/// The same where the settings differ from file to file; `union` has every rule that runs for any of them.
pub fn compare_by<'s>(
    report: &mut Report,
    index: &Index<'_>,
    union: &Settings,
    of: impl Fn(usize) -> &'s Settings,
) {
    let judged = Judged {
        files: &report.files,
        of: &of,
    };
    for (index, mut diagnostic) in engine::check_run(index, union, &judged) {
        if let Some(file) = report.files.get_mut(index as usize)
            && of(index as usize).adjust(&mut diagnostic)
        {
            file.diagnostics.push(diagnostic);
        }
    }
    completed::by_kustomizations(index, &mut report.files, union.no_skip);
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
