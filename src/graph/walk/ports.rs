//! The ports of pods, and those of Services that lead to them by name.

use std::ops::Range;

use super::Walk;
use crate::graph::ports::{Port, Ports, Protocol, is_injected};
use crate::graph::table::Row;
use crate::names;
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::{Kind, Node, Scalar};

/// Annotations of what Helm and Argo CD make for a moment only: before or after they install, or as a test.
const HOOKS: [&str; 2] = ["argocd.argoproj.io/hook", "helm.sh/hook"];

impl<'t> Walk<'_, 't> {
    /// The ports of pods whose metadata are given; `None` when they may have others than stand here.
    pub(super) fn pod_ports(&mut self, row: &Row, metadata: Node<'t>) -> Option<Ports> {
        let own = self.object.path(&["metadata"]);
        let injected = || own.into_iter().chain([metadata]).any(is_injected);
        if self.broken || row.ports.is_none() || injected() {
            return None;
        }
        let spec = self.at_ports(row, metadata)?;
        let start = self.facts.ports.len();
        let span = self.ports_of_spec(spec);
        if span.is_none() {
            self.facts.ports.truncate(start);
        }
        Some(Ports {
            range: start as u32..self.facts.ports.len() as u32,
            span: span?,
        })
    }

    /// Notes the ports of a pod, and gives the place where they stand, or could.
    fn ports_of_spec(&mut self, spec: Node<'t>) -> Option<Span> {
        let containers = spec.entry("containers")?;
        let mut own = list(Some(containers.value))?.peekable();
        own.peek()?;
        let mut place = None;
        for container in own {
            self.ports_of_container(container, &mut place)?;
        }
        for container in list(spec.get("initContainers"))? {
            // One that is always started again runs beside the others.
            let policy = container.get("restartPolicy").filter(|policy| !policy.is_null());
            let policy = match policy {
                Some(policy) => policy.str().filter(|policy| !unrendered(policy))?,
                None if container.is_map() => continue,
                None => return None,
            };
            if policy == "Always" {
                self.ports_of_container(container, &mut place)?;
            }
        }
        Some(place.unwrap_or(containers.key.span()))
    }

    /// Notes the ports of a container; `None` when not all are known.
    fn ports_of_container(&mut self, container: Node<'t>, place: &mut Option<Span>) -> Option<()> {
        // Without an image it is a part of one: the rest is put to it elsewhere.
        container.get("image").filter(|image| image.is_filled_string())?;
        let Some(ports) = container.entry("ports") else {
            return Some(());
        };
        place.get_or_insert(ports.key.span());
        for port in list(Some(ports.value))?.filter(|port| !port.is_null()) {
            let name = match port.get("name").filter(|name| !name.is_null()) {
                Some(name) if self.hides(name) => return None,
                Some(name) => name.str().filter(|name| !unrendered(name))?,
                None if port.is_map() => "".into(),
                None => return None,
            };
            let named = port.get("name").unwrap_or(port);
            let port = Port {
                protocol: protocol(port)?,
                name: self.facts.keep(&name),
                number: number(port.get("containerPort")),
                span: named.span(),
                is_alias: named.raw().kind == Kind::Alias,
            };
            self.facts.ports.push(port);
        }
        Some(())
    }

    /// Notes the ports of a Service, at its spec, that lead to ports of pods by their names.
    pub(super) fn named_ports(&mut self, row: &Row, spec: Node<'t>) -> Range<u32> {
        let start = self.facts.ports.len() as u32;
        // Whoever asks DNS for a Service without an address of its own calls the pods, at whichever port.
        let leads = |_: &Node<'_>| !self.broken && has_address(spec);
        let ports = self.at_ports(row, spec).filter(leads);
        for port in ports.into_iter().flat_map(Node::items) {
            if let Some(port) = self.named_port(port) {
                self.facts.ports.push(port);
            }
        }
        start..self.facts.ports.len() as u32
    }

    fn named_port(&mut self, port: Node<'t>) -> Option<Port> {
        let target = port.get("targetPort").filter(|target| !self.hides(*target))?;
        let name = target.str()?;
        // What is no name of a port is refused, which is said elsewhere.
        if unrendered(&name) || !names::port_name(&name).is_empty() {
            return None;
        }
        Some(Port {
            protocol: protocol(port)?,
            name: self.facts.keep(&name),
            number: number(port.get("port")),
            span: target.span(),
            is_alias: target.raw().kind == Kind::Alias,
        })
    }

    /// Whether the object is made for a moment only, so that no Service means its pods.
    pub(super) fn is_hook(&self) -> bool {
        let annotations = self.object.path(&["metadata", "annotations"]);
        let mut annotations = annotations.into_iter().flat_map(Node::entries);
        annotations.any(|entry| entry.key.key_text().is_some_and(|key| HOOKS.contains(&&*key)))
    }

    fn at_ports(&self, row: &Row, at: Node<'t>) -> Option<Node<'t>> {
        let mut found = None;
        self.each(row.ports.as_ref()?, at, &mut |node| found = Some(node.node));
        found
    }
}

/// The items of a list that may be missing; `None` for what is no list.
fn list<'t>(node: Option<Node<'t>>) -> Option<impl Iterator<Item = Node<'t>>> {
    let node = node.filter(|node| !node.is_null());
    if node.is_some_and(|node| !node.is_seq()) {
        return None;
    }
    Some(node.into_iter().flat_map(Node::items))
}

/// Whether a Service has an address of its own, and is no other name for something elsewhere.
fn has_address(spec: Node<'_>) -> bool {
    let first = spec.get("clusterIPs").and_then(|list| list.items().next());
    let addresses = [spec.get("clusterIP"), first];
    let open = |node: Node<'_>| node.str().is_some_and(|text| text == "None" || unrendered(&text));
    let kind = spec.get("type").and_then(Node::str);
    !addresses.into_iter().flatten().any(open) && !kind.is_some_and(|kind| unrendered(&kind))
}

/// The protocol of a port; `None` when it is not known.
fn protocol(port: Node<'_>) -> Option<Protocol> {
    let Some(said) = port.get("protocol").filter(|said| !said.is_null()) else {
        return Some(Protocol::Tcp);
    };
    match &*said.str()? {
        "TCP" => Some(Protocol::Tcp),
        "UDP" => Some(Protocol::Udp),
        "SCTP" => Some(Protocol::Sctp),
        _ => None,
    }
}

/// The number of a port; 0 when it is not known.
fn number(node: Option<Node<'_>>) -> u16 {
    match node.and_then(Node::scalar) {
        Some(Scalar::Int(number)) => u16::try_from(number).unwrap_or_default(),
        _ => 0,
    }
}
