//! The standard `restricted`, beyond `baseline`: what is not allowed, and what must be said.

use super::missing::{Missing, Setting};
use super::{Teller, each_container, has_own_users, is_for_windows};
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

const PROFILES: [&str; 2] = ["RuntimeDefault", "Localhost"];

/// Checks what a pod is to do, after [`super::baseline`].
pub(super) fn check<'t>(spec: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) {
    for volume in spec.child("volumes").items() {
        let entries = || volume.value().into_iter().flat_map(|value| value.entries());
        let is_allowed = VOLUMES.iter().any(|name| volume.child(name).is_set());
        // One of the node's own files is told of by then.
        if is_allowed || volume.child("hostPath").is_set() {
            continue;
        }
        let source = entries().find(|entry| entry.key.key_text().is_some_and(|key| key != "name"));
        if let Some(source) = source {
            let key = source.key.key_text().unwrap_or_default();
            let what = format!("a volume of the kind {}", quote(&key));
            teller.forbidden_at(source.key.span(), &what, "use a PersistentVolumeClaim");
        }
    }
    let windows = is_for_windows(spec);
    let own_users = has_own_users(spec);
    let context = spec.child("securityContext");
    if !own_users {
        user(&context, teller);
    }
    let pod_non_root = context.child("runAsNonRoot");
    let profile = context.child("seccompProfile");
    let pod_profile = profile.child("type");
    let is_profile = |kind: &Field<'_, 't>| kind.text().is_some_and(|text| PROFILES.contains(&&*text));
    let mut missing = Missing::new(spec);
    each_container(spec, &mut |container| {
        let context = container.child("securityContext");
        let mut lacks = Vec::new();
        if !own_users {
            user(&context, teller);
            if !context.child("runAsNonRoot").is_set() && !pod_non_root.is_set() {
                lacks.push(Setting::NonRoot);
            }
        }
        if !windows {
            let escalation = context.child("allowPrivilegeEscalation");
            match escalation.is_set() {
                true if escalation.bool() == Some(true) => {
                    let help = "write `false`";
                    teller.forbidden(&escalation, "`allowPrivilegeEscalation: true`", help);
                }
                true => {}
                false => lacks.push(Setting::NoEscalation),
            }
            capabilities(&context, &mut lacks, teller);
            let profile = context.child("seccompProfile");
            // Another one is told of by then.
            if !profile.is_set() && !is_profile(&pod_profile) && !pod_profile.is_set() {
                lacks.push(Setting::Seccomp);
            }
        }
        missing.add(container, lacks);
    });
    missing.tell(teller);
}

/// Whom a pod or a container runs as.
fn user<'t>(context: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) {
    let user = context.child("runAsUser");
    if user.is_set() && user.int() == Some(0) {
        teller.forbidden(
            &user,
            "to run as user 0, which is root,",
            "use the number of another user",
        );
    }
    let non_root = context.child("runAsNonRoot");
    if non_root.is_set() && non_root.bool() == Some(false) {
        teller.forbidden(&non_root, "`runAsNonRoot: false`", "write `true`");
    }
}

fn capabilities<'t>(context: &Field<'_, 't>, lacks: &mut Vec<Setting>, teller: &mut Teller<'_, 't, '_>) {
    let capabilities = context.child("capabilities");
    for added in capabilities.child("add").items() {
        let help = "remove it; only `NET_BIND_SERVICE` may be added";
        teller.text(&added, "the capability", &["NET_BIND_SERVICE"], help);
    }
    let drop = capabilities.child("drop");
    let mut dropped = drop.items().map(|one| one.text().unwrap_or_default());
    if !dropped.any(|one| one == "ALL" || teller.cx.is_unrendered(&one)) {
        lacks.push(Setting::DropAll);
    }
}
