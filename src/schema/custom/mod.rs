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
mod formats;
mod junctors;
mod lists;
mod pattern;
mod place;
mod properties;
mod quick;
mod rules;
mod scalars;
mod schema;
mod steps;
mod typed;
mod validate;
mod value;
mod words;

pub(super) use defaults::default;
pub use definition::{Definitions, is_definition, name_of};
pub(super) use embedded::Part as MetaPart;
pub(crate) use pattern::Pattern;

use definition::{Definition, Version};
use place::{Part, Place};
use validate::{Fault, Validator};
use value::{Budget, Data, Value};

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, ErrorType, Severity, Stage};
use crate::manifest::{File, Object};
use crate::rules::{Cx, RuleId, ids, quote};
use crate::source::Span;

/// Checks the custom resources of a file that definitions are at hand for.
pub fn check<'t, 'c: 't>(file: &'t File<'t>, definitions: &Definitions<'c>, cx: &mut Cx<'t>) {
    for object in &file.objects {
        let Some(document) = file.documents.get(object.document as usize) else {
            continue;
        };
        // Of what does not parse only a part is known.
        if document.chunk.error.is_some() || super::is_built_in(object.group()) {
            continue;
        }
        let mut candidates = definitions.of(object.group(), &object.kind).peekable();
        if candidates.peek().is_none() {
            continue;
        }
        cx.document = document.chunk.document;
        cx.object = Some(object.index);
        let before = cx.found.len();
        let mut common: Option<Vec<Diagnostic>> = None;
        for definition in candidates {
            check_object(object, definition, cx);
            let mut found = cx.found.split_off(before);
            once_each(&mut found);
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

/// The server names a fault once, however many schemas find it.
fn once_each(found: &mut Vec<Diagnostic>) {
    if found.len() > 1 {
        let mut known = HashSet::with_capacity(found.len());
        found.retain(|finding| known.insert((said(finding), finding.message.clone())));
    }
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
    super::check::rest_of_metadata(object, cx);
    let Some(schema) = &version.schema else { return };
    let schema = schema.get();
    let sound = quick::passes(object.root, version, schema, definition.preserve, cx.fills_in());
    let run_rules = !definition.preserve;
    // While testing, the full check has to agree.
    if sound && !cfg!(debug_assertions) {
        if run_rules {
            let mut validator = Validator::of_object(label, cx);
            rules::check(object.root, version, schema, &mut validator);
        }
        return;
    }
    let before = cx.found.len();
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
        // Written by itself, later: what stands there is dropped. A status that is required could never be
        // there in time, so nobody means that.
        entries.retain(|(name, _)| name != "status");
        let open = Value {
            key: None,
            node: None,
            data: Data::Open,
        };
        entries.push(("status".into(), open));
    }
    let mut validator = Validator::of_object(label, cx);
    let root = Place::root(object.root);
    validator.value(&value, schema, &root, true);
    validator.lists(&value, schema, &root);
    if let Some(path) = &version.replicas {
        replicas(&value, path, &root, &mut validator);
    }
    debug_assert!(!sound || validator.cx.found.len() == before, "passed too quickly");
    // The server runs no rules on what is not even of the right form.
    let malformed = validator.cx.found.iter().skip(before).any(|found| {
        found.refusal.as_ref().is_some_and(|refusal| {
            refusal.stage != Stage::Validation
                || matches!(
                    refusal.kind,
                    ErrorType::Required | ErrorType::TooLong | ErrorType::TooMany | ErrorType::TypeInvalid
                )
        })
    });
    if run_rules && !malformed {
        rules::check(object.root, version, schema, &mut validator);
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
    let best = served.max_by_key(|version| super::suggest::stability(&version.name));
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

/// The number of replicas that the scale subresource reads.
fn replicas<'t>(value: &Value<'t>, path: &str, root: &Place<'_, 't>, validator: &mut Validator<'_, 't>) {
    let names = path.trim_start_matches('.').split('.');
    walk(value, &names.collect::<Vec<_>>(), path, root, validator);
}

fn walk<'t>(
    value: &Value<'t>,
    names: &[&str],
    path: &str,
    place: &Place<'_, 't>,
    validator: &mut Validator<'_, 't>,
) {
    if let Some((first, rest)) = names.split_first() {
        if let Some(inner) = value.get(first) {
            let here = validate::at(place, Part::Name(first), inner);
            walk(inner, rest, path, &here, validator);
        }
        return;
    }
    let wrong = match value.data {
        Data::Int(n) if n < 0 => "must not be negative",
        Data::Int(n) if n > i64::from(i32::MAX) => "must be at most 2147483647",
        Data::Float(_) => "must be a whole number",
        _ => return,
    };
    let text = format!(
        "{} {wrong}: it is the number of replicas; the API server refuses the object",
        words::subject(&place.path())
    );
    validator.say(Fault {
        rule: ids::SCHEMA_INVALID,
        kind: ErrorType::Invalid,
        span: place.span(),
        path: path.to_string(),
        text,
        help: None,
    });
}
