//! Volumes of a pod, but for what is projected into them.

use std::collections::BTreeMap;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{fault, is_set};

use super::volume_index::refused;

const LONG_SESSION: &str = "the volume's name and `targetPortal` together are longer than 63 characters, which is too long for the session of an `initiatorName`";

/// Volumes of one name: the server remembers the names of those that it finds nothing wrong with.
pub fn unique_names<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen = BTreeMap::new();
    let refused = refused(field, cx);
    for (index, volume) in field.items().enumerate() {
        let name = volume.child("name");
        let Some(text) = name.text() else { continue };
        if text.is_empty() || !names::dns1123_label(&text).is_empty() {
            continue;
        }
        if let Some(&first) = seen.get(&text) {
            let message = format!("a volume is called {} already", quote(&text));
            fault(cx, &name, ErrorType::Duplicate, message)
                .help("give each volume its own name")
                .related(first, "first used here");
        } else if !refused.contains(&index) {
            seen.insert(text, name.place());
        }
    }
}

/// The session of an iSCSI volume is named after the volume and the portal.
pub fn session_name<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let name = field.child("name");
    let iscsi = field.child("iscsi");
    let (Some(text), Some(portal)) = (name.text(), iscsi.child("targetPortal").text()) else {
        return;
    };
    if is_set(&iscsi.child("initiatorName"), true) && text.len() + 1 + portal.len() > 64 {
        fault(cx, &name, ErrorType::Invalid, LONG_SESSION).help("shorten the volume's name");
    }
}

/// The claim of an ephemeral volume is called POD-VOLUME; only a Pod knows its name.
pub fn claim_name<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(volume) = field.parent() else { return };
    let spec = volume.parent().and_then(|list| list.parent());
    let root = spec.and_then(|spec| spec.parent());
    let Some(root) = root.filter(|root| root.parent().is_none()) else {
        return;
    };
    let name = volume.child("name");
    let metadata = root.child("metadata");
    let (Some(text), Some(pod)) = (name.text(), metadata.child("name").text()) else {
        return;
    };
    if text.is_empty() || pod.is_empty() || cx.is_unrendered(&pod) || cx.is_unrendered(&text) {
        return;
    }
    for reason in names::dns1123_subdomain(&format!("{pod}-{text}")) {
        let message = format!("the volume's claim would be called `{pod}-{text}`, which {reason}");
        fault(cx, &name, ErrorType::Invalid, message).help("change the volume's name, or the pod's");
    }
}

/// A volume of a Pod that names a claim which the server will make for another of its volumes.
pub fn made_claims<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !field.items().any(|volume| volume.child("ephemeral").is_set()) {
        return;
    }
    let Some(root) = field.parent().and_then(Field::parent) else {
        return;
    };
    let metadata = root.child("metadata");
    let Some(pod) = metadata.child("name").text().filter(|pod| !pod.is_empty()) else {
        return;
    };
    for volume in field.items() {
        let source = volume.child("persistentVolumeClaim");
        let claim = source.child("claimName");
        let Some(text) = claim.text() else { continue };
        let Some(name) = text.strip_prefix(&*pod).and_then(|rest| rest.strip_prefix('-')) else {
            continue;
        };
        let made = |other: &Field<'_, 't>| {
            other.child("ephemeral").is_set() && other.child("name").text().as_deref() == Some(name)
        };
        if let Some(other) = field.items().find(made) {
            let message = format!(
                "the claim {} is made for another volume of this pod",
                quote(&text)
            );
            fault(cx, &claim, ErrorType::Invalid, message)
                .help("mount that volume instead")
                .related(other.place(), "this one");
        }
    }
}

/// The size limit of an emptyDir.
pub fn size_limit<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if Quantity::of(field).is_some_and(Quantity::is_negative) {
        let message = "`sizeLimit` is negative";
        fault(cx, field, ErrorType::Forbidden, message).help("use a size such as `1Gi`");
    }
}

/// Options of a flex volume: names of kubernetes.io and k8s.io are reserved.
pub fn flex_options<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for option in field.entries() {
        let domain = option.name().split('/').next().unwrap_or_default();
        let domain = format!(".{}", domain.to_ascii_lowercase());
        if domain.ends_with(".kubernetes.io") || domain.ends_with(".k8s.io") {
            let at = option.key_node().map_or(field.place(), |key| key.span());
            let message = format!("{} is reserved for Kubernetes", quote(option.name()));
            fault(cx, &option, ErrorType::Invalid, message)
                .at(at)
                .help("use a domain of your own");
        }
    }
}

/// Where an Azure disk is, by its kind.
pub fn azure_disk_uri<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(disk) = field.parent() else { return };
    let (Some(uri), Some(kind)) = (field.text(), disk.child("kind").text()) else {
        return;
    };
    if cx.is_unrendered(&uri) || cx.is_unrendered(&kind) {
        return;
    }
    let explicit = is_set(&disk.child("kind"), true);
    let wanted = if explicit && kind == "Managed" {
        "/subscriptions/"
    } else {
        "https://"
    };
    if !uri.starts_with(wanted) {
        let kind = if explicit { &*kind } else { "Shared" };
        let message = format!("the URI of a disk of kind {} starts with `{wanted}`", quote(kind));
        fault(cx, field, ErrorType::NotSupported, message).help(if wanted == "https://" {
            "use `https://ACCOUNT.blob.core.windows.net/CONTAINER/DISK.vhd`, or `kind: Managed`"
        } else {
            "use `/subscriptions/SUB/resourcegroups/GROUP/providers/microsoft.compute/disks/DISK`"
        });
    }
}

/// The registries and the tenant of a Quobyte volume.
pub fn quobyte<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let registry = field.child("registry");
    let tenant = field.child("tenant");
    let Some(text) = registry.text().filter(|text| !text.is_empty()) else {
        return;
    };
    if tenant.text().is_some_and(|tenant| tenant.len() >= 65) {
        let message = "`tenant` is longer than 64 characters";
        fault(cx, &tenant, ErrorType::Required, message).help("use the tenant's UUID");
        return;
    }
    if cx.is_unrendered(&text) {
        return;
    }
    for pair in text.split(',') {
        if !is_host_port(pair) {
            let message = format!("{} is no host with a port", quote(pair));
            fault(cx, &registry, ErrorType::Invalid, message)
                .help("use `HOST:PORT`, or several separated by commas");
        }
    }
}

/// What Go's net.SplitHostPort takes.
fn is_host_port(pair: &str) -> bool {
    let Some((host, port)) = pair.rsplit_once(':') else {
        return false;
    };
    let host = match host.strip_prefix('[') {
        Some(rest) => match rest.strip_suffix(']') {
            Some(inner) => inner,
            None => return false,
        },
        None if host.contains(':') => return false,
        None => host,
    };
    !host.contains(['[', ']']) && !port.contains(['[', ']'])
}

/// The session of an iSCSI volume is named after the persistent volume.
pub fn target_portal<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !is_set(field, true) {
        return;
    }
    let Some(iscsi) = field.parent() else { return };
    let root = iscsi.parent().and_then(|spec| spec.parent());
    let Some(root) = root.filter(|root| root.parent().is_none()) else {
        return;
    };
    let metadata = root.child("metadata");
    let name = metadata.child("name").text().unwrap_or_default();
    let portal = iscsi.child("targetPortal");
    let length = portal.text().map_or(0, |text| text.len());
    if name.len() + 1 + length > 64 {
        fault(cx, &iscsi.child("targetportal"), ErrorType::Invalid, LONG_SESSION)
            .at(portal.place())
            .help("shorten the volume's name");
    }
}
