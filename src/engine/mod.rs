//! Runs the rules: over one file with its text and tree at hand, then over the facts of all files.

pub mod policies;
mod refused;

pub use refused::is_refused;

use refused::Refused;

use crate::catalogue::RULES;
use crate::context::{self, Cx, Judging, RunCx};
use crate::cut::{self, cut};
use crate::diagnostic::{Diagnostic, ErrorType, RuleId, Stage};
use crate::edit::Shared;
use crate::graph::table::Table;
use crate::graph::{self, Facts, Held, Index, Policing, Role, Subject};
use crate::manifest::{File, Skip, Surroundings};
use crate::rules::{self, Check};
use crate::settings::Settings;
use crate::source::{Decoded, Span};
use crate::suppress::Suppressions;
use crate::validation::{self, custom::Definitions, policies::Policies};
use crate::yaml::{self, Tree};

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
    /// What must not be shown of the text ([`mask::spans`](crate::manifest::mask::spans)), where somebody had to know.
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
    cx.wrong_paths = surroundings.wrong_paths.get(name);
    cx.suppressions = Suppressions::read(&file, settings);
    run_checks(&file, &mut cx);
    let mut diagnostics = std::mem::take(&mut cx.found);
    validation::rank(&file, settings.kube, &mut diagnostics);
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
    context::apply(&mut diagnostics, std::mem::take(&mut cx.ceiling));
    if !diagnostics.is_empty() || !suppressed.is_empty() {
        file.hidden().redact(&mut diagnostics);
        file.hidden().redact(&mut suppressed);
    }
    if diagnostics.iter().any(|d| d.fix.is_some()) {
        file.masked(); // whoever prints a fix asks for it, and the tree is at hand now
    }
    let mut checked = Checked {
        masked: file.masked_if_asked().map(Into::into),
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

/// A file that was checked before, and is looked at again once the others are known.
pub struct Again<'r> {
    /// The path as the user gave it.
    pub name: &'r str,
    /// Its text.
    pub source: &'r Decoded,
    /// Its tree.
    pub tree: &'r Tree,
    /// The documents that the first check left alone.
    pub skipped: &'r [(Skip, u32)],
    /// How it is judged.
    pub settings: &'r Settings,
}

impl Again<'_> {
    fn file(&self) -> File<'_> {
        let no_skip = self.settings.no_skip;
        File::again(self.name, &self.source.text, self.tree, self.skipped, no_skip)
    }

    /// Checks its custom resources by the definitions of the run.
    pub fn check_custom(&self, definitions: &Definitions<'_>) -> Vec<Diagnostic> {
        let file = self.file();
        let mut cx = Cx::new(&file, self.settings);
        validation::custom::check(&file, definitions, &mut cx);
        self.found(&file, cx)
    }

    /// Checks what runs pods by what its namespace asks of it.
    pub fn check_held(&self, held: &[Held<'_>]) -> Vec<Diagnostic> {
        let file = self.file();
        let mut cx = Cx::new(&file, self.settings);
        validation::held::check(&file, held, &mut cx);
        self.found(&file, cx)
    }

    /// Asks the policies of the run about some of its objects.
    pub fn check_policies(
        &self,
        subjects: &[Subject<'_>],
        policies: &Policies<'_>,
        policing: &Policing<'_>,
    ) -> Vec<Diagnostic> {
        let file = self.file();
        let mut cx = Cx::new(&file, self.settings);
        validation::policies::check(&file, subjects, policies, policing, &mut cx);
        self.found(&file, cx)
    }

    fn found(&self, file: &File<'_>, cx: Cx<'_>) -> Vec<Diagnostic> {
        let mut found = cx.found;
        context::apply(&mut found, cx.ceiling);
        found.retain_mut(|d| self.settings.adjust(d));
        judge_fixes(self.tree, &mut found);
        if !found.is_empty() {
            file.hidden().redact(&mut found);
        }
        found
    }
}

/// What runs pods of which something is asked, file by file, but for what is refused anyway, and what is asked by what is
/// refused itself. `found` gives all that was found in a file, kept back or not.
pub fn held<'r, 'f>(
    index: &'r Index<'r>,
    found: impl Fn(u32) -> [&'f [Diagnostic]; 2],
) -> Vec<Vec<Held<'r>>> {
    let mut held = graph::held(index);
    let mut refused = Refused::new(found, |stage| stage != Stage::NotServed);
    held.retain(|one| !refused.has(one.file, one.object) && !refused.has(one.by, one.asking.object));
    let by_file = held.chunk_by(|one, other| one.file == other.file);
    by_file.map(<[Held<'_>]>::to_vec).collect()
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

/// What is told of an object.
pub(crate) fn info(object: &crate::manifest::Object<'_>, file: &File<'_>) -> ObjectInfo {
    // An alias may make a name of what must not be told.
    let aliased = !file.beyond_aliases().is_empty();
    let told = |text: &str, most: usize| {
        let told = match aliased {
            true => file.hidden().told(text),
            false => text,
        };
        // Each finding repeats it.
        cut(told, most).into()
    };
    let name = |text: &str| told(text, cut::NAME);
    ObjectInfo {
        api_version: told(&object.api_version, cut::API_VERSION),
        kind: name(&object.kind),
        namespace: object.namespace.as_deref().map(name),
        name: object.name.as_deref().map(name),
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
        let start = cx.count();
        validation::check(document, cx);
        let of_rules = cx.count();
        for object in &file.objects[document.objects.start as usize..document.objects.end as usize] {
            cx.object = Some(object.index);
            cx.kind = (
                object.index,
                crate::schema::known(object.group(), object.version(), &object.kind),
            );
            for &rule in rules::object_checks(object.group(), &object.kind) {
                if let Some(Check::Object(check)) = enabled(rule, cx) {
                    check(object, cx);
                }
            }
        }
        validation::join(document, start, cx);
        validation::mark_following(start, cx);
        validation::judge_order(start, of_rules, cx);
        validation::unset::tell(start, cx);
    }
}

/// The check of a rule that is switched on, made current.
fn enabled(rule: u16, cx: &mut Cx<'_>) -> Option<Check> {
    let id = RuleId(rule);
    cx.rule = id;
    rules::check_of(id).filter(|_| cx.settings.rules.has(id))
}

/// Checks the files of a run against each other. Findings come with the index of their file, which is one
/// that was to be checked.
pub fn check_run(index: &Index<'_>, settings: &Settings, judging: &dyn Judging) -> Vec<(u32, Diagnostic)> {
    let mut cx = RunCx::new(index, settings, judging);
    for rule in (0..RULES.len()).map(|i| RuleId(i as u16)) {
        if let Some(Check::Run(check)) = rules::check_of(rule)
            && settings.rules.has(rule)
        {
            cx.rule = rule;
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
