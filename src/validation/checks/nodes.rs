//! Nodes and Namespaces.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::annotated_json::{self, Shape};
use super::quota;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::ip;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::source::Span;
use crate::validation::constraints::fault;

/// The server gives a Namespace its name as a label.
pub fn namespace_label<'t>(name: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (Some(text), Some(metadata)) = (name.text(), name.parent()) else {
        return;
    };
    if cx.is_unrendered(&text) {
        return;
    }
    for reason in names::label_value(&text) {
        let place = name.place();
        let message = format!(
            "the name becomes a label of the Namespace, but {} {reason}",
            quote(&text)
        );
        fault(cx, &metadata.child("labels"), ErrorType::Invalid, message)
            .at(place)
            .help("use up to 63 lower-case letters, digits and `-`");
    }
}

const AVOID: &str = "scheduler.alpha.kubernetes.io/preferAvoidPods";

const AVOIDED: Shape = Shape::Object(&[("preferAvoidPods", Shape::List(&AVOIDED_POD))]);

const AVOIDED_POD: Shape = Shape::Object(&[
    ("podSignature", Shape::Object(&[("podController", OWNER)])),
    ("evictionTime", Shape::Time),
    ("reason", Shape::Text),
    ("message", Shape::Text),
]);

const OWNER: Shape = Shape::Object(&[
    ("apiVersion", Shape::Text),
    ("kind", Shape::Text),
    ("name", Shape::Text),
    ("uid", Shape::Text),
    ("controller", Shape::Flag),
    ("blockOwnerDeletion", Shape::Flag),
]);

const TAINTS: &str = "scheduler.alpha.kubernetes.io/taints";

const TAINTED: Shape = Shape::List(&Shape::Object(&[
    ("key", Shape::Text),
    ("value", Shape::Text),
    ("effect", Shape::Text),
    ("timeAdded", Shape::Time),
]));

/// Annotations that hold JSON: pods that are kept away, and taints as they were written before `spec.taints`.
pub fn annotations<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.is_filled() {
        avoided(field, cx);
        old_taints(field, cx);
    }
}

/// The JSON that an annotation holds, and where.
fn held<'t>(annotations: &Field<'_, 't>, key: &str, cx: &Cx<'t>) -> Option<(Cow<'t, str>, Span)> {
    let entry = annotations.key(key);
    let text = entry.value().and_then(|_| entry.text())?;
    (!text.is_empty() && !cx.is_unrendered(&text)).then(|| (text, entry.place()))
}

fn old_taints<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some((text, place)) = held(field, TAINTS, cx) else {
        return;
    };
    let Some(list) = annotated_json::read(&text, &TAINTED) else {
        let message = "the annotation is no list of taints in JSON";
        fault(cx, field, ErrorType::Invalid, message)
            .at(place)
            .help("remove the annotation, which nothing reads any more, and use `spec.taints`");
        return;
    };
    let shown = field.dotted(TAINTS);
    let mut seen = HashSet::new();
    for (at, item) in list.as_array().into_iter().flatten().enumerate() {
        let shown = shown.odd_item(at as u32);
        let parts = ["key", "value", "effect"].map(|name| (annotated_json::text(item, name), place));
        taint(&shown, parts, cx);
        if !seen.insert([parts[0].0, parts[2].0]) {
            twice(&shown, place, cx);
        }
    }
}

/// The annotation that keeps pods of some controllers away.
fn avoided<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some((text, place)) = held(field, AVOID, cx) else {
        return;
    };
    let Some(avoid) = annotated_json::read(&text, &AVOIDED) else {
        let message = "the annotation is no JSON, or has a value of a wrong type";
        fault(cx, &field.dotted("AvoidPods"), ErrorType::Invalid, message)
            .at(place)
            .help("write a list of pods' controllers under `preferAvoidPods`");
        return;
    };
    let list = annotated_json::field(&avoid, "preferAvoidPods").and_then(|list| list.as_array());
    for (at, pod) in list.into_iter().flatten().enumerate() {
        let shown = field.dotted(AVOID);
        let shown = shown.odd_item(at as u32);
        let shown = shown.child("PodSignature");
        let signature = annotated_json::field(pod, "podSignature");
        let controller = signature.and_then(|signature| annotated_json::field(signature, "podController"));
        let help = "name the controller, with `controller: true`";
        match controller {
            None => {
                let message = "the annotation does not name a controller";
                fault(cx, &shown, ErrorType::Required, message)
                    .at(place)
                    .help(help);
            }
            Some(controller) if annotated_json::field(controller, "controller") != Some(&true.into()) => {
                let message = "the owner in the annotation is no controller";
                fault(
                    cx,
                    &shown.child("PodController").child("Controller"),
                    ErrorType::Invalid,
                    message,
                )
                .at(place)
                .help(help);
            }
            Some(_) => {}
        }
    }
}

/// Features that a Node declares: names in capitals, sorted.
pub fn features<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut last: Option<std::borrow::Cow<'t, str>> = None;
    for item in field.items() {
        let Some(text) = item.text() else { return };
        let camel = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if text.len() > 253
            || !text.starts_with(|c: char| c.is_ascii_uppercase())
            || !text.split('/').all(camel)
        {
            let message = format!("{} is no name of a feature", quote(&text));
            fault(cx, &item, ErrorType::Invalid, message)
                .help("use a name such as `MyFeature` or `MyFeature/part`");
        }
        match last.as_deref().map(|last| last.cmp(&*text)) {
            Some(std::cmp::Ordering::Equal) => {
                let message = format!("{} stands in the list already", quote(&text));
                fault(cx, &item, ErrorType::Duplicate, message).help("remove one of them");
            }
            Some(std::cmp::Ordering::Greater) => {
                let message = "the features must be sorted";
                fault(cx, &item, ErrorType::Invalid, message).help("sort the list");
            }
            _ => {}
        }
        last = Some(text);
    }
}

/// What must happen before a Namespace is gone; reported at the list.
pub fn finalizers<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for item in field.items() {
        let Some(text) = item.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        let mut faults = names::qualified_name(&text);
        if !text.contains('/') && !matches!(&*text, "kubernetes" | "orphan" | "foregroundDeletion") {
            faults.push("has no domain, and is none of Kubernetes' own");
        }
        let at = item.place();
        for reason in faults {
            let message = format!("{} is no valid finalizer: it {reason}", quote(&text));
            fault(cx, field, ErrorType::Invalid, message)
                .at(at)
                .help("use `kubernetes`, or a name with its domain");
        }
    }
}

/// The taints of a Node, which the server reports below `metadata`.
pub fn taints<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(node) = field.parent().and_then(Field::parent) else {
        return;
    };
    let metadata = node.child("metadata");
    let shown = metadata.child("taints");
    let mut seen = HashSet::new();
    for (at, item) in field.items().enumerate() {
        let shown = shown.odd_item(at as u32);
        let (key, value, effect) = (item.child("key"), item.child("value"), item.child("effect"));
        let (Some(name), Some(text), Some(kind)) = (key.text(), value.text(), effect.text()) else {
            continue;
        };
        if [&name, &text, &kind].iter().any(|text| cx.is_unrendered(text)) {
            continue;
        }
        let parts = [
            (&*name, key.place()),
            (&*text, value.place()),
            (&*kind, effect.place()),
        ];
        taint(&shown, parts, cx);
        if !seen.insert((name, kind)) {
            twice(&shown, item.place(), cx);
        }
    }
}

/// Key, value and effect of a taint, and where each is written.
fn taint<'t>(shown: &Field<'_, 't>, [key, value, effect]: [(&str, Span); 3], cx: &mut Cx<'t>) {
    for reason in names::qualified_name(key.0) {
        let message = format!("{} is no valid key of a taint: it {reason}", quote(key.0));
        fault(cx, &shown.child("key"), ErrorType::Invalid, message)
            .at(key.1)
            .help("use a name such as `example.com/dedicated`");
    }
    if let Some(reason) = names::label_value(value.0).first() {
        let message = format!("{} is no valid value of a taint: it {reason}", quote(value.0));
        fault(cx, &shown.child("value"), ErrorType::Invalid, message)
            .at(value.1)
            .help("use up to 63 letters, digits, `-`, `_` and `.`");
    }
    let help = "use `NoSchedule`, `PreferNoSchedule` or `NoExecute`";
    let field = shown.child("effect");
    if effect.0.is_empty() {
        fault(cx, &field, ErrorType::Required, "a taint must say what it does")
            .at(effect.1)
            .help(help);
    } else if !matches!(effect.0, "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
        let message = format!("a taint cannot do {}", quote(effect.0));
        fault(cx, &field, ErrorType::NotSupported, message)
            .at(effect.1)
            .help(help);
    }
}

fn twice<'t>(shown: &Field<'_, 't>, place: Span, cx: &mut Cx<'t>) {
    let message = "an earlier taint has the same key and effect";
    fault(cx, shown, ErrorType::Duplicate, message)
        .at(place)
        .help("remove one of them");
}

/// The ranges that a Node gives its pods addresses of; `podCIDR` wins over `podCIDRs`.
pub fn pod_ranges<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (single, list) = (spec.child("podCIDR"), spec.child("podCIDRs"));
    let Some(first) = single.text() else { return };
    let mut ranges = Vec::new();
    for item in list.items() {
        let Some(text) = item.text() else { return };
        ranges.push((text, item.place()));
    }
    if !first.is_empty() && ranges.first().is_none_or(|range| range.0 != first) {
        ranges = vec![(first, single.place())];
    }
    if ranges.iter().any(|range| cx.is_unrendered(&range.0)) {
        return;
    }
    for (at, (text, place)) in ranges.iter().enumerate() {
        for reason in ip::legacy_prefix(text, cx.kube()) {
            let message = format!("{} is no valid range of addresses: it {reason}", quote(text));
            fault(cx, &list.odd_item(at as u32), ErrorType::Invalid, message)
                .at(*place)
                .help("use an address with its prefix length, such as `10.244.0.0/24`");
        }
    }
    if ranges.len() < 2 {
        return;
    }
    let family = |text: &str| ip::parse_prefix(text).map(|(ip, _)| ip::plain(ip).is_ipv4());
    let families: Vec<_> = ranges.iter().map(|(text, _)| family(text)).collect();
    let unread = families.contains(&None);
    let whole = list.value().map(|value| value.span());
    if unread {
        let message = "the ranges cannot be compared, since not all can be read";
        fault(cx, &list, ErrorType::InternalError, message)
            .help("correct the ranges")
            .follows(whole);
    }
    if unread || families.len() > 2 || families.first() == families.last() {
        let message = "a node has one range of each IP family at the most";
        fault(cx, &list, ErrorType::Invalid, message)
            .help("keep one of each IP family")
            .follows(whole.filter(|_| unread));
    }
    let mut seen = HashMap::new();
    for (at, (text, place)) in ranges.iter().enumerate() {
        if let Some(first) = seen.insert(text, *place) {
            let message = format!("the range {} stands in the list already", quote(text));
            fault(cx, &list.odd_item(at as u32), ErrorType::Duplicate, message)
                .at(*place)
                .related(first, "first here")
                .help("remove one of them");
        }
    }
}

/// What a Node has of each resource; reported at `capacity.cpu`.
pub fn resources<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for entry in field.entries() {
        quota::amount(&entry, entry.name(), &field.dotted(entry.name()), cx);
    }
}
