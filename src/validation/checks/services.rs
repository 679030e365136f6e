//! Services and Endpoints.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::{ErrorType, Severity};
use crate::formats::ip;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, in_its_case};

const HINTS: &str = "service.kubernetes.io/topology-aware-hints";
const MODE: &str = "service.kubernetes.io/topology-mode";
const SOURCES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

/// Annotations that mean something to the server.
pub fn annotations<'t>(service: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let metadata = service.child("metadata");
    let annotations = metadata.child("annotations");
    let (mode, hints) = (annotations.key(MODE), annotations.key(HINTS));
    if mode.value().is_some() && hints.value().is_some() && mode.text() != hints.text() {
        let message = "the annotation differs from the one that it replaces";
        fault(cx, &mode, ErrorType::Invalid, message).help(format!("remove `{HINTS}`"));
    }
    let sources = annotations.key(SOURCES);
    let spec = service.child("spec");
    let Some(text) = sources.value().and_then(|_| sources.text()) else {
        return;
    };
    if spec.child("loadBalancerSourceRanges").is_filled() {
        return;
    }
    if spec.child("type").text().as_deref() != Some("LoadBalancer") {
        let message = "only a Service of type `LoadBalancer` has sources";
        fault(cx, &sources, ErrorType::Forbidden, message).help("remove the annotation");
    }
    if !text.trim().is_empty() && !cx.is_unrendered(&text) {
        for range in text.trim().split(',') {
            source_range(&sources, range.trim(), None, cx);
        }
    }
}

fn source_range<'t>(field: &Field<'_, 't>, range: &str, at: Option<crate::source::Span>, cx: &mut Cx<'t>) {
    if cx.is_unrendered(range) {
        return;
    }
    for reason in ip::legacy_prefix(range, cx.kube()) {
        let message = format!("{} is no valid range of addresses: it {reason}", quote(range));
        let at = at.unwrap_or_else(|| field.place());
        let help = ip::prefix_help(cx.file.hidden().told(range));
        fault(cx, field, ErrorType::Invalid, message).at(at).help(help);
    }
}

/// Which addresses may reach a load balancer. The server spells the path with a capital letter.
pub fn source_ranges<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = field.parent().filter(|_| field.is_filled()) else {
        return;
    };
    let shown = spec.child("LoadBalancerSourceRanges");
    let kind = spec.child("type");
    if kind.text().as_deref() != Some("LoadBalancer") {
        let message = "only a Service of type `LoadBalancer` has sources";
        let place = field.place();
        fault(cx, &shown, ErrorType::Forbidden, message)
            .at(place)
            .help("remove it, or set `type: LoadBalancer`")
            .follows(kind.is_set().then(|| kind.place()));
    }
    for (at, item) in field.items().enumerate() {
        if let Some(text) = item.text() {
            source_range(&shown.odd_item(at as u32), text.trim(), Some(item.place()), cx);
        }
    }
}

/// A Service that is reached from outside has an address of its own.
pub fn headless<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let single = spec.child("clusterIP");
    if single.text().as_deref() == Some("None") {
        let place = single.place();
        let message =
            "a Service of this type needs an address of its own, so its cluster IP cannot be `None`";
        fault(
            cx,
            &spec.child("clusterIPs").odd_item(0),
            ErrorType::Invalid,
            message,
        )
        .at(place)
        .help("remove `clusterIP: None`, or the type");
    }
}

/// A Service that is only another name.
pub fn external_name<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let help = "remove it: a Service of type `ExternalName` is a name only, without addresses";
    let ips = spec.child("clusterIPs");
    let single = spec.child("clusterIP");
    if !super::cluster_ips::effective(spec).is_empty() {
        let place = if ips.is_filled() {
            ips.place()
        } else {
            single.place()
        };
        let message = "a Service of type `ExternalName` has no cluster IP";
        fault(cx, &ips, ErrorType::Forbidden, message)
            .at(place)
            .help(help);
    }
    let families = spec.child("ipFamilies");
    if families.is_filled() {
        fault(
            cx,
            &families,
            ErrorType::Forbidden,
            "a Service of type `ExternalName` has no IP families",
        )
        .help(help);
    }
    let policy = spec.child("ipFamilyPolicy");
    if policy.is_set() {
        fault(
            cx,
            &policy,
            ErrorType::Forbidden,
            "a Service of type `ExternalName` has no IP families",
        )
        .help(help);
    }
    let field = spec.child("externalName");
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let name = text.strip_suffix('.').unwrap_or(&text);
    if name.is_empty() {
        let message = "a Service of type `ExternalName` needs the name that it stands for";
        fault(cx, &field, ErrorType::Required, message).help("add `externalName`, such as `db.example.com`");
        return;
    }
    for reason in names::dns1123_subdomain(name) {
        let message = format!("{} is no valid DNS name: it {reason}", quote(name));
        fault(cx, &field, ErrorType::Invalid, message)
            .help("use a lower-case DNS name, such as `db.example.com`");
    }
}

fn port_number<'t>(field: &Field<'_, 't>, number: i64, cx: &mut Cx<'t>) {
    if !(1..=65535).contains(&number) {
        let is_its_own = field.name() == "port" || field.int() == Some(number);
        let like = if is_its_own { "" } else { " like `port`" };
        let message = format!(
            "`{}` is {number}{like}, but a port is between 1 and 65535",
            field.name()
        );
        fault(cx, field, ErrorType::Invalid, message).help("use a number between 1 and 65535");
    }
}

fn protocol<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(text) = field
        .text()
        .filter(|text| !text.is_empty() && !cx.is_unrendered(text))
        && !matches!(&*text, "TCP" | "UDP" | "SCTP")
    {
        let message = format!("`protocol` does not know {}", quote(&text));
        let report = fault(cx, field, ErrorType::NotSupported, message).help("use `TCP`, `UDP` or `SCTP`");
        in_its_case(report, field, &["TCP", "UDP", "SCTP"]);
    }
}

fn text_faults<'t>(field: &Field<'_, 't>, format: Format, cx: &mut Cx<'t>) {
    text_faults_with(field, format, None, cx);
}

fn text_faults_with<'t>(field: &Field<'_, 't>, format: Format, help: Option<String>, cx: &mut Cx<'t>) {
    let help = help.unwrap_or_else(|| format!("use {}", format.describe()));
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    for reason in format.faults(&text, cx.kube()) {
        let name = match field.name() {
            "" => field.parent().map_or("", Field::name),
            name => name,
        };
        let message = format!("{} is no valid `{name}`: it {reason}", quote(&text));
        fault(cx, field, ErrorType::Invalid, message).help(help.as_str());
    }
}

fn port_name<'t>(name: &Field<'_, 't>, needed: bool, cx: &mut Cx<'t>) {
    match name.text().as_deref() {
        Some("") if needed => {
            let message = "with several ports each needs a name";
            fault(cx, name, ErrorType::Required, message).help("add `name`");
        }
        Some("") | None => {}
        Some(_) => text_faults(name, Format::DnsLabel, cx),
    }
}

/// Whether the server gives the ports of a Service ports on the nodes.
pub(super) fn gets_node_ports(spec: &Field<'_, '_>) -> bool {
    match spec.child("type").text().as_deref() {
        Some("NodePort") => true,
        Some("LoadBalancer") => {
            let allocate = spec.child("allocateLoadBalancerNodePorts");
            !allocate.is_set() || allocate.bool() == Some(true)
        }
        _ => false,
    }
}

/// A port on the nodes that most clusters would not give, or none could. The server tells when it comes to give it, so
/// that a trial run (`--dry-run=server`) hears nothing of it.
pub fn node_port_range<'t>(port: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const LEAST: i64 = 30_000;
    const MOST: i64 = 32_767;
    let Some(number) = port.int().filter(|number| *number != 0) else {
        return;
    };
    if (LEAST..=MOST).contains(&number) {
        return;
    }
    let is_port = (1..=65_535).contains(&number);
    let (message, severity) = match is_port {
        true => (
            format!(
                "{number} is outside the ports that a cluster keeps for Services on its nodes: {LEAST} to {MOST}, unless \
                 it was set up otherwise"
            ),
            Severity::Warning,
        ),
        false => (
            format!("{number} is no port, so that no cluster can give it to a Service"),
            Severity::Error,
        ),
    };
    cx.report_as(ids::SERVICE_NODE_PORT_RANGE, port.place(), message)
        .severity(severity)
        .help(format!(
            "use one from {LEAST} to {MOST}, or leave `nodePort` out to be given one"
        ));
}

/// The ports of a Service.
pub fn ports<'t>(ports: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let several = ports.items().nth(1).is_some();
    let (mut seen_names, mut seen_ports, mut seen_nodes) =
        (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    let gets_node_ports = ports.parent().is_some_and(gets_node_ports);
    // Up to 1.32 the server kept load balancers from it.
    const KUBELET: i64 = 10250;
    let is_balancer = |spec: &Field<'_, 't>| spec.child("type").text().as_deref() == Some("LoadBalancer");
    let to_outside = cx.kube().minor() <= 32 && ports.parent().is_some_and(is_balancer);
    for port in ports.items() {
        let name = port.child("name");
        port_name(&name, several, cx);
        let text = name.text().unwrap_or_default();
        if !text.is_empty() && !cx.is_unrendered(&text) && !seen_names.insert(text.clone()) {
            let message = format!("{} is the name of an earlier port", quote(&text));
            fault(cx, &name, ErrorType::Duplicate, message).help("give each port its own name");
        }
        let number = port.child("port");
        if let Some(value) = number.int() {
            port_number(&number, value, cx);
        }
        if to_outside && number.int() == Some(KUBELET) {
            let message = format!("{KUBELET} is the kubelet's port, which must not be opened to the outside");
            fault(cx, &port, ErrorType::Invalid, message).help("use another port");
        }
        let transport = port.child("protocol");
        protocol(&transport, cx);
        target_port(&port, cx);
        let app = port.child("appProtocol");
        if app.is_set() {
            text_faults(&app, Format::QualifiedName, cx);
        }
        let mut transport = transport.text().unwrap_or_default();
        if transport.is_empty() {
            transport = "TCP".into();
        }
        let node = port.child("nodePort");
        if let Some(value) = node.int().filter(|value| *value != 0)
            && !seen_nodes.insert((transport.clone(), value))
        {
            let message = format!("{value} is the node port of an earlier port");
            fault(cx, &node, ErrorType::Duplicate, message)
                .help("give each port its own, or leave it to the server");
        }
        let Some(value) = number.int().filter(|_| !cx.is_unrendered(&transport)) else {
            continue;
        };
        let mine = node.int().unwrap_or_default();
        if let Some(earlier) = seen_ports.insert((transport, value), mine) {
            let message = format!("{value} is an earlier port with the same protocol");
            let help = "remove one of them, or change its port or protocol";
            fault(cx, &port, ErrorType::Duplicate, message).help(help);
            // A port of the same number gets the same node port.
            if gets_node_ports && (mine == 0 || earlier == 0) {
                let message = "the port would get the node port of an earlier one";
                let report = fault(cx, &node, ErrorType::Duplicate, message).help(help);
                report.follows(port.place());
            }
        }
    }
}

/// A number or the name of a container's port; the Service's own port, when it is left out.
fn target_port<'t>(port: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let target = port.child("targetPort");
    match (target.int().filter(|_| target.is_set()), target.text()) {
        (Some(number), _) if number != 0 => port_number(&target, number, cx),
        (None, Some(text)) if !text.is_empty() => {
            let help = text
                .parse::<u16>()
                .ok()
                .map(|number| format!("a number stands without quotes: `{number}`"));
            text_faults_with(&target, Format::PortName, help, cx);
        }
        _ => {
            if let Some(number) = port.child("port").int() {
                port_number(&target, number, cx);
            }
        }
    }
}

/// Labels of the pods that a Service leads to; reported at the map.
pub fn selector<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for label in field.entries() {
        let value = label.text().unwrap_or_default();
        if cx.is_unrendered(label.name()) || cx.is_unrendered(&value) {
            continue;
        }
        for reason in names::qualified_name(label.name()) {
            let at = label.handle();
            let message = format!("{} is no valid key of a label: it {reason}", quote(label.name()));
            fault(cx, field, ErrorType::Invalid, message)
                .at(at)
                .help("use a name such as `app` or `example.com/app`");
        }
        for reason in names::label_value(&value) {
            let at = label.place();
            let message = format!("{} is no valid value of a label: it {reason}", quote(&value));
            fault(cx, field, ErrorType::Invalid, message)
                .at(at)
                .help("use up to 63 letters, digits, `-`, `_` and `.`");
        }
    }
}

fn endpoint_faults<'t>(field: &Field<'_, 't>, text: &str, cx: &mut Cx<'t>) {
    let reasons = ip::parse(text).map_or_else(|| vec!["is no IP address"], ip::endpoint);
    for reason in reasons {
        let message = format!("{} cannot be reached: it {reason}", quote(text));
        fault(cx, field, ErrorType::Invalid, message).help("use an address that other machines can reach");
    }
}

/// Further addresses of a Service.
pub fn external_ips<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for item in field.items() {
        let Some(text) = item.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        let before = cx.count();
        text_faults(&item, Format::IpLegacy, cx);
        if cx.count() == before {
            endpoint_faults(&item, &text, cx);
        }
    }
}

/// The class of a load balancer.
pub fn load_balancer_class<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.is_set() {
        text_faults(field, Format::QualifiedName, cx);
    }
}

/// A subset of Endpoints has addresses.
pub fn subset<'t>(subset: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !subset.child("addresses").is_filled() && !subset.child("notReadyAddresses").is_filled() {
        let message = "a subset without addresses leads nowhere";
        fault(cx, subset, ErrorType::Required, message).help("add `addresses` or `notReadyAddresses`");
    }
}

/// The ports of Endpoints.
pub fn endpoint_ports<'t>(ports: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let several = ports.items().nth(1).is_some();
    for port in ports.items() {
        port_name(&port.child("name"), several, cx);
        let number = port.child("port");
        if let Some(value) = number.int() {
            port_number(&number, value, cx);
        }
        protocol(&port.child("protocol"), cx);
        let app = port.child("appProtocol");
        if app.is_set() {
            text_faults(&app, Format::QualifiedName, cx);
        }
    }
}

/// The address of an endpoint, which the server looks at twice.
pub fn endpoint_ip<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) {
        text_faults(field, Format::IpLegacy, cx);
        endpoint_faults(field, &text, cx);
    }
}

/// The node of an endpoint.
pub fn node_name<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.is_set() {
        text_faults(field, Format::DnsSubdomain, cx);
    }
}
