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
use engine::policies::Read;
use graph::{Index, Policing};
use manifest::{File, Surroundings};
use report::{FileReport, Report, Source, found_in};
use settings::Settings;
use source::Span;
use validation::custom::Definitions;

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
    let index = Index::with(&facts, settings.table()).declare(&settings.exists);
    check_held(&mut report, &index, settings);
    check_policies(&mut report, &index, surroundings, settings);
    compare(&mut report, &index, settings);
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

/// Checks what runs pods in a report's files by what their namespaces ask of pods. `index` is that of the files' facts,
/// in the same order. The files have their texts.
pub fn check_held(report: &mut Report, index: &Index<'_>, settings: &Settings) {
    if !graph::anyone_asks(index.files) {
        return;
    }
    let (files, mut found) = (&report.files, Vec::new());
    for held in engine::held(index, |file| found_in(files, file)) {
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

/// Asks the policies of admission in a report's files about the objects in them. `index` is that of the files' facts, in
/// the same order. The files have their texts.
pub fn check_policies(
    report: &mut Report,
    index: &Index<'_>,
    surroundings: &Surroundings,
    settings: &Settings,
) {
    let Some(policing) = Policing::new(index, settings.complete) else {
        return;
    };
    let files = &report.files;
    let source = |file: u32| files.get(file as usize)?.source.as_deref().map(Source::decoded);
    let found = engine::policies::ask(
        &policing,
        surroundings,
        |file| found_in(files, file),
        |file, known| {
            let (name, source) = (&files.get(file as usize)?.name, source(file)?.clone());
            let Settings { kube, no_skip, .. } = *settings;
            Some(Read::new(name, source, known, surroundings, kube, no_skip))
        },
        |policies, asked| {
            let asked = asked.iter().filter_map(|subjects| {
                let at = subjects.first()?.file;
                let (file, source) = (files.get(at as usize)?, source(at)?);
                let tree = engine::parse(source);
                let new = again(file, source, &tree, settings).check_policies(subjects, policies, &policing);
                Some((at as usize, new))
            });
            asked.collect()
        },
    );
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

/// Checks the files of a report against each other, lets comments keep findings back, and puts those that are left in
/// their final order. `index` is that of the files' facts, in the same order.
pub fn compare(report: &mut Report, index: &Index<'_>, settings: &Settings) {
    compare_by(report, index, settings, |_| settings);
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
