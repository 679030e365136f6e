//! `apiVersion` and `kind`: present, known, served by the version of Kubernetes at hand.

use super::migrate;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::cut;
use crate::diagnostic::{ErrorType, Stage};
use crate::edit;
use crate::manifest::Object;
use crate::near::nearest;
use crate::quote::quote;
use crate::schema::{KindInfo, suggest};
use crate::source::Span;
use crate::version::KubeVersion;
use crate::yaml::{Kind, Node, Scalar};

/// What an object turned out to be.
pub(super) enum Identity {
    /// A kind that the server has a type for.
    Known(&'static KindInfo),
    /// A group that the server does not have by itself: a custom resource, as far as can be told.
    Custom,
    /// Reported already, or nothing can be said.
    Unknown,
}

/// Reports what is wrong with an object's type, and finds its kind.
pub(super) fn identify<'t>(object: &Object<'t>, cx: &mut Cx<'t>) -> Identity {
    if missing(object, cx) {
        return Identity::Unknown;
    }
    let (group, version, kind) = (object.group(), object.version(), &*object.kind);
    if group.is_empty() && kind == "List" {
        return Identity::Unknown; // without items, or in another List: reported for the document
    }
    if let Some(info) = crate::schema::kind(group, version, kind) {
        return known(info, object, cx);
    }
    if cx.is_unrendered(&object.api_version) || cx.is_unrendered(kind) {
        return Identity::Unknown;
    }
    if version.contains('/') {
        let place = place(object);
        not_served(
            cx,
            place,
            format!(
                "apiVersion {} has more than one `/`; kubectl and the API server cannot read it",
                quote(&object.api_version)
            ),
            "write `GROUP/VERSION`, or the version alone for the core group".into(),
        );
        return Identity::Unknown;
    }
    if crate::schema::is_built_in(group) {
        unknown_in_group(object, cx)
    } else {
        foreign(object, cx)
    }
}

/// Where to point at an apiVersion that is not right.
fn place(object: &Object<'_>) -> Span {
    value_span(object.root, "apiVersion")
}

/// Reports `apiVersion` and `kind` that are missing or no strings. True if any is.
fn missing<'t>(object: &Object<'t>, cx: &mut Cx<'t>) -> bool {
    let mut any = false;
    for (key, text) in [("apiVersion", &object.api_version), ("kind", &object.kind)] {
        if !text.is_empty() {
            continue;
        }
        any = true;
        let (kube, document) = (cx.kube(), cx.document);
        let has_neither = object.api_version.is_empty() && object.kind.is_empty();
        let help = || match key {
            _ if has_neither && document > 0 => {
                format!("add `{key}:`, or remove the `---` above if this belongs to the object before it")
            }
            "kind" => "add `kind:`, for example `kind: ConfigMap`".to_string(),
            _ => super_version(object, kube).unwrap_or_else(|| match &*object.kind {
                "" => "add `apiVersion:`, for example `apiVersion: v1`".into(),
                kind => format!(
                    "add `apiVersion:` with the group and version of the definition of {}, in the form \
                     `example.com/v1`",
                    cut::cut(kind, cut::NAME)
                ),
            }),
        };
        missing_in(object.root, key, "object", help, cx);
    }
    any
}

/// Reports that `apiVersion` or `kind` of an object or a List is missing, misspelt, or no string.
pub(super) fn missing_in<'t>(
    root: Node<'t>,
    key: &str,
    what: &str,
    help: impl Fn() -> String,
    cx: &mut Cx<'t>,
) {
    let entry = root.entry(key);
    if entry.is_none()
        && let Some(near) = misspelt(root, key)
    {
        let written = near.key_text().unwrap_or_default();
        let text = format!(
            "the {what} has no `{key}`, only {}; kubectl refuses it",
            quote(&written)
        );
        let report = cx
            .report_as(ids::SCHEMA_MISSING_TYPE_META, near.span(), text)
            .help(format!("write `{key}`"))
            .refusal(ErrorType::MissingTypeMeta, key);
        // Only a difference in case is certain to be what the author meant.
        let safe = written.eq_ignore_ascii_case(key);
        if let Some(edit) = edit::rename_key(near, key) {
            report.fix(format!("write `{key}`"), safe, vec![edit]);
        }
        return;
    }
    match entry.map(|entry| entry.value.scalar()) {
        None | Some(Some(Scalar::Null | Scalar::Str(_))) => {
            let span = entry.map_or_else(|| head(root), |entry| entry.key.span());
            let text = format!("the {what} has no `{key}`; kubectl refuses it");
            cx.report_as(ids::SCHEMA_MISSING_TYPE_META, span, text)
                .help(help())
                .refusal(ErrorType::MissingTypeMeta, key);
        }
        Some(_) => {
            let value = entry.map_or(root, |entry| entry.value);
            let span = if value.source().contains('\n') {
                entry.map_or(value.span(), |entry| entry.key.span())
            } else {
                value.span()
            };
            let text = format!("`{key}` must be a string; the API server cannot tell what the {what} is");
            cx.report_as(ids::SCHEMA_TYPE, span, text)
                .help("quote the value, or mend the indentation below it")
                .refusal(ErrorType::TypeMeta, key);
        }
    }
}

/// The key of the object that is surely meant for `key`: `Kind`, `apiversion`.
fn misspelt<'t>(root: Node<'t>, key: &str) -> Option<Node<'t>> {
    root.raw_entries()
        .map(|entry| entry.key)
        .filter(|near| near.raw().kind == Kind::Scalar && !near.source().contains('\n'))
        .find(|near| {
            let text = near.key_text().unwrap_or_default();
            nearest(&text, std::iter::once(key)).is_some()
        })
}

/// "add `apiVersion: apps/v1`", when the kind tells it.
fn super_version(object: &Object<'_>, kube: KubeVersion) -> Option<String> {
    let mut served = crate::schema::kinds()
        .iter()
        .filter(|info| info.kind == object.kind && info.serves(kube));
    let first = served.next()?;
    let info = served.fold(first, |best, info| {
        if suggest::stability(info.version) > suggest::stability(best.version) {
            info
        } else {
            best
        }
    });
    Some(format!("add `apiVersion: {}`", info.api_version()))
}

/// A kind of the tables: served, not yet, or no longer.
fn known<'t>(info: &'static KindInfo, object: &Object<'t>, cx: &mut Cx<'t>) -> Identity {
    let kube = cx.kube();
    let name = || format!("{} {}", info.api_version(), info.kind);
    if !info.serves(kube) {
        let name = name();
        let (successor, note) = replacement(info, cx);
        if info.removed > 0 && info.removed <= kube.minor() {
            let gone = if info.removed == 1 {
                "long ago".to_string()
            } else {
                format!("in Kubernetes 1.{}", info.removed)
            };
            let text = format!("{name} was removed {gone}; Kubernetes {kube} does not serve it");
            let report = cx
                .report_as(ids::DEPRECATION_REMOVED_API, place(object), text)
                .help(note.unwrap_or(successor))
                .refusal(ErrorType::NotServed, "apiVersion");
            change_over(report, object);
        } else {
            let text = format!(
                "{name} exists from Kubernetes 1.{} on; {kube} does not serve it",
                info.since
            );
            not_served(cx, place(object), text, successor);
        }
        return Identity::Unknown;
    }
    if !info.creatable {
        let text = format!("{} can only be read; the API server creates none", name());
        not_served(cx, place(object), text, "remove the object".into());
        return Identity::Unknown;
    }
    let newer = newer(info, cx);
    if info.deprecated > 0 && info.deprecated <= kube.minor() {
        let ends = if info.removed > 0 {
            format!(", removed in 1.{}", info.removed)
        } else {
            String::new()
        };
        let (successor, _) = replacement(info, cx);
        let text = format!(
            "{} is deprecated since Kubernetes 1.{}{ends}",
            name(),
            info.deprecated
        );
        let report = cx
            .report_as(ids::DEPRECATION_DEPRECATED_API, place(object), text)
            .help(successor);
        change_over(report, object);
    } else if let Some(newer) = newer {
        let ends = if info.removed > 0 {
            format!(" and is removed in 1.{}", info.removed)
        } else {
            String::new()
        };
        let since = if newer.since > crate::schema::COVERED.0 {
            format!(" since Kubernetes 1.{}", newer.since)
        } else {
            String::new()
        };
        let text = format!("{} has a stable successor{since}{ends}", name());
        let report = cx
            .report_as(ids::DEPRECATION_DEPRECATED_API, place(object), text)
            .help(format!("use `{}`", newer.api_version()));
        change_over(report, object);
    }
    if !info.on_by_default {
        let stage = match suggest::stability(info.version).0 {
            0 => "an alpha version",
            _ => "a beta version",
        };
        let text = format!(
            "{} is {stage}, which no API server serves unless its administrator has switched it on",
            name()
        );
        let switch = format!("--runtime-config={}=true", info.api_version());
        let help = match newer {
            Some(newer) => format!(
                "use `{}`, or start the API server with `{switch}`",
                newer.api_version()
            ),
            None => format!("start the API server with `{switch}`"),
        };
        cx.report_as(ids::SCHEMA_OFF_BY_DEFAULT, place(object), text)
            .help(help);
    }
    Identity::Known(info)
}

/// Adds the fix that brings the object to the version that took its own one's place, if there is one.
fn change_over(report: crate::diagnostic::Report<'_>, object: &Object<'_>) {
    if let Some((title, edits)) = migrate::fix(object) {
        report.fix(title, false, edits);
    }
}

/// The stable version of a kind that is at hand in a beta or alpha version.
fn newer(info: &KindInfo, cx: &Cx<'_>) -> Option<&'static KindInfo> {
    if suggest::is_stable(info.version) {
        return None; // nearly always
    }
    let successor = suggest::successor(info.group, info.kind, cx.kube())?;
    (suggest::stability(successor.version).0 == 2).then_some(successor)
}

/// What to use instead: an order, and what the notes say where nothing takes its place.
fn replacement(info: &KindInfo, cx: &Cx<'_>) -> (String, Option<String>) {
    let note = (!info.note.is_empty()).then(|| info.note.to_string());
    if !info.use_api_version.is_empty() {
        let order = if info.use_kind == info.kind {
            format!("use `apiVersion: {}`", info.use_api_version)
        } else {
            format!("use {} of `{}`", info.use_kind, info.use_api_version)
        };
        return (order, note);
    }
    let successor = suggest::successor(info.group, info.kind, cx.kube());
    let order = match successor.filter(|successor| successor.version != info.version) {
        Some(successor) => format!("use `apiVersion: {}`", successor.api_version()),
        None if info.serves(cx.kube()) => "remove the object: nothing takes its place".into(),
        None => "remove the object, or check against the version that will run it (`--kube-version`)".into(),
    };
    (order, note)
}

/// A group of the server without such a kind in such a version.
fn unknown_in_group<'t>(object: &Object<'t>, cx: &mut Cx<'t>) -> Identity {
    let kube = cx.kube();
    let (group, kind) = (object.group().to_string(), object.kind.to_string());
    let has_kind = !crate::schema::versions_of(&group, &kind).is_empty();
    let elsewhere = suggest::kind(&group, &kind, kube);
    if has_kind || elsewhere.is_some_and(|info| info.kind == kind) {
        let text = format!(
            "Kubernetes {kube} does not serve {} in {}",
            kind,
            quote(&object.api_version)
        );
        let successor = suggest::successor(&group, &kind, kube).or(elsewhere);
        let help = successor.map_or_else(
            || "remove the object: no version serves it".to_string(),
            |info| format!("use `apiVersion: {}`", info.api_version()),
        );
        not_served(cx, place(object), text, help);
        return Identity::Unknown;
    }
    let text = format!(
        "there is no kind {} in {}; the API server cannot tell what the object is",
        quote(&kind),
        quote(&object.api_version)
    );
    let span = value_span(object.root, "kind");
    let help = match elsewhere {
        Some(info) if info.group == group && info.version == object.version() => {
            format!("did you mean `kind: {}`?", info.kind)
        }
        Some(info) => format!(
            "did you mean `kind: {}` of `apiVersion: {}`?",
            info.kind,
            info.api_version()
        ),
        None => "kinds are written like `ConfigMap`; a custom resource has its own group".into(),
    };
    let same = elsewhere
        .filter(|info| info.group == group && info.version == object.version())
        .filter(|info| info.kind.eq_ignore_ascii_case(&kind));
    let edit = same
        .zip(object.root.get("kind"))
        .and_then(|(info, node)| Some((info.kind, edit::replace_scalar(node, info.kind)?)));
    let report = cx
        .report_as(ids::SCHEMA_UNKNOWN_KIND, span, text)
        .help(help)
        .refusal(ErrorType::UnknownKind, "kind");
    if let Some((meant, edit)) = edit {
        report.fix(format!("write `{meant}`"), true, vec![edit]);
    }
    Identity::Unknown
}

/// A group that the server does not have by itself.
fn foreign<'t>(object: &Object<'t>, cx: &mut Cx<'t>) -> Identity {
    let kube = cx.kube();
    let (group, kind) = (object.group(), &*object.kind);
    let malformed = !group.as_bytes().split(|b| *b == b'.').all(|label| {
        !label.is_empty()
            && label
                .iter()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
    });
    let near = suggest::group(group, kind, kube);
    // A CustomResourceDefinition's group needs a dot, so nothing but the server itself has one without.
    if !malformed && group.contains('.') && near.is_none() {
        return Identity::Custom;
    }
    let meant = near.or_else(|| suggest::kind(group, kind, kube).filter(|info| info.kind == kind));
    let text = format!(
        "no API server serves the group {} of apiVersion {}",
        quote(group),
        quote(&object.api_version)
    );
    let help = meant.map_or_else(
        || "write the group of the kind: built-in groups are listed by `kubectl api-versions`, custom ones have a dot".to_string(),
        |info| format!("use `apiVersion: {}`", info.api_version()),
    );
    not_served(cx, place(object), text, help);
    Identity::Unknown
}

fn not_served(cx: &mut Cx<'_>, place: Span, text: String, help: String) {
    cx.report_as(ids::SCHEMA_NOT_SERVED, place, text)
        .help(help)
        .refusal_at(Stage::NotServed, ErrorType::NotServed, "apiVersion");
}

/// The value of a key of the object; for an item whose List lends it the type, the item's head.
pub(super) fn value_span(root: Node<'_>, key: &str) -> Span {
    root.get(key).map_or_else(|| head(root), |value| value.span())
}

/// Where to point at an object that lacks something: `kind`, else `apiVersion`, else its first key.
pub(super) fn head(root: Node<'_>) -> Span {
    root.entry("kind")
        .or_else(|| root.entry("apiVersion"))
        .or_else(|| root.raw_entries().next())
        .map_or(root.span(), |entry| entry.key.span())
}
