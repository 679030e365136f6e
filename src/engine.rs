//! Runs the rules: over one file with its text and tree at hand, then over the facts of all files.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, ErrorType, Severity, Stage};
use crate::edit::Shared;
use crate::graph::table::Table;
use crate::graph::{self, Declared, Facts, Index, Role, RunCx};
use crate::manifest::{File, Skip, Surroundings};
use crate::mask;
use crate::rules::{self, Check, Cx, Emitter, RULES, RuleId};
use crate::schema::{self, custom::Definitions};
use crate::source::{Decoded, Span};
use crate::suppress::Suppressions;
use crate::version::KubeVersion;
use crate::yaml::{self, Tree};

/// How a run judges.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The version of Kubernetes to judge by.
    pub kube: KubeVersion,
    /// Judge every document that is not empty, even what is recognised as no manifest.
    pub no_skip: bool,
    /// Which rules run.
    pub rules: RuleSet,
    /// Whether the run has everything there is: what a cluster has besides does not count.
    pub complete: bool,
    /// The table of who names what, with a user's own rows; `None` is the one that comes with kubeproof.
    pub references: Option<Arc<Table>>,
    /// Names that exist though no file defines them.
    pub exists: Arc<[Declared]>,
    /// The time, in seconds since 1970 UTC, for what expires; `None` judges no expiry.
    pub now: Option<i64>,
    /// The files are some of those that belong together: what is found between files may be missing.
    pub partial: bool,
    /// Rules that compare files run elsewhere, so that facts are needed even if none runs here.
    pub compared: bool,
    /// Severities that outweigh those that the checks give, by rule.
    pub severities: Option<Box<[Option<Severity>]>>,
    /// Options of rules that are set, each with its name on the rule's page.
    pub options: Vec<(RuleId, &'static str, u32)>,
}

impl Settings {
    /// The table by which facts are taken.
    pub fn table(&self) -> &Table {
        self.references.as_deref().unwrap_or_else(|| graph::standard())
    }

    /// Whether a finding of a rule that runs here is wanted, with the severity that it is to have.
    pub fn adjust(&self, finding: &mut Diagnostic) -> bool {
        if let Some(severities) = &self.severities
            && let Some(Some(severity)) = severities.get(finding.rule.0 as usize)
        {
            finding.severity = *severity;
        }
        self.rules.has(finding.rule)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            kube: KubeVersion::DEFAULT,
            no_skip: false,
            rules: RuleSet::all(),
            complete: false,
            references: None,
            exists: Arc::default(),
            now: None,
            partial: false,
            compared: false,
            severities: None,
            options: Vec::new(),
        }
    }
}

/// The settings of a run, which may differ from file to file.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    all: Vec<Settings>,
    /// What holds between files: every rule that runs for any of them.
    union: Settings,
}

impl Policy {
    /// Adds settings, and returns their index.
    pub fn push(&mut self, settings: Settings) -> u16 {
        if self.all.is_empty() {
            self.union = settings.clone();
        }
        self.union.rules.extend(&settings.rules);
        self.all.push(settings);
        let compared = self.union.rules.compares();
        for settings in &mut self.all {
            settings.compared = compared;
        }
        u16::try_from(self.all.len() - 1).unwrap_or(u16::MAX)
    }

    /// Whether there are no settings yet.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The settings of this index.
    pub fn get(&self, index: u16) -> &Settings {
        self.all.get(usize::from(index)).unwrap_or(&self.union)
    }

    /// What holds between files.
    pub fn union(&self) -> &Settings {
        &self.union
    }
}

impl From<Settings> for Policy {
    fn from(settings: Settings) -> Policy {
        let mut policy = Policy::default();
        policy.push(settings);
        policy
    }
}

/// A set of rules.
#[derive(Clone, Debug)]
pub struct RuleSet(Box<[bool]>);

impl RuleSet {
    /// Every rule.
    pub fn all() -> Self {
        RuleSet(vec![true; RULES.len()].into())
    }

    /// No rule.
    pub fn none() -> Self {
        RuleSet(vec![false; RULES.len()].into())
    }

    /// Whether a rule is in the set.
    pub fn has(&self, rule: RuleId) -> bool {
        self.0.get(rule.0 as usize).copied().unwrap_or(false)
    }

    /// Whether no rule is in the set.
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    /// Whether any rule compares files, so that facts are needed.
    pub fn compares(&self) -> bool {
        let compares = |rule: &rules::Rule| matches!(rule.emitter, Emitter::Check(Check::Run(_)));
        RULES
            .iter()
            .zip(&self.0)
            .any(|(rule, has)| *has && compares(rule))
    }

    /// Keeps the rules that are in another set as well.
    pub fn restrict(&mut self, other: &RuleSet) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own &= other;
        }
    }

    /// Adds the rules of another set.
    pub fn extend(&mut self, other: &RuleSet) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own |= other;
        }
    }

    /// Adds or removes a rule, or all rules of a category. False when there is none of that name.
    pub fn set(&mut self, name: &str, on: bool) -> bool {
        let mut known = false;
        for (rule, has) in RULES.iter().zip(self.0.iter_mut()) {
            if rule.id == name || rule.category == name {
                *has = on;
                known = true;
            }
        }
        known
    }
}

/// Which object a finding is about, for printing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObjectInfo {
    /// As written, or lent by a typed List.
    pub api_version: Box<str>,
    /// As written, or lent by a typed List.
    pub kind: Box<str>,
    /// `metadata.namespace`.
    pub namespace: Option<Box<str>>,
    /// `metadata.name`.
    pub name: Option<Box<str>>,
    /// The number of separator lines above its document.
    pub document: u32,
    /// Its index in a List.
    pub item: Option<u32>,
    /// The text that is about it: its document, or its item of a List.
    pub span: Span,
    /// Nothing is to be said about it, be it good or bad: it is not what a run was asked about.
    pub left_out: bool,
}

impl ObjectInfo {
    /// `Ingress web/shop`, for people.
    pub fn describe(&self) -> String {
        let kind = match &*self.kind {
            "" => "object",
            kind => kind,
        };
        match (&self.namespace, &self.name) {
            (Some(namespace), Some(name)) => format!("{kind} {namespace}/{name}"),
            (None, Some(name)) => format!("{kind} {name}"),
            _ => kind.to_string(),
        }
    }
}

/// What was found in one file.
#[derive(Debug, Default)]
pub struct Checked {
    /// The findings, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings that a comment keeps back.
    pub suppressed: Vec<Diagnostic>,
    /// The comments that keep findings back, for what is found between files.
    pub suppressions: Option<Box<Suppressions>>,
    /// Every object judged.
    pub objects: Vec<ObjectInfo>,
    /// What was left alone, and in which document.
    pub skipped: Vec<(Skip, u32)>,
    /// What the file says about names that other files use.
    pub facts: Facts,
    /// What must not be shown of the text ([`mask::spans`]), where somebody had to know.
    pub masked: Option<Vec<Span>>,
    /// Documents that are not empty.
    pub documents: u32,
    /// Of those, the ones that the fast path read.
    pub fast: u32,
}

/// Checks one file by itself. `tree` is scratch memory, reused from file to file.
pub fn check_file(
    name: &str,
    source: &Decoded,
    tree: &mut Tree,
    surroundings: &Surroundings,
    settings: &Settings,
) -> Checked {
    tree.clear();
    yaml::parse(&source.text, &source.invalid, tree);
    yaml::note_duplicates(&source.text, tree);
    let file = File::read(name, &source.text, tree, surroundings, settings.no_skip);
    let mut cx = Cx::new(&file, settings);
    cx.suppressions = Suppressions::read(&file, settings);
    run_checks(&file, &mut cx);
    let mut diagnostics = std::mem::take(&mut cx.found);
    schema::rank(&file, settings.kube, &mut diagnostics);
    diagnostics.retain_mut(|d| settings.adjust(d));
    judge_fixes(tree, &mut diagnostics);
    let mut suppressions = cx.suppressions.take();
    let mut suppressed = Vec::new();
    if let Some(suppressions) = &mut suppressions {
        suppressed = suppressions.take(&mut diagnostics);
        let mut faults = suppressions.faults();
        faults.retain_mut(|d| settings.adjust(d));
        diagnostics.append(&mut faults);
    }
    // Whoever prints a fix asks what must not be shown; the tree is at hand now.
    let asked = diagnostics.iter().any(|d| d.fix.is_some());
    let masked = cx.take_masked();
    let mut checked = Checked {
        masked: masked.or_else(|| asked.then(|| mask::spans(&file))),
        diagnostics,
        suppressed,
        suppressions,
        objects: file.objects.iter().map(|object| info(object, &file)).collect(),
        facts: if settings.compared || settings.rules.compares() {
            graph::facts_with(&file, settings.table())
        } else {
            graph::facts_of_kustomizations(&file, settings.table())
        },
        ..Checked::default()
    };
    for document in &file.documents {
        if let Some(skip) = document.skip {
            checked.skipped.push((skip, document.chunk.document));
        }
        if document.root.is_some() || document.chunk.error.is_some() {
            checked.documents += 1;
            checked.fast += u32::from(document.chunk.fast);
        }
    }
    checked
}

/// The tree of a text that is read for its own sake.
pub fn parse(source: &Decoded) -> Tree {
    let mut tree = Tree::default();
    yaml::parse(&source.text, &source.invalid, &mut tree);
    tree
}

/// Whether the server would refuse an object of a file for what it says: then it defines nothing. A version of its
/// API that is not served is another matter.
pub fn is_refused(found: &[Diagnostic], object: u32) -> bool {
    found.iter().any(|d| {
        let refused = d
            .refusal
            .as_ref()
            .is_some_and(|refusal| refusal.stage > Stage::NotServed);
        refused && d.object == Some(object)
    })
}

/// Checks the custom resources of a file that was checked before, by the definitions of the run. `skipped` is what
/// the check left alone.
pub fn check_custom(
    name: &str,
    source: &Decoded,
    tree: &Tree,
    skipped: &[(Skip, u32)],
    settings: &Settings,
    definitions: &Definitions<'_>,
) -> Vec<Diagnostic> {
    let file = File::again(name, &source.text, tree, skipped, settings.no_skip);
    let mut cx = Cx::new(&file, settings);
    schema::custom::check(&file, definitions, &mut cx);
    let mut found = std::mem::take(&mut cx.found);
    found.retain_mut(|d| settings.adjust(d));
    judge_fixes(tree, &mut found);
    found
}

/// Leaves out fixes that would change what aliases bring to other places.
fn judge_fixes(tree: &Tree, found: &mut [Diagnostic]) {
    if let Some(shared) = Shared::of(tree) {
        for finding in found {
            shared.judge(&mut finding.fix);
        }
    }
}

/// Takes the facts of a file that is not checked: it only tells what there is.
pub fn index_file(
    name: &str,
    source: &Decoded,
    tree: &mut Tree,
    surroundings: &Surroundings,
    role: Role,
    table: &Table,
) -> Facts {
    tree.clear();
    yaml::parse(&source.text, &source.invalid, tree);
    // What a cluster prints is no template, whatever its name.
    let file = File::read(name, &source.text, tree, surroundings, role == Role::Inventory);
    let mut facts = graph::facts_with(&file, table);
    facts.role = role;
    facts
}

pub(crate) fn info(object: &crate::manifest::Object<'_>, file: &File<'_>) -> ObjectInfo {
    ObjectInfo {
        api_version: (*object.api_version).into(),
        kind: (*object.kind).into(),
        namespace: object.namespace.as_deref().map(Into::into),
        name: object.name.as_deref().map(Into::into),
        document: file.documents[object.document as usize].chunk.document,
        item: object.item,
        span: match object.item {
            Some(_) => object.root.span(),
            None => file.documents[object.document as usize].chunk.span,
        },
        left_out: false,
    }
}

fn run_checks<'t>(file: &'t File<'t>, cx: &mut Cx<'t>) {
    for &rule in rules::FILE_CHECKS {
        if let Some(Check::File(check)) = enabled(rule, cx) {
            check(file, cx);
        }
    }
    for document in &file.documents {
        cx.document = document.chunk.document;
        cx.object = None;
        for &rule in rules::DOCUMENT_CHECKS {
            if let Some(Check::Document(check)) = enabled(rule, cx) {
                check(document, cx);
            }
        }
        schema::check(document, cx);
        for object in &file.objects[document.objects.start as usize..document.objects.end as usize] {
            cx.object = Some(object.index);
            cx.kind = (
                object.index,
                schema::known(object.group(), object.version(), &object.kind),
            );
            for &rule in rules::object_checks(object.group(), &object.kind) {
                if let Some(Check::Object(check)) = enabled(rule, cx) {
                    check(object, cx);
                }
            }
        }
    }
}

/// The check of a rule that is switched on, made current.
fn enabled(rule: u16, cx: &mut Cx<'_>) -> Option<Check> {
    let id = RuleId(rule);
    cx.rule = id;
    match RULES[rule as usize].emitter {
        Emitter::Check(check) if cx.settings.rules.has(id) => Some(check),
        _ => None,
    }
}

/// Checks the files of a run against each other. Findings come with the index of their file, which is one
/// that was to be checked.
pub fn check_run(index: &Index<'_>, settings: &Settings) -> Vec<(u32, Diagnostic)> {
    let mut cx = RunCx::new(index, settings);
    for (i, rule) in RULES.iter().enumerate() {
        if let Emitter::Check(Check::Run(check)) = rule.emitter
            && settings.rules.has(RuleId(i as u16))
        {
            cx.rule = RuleId(i as u16);
            check(&mut cx);
        }
    }
    cx.found
        .retain(|(file, _)| files_role(index, *file) == Role::Checked);
    cx.found
}

fn files_role(index: &Index<'_>, file: u32) -> Role {
    index
        .files
        .get(file as usize)
        .map(|facts| facts.role)
        .unwrap_or_default()
}

/// What the server itself would answer about an object, given all refusals found: the fatal decode error,
/// else every strict decoding error, else every validation error.
pub fn verdict(refusals: &mut Vec<&crate::diagnostic::Refusal>) -> Option<Stage> {
    let first = refusals.iter().map(|r| r.stage).min()?;
    refusals.retain(|r| r.stage == first);
    if first == Stage::Decode {
        // What cannot be read at all comes before what cannot be named, and that before what has no type.
        refusals.sort_by_key(|r| {
            let step = match r.kind {
                ErrorType::YAMLSyntax | ErrorType::YAMLKey | ErrorType::UnsupportedNumber => 0,
                ErrorType::TypeMeta => 1,
                ErrorType::UnknownKind => 2,
                _ => 3,
            };
            (step, r.turn, r.field.clone())
        });
        refusals.truncate(1);
    }
    if first == Stage::StrictDecode {
        // A JSON document may have one unknown field twice; the server names it once.
        let mut named = std::collections::HashSet::new();
        refusals.retain(|r| r.kind != ErrorType::UnknownField || named.insert(&r.field));
    }
    Some(first)
}
