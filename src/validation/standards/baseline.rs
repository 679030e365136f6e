//! The standard `baseline`: nothing that is known to lead out of a pod.

use super::{Teller, each_container, may_have_own_users};
use crate::graph::Level;
use crate::manifest::Field;
use crate::quote::quote;

/// What a container may be given.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Settings of the kernel that each pod has for itself.
const SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

const SELINUX: [&str; 4] = [
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
];

/// Of AppArmor and seccomp.
const PROFILES: [&str; 2] = ["RuntimeDefault", "Localhost"];

const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Hosts of probes and hooks are looked at from this version on.
const HOSTS_SINCE: u8 = 34;

/// From this version on `restricted` wants `/proc` masked whatever the users are.
const MASKED_SINCE: u8 = 35;

/// Checks a pod: an object, or a template.
pub(super) fn check<'t>(pod: &Field<'_, 't>, spec: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) {
    for name in ["hostNetwork", "hostPID", "hostIPC"] {
        let field = spec.child(name);
        if field.bool() == Some(true) {
            teller.forbidden(&field, &format!("`{name}: true`"), &format!("remove `{name}`"));
        }
    }
    for volume in spec.child("volumes").items() {
        let path = volume.child("hostPath");
        if path.is_set() {
            let help = "use another kind of volume, such as `emptyDir` or a PersistentVolumeClaim";
            teller.forbidden_at(path.handle(), "a volume of the node's own files", help);
        }
    }
    let context = spec.child("securityContext");
    for sysctl in context.child("sysctls").items() {
        teller.text(&sysctl.child("name"), "the kernel setting", &SYSCTLS, "remove it");
    }
    let metadata = pod.child("metadata");
    for annotation in metadata.child("annotations").entries() {
        let value = annotation.text().unwrap_or_default();
        let allowed = value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
        if annotation.name().starts_with(APPARMOR) && !allowed && !teller.cx.is_unrendered(&value) {
            let what = format!("the AppArmor profile {}", quote(&value));
            teller.forbidden(
                &annotation,
                &what,
                "remove the annotation, or write `runtime/default`",
            );
        }
    }
    security_context(&context, teller);
    let own_users = may_have_own_users(spec);
    each_container(spec, &mut |container| {
        container_of_pod(container, own_users, teller);
    });
}

/// What a pod and a container say alike.
fn security_context<'t>(context: &Field<'_, 't>, teller: &mut Teller<'_, 't, '_>) {
    if !context.is_set() {
        return;
    }
    let selinux = context.child("seLinuxOptions");
    teller.text(
        &selinux.child("type"),
        "the SELinux type",
        &SELINUX,
        "use `container_t`, or remove it",
    );
    for name in ["user", "role"] {
        let field = selinux.child(name);
        teller.text(&field, &format!("the SELinux {name}"), &[], "remove it");
    }
    for (name, what) in [
        ("seccompProfile", "the seccomp profile"),
        ("appArmorProfile", "the AppArmor profile"),
    ] {
        let profile = context.child(name);
        teller.text(&profile.child("type"), what, &PROFILES, "use `RuntimeDefault`");
    }
    let windows = context.child("windowsOptions");
    let host_process = windows.child("hostProcess");
    if host_process.bool() == Some(true) {
        teller.forbidden(&host_process, "`hostProcess: true`", "remove `hostProcess`");
    }
}

fn container_of_pod<'t>(container: &Field<'_, 't>, own_users: bool, teller: &mut Teller<'_, 't, '_>) {
    let context = container.child("securityContext");
    security_context(&context, teller);
    let privileged = context.child("privileged");
    if privileged.bool() == Some(true) {
        teller.forbidden(
            &privileged,
            "`privileged: true`",
            "remove `privileged`, and add the capabilities that the container needs",
        );
    }
    // Otherwise the stricter list is asked for.
    if teller.level == Level::Baseline {
        let capabilities = context.child("capabilities");
        for added in capabilities.child("add").items() {
            teller.text(&added, "the capability", &CAPABILITIES, "remove it");
        }
    }
    // With users of its own a pod may unmask it, unless it is to be restricted.
    if !own_users || (teller.level == Level::Restricted && teller.minor >= MASKED_SINCE) {
        let mount = context.child("procMount");
        teller.text(&mount, "`procMount`", &["Default"], "remove `procMount`");
    }
    for port in container.child("ports").items() {
        let host = port.child("hostPort");
        if host.int().is_some_and(|host| host != 0) {
            teller.forbidden(
                &host,
                "a port of the node",
                "remove `hostPort`, and lead to the pod by a Service",
            );
        }
    }
    if teller.minor >= HOSTS_SINCE {
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
            hosts(&container.child(name), "probe", teller);
        }
        let lifecycle = container.child("lifecycle");
        for name in ["postStart", "preStop"] {
            hosts(&lifecycle.child(name), "hook", teller);
        }
    }
}

fn hosts<'t>(handler: &Field<'_, 't>, what: &str, teller: &mut Teller<'_, 't, '_>) {
    for name in ["httpGet", "tcpSocket"] {
        let action = handler.child(name);
        let host = action.child("host");
        let help = "remove `host`: the kubelet then calls the pod";
        let text = host.text().filter(|text| !text.is_empty());
        if text.is_some_and(|text| !teller.cx.is_unrendered(&text)) {
            teller.forbidden(&host, &format!("a {what} with a `host`"), help);
        }
    }
}
