//! Persistent volumes and claims to them.

use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::rules::{Cx, quote};
use crate::schema::constraints::{Format, fault, is_set, of_format};
use crate::schema::quantity::Quantity;

const MODES: [&str; 4] = [
    "ReadWriteOnce",
    "ReadOnlyMany",
    "ReadWriteMany",
    "ReadWriteOncePod",
];

/// The access modes of a volume or claim.
pub fn access_modes<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (mut alone, mut others) = (false, false);
    for mode in field.items() {
        let Some(text) = mode.text() else { continue };
        if !MODES.contains(&&*text) {
            if cx.is_unrendered(&text) {
                continue;
            }
            let message = format!("{} is no access mode", quote(&text));
            fault(cx, field, ErrorType::NotSupported, message)
                .at(mode.place())
                .help("use one of `ReadWriteOnce`, `ReadOnlyMany`, `ReadWriteMany`, `ReadWriteOncePod`");
        } else if text == "ReadWriteOncePod" {
            alone = true;
        } else {
            others = true;
        }
    }
    if alone && others {
        let message = "`ReadWriteOncePod` excludes all other access modes";
        fault(cx, field, ErrorType::Forbidden, message).help("keep it alone, or drop it");
    }
}

/// How much a claim asks for.
pub fn claim_size<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let requests = field.child("requests");
    let storage = requests.child("storage");
    let shown = field.key("storage");
    if storage.value().is_none() {
        let message = "the claim does not say how much storage it asks for";
        fault(cx, &shown, ErrorType::Required, message)
            .at(requests.place())
            .help("add `resources.requests.storage`, such as `10Gi`");
        return;
    }
    if Quantity::of(&storage).is_some_and(|size| size.is_negative() || size.is_zero()) {
        let message = "a claim asks for more than nothing";
        fault(cx, &shown, ErrorType::Invalid, message)
            .at(storage.place())
            .help("use a size such as `10Gi`");
    }
}

/// The capacity of a persistent volume: its storage, and nothing else.
pub fn capacity<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.child("storage").value().is_none() || field.entries().count() > 1 {
        let message = "a volume's capacity has `storage` and nothing else";
        fault(cx, field, ErrorType::NotSupported, message).help("write `storage` with a size such as `10Gi`");
    }
    for entry in field.entries() {
        let Some(size) = Quantity::of(&entry) else {
            continue;
        };
        if size.is_negative() {
            fault(cx, &entry, ErrorType::Invalid, "a capacity is not negative")
                .help("use a size such as `10Gi`");
        }
        if size.is_negative() || size.is_zero() {
            fault(cx, &entry, ErrorType::Invalid, "a capacity is more than nothing")
                .help("use a size such as `10Gi`");
        }
    }
}

/// A local volume lies on one node, which must be said.
pub fn local_affinity<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if is_set(field, true) {
        return;
    }
    let message = "a local volume lies on one node, which `nodeAffinity` must name";
    fault(cx, field, ErrorType::Required, message).help("add `nodeAffinity.required`");
}

/// The root of the host must not be emptied when the claim goes.
pub fn root_recycled<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = field.parent() else { return };
    let host = spec.child("hostPath");
    let Some(path) = host.child("path").text() else {
        return;
    };
    let mut depth = 0;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth = (depth - 1).max(0),
            _ => depth += 1,
        }
    }
    if is_set(&host, true)
        && path.starts_with('/')
        && depth == 0
        && field.text().as_deref() == Some("Recycle")
    {
        let message = "recycling this volume would empty the node's root";
        fault(cx, field, ErrorType::Forbidden, message).help("use `Retain`, or a folder of its own");
    }
}

/// What fills a claimed volume.
pub fn data_sources<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let source = field.child("dataSource");
    let reference = field.child("dataSourceRef");
    for one in [&source, &reference] {
        if !is_set(one, true) {
            continue;
        }
        for name in ["name", "kind"] {
            let part = one.child(name);
            if part.text().is_some_and(|text| text.is_empty()) {
                fault(cx, &part, ErrorType::Required, format!("`{name}` is required"))
                    .help(format!("add `{name}`"));
            }
        }
        let group = one.child("apiGroup");
        if !is_set(&group, false) {
            if one
                .child("kind")
                .text()
                .is_some_and(|kind| kind != "PersistentVolumeClaim")
            {
                let message = "without `apiGroup`, a claim is filled from a PersistentVolumeClaim only";
                fault(cx, one, ErrorType::Invalid, message)
                    .help("add `apiGroup`, such as `snapshot.storage.k8s.io`");
            }
        } else {
            of_format(Format::DnsSubdomain, &group, &group, cx);
        }
    }
    let namespace = reference.child("namespace");
    if is_set(&namespace, false) {
        of_format(Format::DnsLabel, &namespace, &namespace, cx);
    }
}

/// Annotations and labels are all that a claim's template may have as metadata.
pub fn template_metadata<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let annotations = field.child("annotations");
    super::annotations::keys(&annotations, &annotations, cx);
    super::selectors::labels(&field.child("labels"), cx);
}
