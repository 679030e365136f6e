//! Persistent volumes and claims to them.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, is_set, meant_word, of_format};

const MODES: [&str; 4] = [
    "ReadWriteOnce",
    "ReadOnlyMany",
    "ReadWriteMany",
    "ReadWriteOncePod",
];
/// What `kubectl get` shows of them, in their order.
const SHORT_MODES: [&str; 4] = ["RWO", "ROX", "RWX", "RWOP"];

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
            let report = fault(cx, field, ErrorType::NotSupported, message).related(mode.place(), "this one");
            let report = meant_word(report, &mode, &MODES);
            if let Some(at) = SHORT_MODES.iter().position(|short| *short == text) {
                report.help(format!("write `{}`", MODES[at]));
            }
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
        // It stands where limits and requests do.
        let astray = field.child("storage").key_node().map(|key| key.span());
        fault(cx, &shown, ErrorType::Required, message)
            .help("add `resources.requests.storage`, such as `10Gi`")
            .follows(astray);
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

/// The annotation that held mount options before `mountOptions` did: only for volumes that are mounted with some.
pub fn mount_options<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const ANNOTATION: &str = "volume.beta.kubernetes.io/mount-options";
    const WITH_OPTIONS: [&str; 13] = [
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "glusterfs",
        "nfs",
        "rbd",
        "quobyte",
        "iscsi",
        "cinder",
        "cephfs",
        "azureFile",
        "vsphereVolume",
        "azureDisk",
        "photonPersistentDisk",
    ];
    let options = field.key(ANNOTATION);
    let Some(root) = field.parent().and_then(|metadata| metadata.parent()) else {
        return;
    };
    let spec = root.child("spec");
    let taken = || WITH_OPTIONS.iter().any(|name| is_set(&spec.child(name), true));
    if options.value().is_none() || taken() {
        return;
    }
    let at = options.handle();
    let message = "a volume of this kind is mounted without options";
    fault(cx, &field.dotted(ANNOTATION), ErrorType::Forbidden, message)
        .at(at)
        .help("remove the annotation");
}

/// A local volume lies on one node, which must be said.
pub fn local_affinity<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = field.parent() else { return };
    let affinity = spec.child("nodeAffinity");
    // A volume that is written out may not have the affinity, and misses it all the same.
    if is_set(&affinity, true) && spec.name() != "inlineVolumeSpec" {
        return;
    }
    let message = "a local volume lies on one node, which `nodeAffinity` must name";
    fault(cx, &affinity, ErrorType::Required, message).help("add `nodeAffinity.required`");
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

/// What fills a claimed volume. Of a claim itself the server first drops a `dataSourceRef` to another namespace;
/// then a lone `dataSource` that is neither a
/// claim nor a snapshot, and copies `dataSource` and `dataSourceRef` to each other; of a template it does not.
pub fn data_sources<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (source, reference) = (field.child("dataSource"), field.child("dataSourceRef"));
    let claim = field.parent().is_some_and(|root| root.parent().is_none());
    let elsewhere = is_set(&reference.child("namespace"), false);
    let has_reference = is_set(&reference, true) && !(claim && elsewhere);
    let has_source = is_set(&source, true) && (!claim || has_reference || is_claim_or_snapshot(&source));
    if has_source {
        data_source(&source, &source, cx);
        if claim && !has_reference {
            data_source(&source, &reference, cx);
        }
    }
    if !has_reference {
        return;
    }
    data_source(&reference, &reference, cx);
    if claim && !has_source {
        data_source(&reference, &source, cx);
    }
    let namespace = reference.child("namespace");
    if elsewhere {
        of_format(Format::DnsLabel, &namespace, &namespace, cx);
    }
    if !has_source {
        return;
    }
    let differ = ["apiGroup", "kind", "name"].into_iter().any(|name| {
        let (one, other) = (source.child(name), reference.child(name));
        one.text() != other.text() || name == "apiGroup" && is_set(&one, true) != is_set(&other, true)
    });
    if elsewhere || differ {
        let message = "`dataSource` and `dataSourceRef` name different sources";
        fault(cx, field, ErrorType::Invalid, message)
            .at(source.handle())
            .help("remove `dataSource`")
            .related(reference.handle(), "the other source");
    }
}

fn is_claim_or_snapshot(source: &Field<'_, '_>) -> bool {
    let group = source.child("apiGroup").text().unwrap_or_default();
    let kind = source.child("kind").text().unwrap_or_default();
    matches!(
        (&*group, &*kind),
        ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
    )
}

/// One source, reported under the path of `shown`.
fn data_source<'t>(source: &Field<'_, 't>, shown: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for name in ["name", "kind"] {
        let part = source.child(name);
        if part.text().is_some_and(|text| text.is_empty()) {
            fault(
                cx,
                &shown.child(name),
                ErrorType::Required,
                format!("`{name}` is required"),
            )
            .at(part.place())
            .help(format!("add `{name}`"));
        }
    }
    let group = source.child("apiGroup");
    let kind = source.child("kind");
    if is_set(&group, false) {
        let Some(text) = group.text().filter(|text| !cx.is_unrendered(text)) else {
            return;
        };
        for reason in names::dns1123_subdomain(&text) {
            let message = format!("{} is no API group: it {reason}", quote(&text));
            fault(cx, &shown.child("apiGroup"), ErrorType::Invalid, message)
                .at(group.place())
                .help("use a group such as `snapshot.storage.k8s.io`");
        }
    } else if kind.text().is_some_and(|kind| kind != "PersistentVolumeClaim") {
        let message = "without `apiGroup`, a volume is filled from a PersistentVolumeClaim only";
        fault(cx, shown, ErrorType::Invalid, message)
            .at(kind.place())
            .help("add `apiGroup`, such as `snapshot.storage.k8s.io`");
    }
}

/// Annotations and labels are all that a claim's template may have as metadata.
pub fn template_metadata<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let annotations = field.child("annotations");
    super::annotations::keys(&annotations, &annotations, cx);
    super::selectors::labels(&field.child("labels"), cx);
}
