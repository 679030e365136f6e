//! A port of a Service that leads to none of the pods that the Service selects.

use crate::graph::{Astray, Labelling, Labels, Port, Protocol};
use crate::hash::{HashMap, HashSet};
use crate::names::port_name;
use crate::near::nearest;
use crate::rules::{Check, RunCx, quote};
use crate::source::Span;

/// The check.
pub const CHECK: Check = Check::Run(check);

/// How many of the ports that are there a message names.
const NAMED: usize = 8;

/// How many names are compared for one Service to find what was meant; each wrong one is with each that is there.
const MOST_COMPARED: usize = 10_000;

fn check(cx: &mut RunCx<'_>) {
    let Some(labels) = Labels::new(cx.index) else {
        return;
    };
    for astray in labels.astray(cx.settings.complete, cx.settings.partial) {
        let there = There::of(cx, &labels, &astray);
        let owners = owners(cx, &astray.pods);
        for port in &astray.ports {
            report(cx, &astray, port, &there, &owners);
        }
    }
}

fn report<'r>(cx: &mut RunCx<'r>, astray: &Astray<'r>, port: &'r Port, there: &There<'r>, owners: &str) {
    let index = cx.index;
    let selecting = &astray.selecting;
    let name = index.files[selecting.file as usize].str(port.name);
    let instead = there.instead_of(name, port);
    let document = index.document(selecting.file, selecting.fact.object);
    let object = Some(selecting.fact.object);
    let message = message(name, port, &instead, owners);
    let mut report = cx
        .report(selecting.file, document, object, port.span, message)
        .help(help(name, port, &instead));
    let pods = astray.pods.iter().zip(&there.pods);
    for (pod, own) in pods.take(super::OTHER_PLACES) {
        if let Some((span, what)) = place(pod, own, name, port, instead.near) {
            report = report.related_in(pod.file, span, what);
        }
    }
    let span = super::unquoted(port.span, name).filter(|_| !port.is_alias);
    if let Some((near, span)) = instead.near.zip(span) {
        super::respell(report, span, near);
    }
}

/// What one of the pods has instead, and where.
fn place(
    pod: &Labelling<'_>,
    own: &Own<'_>,
    name: &str,
    port: &Port,
    near: Option<&str>,
) -> Option<(Span, String)> {
    if let Some(other) = own.other_protocol(name) {
        let what = format!("{} is here, for {}", quote(name), other.protocol.as_str());
        return Some((other.span, what));
    }
    if let Some(near) = near
        && let Some(found) = own.ports.get(&(near, port.protocol))
    {
        return Some((found.span, format!("{} is here", quote(near))));
    }
    let what = match own.ports.is_empty() {
        true => "no ports are listed here",
        false => "these are the ports",
    };
    let ports = pod.fact.ports.as_ref()?;
    Some((ports.span, what.to_string()))
}

/// The ports of one of the pods, by name and protocol.
struct Own<'r> {
    ports: HashMap<(&'r str, Protocol), &'r Port>,
}

impl<'r> Own<'r> {
    /// The port of a name that it does not have for the protocol which is wanted.
    fn other_protocol(&self, name: &str) -> Option<&'r Port> {
        let mut protocols = Protocol::ALL.iter();
        protocols.find_map(|protocol| self.ports.get(&(name, *protocol)).copied())
    }
}

/// What the selected pods have for one protocol.
#[derive(Default)]
struct Names<'r> {
    /// The names of their ports, each once.
    all: Vec<&'r str>,
    /// Those that no other port of the Service leads to, which are not meant by it either; none of too many.
    free: Vec<&'r str>,
    /// The numbers of the ports that have no name, each once and in order.
    nameless: Vec<u16>,
}

/// What the selected pods have.
struct There<'r> {
    pods: Vec<Own<'r>>,
    names: HashMap<Protocol, Names<'r>>,
    /// What there is for a protocol that they have no port for.
    nothing: Names<'r>,
}

/// What they have instead of one port.
struct Instead<'t, 'r> {
    /// The protocol of a port of the same name.
    other_protocol: Option<Protocol>,
    /// Whether each of the pods has a port of the same name.
    everywhere: bool,
    names: &'t Names<'r>,
    /// The one of the names that was probably meant.
    near: Option<&'r str>,
}

impl<'r> There<'r> {
    fn of(cx: &RunCx<'r>, labels: &Labels<'_, 'r>, astray: &Astray<'r>) -> Self {
        let index = cx.index;
        let mut pods = Vec::with_capacity(astray.pods.len());
        let mut names: HashMap<Protocol, Names<'r>> = HashMap::default();
        let mut known = HashSet::default();
        for pod in &astray.pods {
            let facts = &index.files[pod.file as usize];
            let mut ports = HashMap::default();
            for own in labels.ports(pod) {
                let name = facts.str(own.name);
                ports.entry((name, own.protocol)).or_insert(own);
                let names = names.entry(own.protocol).or_default();
                if name.is_empty() {
                    names.nameless.push(own.number);
                } else if known.insert((name, own.protocol)) {
                    names.all.push(name);
                }
            }
            pods.push(Own { ports });
        }
        let selecting = &astray.selecting;
        let facts = &index.files[selecting.file as usize];
        let ports = facts.ports(&selecting.fact.ports).iter();
        let taken: HashSet<&str> = ports.map(|port| facts.str(port.name)).collect();
        for names in names.values_mut() {
            names.nameless.sort_unstable();
            names.nameless.dedup();
            if names.all.len() * astray.ports.len() <= MOST_COMPARED {
                let all = names.all.iter().copied();
                // What is no name of a port can be meant by nobody, and would be text of another meaning in its place.
                let free = all.filter(|name| !taken.contains(name) && port_name(name).is_empty());
                names.free = free.collect();
            }
        }
        There {
            pods,
            names,
            nothing: Names::default(),
        }
    }

    fn instead_of(&self, name: &str, port: &Port) -> Instead<'_, 'r> {
        let mut others = self.pods.iter().map(|own| own.other_protocol(name));
        let first = others.clone().flatten().next();
        let names = self.names.get(&port.protocol).unwrap_or(&self.nothing);
        let near = || nearest(name, names.free.iter().copied()).filter(|near| is_slip(name, near));
        Instead {
            other_protocol: first.map(|other| other.protocol),
            everywhere: others.all(|other| other.is_some()),
            names,
            near: if first.is_none() { near() } else { None },
        }
    }
}

impl Names<'_> {
    /// The number of the port that probably lacks the name.
    fn unnamed(&self, port: &Port) -> Option<u16> {
        let found = match *self.nameless {
            [only] if self.all.is_empty() => Some(only),
            _ => {
                let at = self.nameless.binary_search(&port.number).ok();
                at.map(|_| port.number)
            }
        };
        found.filter(|number| *number != 0)
    }
}

/// Whether two names differ by more than what tells siblings apart: `http2` and `http`, `https` and `http`.
fn is_slip(a: &str, b: &str) -> bool {
    let rest = |name: &str| name.replace(|c: char| c.is_ascii_digit() || c == 's', "");
    rest(a) != rest(b)
}

fn message(name: &str, port: &Port, instead: &Instead<'_, '_>, owners: &str) -> String {
    let name = quote(name);
    let wanted = port.protocol.as_str();
    let what = match port.number {
        0 => "it".to_string(),
        number => format!("port {number} of the Service"),
    };
    match instead.other_protocol {
        Some(other) if instead.everywhere => format!(
            "{owners} a port called {name} for {} only, and this one is for {wanted}; every connection to {what} fails",
            other.as_str(),
        ),
        Some(_) => {
            format!("{owners} no port called {name} for {wanted}; every connection to {what} fails")
        }
        None => format!("{owners} no port called {name}; every connection to {what} fails"),
    }
}

/// The objects whose pods are selected, up to the name of a port.
fn owners(cx: &RunCx<'_>, pods: &[Labelling<'_>]) -> String {
    let said = pods.iter().filter_map(|one| {
        let object = cx.index.object(one.file, one.fact.object)?;
        let facts = &cx.index.files[one.file as usize];
        Some((facts.str(object.kind), quote(facts.str(object.name))))
    });
    let all: Vec<(&str, String)> = said.collect();
    let single = all.iter().filter(|(kind, _)| *kind == "Pod").count();
    let more = all.len().saturating_sub(1);
    match all.first() {
        None => "the selected pods have".to_string(),
        Some(("Pod", name)) if more == 0 => format!("Pod {name}, which this Service selects, has"),
        Some(("Pod", name)) => format!("Pod {name} and {more} more, which this Service selects, have"),
        Some((kind, name)) if more == 0 => {
            format!("the pods of {kind} {name}, which this Service selects, have")
        }
        Some((kind, name)) if single == 0 => {
            format!("{kind} {name} and {more} more, whose pods this Service selects, have")
        }
        Some((kind, name)) => {
            format!("the pods of {kind} {name} and {more} more, which this Service selects, have")
        }
    }
}

fn help(name: &str, port: &Port, instead: &Instead<'_, '_>) -> String {
    let names = instead.names;
    let named: Vec<String> = names.all.iter().take(NAMED).map(|name| quote(name)).collect();
    let more = if names.all.len() > NAMED { ", …" } else { "" };
    let named = named.join(", ") + more;
    let name = quote(name);
    if let Some(other) = instead.other_protocol {
        let ports = match names.all.is_empty() {
            true => String::new(),
            false => format!(": {named}"),
        };
        return format!(
            "write `protocol: {}` if that is meant, or name a port for {}{ports}",
            other.as_str(),
            port.protocol.as_str()
        );
    }
    match (instead.near, names.unnamed(port)) {
        (Some(near), _) => format!("did you mean {}?", quote(near)),
        (None, Some(number)) => {
            format!("give the container's port {number} the name {name}, or write {number} here")
        }
        (None, None) if !names.all.is_empty() => {
            format!("name a port that is there ({named}), or give one of them this name")
        }
        (None, None) if !names.nameless.is_empty() => {
            format!("give one of the container's ports the name {name}, or write its number here")
        }
        (None, None) => {
            format!("add a port of the name {name} to the container's `ports`, or write its number here")
        }
    }
}
