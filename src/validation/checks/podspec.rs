//! A pod's spec, but for its containers and volumes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, is_set, of_format};

/// Limits of the resolver in the C library.
const MOST_NAMESERVERS: usize = 3;
/// Domains to search in, and their bytes in all: now, and while that hung on a feature that was off.
const SEARCHES: (usize, usize) = (32, 2048);
const SEARCHES_UNTIL_25: (usize, usize) = (6, 256);

/// Constraints of one topology and one way to be unsatisfiable: the server reports all but the last.
pub fn spread_constraints<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let kind = |one: &Field<'_, 't>| {
        let topology = one.child("topologyKey").text().unwrap_or_default();
        (
            topology,
            one.child("whenUnsatisfiable").text().unwrap_or_default(),
        )
    };
    let mut left = BTreeMap::new();
    for one in field.items() {
        *left.entry(kind(&one)).or_insert(0_u32) += 1;
    }
    if left.values().all(|&count| count == 1) {
        return;
    }
    for one in field.items() {
        let Some(count) = left.get_mut(&kind(&one)) else {
            continue;
        };
        *count -= 1;
        if *count > 0 {
            let message = "a later constraint has the same `topologyKey` and `whenUnsatisfiable`";
            fault(
                cx,
                &one.child("{topologyKey, whenUnsatisfiable}"),
                ErrorType::Duplicate,
                message,
            )
            .help("merge them into one");
        }
    }
}

/// Kernel parameters: named well, once, and of a namespace that the pod has for itself.
pub fn sysctls<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = field.parent().and_then(|context| context.parent()) else {
        return;
    };
    let host_network = spec.child("hostNetwork").bool() == Some(true);
    let host_ipc = spec.child("hostIPC").bool() == Some(true);
    let mut seen = BTreeMap::new();
    for sysctl in field.items() {
        let name = sysctl.child("name");
        let Some(text) = name.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        let first = seen.insert(text.to_string(), name.place());
        if text.is_empty() {
            fault(cx, &name, ErrorType::Required, "`name` is required").help("name a kernel parameter");
        } else if !is_sysctl(&text) {
            let message = format!("{} is no name of a kernel parameter", quote(&text));
            fault(cx, &name, ErrorType::Invalid, message).help("use a name such as `net.core.somaxconn`");
        } else if let Some(first) = first {
            let message = format!("{} is set twice", quote(&text));
            fault(cx, &name, ErrorType::Duplicate, message)
                .help("keep one of them")
                .related(first, "first set here");
        }
        // Left to the kubelet before.
        if cx.kube().minor() < 28 {
            continue;
        }
        let shared = match namespace(&text) {
            Some("net") if host_network => "hostNetwork",
            Some("ipc") if host_ipc => "hostIPC",
            _ => continue,
        };
        let message = format!(
            "{} would change the node itself, because of `{shared}`",
            quote(&text)
        );
        fault(cx, &name, ErrorType::Invalid, message).help(format!("remove it, or `{shared}`"));
    }
}

fn is_sysctl(name: &str) -> bool {
    name.len() <= 253
        && name.split(['.', '/']).all(|part| {
            let alnum = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            let bytes = part.as_bytes();
            alnum(bytes.first())
                && alnum(bytes.last())
                && bytes
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
        })
}

/// The kernel namespace of a parameter. Where a slash is the first to part its name, dots and slashes change places.
fn namespace(name: &str) -> Option<&'static str> {
    const IPC: [&str; 10] = [
        "kernel.msg",
        "kernel.msgmax",
        "kernel.msgmnb",
        "kernel.msgmni",
        "kernel.sem",
        "kernel.shm",
        "kernel.shm_rmid_forced",
        "kernel.shmall",
        "kernel.shmmax",
        "kernel.shmmni",
    ];
    let swapped = |c| match c {
        '.' => '/',
        '/' => '.',
        c => c,
    };
    let name: Cow<'_, str> = match name.find(['.', '/']) {
        Some(at) if name.as_bytes().get(at) == Some(&b'/') => name.chars().map(swapped).collect(),
        _ => name.into(),
    };
    if name.starts_with("net.") {
        return Some("net");
    }
    (name.starts_with("fs.mqueue.") || IPC.contains(&&*name)).then_some("ipc")
}

/// The value that a toleration compares with, reported at its operator.
pub fn toleration_value<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(toleration) = field.parent() else { return };
    let Some(value) = field.text().filter(|value| !cx.is_unrendered(value)) else {
        return;
    };
    if let Some(reason) = names::label_value(&value).first() {
        let message = format!("{} is no value of a taint: it {reason}", quote(&value));
        fault(cx, &toleration.child("operator"), ErrorType::Invalid, message)
            .related(field.place(), "this one")
            .help("use up to 63 letters, digits, `-`, `_` and `.`");
    }
}

/// The name of a claim. Of one that stands in the list before, the server says only that.
pub fn claim_name<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let text = field.text().filter(|text| !text.is_empty());
    let (Some(text), Some(claim)) = (text, field.parent()) else {
        return;
    };
    if names::dns1123_label(&text).is_empty() {
        return;
    }
    let again = claim.parent().is_some_and(|list| {
        list.items()
            .take_while(|other| other.place() != claim.place())
            .any(|other| other.child("name").text().as_deref() == Some(&*text))
    });
    if !again {
        of_format(Format::DnsLabel, field, field, cx);
    }
}

/// A claim that exists, or a template of one.
pub fn resource_claim<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let claim = is_set(&field.child("resourceClaimName"), true);
    let template = is_set(&field.child("resourceClaimTemplateName"), true);
    if claim && template {
        let message = "`resourceClaimName` and `resourceClaimTemplateName` exclude each other";
        fault(cx, field, ErrorType::Invalid, message).help("keep one of them");
    } else if !claim && !template {
        let message = "the claim is neither named nor made from a template";
        fault(cx, field, ErrorType::Invalid, message)
            .help("add `resourceClaimName` or `resourceClaimTemplateName`");
    }
}

/// How much the resolver takes.
pub fn dns_limits<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let servers = field.child("nameservers");
    let count = servers.items().count();
    if count > MOST_NAMESERVERS {
        let message = format!("the resolver asks {MOST_NAMESERVERS} nameservers at the most, not {count}");
        fault(cx, &servers, ErrorType::Invalid, message).help(format!("keep {MOST_NAMESERVERS} of them"));
    }
    let searches = field.child("searches");
    let (most, most_bytes) = match cx.kube().minor() {
        ..=25 => SEARCHES_UNTIL_25,
        _ => SEARCHES,
    };
    let count = searches.items().count();
    if count > most {
        let message = format!("the resolver searches {most} domains at the most, not {count}");
        fault(cx, &searches, ErrorType::Invalid, message).help("drop some domains");
    }
    let bytes: usize = searches
        .items()
        .filter_map(|domain| domain.text())
        .map(|text| text.len() + 1)
        .sum();
    if bytes > most_bytes + 1 {
        let message = format!("the domains to search take more than {most_bytes} characters");
        fault(cx, &searches, ErrorType::Invalid, message).help("drop some domains");
    }
}

/// Windows: either all containers are processes of the host, or none.
pub fn host_process<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let context = field.child("securityContext");
    let options = context.child("windowsOptions");
    let pod = options.child("hostProcess");
    let pod = is_set(&pod, true).then(|| pod.bool() == Some(true));
    let (mut all, mut host) = (0, 0);
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in field.child(list).items() {
            all += 1;
            let context = container.child("securityContext");
            let options = context.child("windowsOptions");
            let own = options.child("hostProcess");
            let set = is_set(&own, true).then(|| own.bool() == Some(true));
            if set.or(pod) == Some(true) {
                host += 1;
            }
        }
    }
    if host == 0 {
        return;
    }
    if host != all {
        let message = "some containers are processes of the host and some are not, which a pod cannot mix";
        fault(cx, field, ErrorType::Invalid, message)
            .help("set `hostProcess` in the pod's `securityContext.windowsOptions`");
    }
    let network = field.child("hostNetwork");
    if network.bool() != Some(true) {
        let message = "processes of the host are on the host's network, which the pod must say";
        fault(cx, &network, ErrorType::Invalid, message).help("add `hostNetwork: true`");
    }
}
