//! Labels and annotations that Kubernetes has given up, or is about to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::containers::LISTS;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::{Edit, Report};
use crate::edit;
use crate::manifest::Field;
use crate::quote::quote;
use crate::yaml::Node;

const MASTER: &str = "node-role.kubernetes.io/master";

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
    (MASTER, "node-role.kubernetes.io/control-plane"),
];

/// Annotations of pods that nothing reads any more, and the field of the pod that took over.
const POD_ANNOTATIONS: [(&str, &[&str]); 8] = [
    ("pod.alpha.kubernetes.io/init-containers", &["initContainers"]),
    ("pod.alpha.kubernetes.io/initialized", &[]),
    ("pod.beta.kubernetes.io/init-containers", &["initContainers"]),
    ("scheduler.alpha.kubernetes.io/affinity", &["affinity"]),
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        &["priorityClassName"],
    ),
    ("scheduler.alpha.kubernetes.io/tolerations", &["tolerations"]),
    (
        "security.alpha.kubernetes.io/sysctls",
        &["securityContext", "sysctls"],
    ),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        &["securityContext", "sysctls"],
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

/// As many neighbours are looked through for the successor of a label.
const NEIGHBOURS: usize = 64;

/// Labels of nodes as the keys of a map.
pub fn node_labels<'t>(labels: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for label in labels.entries() {
        let (Some(new), Some(key)) = (successor(label.name()), label.key_node()) else {
            continue;
        };
        let other = labels.key(new);
        let report = old_label(label.name(), key, cx);
        if other.value().is_none() {
            fix_label(report, new, edit::rename_key(key, new));
        } else if other.text() == label.text() {
            report.help(format!("remove it: `{new}` is there"));
        } else {
            report.help(format!("keep `{new}` alone, which has another value here"));
        }
    }
}

/// The label of nodes that a field names.
pub fn node_label<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some((text, node)) = field.text().zip(field.value()) else {
        return;
    };
    if let Some(new) = successor(&text)
        && !stands_beside(field, new)
    {
        let edit = edit::replace_scalar(node, new);
        fix_label(old_label(&text, node, cx), new, edit);
    }
}

/// Whether the successor of a label is asked for beside it, in the same term or another one: so it is done for old
/// and new nodes.
fn stands_beside(field: &Field<'_, '_>, new: &str) -> bool {
    let list = field.parent().and_then(Field::parent);
    let has = |list: &Field<'_, '_>| {
        let mut items = list.items().take(NEIGHBOURS);
        items.any(|item| item.child("key").text().is_some_and(|key| key == new))
    };
    let term = list.and_then(Field::parent);
    let terms = term.filter(|term| term.name().is_empty()).and_then(Field::parent);
    list.is_some_and(has)
        || terms.is_some_and(|terms| {
            let mut terms = terms.items().take(NEIGHBOURS);
            terms.any(|term| has(&term.child("matchExpressions")))
        })
}

fn successor(label: &str) -> Option<&'static str> {
    let found = NODE_LABELS.iter().find(|(old, _)| *old == label);
    found.map(|(_, new)| *new)
}

fn old_label<'c, 't>(old: &str, at: Node<'t>, cx: &'c mut Cx<'t>) -> Report<'c> {
    let why = match old {
        MASTER => ": nodes that kubeadm sets up do not carry it since Kubernetes 1.24",
        _ => "",
    };
    let message = format!("the label {} of nodes is deprecated{why}", quote(old));
    cx.report_as(ids::DEPRECATION_DEPRECATED_FIELD, at.span(), message)
}

fn fix_label(report: Report<'_>, new: &str, edit: Option<Edit>) {
    let report = report.help(format!("use `{new}`"));
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
    let mut lacking: HashMap<&str, HashSet<Cow<'_, str>>> = HashMap::new();
    for annotation in annotations.entries() {
        let key = annotation.name();
        if let Some((_, field)) = POD_ANNOTATIONS.iter().find(|(old, _)| *old == key) {
            let help = instead(&spec, field);
            lost(&annotation, "nothing reads it any more", cx).help(help);
            continue;
        }
        let Some((profile, container)) = profile_of(key) else {
            continue;
        };
        if has_profile(&spec, profile) {
            continue;
        }
        let without = lacking
            .entry(profile)
            .or_insert_with(|| containers_without(&spec, profile));
        if !container.map_or(!without.is_empty(), |name| without.contains(name)) {
            continue;
        }
        if profile == SECCOMP {
            seccomp(&annotation, container.is_none(), cx);
        } else if cx.kube().minor() >= APPARMOR_SINCE {
            let message = format!(
                "the annotation {} is deprecated since Kubernetes 1.30",
                quote(key)
            );
            cx.report_as(ids::DEPRECATION_DEPRECATED_FIELD, annotation.handle(), message)
                .help("use the field `securityContext.appArmorProfile`");
        }
    }
}

/// What to do about an annotation of which a field of the pod has taken over the function.
fn instead(spec: &Field<'_, '_>, field: &[&'static str]) -> String {
    let is_set = match field {
        [] => true,
        [name] => spec.child(name).is_set(),
        [outer, name, ..] => spec.child(outer).child(name).is_set(),
    };
    match is_set {
        true => "remove it".into(),
        false => format!("use the pod's field `{}`", field.join(".")),
    }
}

/// A profile that is named where no node looks.
fn seccomp<'t>(annotation: &Field<'_, 't>, of_pod: bool, cx: &mut Cx<'t>) {
    let unconfined = annotation.text().is_some_and(|profile| profile == "unconfined");
    let help = match unconfined {
        true => "remove it: without it nothing is confined either",
        false => "use the field `securityContext.seccompProfile`",
    };
    let report = if cx.kube().minor() <= SECCOMP_UNTIL {
        let message = format!(
            "the annotation {} is deprecated: from Kubernetes 1.27 on no node reads it",
            quote(annotation.name())
        );
        cx.report_as(ids::DEPRECATION_DEPRECATED_FIELD, annotation.handle(), message)
    } else {
        let why = match (unconfined, of_pod) {
            (true, _) => "since Kubernetes 1.27 no node reads it",
            (_, true) => {
                "since Kubernetes 1.27 no node reads it, so that the containers of this pod run without the profile"
            }
            (_, false) => {
                "since Kubernetes 1.27 no node reads it, so that the container runs without the profile"
            }
        };
        lost(annotation, why, cx)
    };
    report.help(help);
}

fn lost<'c, 't>(annotation: &Field<'_, 't>, why: &str, cx: &'c mut Cx<'t>) -> Report<'c> {
    let message = format!(
        "the annotation {} has lost its function: {why}",
        quote(annotation.name())
    );
    cx.report_as(ids::DEPRECATION_REMOVED_FEATURE, annotation.handle(), message)
}

fn has_profile(holder: &Field<'_, '_>, name: &'static str) -> bool {
    holder.child("securityContext").child(name).is_set()
}

/// The field that holds what an annotation says, and the name of the container that it is about: none for all.
fn profile_of(key: &str) -> Option<(&'static str, Option<&str>)> {
    if key == SECCOMP_POD {
        return Some((SECCOMP, None));
    }
    let of = |prefix, profile| key.strip_prefix(prefix).map(|name| (profile, Some(name)));
    of(SECCOMP_CONTAINER, SECCOMP).or_else(|| of(APPARMOR_CONTAINER, APPARMOR))
}

/// The names of a pod's containers that have no such profile of their own.
fn containers_without<'t>(spec: &Field<'_, 't>, profile: &'static str) -> HashSet<Cow<'t, str>> {
    let mut names = HashSet::new();
    for list in LISTS {
        for container in spec.child(list).items() {
            if !has_profile(&container, profile) {
                names.extend(container.child("name").text());
            }
        }
    }
    names
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

/// How a volume is mounted, as it was said before there was a field for it.
pub fn mount_options<'t>(annotations: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let key = "volume.beta.kubernetes.io/mount-options";
    old_annotation(annotations, key, "use the field `mountOptions`", cx);
}

/// How the endpoints of a Service are chosen.
pub fn service_annotations<'t>(annotations: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let minor = cx.kube().minor();
    if minor >= 27 {
        let help = match minor {
            31.. => "use the field `trafficDistribution`",
            _ => "use the annotation `service.kubernetes.io/topology-mode`",
        };
        old_annotation(
            annotations,
            "service.kubernetes.io/topology-aware-hints",
            help,
            cx,
        );
    }
    let unready = annotations.key("service.alpha.kubernetes.io/tolerate-unready-endpoints");
    if unready.text().is_some_and(|text| text == "true") {
        let spec = annotations.parent().and_then(Field::parent).map(|service| {
            let spec = service.child("spec");
            spec.child("publishNotReadyAddresses").is_set()
        });
        let help = match spec {
            Some(true) => "remove it",
            _ => "use the field `publishNotReadyAddresses: true`",
        };
        lost(&unready, "since Kubernetes 1.24 nothing reads it", cx).help(help);
    }
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
        cx.report_as(ids::DEPRECATION_DEPRECATED_FIELD, annotation.handle(), message)
            .help(help);
    }
}
