//! Containers of a pod: names, host ports, restart and resize policies.

use std::borrow::Cow;
// Lists of a pod are short: a tree of one node is searched faster than a name is hashed.
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::source::Span;
use crate::validation::constraints::{choose, fault, in_its_case};

/// The lists of containers in a pod's spec.
pub(in crate::validation) const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A text as Go holds it; `None` when nothing can be said of it: another type, or a placeholder.
pub(super) fn judged<'t>(field: &Field<'_, 't>, cx: &Cx<'t>) -> Option<Cow<'t, str>> {
    field.text().filter(|text| !cx.is_unrendered(text))
}

/// A field's value for a message.
pub(super) fn shown<'t>(field: &Field<'_, 't>, cx: &Cx<'t>) -> Cow<'static, str> {
    match field.value() {
        Some(value) if !value.is_null() => cx.shown(value),
        _ => Cow::Borrowed("``"),
    }
}

/// The name of the list that a container is in.
pub(super) fn list_of<'a>(container: &'a Field<'_, '_>) -> &'a str {
    container.parent().map_or("", |list| list.name())
}

/// Whether a pod's spec is a Pod's own, not a template's: the server fills in more there.
pub(super) fn is_of_pod(spec: &Field<'_, '_>) -> bool {
    spec.parent().is_some_and(|object| {
        object.parent().is_none() && object.child("kind").text().as_deref() == Some("Pod")
    })
}

fn is_sidecar(container: &Field<'_, '_>) -> bool {
    container.child("restartPolicy").text().as_deref() == Some("Always")
}

/// Whether a container keeps running, so that it may have probes and hooks.
pub(super) fn stays(container: &Field<'_, '_>) -> bool {
    match list_of(container) {
        "containers" => true,
        "initContainers" => is_sidecar(container),
        _ => false,
    }
}

/// The names of all containers of a pod, which are unique, and those that ephemeral ones look into.
pub fn names<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen: BTreeMap<Cow<'t, str>, Span> = BTreeMap::new();
    let mut lasting: BTreeSet<Cow<'t, str>> = BTreeSet::new();
    // A name that is not known yet may be any.
    let mut vague = false;
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let list = spec.child(list);
        let ephemeral = list.name() == "ephemeralContainers";
        if ephemeral && list.is_filled() {
            lasting.extend(seen.keys().cloned());
        }
        for container in list.items() {
            if ephemeral && !vague {
                target(&container.child("targetContainerName"), &lasting, cx);
            }
            let name = container.child("name");
            let Some(text) = judged(&name, cx) else {
                vague = true;
                continue;
            };
            match seen.entry(text) {
                Entry::Vacant(slot) => {
                    // Of init containers those without a name are not compared with each other.
                    if !slot.key().is_empty() || list.name() != "initContainers" {
                        slot.insert(name.place());
                    }
                }
                Entry::Occupied(first) => {
                    let first = *first.get();
                    let quoted = shown(&name, cx);
                    let message = format!("two containers of the pod are named {quoted}");
                    fault(cx, &name, ErrorType::Duplicate, message)
                        .help("give each its own name; init containers share the names with the others")
                        .related(first, "first used here");
                }
            }
        }
    }
}

/// The container that an ephemeral one looks into.
fn target<'t>(field: &Field<'_, 't>, known: &BTreeSet<Cow<'t, str>>, cx: &mut Cx<'t>) {
    if judged(field, cx).is_some_and(|target| !target.is_empty() && !known.contains(&target)) {
        let message = format!("the pod has no container {}", shown(field, cx));
        fault(cx, field, ErrorType::NotFound, message).help("name a container of this pod");
    }
}

/// The names of one container's ports, which are unique.
pub fn port_names<'t>(ports: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen: BTreeMap<Cow<'t, str>, Span> = BTreeMap::new();
    for port in ports.items() {
        let name = port.child("name");
        let Some(text) = judged(&name, cx) else { continue };
        // A name that is refused for its form is not compared.
        if text.is_empty() || !names::port_name(&text).is_empty() {
            continue;
        }
        match seen.entry(text) {
            Entry::Vacant(slot) => {
                slot.insert(name.place());
            }
            Entry::Occupied(first) => {
                let first = *first.get();
                let quoted = shown(&name, cx);
                let message = format!("two ports of this container are named {quoted}");
                fault(cx, &name, ErrorType::Duplicate, message)
                    .help("give each port its own name")
                    .related(first, "first used here");
            }
        }
    }
}

/// Ports taken on the node: in range, the container's own under `hostNetwork`, none taken twice.
pub fn host_ports<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let host_network = spec.child("hostNetwork").bool() == Some(true);
    let minor = cx.kube().minor();
    // In a Pod the server fills in what `hostNetwork` means for the ports; before 1.28 in templates, too.
    let filled_in = host_network && (minor < 28 || is_of_pod(spec));
    let mut taken: BTreeMap<(Cow<'t, str>, Cow<'t, str>, i64), Span> = BTreeMap::new();
    for list in ["containers", "initContainers"] {
        let list = spec.child(list);
        for container in list.items() {
            if list.name() == "initContainers" {
                // They run one after the other.
                taken.clear();
            }
            let ports = container.child("ports");
            for (index, port) in ports.items().enumerate() {
                let host = port.child("hostPort");
                let Some(own) = port.child("containerPort").int() else {
                    continue;
                };
                let mut number = host.int().unwrap_or_default();
                if number != 0 && number != own && host_network && list.name() == "containers" {
                    let message = format!(
                        "`hostPort` {number} differs from `containerPort` {own}, but with `hostNetwork: true` they are the same port"
                    );
                    let path = if minor < 28 {
                        port.child("containerPort")
                    } else {
                        port.child("hostPort")
                    };
                    fault(cx, &path, ErrorType::Invalid, message).help("remove `hostPort`");
                }
                if number == 0 && filled_in && own != 0 {
                    number = own;
                    if !(1..=65535).contains(&number) {
                        let message = format!(
                            "`containerPort` {number} becomes the `hostPort` with `hostNetwork: true`, which must be between 1 and 65535"
                        );
                        fault(cx, &host, ErrorType::Invalid, message).help("use a port between 1 and 65535");
                    }
                }
                if number == 0 {
                    continue;
                }
                let protocol = port.child("protocol").text().unwrap_or_default();
                let protocol = if protocol.is_empty() {
                    Cow::Borrowed("TCP")
                } else {
                    protocol
                };
                let address = port.child("hostIP").text().unwrap_or_default();
                match taken.entry((protocol, address, number)) {
                    Entry::Vacant(slot) => {
                        slot.insert(host.place());
                    }
                    Entry::Occupied(first) => {
                        let message = format!(
                            "port {number} ({}) of the node is taken twice by this pod",
                            first.key().0
                        );
                        let first = *first.get();
                        // The server looks at each init container alone, and calls it the first.
                        let path = match list.name() {
                            "initContainers" => format!("{}[0].ports[{index}].hostPort", list.path()),
                            _ => host.path(),
                        };
                        fault(cx, &host, ErrorType::Duplicate, message)
                            .help("use another port, protocol or `hostIP`")
                            .refusal(ErrorType::Duplicate, path)
                            .related(first, "first taken here");
                    }
                }
            }
        }
    }
}

/// `restartPolicy` and `restartPolicyRules` of a container.
pub fn restart<'t>(container: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let policy = container.child("restartPolicy");
    let rules = container.child("restartPolicyRules");
    let minor = cx.kube().minor();
    let init = list_of(container) == "initContainers";
    if minor == 28 || minor == 34 {
        // Rules and policies are dropped unread, but those of sidecars, which 1.28 drops as well.
        return;
    }
    if minor < 34 {
        if init && policy.is_set() {
            one_of(&policy, &["Always"], cx);
        } else if policy.is_set() {
            let message =
                "only an init container may have a `restartPolicy` of its own before Kubernetes 1.34";
            fault(cx, &policy, ErrorType::Forbidden, message).help("remove it, or set it for the pod");
        }
        return;
    }
    if !policy.is_set() {
        if rules.is_filled() {
            let message = "`restartPolicyRules` make exceptions of a `restartPolicy`, which is missing";
            fault(cx, &policy, ErrorType::Required, message).help("add `restartPolicy` to the container");
        }
        if init {
            return;
        }
    } else if init && minor < 36 && is_sidecar(container) {
        if rules.is_filled() {
            let message = "a sidecar may have no `restartPolicyRules` before Kubernetes 1.36";
            fault(cx, &rules, ErrorType::Forbidden, message).help("remove them");
        }
        return;
    } else {
        one_of(&policy, &["Always", "OnFailure", "Never"], cx);
    }
    restart_rules(&rules, cx);
}

fn restart_rules<'t>(rules: &Field<'_, 't>, cx: &mut Cx<'t>) {
    at_most(rules, 20, cx);
    let actions: &[&str] = if cx.kube().minor() >= 36 {
        &["Restart", "RestartAllContainers"]
    } else {
        &["Restart"]
    };
    for rule in rules.items() {
        one_of(&rule.child("action"), actions, cx);
        let codes = rule.child("exitCodes");
        if codes.is_set() {
            one_of(&codes.child("operator"), &["In", "NotIn"], cx);
            at_most(&codes.child("values"), 255, cx);
        } else {
            fault(
                cx,
                &codes,
                ErrorType::Required,
                "a restart rule needs `exitCodes`",
            )
            .help("add `exitCodes` with `operator` and `values`");
        }
    }
}

fn at_most<'t>(list: &Field<'_, 't>, most: usize, cx: &mut Cx<'t>) {
    let count = list.items().count();
    if count > most {
        let message = format!("`{}` has {count} items, more than {most}", list.name());
        // Until 1.35 the server took a list for a text.
        let kind = if cx.kube().minor() < 36 {
            ErrorType::TooLong
        } else {
            ErrorType::TooMany
        };
        fault(cx, list, kind, message).help(format!("keep {most} of them at the most"));
    }
}

/// NotSupported for any other text, "" included.
pub(super) fn one_of<'t>(field: &Field<'_, 't>, allowed: &[&str], cx: &mut Cx<'t>) {
    if let Some((message, help)) = unknown(field, allowed, cx) {
        let report = fault(cx, field, ErrorType::NotSupported, message).help(help);
        in_its_case(report, field, allowed);
    }
}

fn unknown<'t>(field: &Field<'_, 't>, allowed: &[&str], cx: &Cx<'t>) -> Option<(String, String)> {
    let text = judged(field, cx).filter(|text| !allowed.contains(&&**text))?;
    let help = choose(allowed, &text);
    let message = format!("`{}` does not know {}", field.name(), shown(field, cx));
    Some((message, help))
}

/// What resizing a container's resources does to it.
pub fn resize_policy<'t>(list: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(container) = list.parent() else { return };
    let never = container
        .parent()
        .and_then(|list| list.parent())
        .is_some_and(|spec| spec.child("restartPolicy").text().as_deref() == Some("Never"));
    let finishes = list_of(container) == "initContainers" && !is_sidecar(container);
    let mut seen: [bool; 2] = [false; 2];
    let mut others: BTreeMap<Cow<'t, str>, ()> = BTreeMap::new();
    for item in list.items() {
        let resource = item.child("resourceName");
        let policy = item.child("restartPolicy");
        let (Some(name), Some(restart)) = (judged(&resource, cx), judged(&policy, cx)) else {
            continue;
        };
        let again = match &*name {
            "cpu" => std::mem::replace(&mut seen[0], true),
            "memory" => std::mem::replace(&mut seen[1], true),
            _ => others.insert(name.clone(), ()).is_some(),
        };
        if again {
            let message = format!("{} has a resize policy already", shown(&resource, cx));
            let span = resource.place();
            fault(cx, &item, ErrorType::Duplicate, message)
                .at(span)
                .help("remove one of them");
        }
        // The server reports the rest at the list.
        for (field, text, allowed) in [
            (&resource, &name, ["cpu", "memory"]),
            (&policy, &restart, ["NotRequired", "RestartContainer"]),
        ] {
            let span = field.place();
            if text.is_empty() {
                let message = format!("a resize policy needs `{}`", field.name());
                fault(cx, list, ErrorType::Required, message)
                    .help(format!("add `{}`", field.name()))
                    .related(span, "missing here");
            } else if let Some((message, help)) = unknown(field, &allowed, cx) {
                fault(cx, list, ErrorType::NotSupported, message)
                    .help(help)
                    .related(span, "this one");
            }
        }
        if never && restart != "NotRequired" {
            let message = "the pod is never restarted, so that resizing cannot restart its container";
            let span = policy.place();
            fault(cx, list, ErrorType::Invalid, message)
                .help("use `NotRequired`, or another `restartPolicy` of the pod")
                .related(span, "this one");
        }
        if finishes && restart == "RestartContainer" && cx.kube().minor() >= 36 {
            let message = "resizing cannot restart an init container that runs once";
            fault(cx, &policy, ErrorType::Invalid, message)
                .help("use `NotRequired`, or make it a sidecar with `restartPolicy: Always`");
        }
    }
}
