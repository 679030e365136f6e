//! Annotations that mean something to pods.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::fault;

use super::annotated_json::{self, Shape};
use super::containers::{LISTS, judged};

const MIRROR: &str = "kubernetes.io/config.mirror";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The annotations of a Pod.
pub fn of_pod<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(pod) = field.parent().and_then(|metadata| metadata.parent()) {
        mirror(field, &pod.child("spec"), cx);
        check(field, field, &pod.child("spec"), cx);
    }
}

/// The annotations of a pod template, which the server reports without `metadata`.
pub fn of_template<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(template) = field.parent().and_then(|metadata| metadata.parent()) {
        for _ in 0..super::templates::times(template, cx) {
            check(field, &template.child("annotations"), &template.child("spec"), cx);
        }
    }
}

/// Templates are looked at in `templates`.
fn mirror<'t>(field: &Field<'_, 't>, spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let entry = field.key(MIRROR);
    if entry.value().is_some() && spec.child("nodeName").text().is_some_and(|node| node.is_empty()) {
        let message = "a mirror pod stands for one on a node, but `nodeName` names none";
        fault(cx, &entry, ErrorType::Invalid, message).help("remove the annotation: only a kubelet sets it");
    }
    let claims = spec.child("resourceClaims");
    if entry.value().is_some() && claims.is_filled() {
        let message =
            "a mirror pod stands for one that its node runs by itself, which can claim no resources";
        // The server names no field.
        fault(cx, &claims, ErrorType::Forbidden, message)
            .help("remove `resourceClaims`")
            .refusal(ErrorType::Forbidden, "[]");
    }
}

fn check<'t>(field: &Field<'_, 't>, shown: &Field<'_, 't>, spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut names = None;
    for entry in field.entries() {
        let key = entry.name();
        let Some(value) = entry.text().filter(|value| !cx.is_unrendered(value)) else {
            continue;
        };
        let at = entry.place();
        if key == DELETION_COST && !is_cost(&value) {
            let message = format!("{} is no 32-bit number", quote(&value));
            fault(cx, &shown.key(key), ErrorType::Invalid, message)
                .at(at)
                .help("use a whole number without leading zeros or `+`");
        } else if key == SECCOMP_POD || key.starts_with(SECCOMP_CONTAINER) {
            seccomp(&value, &entry, &shown.dotted(key), cx);
        } else if key == TOLERATIONS && !value.is_empty() {
            tolerations(&value, &entry, shown, cx);
        } else if let Some(container) = key.strip_prefix(APPARMOR) {
            let names = names.get_or_insert_with(|| container_names(spec, cx));
            if names.as_ref().is_some_and(|names| !names.contains(container)) {
                let message = format!("the pod has no container {}", quote(container));
                let at = entry.key_node().map_or(at, |key| key.span());
                fault(cx, &shown.key(key), ErrorType::Invalid, message)
                    .at(at)
                    .help("use the name of one of its containers");
            }
            if !(value.is_empty()
                || value == "runtime/default"
                || value == "unconfined"
                || value.starts_with("localhost/"))
            {
                let message = format!("{} is no AppArmor profile", quote(&value));
                fault(cx, &shown.key(key), ErrorType::Invalid, message)
                    .at(at)
                    .help("use `runtime/default`, `unconfined` or `localhost/PROFILE`");
            }
        }
    }
}

const TOLERATED: Shape = Shape::List(&Shape::Object(&[
    ("key", Shape::Text),
    ("operator", Shape::Text),
    ("value", Shape::Text),
    ("effect", Shape::Text),
    ("tolerationSeconds", Shape::Whole),
]));

/// Tolerations as they were written before `spec.tolerations`: no scheduler reads them, but the server still does.
fn tolerations<'t>(json: &str, entry: &Field<'_, 't>, shown: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let place = entry.place();
    let mut tell = |at: &Field<'_, 't>, kind: ErrorType, message: String| {
        fault(cx, at, kind, message)
            .at(place)
            .help("remove the annotation, which nothing reads any more, and use `spec.tolerations`");
    };
    let Some(list) = annotated_json::read(json, &TOLERATED) else {
        let message = "the annotation is no list of tolerations in JSON".to_string();
        return tell(shown, ErrorType::Invalid, message);
    };
    let shown = shown.dotted(TOLERATIONS);
    for (at, toleration) in list.as_array().into_iter().flatten().enumerate() {
        let shown = shown.odd_item(at as u32);
        let text = |name| annotated_json::text(toleration, name);
        let (key, operator, value, effect) = (text("key"), text("operator"), text("value"), text("effect"));
        for reason in names::qualified_name(key).into_iter().filter(|_| !key.is_empty()) {
            let message = format!("{} is no key of a taint: it {reason}", quote(key));
            tell(&shown.child("key"), ErrorType::Invalid, message);
        }
        if key.is_empty() && operator != "Exists" {
            let message = "without `key` a toleration matches every taint, which only `Exists` can say";
            tell(&shown.child("operator"), ErrorType::Invalid, message.to_string());
        }
        let seconds = annotated_json::field(toleration, "tolerationSeconds");
        if seconds.is_some() && effect != "NoExecute" {
            let message = "`tolerationSeconds` delays an eviction, so it needs `effect: NoExecute`";
            tell(&shown.child("effect"), ErrorType::Invalid, message.to_string());
        }
        let fault = match operator {
            "" | "Equal" => names::label_value(value).first().map(|reason| {
                let message = format!("{} is no value of a taint: it {reason}", quote(value));
                (ErrorType::Invalid, message)
            }),
            "Exists" => (!value.is_empty()).then(|| {
                let message = "`Exists` asks for the key alone, so it takes no `value`".to_string();
                (ErrorType::Invalid, message)
            }),
            _ => {
                let message = format!("{} is neither `Equal` nor `Exists`", quote(operator));
                Some((ErrorType::NotSupported, message))
            }
        };
        if let Some((kind, message)) = fault {
            tell(&shown.child("operator"), kind, message);
        }
        if !matches!(effect, "" | "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
            let message = format!("{} is no effect of a taint", quote(effect));
            tell(&shown.child("effect"), ErrorType::NotSupported, message);
        }
    }
}

fn seccomp<'t>(profile: &str, entry: &Field<'_, 't>, shown: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if matches!(profile, "runtime/default" | "docker/default" | "unconfined") {
        return;
    }
    let faults: &[&str] = match profile.strip_prefix("localhost/") {
        None => &["is no seccomp profile"],
        Some(path) => match (path.starts_with('/'), path.split('/').any(|part| part == "..")) {
            (true, true) => &["must be a relative path", "must not contain `..`"],
            (true, false) => &["must be a relative path"],
            (false, true) => &["must not contain `..`"],
            (false, false) => &[],
        },
    };
    for reason in faults {
        fault(
            cx,
            shown,
            ErrorType::Invalid,
            format!("{} {reason}", quote(profile)),
        )
        .at(entry.place())
        .help("set `securityContext.seccompProfile` instead");
    }
}

/// A 32-bit number without `+` and leading zeros, which the server looks for only where no `-` is.
fn is_cost(value: &str) -> bool {
    !value.starts_with('+') && (value == "0" || !value.starts_with('0')) && value.parse::<i32>().is_ok()
}

/// The names of a pod's containers; `None`: one of them is not known yet.
fn container_names<'t>(spec: &Field<'_, 't>, cx: &Cx<'t>) -> Option<HashSet<Cow<'t, str>>> {
    let mut names = HashSet::new();
    for list in LISTS {
        for container in spec.child(list).items() {
            names.insert(judged(&container.child("name"), cx)?);
        }
    }
    Some(names)
}

/// Annotation keys: reported at the map.
pub fn keys<'t>(field: &Field<'_, 't>, shown: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for entry in field.entries() {
        for reason in names::qualified_name(&entry.name().to_ascii_lowercase()) {
            let at = entry.key_node().map_or(field.place(), |key| key.span());
            let message = format!("{} is no valid annotation key: it {reason}", quote(entry.name()));
            fault(cx, shown, ErrorType::Invalid, message)
                .related(at, "this one")
                .help("use a name such as `app` or `example.com/app`");
        }
    }
}
