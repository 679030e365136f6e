//! The standard `restricted`, beyond `baseline`: what is not allowed, and what must be said.

use super::missing::{self, Setting};
use super::{Teller, each_container, is_open, may_be_for_windows, may_have_own_users};
use crate::manifest::Field;
use crate::quote::quote;

/// The kinds of volumes that are allowed. Images are not refused by all versions.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Since when seccomp profiles are asked for, all capabilities are to be dropped, and nobody runs as user 0.
const SECCOMP_SINCE: u8 = 19;
const DROPPED_SINCE: u8 = 22;
const USER_SINCE: u8 = 23;

/// Clusters older than this one take seccomp profiles from annotations.
const ANNOTATIONS_UNTIL: u8 = 27;

/// Checks what a pod is to do, after [`super::baseline`].
pub(super) fn check<'t>(pod: &Field<'_, 't>, spec: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) {
    for volume in spec.child("volumes").items() {
        self::volume(&volume, teller);
    }
    let own_users = may_have_own_users(spec);
    let windows = may_be_for_windows(spec, teller.cx);
    let context = spec.child("securityContext");
    if !own_users {
        user(&context, teller);
    }
    each_container(spec, &mut |container| {
        let context = container.child("securityContext");
        if !own_users {
            user(&context, teller);
        }
        if !windows {
            privileges(&context, teller);
        }
    });
    let is_open_pod = is_open(&context, teller.cx);
    let is_said = |name: &'static str| is_open_pod || context.child(name).is_set();
    let non_root = own_users || is_said("runAsNonRoot");
    let seccomp = teller.minor < SECCOMP_SINCE || is_annotated(pod, teller) || is_said("seccompProfile");
    each_container(spec, &mut |container| {
        let context = container.child("securityContext");
        if !container.value().is_some_and(|value| value.is_map()) || is_open(&context, teller.cx) {
            return;
        }
        let lacks = |name: &'static str| !context.child(name).is_set();
        let mut missing = Vec::new();
        if !windows && lacks("allowPrivilegeEscalation") {
            missing.push(Setting::NoEscalation);
        }
        if !windows && teller.minor >= DROPPED_SINCE && !drops(&context, teller) {
            missing.push(Setting::DropAll);
        }
        if !non_root && lacks("runAsNonRoot") {
            missing.push(Setting::NonRoot);
        }
        if !windows && !seccomp && lacks("seccompProfile") {
            missing.push(Setting::Seccomp);
        }
        missing::tell(container, &missing, teller);
    });
}

/// A volume with no source is an `emptyDir`, and one of the node's own files is told of by then.
fn volume<'t>(volume: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) {
    if is_open(volume, teller.cx) {
        return;
    }
    let entries = volume.value().into_iter().flat_map(|value| value.entries());
    let mut sources = entries.filter(|entry| !entry.value.is_null());
    let source = sources.find_map(|entry| {
        let key = entry.key.key_text()?;
        (key != "name" && key != "hostPath").then_some((entry, key))
    });
    if let Some((entry, key)) = source
        && !VOLUMES.iter().any(|name| volume.child(name).is_set())
    {
        let what = format!("a volume of the kind {}", quote(&key));
        teller.forbidden_at(entry.key.span(), &what, "use a PersistentVolumeClaim");
    }
}

/// Whom a pod or a container runs as.
fn user<'t>(context: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) {
    let user = context.child("runAsUser");
    if user.is_set() && user.int() == Some(0) && teller.minor >= USER_SINCE {
        let help = "use the number of another user";
        teller.forbidden(&user, "running as user 0, which is root,", help);
    }
    let non_root = context.child("runAsNonRoot");
    if non_root.is_set() && non_root.bool() == Some(false) {
        teller.forbidden(&non_root, "`runAsNonRoot: false`", "write `true`");
    }
}

/// What a container may do.
fn privileges<'t>(context: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) {
    let escalation = context.child("allowPrivilegeEscalation");
    if escalation.bool() == Some(true) {
        teller.forbidden(&escalation, "`allowPrivilegeEscalation: true`", "write `false`");
    }
    if teller.minor < DROPPED_SINCE {
        return;
    }
    let capabilities = context.child("capabilities");
    for added in capabilities.child("add").items() {
        let help = "remove it; only `NET_BIND_SERVICE` may be added";
        teller.text(&added, "the capability", &["NET_BIND_SERVICE"], help);
    }
}

/// Whether a container drops all capabilities, or what it drops is not known.
fn drops<'t>(context: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) -> bool {
    let capabilities = context.child("capabilities");
    let drop = capabilities.child("drop");
    let is_list = drop.value().is_some_and(|value| value.is_seq());
    if is_open(&capabilities, teller.cx) || (drop.is_set() && !is_list) {
        return true;
    }
    let mut dropped = drop.items().map(|one| one.text().unwrap_or_default());
    dropped.any(|one| one == "ALL" || teller.cx.is_unrendered(&one))
}

/// Whether an old cluster is told the seccomp profile by an annotation.
fn is_annotated<'t>(pod: &Field<'_, 't>, teller: &Teller<'_, 't, '_>) -> bool {
    let metadata = pod.child("metadata");
    let names = metadata.child("annotations");
    teller.cx.kube().minor() < ANNOTATIONS_UNTIL
        && names
            .entries()
            .any(|entry| entry.name().contains("seccomp.security.alpha.kubernetes.io"))
}
