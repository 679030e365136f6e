//! What is projected into a volume: keys, fields of the pod, tokens, certificates.

use std::collections::HashSet;

use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::rules::{Cx, quote};
use crate::schema::constraints::{Format, fault, is_set, of_format};

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
    let mut seen = HashSet::new();
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
        for kind in ["clusterTrustBundle", "podCertificate"] {
            let kind = source.child(kind);
            if !is_set(&kind, true) {
                continue;
            }
            let paths: &[&'static str] = match kind.name() {
                "clusterTrustBundle" => &["path"],
                _ => &["credentialBundlePath", "keyPath", "certificateChainPath"],
            };
            for name in paths {
                let path = kind.child(name);
                let Some(text) = path.text() else { continue };
                if text.is_empty() && kind.name() != "clusterTrustBundle" {
                    continue;
                }
                if !seen.insert(text) {
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
    let kinds = [
        "secret",
        "configMap",
        "downwardAPI",
        "serviceAccountToken",
        "clusterTrustBundle",
        "podCertificate",
    ];
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

/// A trust bundle is chosen by name, or by signer and labels.
pub fn trust_bundle<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let name = field.child("name");
    let signer = field.child("signerName");
    match (is_set(&name, true), is_set(&signer, true)) {
        (true, true) => {
            let message = "`name` and `signerName` exclude each other";
            fault(cx, field, ErrorType::Invalid, message).help("keep one of them");
        }
        (false, false) => {
            let message = "the bundle is chosen by neither `name` nor `signerName`";
            fault(cx, field, ErrorType::Required, message).help("add one of them");
        }
        (true, false) => {
            let Some(text) = name.text().filter(|text| !cx.is_unrendered(text)) else {
                return;
            };
            if text.is_empty() {
                fault(cx, &name, ErrorType::Required, "`name` is empty").help("name a ClusterTrustBundle");
            }
            // SIGNER:NAME, the domain and the path of the signer separated by a colon too.
            let last = text.rsplit(':').next().unwrap_or_default();
            for reason in names::dns1123_subdomain(last) {
                let message = format!("{} is no valid name: it {reason}", quote(&text));
                fault(cx, &name, ErrorType::Invalid, message).help("use the name of a ClusterTrustBundle");
            }
            let selector = field.child("labelSelector");
            if is_set(&selector, true) {
                let message = "`labelSelector` chooses among a signer's bundles, but `name` is given";
                fault(cx, &selector, ErrorType::Invalid, message).help("remove it, or use `signerName`");
            }
        }
        (false, true) => {
            if signer.text().is_some_and(|text| text.is_empty()) {
                fault(cx, &signer, ErrorType::Required, "`signerName` is empty").help("name a signer");
            }
            of_format(Format::DomainPath, &signer, &signer, cx);
        }
    }
}
