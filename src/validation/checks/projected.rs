//! What is projected into a volume: keys, fields of the pod, tokens, certificates.

use std::collections::BTreeSet;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::validation::constraints::{fault, is_set};

use super::containers_env;

/// The fields of a pod that a volume can show.
const FIELDS: [&str; 5] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels",
    "metadata.annotations",
];

/// One file of a downward API volume. The server's paths leave out the index.
pub fn downward_source<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(volume) = field.parent().and_then(|list| list.parent()) else {
        return;
    };
    let field_ref = field.child("fieldRef");
    let resource = field.child("resourceFieldRef");
    match (is_set(&field_ref, true), is_set(&resource, true)) {
        (true, both) => {
            relocated(&field_ref, volume, cx, |field, cx| {
                containers_env::field_ref(field, &FIELDS, cx)
            });
            if both {
                let message = "`fieldRef` and `resourceFieldRef` exclude each other";
                fault(cx, volume, ErrorType::Invalid, message)
                    .at(resource.handle())
                    .help("keep one of them");
            }
        }
        (false, true) => relocated(&resource, volume, cx, |field, cx| {
            containers_env::resource_ref(field, true, cx)
        }),
        (false, false) => {
            let message = "the file has no content: one of `fieldRef` and `resourceFieldRef` is required";
            fault(cx, volume, ErrorType::Required, message)
                .at(field.handle())
                .help("add `fieldRef` with a `fieldPath` such as `metadata.labels`");
        }
    }
}

/// Lets `check` report what is wrong within `field`, and puts `volume` in front of the paths.
fn relocated<'t>(
    field: &Field<'_, 't>,
    volume: &Field<'_, 't>,
    cx: &mut Cx<'t>,
    check: impl FnOnce(&Field<'_, 't>, &mut Cx<'t>),
) {
    let before = cx.count();
    check(field, cx);
    if cx.count() == before {
        return;
    }
    let (from, to) = (field.path(), format!("{}.{}", volume.path(), field.name()));
    for finding in cx.found.iter_mut().skip(before) {
        if let Some(refusal) = &mut finding.refusal
            && let Some(rest) = refusal.field.strip_prefix(&from)
        {
            refusal.field = format!("{to}{rest}");
        }
    }
}

/// Files of all sources of a projected volume: each path once.
pub fn unique_paths<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen = BTreeSet::new();
    let mut repeated = Vec::new();
    for source in field.child("sources").items() {
        for kind in ["secret", "configMap", "downwardAPI"] {
            let kind = source.child(kind);
            for item in kind.child("items").items() {
                let path = item.child("path");
                let Some(text) = path.text() else { continue };
                if !text.is_empty() && !seen.insert(text) {
                    repeated.push(path.place());
                }
            }
        }
    }
    for at in repeated {
        let message = "another source writes to this path already";
        fault(cx, field, ErrorType::Invalid, message)
            .at(at)
            .help("give each file its own path");
    }
}

/// One source of a projected volume has one kind.
pub fn one_kind<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    // The server drops certificates before it looks: their features are off by default.
    let kinds = ["secret", "configMap", "downwardAPI", "serviceAccountToken"];
    if kinds
        .iter()
        .filter(|kind| is_set(&field.child(kind), true))
        .count()
        > 1
    {
        let message = "a source is of one kind";
        fault(cx, field, ErrorType::Forbidden, message).help("make each kind a source of its own");
    }
}
