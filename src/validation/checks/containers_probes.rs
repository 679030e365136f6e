//! Probes and lifecycle hooks of containers.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::validation::constraints::fault;
use crate::yaml::{Node, Scalar};

use super::containers::{is_of_pod, judged, list_of, one_of, shown, stays};

/// Seconds that a pod has to end, unless it says otherwise.
const GRACE_PERIOD: i64 = 30;

/// Whether probes and hooks are looked into; an init container that ends has none.
fn applies<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) -> bool {
    let Some(container) = field.parent().filter(|_| field.is_set()) else {
        return false;
    };
    let init = list_of(container) == "initContainers";
    // Before 1.29 the server knows no sidecars.
    if stays(container) && !(init && cx.kube().minor() < 29) {
        return true;
    }
    let policy = container.child("restartPolicy");
    if init && judged(&policy, cx).is_some() {
        let message = format!("an init container that runs once has no `{}`", field.name());
        fault(cx, field, ErrorType::Forbidden, message)
            .help("remove it, or make the container a sidecar with `restartPolicy: Always`")
            .follows(policy.is_set().then(|| policy.place()));
    }
    false
}

/// A liveness, readiness or startup probe.
pub fn probe<'t>(probe: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !applies(probe, cx) {
        return;
    }
    handler(probe, cx);
    for name in [
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ] {
        let field = probe.child(name);
        if field.int().is_some_and(|value| value < 0) {
            fault(
                cx,
                &field,
                ErrorType::Invalid,
                format!("`{name}` may not be negative"),
            )
            .help("use a positive number");
        }
    }
    let grace = probe.child("terminationGracePeriodSeconds");
    if grace.is_set() && grace.int().is_some_and(|seconds| seconds <= 0) {
        let message = "`terminationGracePeriodSeconds` of a probe must be greater than 0";
        fault(cx, &grace, ErrorType::Invalid, message).help("use a positive number of seconds, or remove it");
    }
    if probe.name() == "readinessProbe" {
        if grace.is_set() {
            let message = "a readiness probe ends no container, so it has no `terminationGracePeriodSeconds`";
            fault(cx, &grace, ErrorType::Invalid, message).help("remove it");
        }
        return;
    }
    let threshold = probe.child("successThreshold");
    // 0 is filled in as 1.
    if threshold.int().is_some_and(|value| !matches!(value, 0 | 1)) {
        let message = format!("`successThreshold` must be 1 in a `{}`", probe.name());
        fault(cx, &threshold, ErrorType::Invalid, message).help("remove it");
    }
}

/// The hooks of a container.
pub fn lifecycle<'t>(lifecycle: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if is_dropped(lifecycle, cx) || !applies(lifecycle, cx) {
        return;
    }
    for name in ["postStart", "preStop"] {
        let hook = lifecycle.child(name);
        if hook.is_set() {
            handler(&hook, cx);
        }
    }
}

/// The hooks of an ephemeral container, which has none.
pub fn no_lifecycle<'t>(lifecycle: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if lifecycle.is_set() && !is_dropped(lifecycle, cx) {
        let message = "an ephemeral container is for debugging only, so that it has no `lifecycle`";
        fault(cx, lifecycle, ErrorType::Forbidden, message).help("remove it");
    }
}

/// Up to 1.36 the server drops `stopSignal` unread, and what held nothing else with it.
fn is_dropped(lifecycle: &Field<'_, '_>, cx: &Cx<'_>) -> bool {
    cx.kube().minor() < 37
        && lifecycle.child("stopSignal").is_set()
        && !lifecycle.child("postStart").is_set()
        && !lifecycle.child("preStop").is_set()
}

/// What a probe or hook does: one thing. The server does not look into what comes after the first.
fn handler<'t>(holder: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let last = if holder.name().ends_with("Probe") {
        "grpc"
    } else {
        "sleep"
    };
    let mut first = None;
    for name in ["exec", "httpGet", "tcpSocket", last] {
        let action = holder.child(name);
        // 1.29 drops `sleep` unread.
        if !action.is_set() || (name == "sleep" && cx.kube().minor() < 30) {
            continue;
        }
        if let Some(first) = first {
            let message = format!(
                "`{name}` and `{first}` exclude each other in a `{}`",
                holder.name()
            );
            fault(cx, &action, ErrorType::Forbidden, message).help("keep one of them");
            continue;
        }
        first = Some(name);
        // What is no mapping cannot be read, so that nothing is missing in it.
        if !action.value().is_some_and(Node::is_map) {
            continue;
        }
        match name {
            "exec" => {
                let command = action.child("command");
                if !command.is_filled() {
                    fault(cx, &command, ErrorType::Required, "`command` is required")
                        .help("add the program and its arguments");
                }
            }
            "httpGet" => http_get(&action, cx),
            "tcpSocket" => port(&action.child("port"), true, cx),
            "grpc" => port(&action.child("port"), false, cx),
            _ => sleep(&action, cx),
        }
    }
    if first.is_none() {
        let message = format!("`{}` does not say what to do", holder.name());
        fault(cx, holder, ErrorType::Required, message)
            .help(format!("add one of `exec`, `httpGet`, `tcpSocket`, `{last}`"));
    }
}

fn http_get<'t>(action: &Field<'_, 't>, cx: &mut Cx<'t>) {
    port(&action.child("port"), true, cx);
    let scheme = action.child("scheme");
    if scheme.text().is_some_and(|text| !text.is_empty()) {
        one_of(&scheme, &["HTTP", "HTTPS"], cx);
    }
    let headers = action.child("httpHeaders");
    for header in headers.items() {
        let name = header.child("name");
        let Some(text) = judged(&name, cx) else { continue };
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            let message = format!("{} is no name of an HTTP header", shown(&name, cx));
            let span = name.place();
            // The server reports it at the list.
            fault(cx, &headers, ErrorType::Invalid, message)
                .at(span)
                .help("use letters, digits and `-`");
        }
    }
}

/// A port's number, or the name of one of the container's ports.
fn port<'t>(port: &Field<'_, 't>, named: bool, cx: &mut Cx<'t>) {
    let number = match port.value().and_then(|value| value.scalar()) {
        Some(Scalar::Str(name)) if named => {
            if cx.is_unrendered(&name) {
                return;
            }
            for reason in names::port_name(&name) {
                let message = format!("{} is no name of a port: it {reason}", shown(port, cx));
                let help = match name.parse::<u16>() {
                    Ok(number) => format!("a number stands without quotes: `{number}`"),
                    Err(_) => "use a port's number, or the name of one of the container's ports".into(),
                };
                fault(cx, port, ErrorType::Invalid, message).help(help);
            }
            return;
        }
        _ => port.int(),
    };
    if let Some(number) = number.filter(|number| !(1..=65535).contains(number)) {
        let message = match port.is_set() {
            true => format!("`port` is {number}, but it must be between 1 and 65535"),
            false => "`port` is missing".to_string(),
        };
        fault(cx, port, ErrorType::Invalid, message).help("use a port between 1 and 65535");
    }
}

fn sleep<'t>(sleep: &Field<'_, 't>, cx: &mut Cx<'t>) {
    // Up from the hook: lifecycle, container, list, spec.
    let mut spec = sleep.parent();
    for _ in 0..4 {
        spec = spec.and_then(|field| field.parent());
    }
    let Some(spec) = spec else { return };
    let grace = spec.child("terminationGracePeriodSeconds");
    let grace = match grace.int().filter(|_| grace.is_set()) {
        // In a Pod the server makes 1 of it.
        Some(seconds) if seconds < 0 && is_of_pod(spec) => Some(1),
        None if !grace.is_set() => Some(GRACE_PERIOD),
        seconds => seconds,
    };
    let seconds = sleep.child("seconds");
    // Since 1.33 a hook may sleep for 0 seconds.
    let least = i64::from(cx.kube().minor() < 33);
    if let (Some(grace), Some(value)) = (grace, seconds.int())
        && (value < least || value > grace)
    {
        let message = format!(
            "the hook sleeps {value} seconds, but it must be between {least} and `terminationGracePeriodSeconds`, which is {grace}"
        );
        let span = seconds.place();
        fault(cx, sleep, ErrorType::Invalid, message)
            .at(span)
            .help("sleep less, or raise `terminationGracePeriodSeconds` of the pod");
    }
}
