//! What is projected into a volume: keys, fields of the pod, tokens, certificates.

use std::collections::HashSet;

use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::rules::{Cx, quote};
use crate::schema::constraints::{Format, fault, is_set, of_format};
use crate::schema::quantity;

/// One file of a downward API volume. The server's paths leave out the index.
pub fn downward_source<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(volume) = field.parent().and_then(|list| list.parent()) else {
        return;
    };
    let field_ref = field.child("fieldRef");
    let resource = field.child("resourceFieldRef");
    match (is_set(&field_ref, true), is_set(&resource, true)) {
        (true, both) => {
            pod_field(&field_ref, &volume.child("fieldRef"), cx);
            if both {
                let message = "`fieldRef` and `resourceFieldRef` exclude each other";
                fault(cx, volume, ErrorType::Invalid, message)
                    .at(resource.handle())
                    .help("keep one of them");
            }
        }
        (false, true) => container_resource(&resource, &volume.child("resourceFieldRef"), cx),
        (false, false) => {
            let message = "the file has no content: one of `fieldRef` and `resourceFieldRef` is required";
            fault(cx, volume, ErrorType::Required, message)
                .at(field.handle())
                .help("add `fieldRef` with a `fieldPath` such as `metadata.labels`");
        }
    }
}

fn pod_field<'t>(field: &Field<'_, 't>, shown: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let path = field.child("fieldPath");
    let Some(text) = path.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let help = "use `metadata.name`, `metadata.namespace`, `metadata.uid`, `metadata.labels`, `metadata.annotations`, or one label or annotation: `metadata.labels['app']`";
    let version = field.child("apiVersion").text().unwrap_or_default();
    if text.is_empty() {
        let message = "`fieldPath` is required";
        fault(cx, &shown.child("fieldPath"), ErrorType::Required, message)
            .at(path.place())
            .help(help);
        return;
    }
    let (kind, subscript) = match text.strip_suffix("']").and_then(|rest| rest.split_once("['")) {
        Some((kind, subscript)) if !kind.is_empty() => (kind, Some(subscript)),
        _ => (&*text, None),
    };
    let known = (version.is_empty() || version == "v1")
        && match subscript {
            Some(_) => matches!(kind, "metadata.annotations" | "metadata.labels"),
            None => matches!(
                kind,
                "metadata.annotations"
                    | "metadata.labels"
                    | "metadata.name"
                    | "metadata.namespace"
                    | "metadata.uid"
                    | "spec.nodeName"
                    | "spec.restartPolicy"
                    | "spec.serviceAccountName"
                    | "spec.schedulerName"
                    | "spec.host"
                    | "status.phase"
                    | "status.hostIP"
                    | "status.hostIPs"
                    | "status.podIP"
                    | "status.podIPs"
            ),
        };
    if !known {
        let message = format!("{} is no field that a volume can show", quote(&text));
        fault(cx, &shown.child("fieldPath"), ErrorType::Invalid, message)
            .at(path.place())
            .help(help);
        return;
    }
    match subscript {
        None if !kind.starts_with("metadata.") => {
            let message = format!("{} can be shown in a variable, but not in a volume", quote(&text));
            fault(cx, &shown.child("fieldPath"), ErrorType::NotSupported, message)
                .at(path.place())
                .help(help);
        }
        None => {}
        Some(key) => {
            let lower = key.to_ascii_lowercase();
            let key = if kind == "metadata.annotations" {
                &lower
            } else {
                key
            };
            for reason in names::qualified_name(key) {
                let message = format!("{} is no valid key: it {reason}", quote(key));
                fault(cx, shown, ErrorType::Invalid, message)
                    .at(path.place())
                    .help("use a name such as `app` or `example.com/app`");
            }
        }
    }
}

fn container_resource<'t>(field: &Field<'_, 't>, shown: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let resource = field.child("resource");
    let Some(text) = resource.text() else { return };
    let container = field.child("containerName");
    let part = text
        .strip_prefix("limits.")
        .or_else(|| text.strip_prefix("requests."));
    let known = part.is_some_and(|part| {
        matches!(part, "cpu" | "memory" | "ephemeral-storage") || part.starts_with("hugepages-")
    });
    if container.text().is_some_and(|name| name.is_empty()) {
        let message = "`containerName` is required: a volume belongs to no container";
        fault(cx, &shown.child("containerName"), ErrorType::Required, message)
            .at(container.place())
            .help("add the name of the container whose resource is meant");
    } else if text.is_empty() {
        fault(
            cx,
            &shown.child("resource"),
            ErrorType::Required,
            "`resource` is required",
        )
        .at(resource.place())
        .help("add a resource such as `limits.memory`");
    } else if !known && !cx.is_unrendered(&text) {
        let message = format!("{} is no resource that a volume can show", quote(&text));
        fault(cx, &shown.child("resource"), ErrorType::NotSupported, message)
            .at(resource.place())
            .help("use `limits.` or `requests.` with `cpu`, `memory`, `ephemeral-storage` or `hugepages-…`");
    }
    let divisor = field.child("divisor");
    let Some(unit) = quantity::text(&divisor) else {
        return;
    };
    if !known || quantity::Quantity::parse(&unit).is_none_or(|unit| unit.is_zero()) {
        return;
    }
    let milli = part == Some("cpu");
    let fits = if milli {
        quantity::is_unit(&unit, true)
    } else {
        quantity::is_unit(&unit, false)
    };
    if !fits {
        let units = if milli {
            "`1` and `1m`"
        } else {
            "`1`, `1k` … `1E` and `1Ki` … `1Ei`"
        };
        let message = format!("{} does not divide this resource", quote(&unit));
        fault(cx, &shown.child("divisor"), ErrorType::Invalid, message)
            .at(divisor.place())
            .help(format!("use one of {units}"));
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
