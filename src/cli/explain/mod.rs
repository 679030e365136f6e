//! `kubeproof explain` of a kind or a field: what it is, since when, and what the server checks there.

mod json;
mod text;

pub use json::json;
pub use text::text;

use crate::catalogue::Rule;
use crate::graph;
use crate::schema::{FieldInfo, KindInfo, Shape, Ty};
use crate::validation::{Explained, Said};
use crate::version::KubeVersion;

/// A type as people say it: `list of ContainerPort`.
fn type_words(ty: Ty) -> String {
    match ty.shape() {
        Shape::List(inner) => format!("list of {}", type_words(inner)),
        Shape::Map(inner) => format!("map of {}", type_words(inner)),
        Shape::Int32 => "integer (32 bits)".into(),
        Shape::Int64 => "integer (64 bits)".into(),
        Shape::Float => "number".into(),
        Shape::Bool => "boolean".into(),
        Shape::Bytes => "bytes, as base64".into(),
        Shape::Time => "time, such as 2026-01-31T12:00:00Z".into(),
        Shape::MicroTime => "time, such as 2026-01-31T12:00:00.000000Z".into(),
        Shape::Quantity => "quantity, such as 500m or 1Gi".into(),
        Shape::IntOrString => "integer or string".into(),
        Shape::Any => "anything".into(),
        Shape::Either(a, b) => format!("{} or {}", type_words(a), type_words(b)),
        _ => ty.to_string(),
    }
}

/// "since 1.29", "until 1.30"; `None` where all known versions have it.
fn versions_words((since, until): (u8, u8)) -> Option<String> {
    let (oldest, newest) = crate::schema::COVERED;
    match (since > oldest, until < newest) {
        (false, false) => None,
        (true, false) => Some(format!("since 1.{since}")),
        (false, true) => Some(format!("until 1.{until}")),
        (true, true) if since == until => Some(format!("1.{since} only")),
        (true, true) => Some(format!("1.{since} to 1.{until}")),
    }
}

/// The versions of a field, where they are not those of its struct anyway.
fn own_versions(field: &Explained) -> Option<String> {
    let (last, above) = field.fields.split_last()?;
    let holder = above.last().map_or(field.kind.ty, |above| above.ty.innermost())?;
    (last.versions != holder.versions())
        .then(|| versions_words(last.versions))
        .flatten()
}

/// How the items of a list are told apart, in words; a list that is replaced as a whole has none to tell.
fn list_words(field: &FieldInfo) -> Option<String> {
    match field.list {
        "" => None,
        "atomic" => Some("replaced as a whole".into()),
        "set" => Some("each item once".into()),
        keys => Some(format!("items told apart by {}", keys.replace(',', ", "))),
    }
}

/// The state of a version of a kind: "removed in 1.22", "1.25 to 1.37, off by default".
fn kind_words(info: &KindInfo) -> String {
    let mut parts = Vec::new();
    if info.ty.is_some() {
        parts.push(match versions_words((info.since, info.until)) {
            Some(words) => format!("Kubernetes {words}"),
            None => format!("Kubernetes 1.{} to 1.{}", info.since, info.until),
        });
        if !info.on_by_default {
            parts.push("off by default".into());
        }
        if !info.creatable {
            parts.push("can only be read".into());
        }
    }
    if info.deprecated > 0 {
        parts.push(format!("deprecated since 1.{}", info.deprecated));
    }
    match info.removed {
        0 => {}
        1 => parts.push("removed long ago".into()),
        minor => parts.push(format!("removed in 1.{minor}")),
    }
    let instead = instead(info);
    if !instead.is_empty() {
        parts.push(instead);
    }
    parts.join(", ")
}

fn instead(info: &KindInfo) -> String {
    match (info.use_api_version, info.note) {
        ("", "") => String::new(),
        ("", note) => note.to_string(),
        (version, _) if info.use_kind == info.kind => format!("use {version}"),
        (version, _) => format!("use {} of {version}", info.use_kind),
    }
}

/// What always holds of a field, in few words: "required", "one of `TCP`, `UDP`".
fn short_notes(field: &Explained) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let Some(info) = field.fields.last() else {
        return notes;
    };
    if field.is_required() {
        notes.push("required".into());
    }
    notes.extend(own_versions(field));
    for said in field.checks() {
        if is_plain(&said) && said.text != "required" {
            notes.push(said.sentence());
        }
    }
    match info.list {
        "" | "atomic" => {}
        "set" => notes.push("each item once".into()),
        keys => notes.push(format!("keyed by {}", keys.replace(',', ", "))),
    }
    notes.dedup();
    notes
}

/// Whether a check is short and always holds, so that it can stand beside its field.
fn is_plain(said: &Said) -> bool {
    said.when.is_empty() && said.why.is_empty()
}

/// The checks of a struct that do not stand beside a field: those with conditions, those of the struct itself, and
/// those of what is further down.
fn further(found: &Explained) -> Vec<Said> {
    let inner = found.inner();
    let beside = |said: &Said| {
        let name = said.field.trim_end_matches(['[', ']', '*', '.']);
        inner.is_some_and(|ty| ty.field(name, found.kube).is_some()) && is_plain(said)
    };
    let mut all = found.checks_within();
    all.retain(|said| !beside(said));
    all
}

/// Whether going into the type of a field would come back to a type above.
fn comes_back(found: &Explained) -> bool {
    let Some(inner) = found.inner() else { return false };
    let mut above = found
        .fields
        .iter()
        .rev()
        .skip(1)
        .filter_map(|field| field.ty.innermost());
    above.any(|ty| ty == inner) || found.kind.ty == Some(inner)
}

/// Every known version that serves a kind.
fn served_by(info: &KindInfo) -> Vec<String> {
    KubeVersion::known()
        .filter(|kube| info.serves(*kube))
        .map(|kube| kube.to_string())
        .collect()
}

/// The kinds of which a field names an object.
fn refers_to(found: &Explained) -> Vec<&'static str> {
    let mut targets: Vec<_> = graph::named_at(found.kind.group, found.kind.kind, &found.names())
        .into_iter()
        .map(|(target, _)| target)
        .collect();
    targets.dedup();
    targets
}

/// The rules with a page about a kind or field: its own, those that look for what it names, and the general ones
/// that report its checks.
fn rules(found: &Explained) -> Vec<&'static Rule> {
    let mut rules = found.rules();
    for (target, tls) in graph::named_at(found.kind.group, found.kind.kind, &found.names()) {
        let id = match target {
            "Secret" if tls => "references/dangling-tls-secret",
            "Secret" => "references/dangling-secret",
            "ConfigMap" => "references/dangling-config-map",
            "ServiceAccount" => "references/dangling-service-account",
            "PersistentVolumeClaim" => "references/dangling-claim",
            _ => continue,
        };
        rules.extend(Rule::find(id).map(|id| id.rule()));
    }
    let mut general: Vec<&str> = found.checks().iter().filter_map(|said| said.rule).collect();
    general.sort_unstable();
    general.dedup();
    rules.extend(general.into_iter().filter_map(Rule::find).map(|id| id.rule()));
    rules
}
