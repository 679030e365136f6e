//! Custom resources, checked by the CustomResourceDefinitions that the run has for them, as the API server checks
//! them once it has taken the definitions in.
//!
//! The definitions of a run are known when all files have been read, so this is a second pass over those files
//! that hold objects of a defined kind. Where several definitions of one kind lie about (overlays, versions of a
//! chart), only what all of them refuse is reported.

mod decode;
mod defaults;
mod definition;
mod embedded;
mod junctors;
mod lists;
mod numbers;
mod of_type;
mod place;
mod properties;
mod quick;
mod rules;
mod scalars;
mod scale;
mod schema;
mod typed;
mod validate;
pub(super) mod value;
mod words;

pub(super) use defaults::default;
pub use definition::{Definitions, is_definition, name_of};
pub(super) use embedded::Part as MetaPart;
pub(super) use rules::{MOST_WORDS, in_short, one_line};

use definition::{Definition, Version};
use place::Place;
use validate::Validator;
use value::{Budget, Data};

use std::borrow::Cow;
use std::collections::HashSet;

use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, ErrorType, Refusal, RuleId, Severity, Stage};
use crate::edit;
use crate::manifest::{File, Object};
use crate::quote::quote;
use crate::source::Span;
use crate::validation::mark_following;

/// Checks the custom resources of a file that definitions are at hand for.
pub fn check<'t, 'c: 't>(file: &'t File<'t>, definitions: &Definitions<'c>, cx: &mut Cx<'t>) {
    for object in &file.objects {
        let Some(document) = file.documents.get(object.document as usize) else {
            continue;
        };
        // Of what does not parse only a part is known.
        if document.chunk.error.is_some() || crate::schema::is_built_in(object.group()) {
            continue;
        }
        cx.document = document.chunk.document;
        cx.object = Some(object.index);
        let mut candidates = definitions.of(object.group(), &object.kind).peekable();
        if candidates.peek().is_none() {
            if let Some(near) = definitions.nearly(object.group(), &object.kind) {
                undefined(object, near, cx);
            } else if let Some(near) = definitions.nearly_group(object.group(), &object.kind) {
                undefined_group(object, near, cx);
            }
            continue;
        }
        let before = cx.found.len();
        let mut common: Option<Vec<Diagnostic>> = None;
        for definition in candidates {
            check_object(object, definition, cx);
            mark_following(before, cx);
            let found = cx.found.split_off(before);
            let agreed = match common.take() {
                None => found,
                Some(mut known) => {
                    let found: HashSet<Said> = found.iter().map(said).collect();
                    known.retain(|finding| found.contains(&said(finding)));
                    known
                }
            };
            let done = agreed.is_empty();
            common = Some(agreed);
            if done {
                break;
            }
        }
        cx.found.extend(common.unwrap_or_default());
    }
    cx.object = None;
}

/// What a finding says to the author of the object.
type Said = (RuleId, Span, Option<(Stage, ErrorType, String)>);

fn said(finding: &Diagnostic) -> Said {
    let refusal = finding.refusal.as_ref();
    let refusal = refusal.map(|refusal| (refusal.stage, refusal.kind, refusal.field.clone()));
    (finding.rule, finding.span, refusal)
}

/// The server names a fault in a schema once, however many parts of the schema find it. A field that is missing is
/// the same fault to it whatever asks for the field; of these the last is kept, which is the plainest.
fn once_each(found: &mut Vec<Diagnostic>, from: usize) {
    if found.len() < from + 2 {
        return;
    }
    let mut known = HashSet::with_capacity(found.len() - from);
    let mut schema = found.split_off(from);
    schema.reverse();
    schema.retain(|finding| {
        let missing = |refusal: &&Refusal| refusal.kind == ErrorType::Required;
        known.insert(match finding.refusal.as_ref().filter(missing) {
            Some(refusal) => (None, refusal.field.clone()),
            None => (Some(said(finding)), finding.message.clone()),
        })
    });
    schema.reverse();
    found.append(&mut schema);
}

fn check_object<'t, 'c: 't>(object: &Object<'t>, definition: &Definition<'c>, cx: &mut Cx<'t>) {
    let label = &*definition.label;
    let version = definition
        .versions
        .iter()
        .find(|version| version.name == object.version());
    let Some(version) = version.filter(|version| version.served) else {
        return not_served(object, definition, version, label, cx);
    };
    if !definition.namespaced && object.namespace.is_some() {
        in_no_namespace(object, label, cx);
    }
    let before = cx.found.len();
    needs_name(object, label, cx);
    super::check::rest_of_metadata(object, cx);
    let from = cx.found.len();
    let Some(schema) = &version.schema else { return };
    let schema = schema.get();
    let sound = quick::passes(object.root, version, schema, definition.preserve, cx.fills_in());
    let run_rules = !definition.preserve;
    // While testing, the full check has to agree.
    if sound && from == before && !cfg!(debug_assertions) {
        if run_rules {
            let mut validator = Validator::of_object(label, cx);
            rules::check(object.root, version, schema, &mut validator);
        }
        return;
    }
    let kind = &*object.kind;
    let mut reader = decode::Reader {
        cx,
        kind,
        label,
        preserve: definition.preserve,
        budget: Budget::NEW,
    };
    let mut value = reader.object(object.root, schema);
    if version.has_status
        && let Data::Map(entries) = &mut value.data
    {
        // Written by itself, later: what stands there is dropped.
        entries.retain(|(name, _)| name != "status");
    }
    let mut validator = Validator::of_object(label, cx);
    let root = Place::root(object.root);
    let of_schema = validator.cx.found.len();
    validator.value(&value, schema, &root, true);
    once_each(&mut validator.cx.found, of_schema);
    if version.has_status {
        never_there(&mut validator.cx.found, of_schema);
    }
    validator.lists(&value, schema, &root);
    if let Some(scale) = &version.scale {
        scale.check(&value, &root, &mut validator);
    }
    debug_assert!(!sound || validator.cx.found.len() == from, "passed too quickly");
    if !run_rules {
        return;
    }
    // The server runs no rules on what it could not read, or what is not even of the right form. Of the latter it
    // says so, which is not worth a finding of its own: to people it is the fault that is in the way.
    let refusals = |from| {
        let found = validator.cx.found.iter().skip(from);
        found.map(|found| found.refusal.as_ref())
    };
    if refusals(from)
        .flatten()
        .any(|refusal| refusal.stage != Stage::Validation)
    {
        return;
    }
    match refusals(before).position(|refusal| refusal.is_some_and(|refusal| is_in_the_way(refusal.kind))) {
        None => rules::check(object.root, version, schema, &mut validator),
        Some(at) if schema.has_rules(version.marks()) => {
            if let Some(mut unchecked) = validator.cx.found.get(before + at).cloned() {
                unchecked.fix = None;
                if let Some(refusal) = &mut unchecked.refusal {
                    (refusal.kind, refusal.field) = (ErrorType::Invalid, "<nil>".into());
                }
                validator.cx.found.push(unchecked);
            }
        }
        Some(_) => {}
    }
}

/// Whether rules are not run beside an error of this type.
fn is_in_the_way(kind: ErrorType) -> bool {
    matches!(
        kind,
        ErrorType::NotSupported
            | ErrorType::Required
            | ErrorType::TooLong
            | ErrorType::TooMany
            | ErrorType::TypeInvalid
    )
}

/// A status that is required could never be there in time, which is a fault of the definition.
fn never_there(found: &mut [Diagnostic], from: usize) {
    for finding in found.iter_mut().skip(from) {
        let refusal = finding.refusal.as_ref();
        if refusal.is_some_and(|refusal| refusal.kind == ErrorType::Required && refusal.field == "status") {
            finding.message =
                "the definition requires `status`, which the API server drops from every new object: \
                               it refuses them all"
                    .into();
            finding.help = Some("remove `status` from `required` in the definition".into());
        }
    }
}

/// A version that the definition does not have, or does not serve.
fn not_served<'t>(
    object: &Object<'t>,
    definition: &Definition<'_>,
    version: Option<&Version<'_>>,
    label: &str,
    cx: &mut Cx<'t>,
) {
    if cx.is_unrendered(&object.api_version) || definition.versions.is_empty() {
        return;
    }
    let served = definition.versions.iter().filter(|version| version.served);
    let best = served.max_by_key(|version| crate::schema::suggest::stability(&version.name));
    let what = if version.is_some() {
        "does not serve"
    } else {
        "has no"
    };
    let text = format!(
        "the definition of {} {what} version {}; the API server does not know the object",
        object.kind,
        quote(object.version())
    );
    let help = match best {
        Some(best) => format!("use `apiVersion: {}/{}`", definition.group, best.name),
        None => "no version is served; remove the object".into(),
    };
    let span = super::served::value_span(object.root, "apiVersion");
    cx.report_as(ids::SCHEMA_NOT_SERVED, span, text)
        .label(label)
        .help(help)
        .refusal_at(Stage::NotServed, ErrorType::NotServed, "apiVersion");
}

/// A kind that is a slip away from one of its group. That it is refused is not certain: a definition that is not at
/// hand may have just this kind.
fn undefined<'t>(object: &Object<'t>, near: &str, cx: &mut Cx<'t>) {
    if cx.is_unrendered(&object.kind) {
        return;
    }
    let text = format!(
        "no definition at hand has the kind {} of {}; the API server knows kinds by their exact name",
        quote(&object.kind),
        object.group()
    );
    let span = super::served::value_span(object.root, "kind");
    let report = cx
        .report_as(ids::SCHEMA_UNDEFINED_KIND, span, text)
        .help(format!("did you mean `kind: {near}`?"));
    let edit = object
        .root
        .get("kind")
        .and_then(|node| edit::replace_scalar(node, near));
    if let Some(edit) = edit {
        let safe = near.eq_ignore_ascii_case(&object.kind);
        report.fix(format!("write `{near}`"), safe, vec![edit]);
    }
}

/// A group that is a slip away from one with this kind.
fn undefined_group<'t>(object: &Object<'t>, near: &str, cx: &mut Cx<'t>) {
    if cx.is_unrendered(&object.api_version) {
        return;
    }
    let text = format!(
        "no definition at hand has the group {}, and {} has the kind {}",
        quote(object.group()),
        quote(near),
        quote(&object.kind)
    );
    let span = super::served::value_span(object.root, "apiVersion");
    let meant = format!("{near}/{}", object.version());
    cx.report_as(ids::SCHEMA_UNDEFINED_KIND, span, text).help(format!(
        "did you mean {}?",
        quote(&format!("apiVersion: {meant}"))
    ));
}

/// As `metadata/missing-name` says of built-in kinds.
fn needs_name<'t>(object: &Object<'t>, label: &str, cx: &mut Cx<'t>) {
    if object.name.as_ref().is_some_and(|name| !name.is_empty()) {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let decodes = metadata
        .value()
        .is_none_or(|value| value.is_map() || value.is_null());
    let name = metadata.child("name");
    let is_empty = |text: Option<Cow<'_, str>>| text.is_some_and(|text| text.is_empty());
    if !decodes || !is_empty(name.text()) || !is_empty(metadata.child("generateName").text()) {
        return;
    }
    let text = format!(
        "this {} has no name, and without one it cannot be created",
        object.kind
    );
    cx.report_as(ids::METADATA_MISSING_NAME, name.place(), text)
        .label(label)
        .refusal(ErrorType::Required, name.path())
        .help("give it a `metadata.name`, or a `metadata.generateName` that the server makes one from");
}

/// As `metadata/namespace-on-cluster-scoped` says of built-in kinds.
fn in_no_namespace<'t>(object: &Object<'t>, label: &str, cx: &mut Cx<'t>) {
    let root = object.fields();
    let metadata = root.child("metadata");
    let text = format!(
        "{} objects live in no namespace; the API server drops this field without a word",
        object.kind
    );
    let rule = ids::METADATA_NAMESPACE_ON_CLUSTER_SCOPED;
    let severity: Severity = rule.rule().severity;
    cx.report_as(rule, metadata.child("namespace").handle(), text)
        .label(label)
        .severity(severity)
        .help(
            "remove `namespace`; the object is seen from the whole cluster and its name must be unique in it",
        );
}
