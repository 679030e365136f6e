//! The cluster IPs and IP families of a Service. The server judges them before it looks at the rest of the
//! Service, and reports nothing else when they are wrong.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::ip;
use crate::manifest::Field;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault};

enum Place {
    Ips,
    Ip(usize),
    Family(usize),
    Policy,
    NodePort(usize),
}

struct Found {
    place: Place,
    kind: ErrorType,
    message: String,
    help: &'static str,
}

/// What the server refuses a Service for without a look at the rest, by field and type; nothing when it goes on.
pub fn answer_before_all<'t>(service: &Field<'_, 't>, cx: &mut Cx<'t>) -> Vec<(String, ErrorType)> {
    let mut answer = Vec::new();
    each_early(service, cx, |found, field, _| {
        answer.push((field.path(), found.kind));
    });
    answer
}

/// Reports the faults of a Service's cluster IPs and IP families.
pub fn early<'t>(service: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let spec = service.child("spec");
    let (single, ips) = (spec.child("clusterIP"), spec.child("clusterIPs"));
    each_early(service, cx, |found, field, cx| {
        let place = if field.value().is_none() && single.value().is_some() && !ips.is_filled() {
            single.place()
        } else {
            field.place()
        };
        fault(cx, field, found.kind, found.message)
            .at(place)
            .help(found.help);
    });
}

fn each_early<'t>(
    service: &Field<'_, 't>,
    cx: &mut Cx<'t>,
    mut each: impl FnMut(Found, &Field<'_, 't>, &mut Cx<'t>),
) {
    let spec = service.child("spec");
    let (ips, families) = (spec.child("clusterIPs"), spec.child("ipFamilies"));
    let all = faults(&spec, cx);
    if all.is_empty() {
        return; // nearly always
    }
    let (ip_items, family_items): (Vec<_>, Vec<_>) = (ips.items().collect(), families.items().collect());
    for found in all {
        match found.place {
            Place::Ips => each(found, &ips, cx),
            Place::Ip(at) => match ip_items.get(at) {
                Some(item) => each(found, item, cx),
                None => each(found, &ips.odd_item(at as u32), cx),
            },
            Place::Family(at) => {
                if let Some(item) = family_items.get(at) {
                    each(found, item, cx);
                }
            }
            Place::Policy => each(found, &spec.child("ipFamilyPolicy"), cx),
            Place::NodePort(at) => {
                if let Some(port) = spec.child("ports").items().nth(at) {
                    each(found, &port.child("nodePort"), cx);
                }
            }
        }
    }
}

/// The cluster IPs; a single `clusterIP` stands for a list of one.
pub fn effective<'t>(spec: &Field<'_, 't>) -> Vec<Cow<'t, str>> {
    let ips = spec.child("clusterIPs");
    if ips.is_filled() {
        return ips.items().map(|item| item.text().unwrap_or_default()).collect();
    }
    match spec.child("clusterIP").text() {
        Some(ip) if !ip.is_empty() => vec![ip],
        _ => Vec::new(),
    }
}

fn faults<'t>(spec: &Field<'_, 't>, cx: &Cx<'t>) -> Vec<Found> {
    if spec.child("type").text().as_deref() == Some("ExternalName") {
        return Vec::new();
    }
    // Most Services leave all of this to the server.
    let fields = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];
    let mut found = match fields.iter().any(|name| spec.child(name).value().is_some()) {
        true => of_stacks(spec, cx),
        false => Vec::new(),
    };
    if found.is_empty()
        && let Some(at) = taken_node_port(spec)
    {
        found.push(Found {
            place: Place::NodePort(at),
            kind: ErrorType::Invalid,
            message: "the port on the nodes is taken by another port of this Service".to_string(),
            help: "give each port its own, or leave it to the server",
        });
    }
    found
}

fn of_stacks<'t>(spec: &Field<'_, 't>, cx: &Cx<'t>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut add = |place, kind, message: String, help| {
        found.push(Found {
            place,
            kind,
            message,
            help,
        });
    };
    let single = spec.child("clusterIP").text().unwrap_or_default();
    let ips = effective(spec);
    let waits = cx.is_unrendered(&single) || ips.iter().any(|ip| cx.is_unrendered(ip));
    if let Some(first) = ips.first().filter(|_| !waits) {
        if single.is_empty() {
            let message = "`clusterIPs` repeats `clusterIP`, which is not set".to_string();
            add(
                Place::Ips,
                ErrorType::Invalid,
                message,
                "set `clusterIP` to the first of them",
            );
        } else if *first != single {
            let message = format!(
                "the first of `clusterIPs` must be `clusterIP`, {}",
                quote(&single)
            );
            add(
                Place::Ips,
                ErrorType::Invalid,
                message,
                "make them equal, or remove `clusterIPs`",
            );
        }
    }
    let mut families: Vec<Cow<'t, str>> = Vec::new();
    let mut seen = HashSet::new();
    for (at, family) in spec.child("ipFamilies").items().enumerate() {
        let text = family.text().unwrap_or_default();
        let help = "use `IPv4`, `IPv6`, or both in the order wanted";
        if !matches!(&*text, "IPv4" | "IPv6") && !cx.is_unrendered(&text) {
            let message = format!("{} is no IP family", quote(&text));
            add(Place::Family(at), ErrorType::NotSupported, message, help);
        }
        if !seen.insert(text.clone()) {
            let message = format!("{} stands in the list already", quote(&text));
            add(Place::Family(at), ErrorType::Duplicate, message, help);
        }
        families.push(text);
    }
    let policy = spec.child("ipFamilyPolicy");
    let policy_text = policy.text().unwrap_or_default();
    if policy.is_set()
        && !matches!(
            &*policy_text,
            "SingleStack" | "PreferDualStack" | "RequireDualStack"
        )
        && !cx.is_unrendered(&policy_text)
    {
        let message = format!("`ipFamilyPolicy` does not know {}", quote(&policy_text));
        let help = "use `SingleStack`, `PreferDualStack` or `RequireDualStack`";
        add(Place::Policy, ErrorType::NotSupported, message, help);
    }
    if !waits {
        cluster_ips(&ips, &families, cx, &mut add);
    }
    // Without pods to follow, a Service without an IP has both stacks unless it says otherwise.
    let is_dual = policy_text.is_empty()
        && ips.first().is_some_and(|ip| ip == "None")
        && !spec.child("selector").is_filled();
    if found.is_empty() && matches!(&*policy_text, "" | "SingleStack") && !is_dual {
        let help = "set `ipFamilyPolicy: PreferDualStack` or `RequireDualStack`";
        for (count, what) in [(ips.len(), "cluster IPs"), (families.len(), "IP families")] {
            if count == 2 {
                let message =
                    format!("a Service with one stack, which is the default, cannot have two {what}");
                found.push(Found {
                    place: Place::Policy,
                    kind: ErrorType::Invalid,
                    message,
                    help,
                });
            }
        }
    }
    found
}

/// The first port whose port on the nodes another one has, in the order that the server gives them out. Ports of
/// the same number, which differ in their protocol, may share one.
fn taken_node_port(spec: &Field<'_, '_>) -> Option<usize> {
    if !super::services::gets_node_ports(spec) && spec.child("type").text().as_deref() != Some("LoadBalancer")
    {
        return None;
    }
    let ports = spec.child("ports");
    let numbers = |port: Field<'_, '_>| Some((port.child("port").int()?, port.child("nodePort").int()?));
    let numbers: Vec<_> = ports.items().map(numbers).collect::<Option<_>>()?;
    if numbers.len() < 2 {
        return None;
    }
    let mut wanted = HashMap::new();
    for (port, node) in numbers.iter().filter(|(_, node)| *node != 0) {
        wanted.entry(port).or_insert(node);
    }
    let (mut taken, mut given) = (HashSet::new(), HashSet::new());
    for (at, (port, own)) in numbers.iter().enumerate() {
        let node = if given.insert(port) {
            wanted.get(port).copied()
        } else {
            Some(own).filter(|node| **node != 0 && wanted.get(port) != Some(node))
        };
        if let Some(node) = node
            && !taken.insert(node)
        {
            return Some(at);
        }
    }
    None
}

fn cluster_ips(
    ips: &[Cow<'_, str>],
    families: &[Cow<'_, str>],
    cx: &Cx<'_>,
    add: &mut dyn FnMut(Place, ErrorType, String, &'static str),
) {
    let mut bad = false;
    for (at, ip) in ips.iter().enumerate() {
        if at == 0 && ip == "None" {
            if ips.len() > 1 {
                bad = true;
                let message = "`None` must be the only one of `clusterIPs`".to_string();
                add(Place::Ips, ErrorType::Invalid, message, "remove the others");
            }
            continue;
        }
        for reason in Format::IpLegacy.faults(ip, cx.kube()) {
            bad = true;
            let message = format!("{} is no valid cluster IP: it {reason}", quote(ip));
            let help = "use an address of the cluster's service range, or `None`, or leave it out";
            add(Place::Ip(at), ErrorType::Invalid, message, help);
        }
    }
    if ips.len() > 2 {
        let message = format!("a Service has two cluster IPs at the most, not {}", ips.len());
        add(
            Place::Ips,
            ErrorType::Invalid,
            message,
            "keep one of each IP family",
        );
    }
    if bad {
        return;
    }
    let is_v6 = |ip: &str| matches!(ip::parse(ip).map(ip::plain), Some(IpAddr::V6(_)));
    let v6 = ips.iter().filter(|ip| is_v6(ip)).count();
    if ips.len() > 1 && (v6 == 0 || v6 == ips.len()) {
        let message = "two cluster IPs must be of different IP families".to_string();
        add(
            Place::Ips,
            ErrorType::Invalid,
            message,
            "keep one of each IP family",
        );
    }
    if ips.first().is_some_and(|ip| ip == "None") {
        return;
    }
    for (at, (ip, family)) in ips.iter().zip(families).enumerate() {
        if matches!((&**family, is_v6(ip)), ("IPv4", true) | ("IPv6", false)) {
            let message = format!(
                "{} is not of the family `{family}`, as `ipFamilies` says",
                quote(ip)
            );
            add(
                Place::Ip(at),
                ErrorType::Invalid,
                message,
                "put both lists into the same order",
            );
        }
    }
}
