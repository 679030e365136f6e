//! Labels and annotations that Kubernetes has given up, or is about to.

use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::{Edit, Report};
use crate::edit;
use crate::manifest::Field;
use crate::quote::quote;
use crate::source::Span;
use crate::yaml::Node;

use super::containers::LISTS;

/// Labels of nodes, and what they are called by now.
const NODE_LABELS: [(&str, &str); 6] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    (
        "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type",
    ),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "topology.kubernetes.io/region",
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        "topology.kubernetes.io/zone",
    ),
    (
        "node-role.kubernetes.io/master",
        "node-role.kubernetes.io/control-plane",
    ),
];

/// Annotations of pods that nothing reads any more, and what to use instead.
const POD_ANNOTATIONS: [(&str, &str); 8] = [
    ("pod.alpha.kubernetes.io/init-containers", "`initContainers`"),
    ("pod.alpha.kubernetes.io/initialized", "nothing"),
    ("pod.beta.kubernetes.io/init-containers", "`initContainers`"),
    ("scheduler.alpha.kubernetes.io/affinity", "`affinity`"),
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "`priorityClassName`",
    ),
    ("scheduler.alpha.kubernetes.io/tolerations", "`tolerations`"),
    (
        "security.alpha.kubernetes.io/sysctls",
        "`securityContext.sysctls`",
    ),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        "`securityContext.sysctls`",
    ),
];

/// The fields that hold the profiles now.
const SECCOMP: &str = "seccompProfile";
const APPARMOR: &str = "appArmorProfile";

const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APPARMOR_CONTAINER: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The last minor version whose nodes read the annotations of seccomp.
const SECCOMP_UNTIL: u8 = 26;
/// The first minor version that has a field for AppArmor.
const APPARMOR_SINCE: u8 = 30;

/// Labels of nodes as the keys of a map.
pub fn node_labels<'t>(labels: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for label in labels.entries() {
        if let (Some(new), Some(key)) = (successor(label.name()), label.key_node()) {
            old_label(label.name(), new, key, edit::rename_key(key, new), cx);
        }
    }
}

/// The label of nodes that a field names.
pub fn node_label<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some((text, node)) = field.text().zip(field.value()) else {
        return;
    };
    if let Some(new) = successor(&text) {
        old_label(&text, new, node, edit::replace_scalar(node, new), cx);
    }
}

fn successor(label: &str) -> Option<&'static str> {
    let found = NODE_LABELS.iter().find(|(old, _)| *old == label);
    found.map(|(_, new)| *new)
}

fn old_label<'t>(old: &str, new: &str, at: Node<'t>, edit: Option<Edit>, cx: &mut Cx<'t>) {
    let message = format!("the label {} of nodes is deprecated", quote(old));
    let report = cx
        .report_as(ids::DEPRECATION_DEPRECATED_FIELD, at.span(), message)
        .help(format!("use `{new}`"));
    if let Some(edit) = edit {
        report.fix(format!("write `{new}`"), false, vec![edit]);
    }
}

/// Annotations of a Pod or of a template for pods.
pub fn pod_annotations<'t>(annotations: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(pod) = annotations.parent().and_then(|metadata| metadata.parent()) else {
        return;
    };
    let spec = pod.child("spec");
    for annotation in annotations.entries() {
        let key = annotation.name();
        if let Some((_, instead)) = POD_ANNOTATIONS.iter().find(|(old, _)| *old == key) {
            let help = match *instead {
                "nothing" => "remove it".to_string(),
                field => format!("use the pod's field {field}"),
            };
            lost(&annotation, "nothing reads it any more", cx).help(help);
        } else if key == SECCOMP_POD {
            if !has_profile(&spec, SECCOMP) {
                seccomp(&annotation, cx);
            }
        } else if let Some(name) = key.strip_prefix(SECCOMP_CONTAINER) {
            if lacks_profile(&spec, name, SECCOMP) {
                seccomp(&annotation, cx);
            }
        } else if let Some(name) = key.strip_prefix(APPARMOR_CONTAINER)
            && cx.kube().minor() >= APPARMOR_SINCE
            && lacks_profile(&spec, name, APPARMOR)
        {
            let message = format!(
                "the annotation {} is deprecated since Kubernetes 1.30",
                quote(key)
            );
            cx.report_as(ids::DEPRECATION_DEPRECATED_FIELD, key_of(&annotation), message)
                .help("use the field `securityContext.appArmorProfile`");
        }
    }
}

/// A profile that is named where no node looks: the pod runs without it.
fn seccomp<'t>(annotation: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let report = if cx.kube().minor() > SECCOMP_UNTIL {
        let why = "since Kubernetes 1.27 no node reads it, so the pod runs without this profile";
        lost(annotation, why, cx)
    } else {
        let message = format!(
            "the annotation {} is deprecated: from Kubernetes 1.27 on no node reads it",
            quote(annotation.name())
        );
        cx.report_as(ids::DEPRECATION_DEPRECATED_FIELD, key_of(annotation), message)
    };
    report.help("use the field `securityContext.seccompProfile`");
}

fn lost<'c, 't>(annotation: &Field<'_, 't>, why: &str, cx: &'c mut Cx<'t>) -> Report<'c> {
    let message = format!(
        "the annotation {} has lost its function: {why}",
        quote(annotation.name())
    );
    cx.report_as(ids::DEPRECATION_REMOVED_FEATURE, key_of(annotation), message)
}

fn key_of(annotation: &Field<'_, '_>) -> Span {
    let key = annotation.key_node().map(|key| key.span());
    key.unwrap_or_else(|| annotation.place())
}

fn has_profile(holder: &Field<'_, '_>, name: &'static str) -> bool {
    holder.child("securityContext").child(name).is_set()
}

/// Whether a pod has a container of this name, and neither of them names a profile by its field.
fn lacks_profile(spec: &Field<'_, '_>, name: &str, profile: &'static str) -> bool {
    let is_it = |container: &Field<'_, '_>| container.child("name").text().is_some_and(|text| text == name);
    !has_profile(spec, profile)
        && LISTS.iter().any(|list| {
            let list = spec.child(list);
            let mut items = list.items();
            items.any(|container| is_it(&container) && !has_profile(&container, profile))
        })
}

/// How long a pod may take to end: the server makes one second of less than none.
pub fn grace_period<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(seconds) = field.int().filter(|seconds| *seconds < 0) {
        let message = format!("{seconds} seconds count as 1");
        cx.report_as(ids::SCHEMA_NO_EFFECT, field.place(), message)
            .help("use a number of seconds that is not negative");
    }
}

/// The class of a volume or claim, as it was named before there was a field for it.
pub fn storage_class<'t>(annotations: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let key = "volume.beta.kubernetes.io/storage-class";
    old_annotation(annotations, key, "use the field `storageClassName`", cx);
}

/// Hints by which the endpoints of a Service are chosen.
pub fn topology_hints<'t>(annotations: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let key = "service.kubernetes.io/topology-aware-hints";
    let help = "use the annotation `service.kubernetes.io/topology-mode`, or the field `trafficDistribution`";
    old_annotation(annotations, key, help, cx);
}

/// Which Secrets the pods of a service account may use.
pub fn mountable_secrets<'t>(annotations: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let key = "kubernetes.io/enforce-mountable-secrets";
    let help = "keep Secrets apart by namespaces instead";
    old_annotation(annotations, key, help, cx);
}

fn old_annotation<'t>(annotations: &Field<'_, 't>, key: &str, help: &str, cx: &mut Cx<'t>) {
    let annotation = annotations.key(key);
    if annotation.value().is_some() {
        let message = format!("the annotation {} is deprecated", quote(key));
        cx.report_as(ids::DEPRECATION_DEPRECATED_FIELD, key_of(&annotation), message)
            .help(help);
    }
}
