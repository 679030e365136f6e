//! A port of a Service that leads to none of the pods that the Service selects.

use crate::diagnostic::Edit;
use crate::graph::{Astray, Labelling, Labels, Port, Protocol};
use crate::hash::HashSet;
use crate::near::nearest;
use crate::rules::{Check, RunCx, quote};
use crate::source::Span;
use crate::yaml::resolve;

/// The check.
pub const CHECK: Check = Check::Run(check);

/// How many of the ports that are there a message names.
const NAMED: usize = 8;

fn check(cx: &mut RunCx<'_>) {
    let Some(labels) = Labels::new(cx.index) else {
        return;
    };
    for astray in labels.astray(cx.settings.complete, cx.settings.partial) {
        report(cx, &labels, &astray);
    }
}

fn report<'r>(cx: &mut RunCx<'r>, labels: &Labels<'_, 'r>, astray: &Astray<'r>) {
    let index = cx.index;
    let (selecting, port) = (astray.selecting, astray.port);
    let there = There::of(cx, labels, astray);
    let name = index.files[selecting.file as usize].str(port.name);
    let document = index.document(selecting.file, selecting.fact.object);
    let object = Some(selecting.fact.object);
    let message = message(name, port, &there, &owners(cx, &astray.pods));
    let mut report = cx
        .report(selecting.file, document, object, port.span, message)
        .help(help(name, port, &there));
    for pod in astray.pods.iter().take(super::OTHER_PLACES) {
        let facts = &index.files[pod.file as usize];
        let own = labels.ports(pod);
        let near = own.iter().find(|own| there.near == Some(facts.str(own.name)));
        let (span, what) = match (near, &pod.fact.ports) {
            (Some(near), _) => (near.span, format!("{} is here", quote(facts.str(near.name)))),
            (None, Some(ports)) if own.is_empty() => (ports.span, "no ports are listed here".to_string()),
            (None, Some(ports)) => (ports.span, "these are the ports".to_string()),
            (None, None) => continue,
        };
        report = report.related_in(pod.file, span, what);
    }
    if let Some(near) = there.near
        && let Some(span) = bare(port, name)
        && !resolve::may_be_typed(near.as_bytes())
    {
        let text = near.to_string();
        report.fix(format!("write {}", quote(near)), false, vec![Edit { span, text }]);
    }
}

/// What the selected pods have instead.
struct There<'r> {
    /// The protocol of a port of the same name.
    other_protocol: Option<Protocol>,
    /// The names of their ports for the protocol, each once.
    names: Vec<&'r str>,
    /// The one of these that was probably meant.
    near: Option<&'r str>,
    /// The numbers of those that have no name, each once.
    nameless: Vec<u16>,
}

impl<'r> There<'r> {
    fn of(cx: &RunCx<'r>, labels: &Labels<'_, 'r>, astray: &Astray<'r>) -> Self {
        let index = cx.index;
        let (selecting, port) = (astray.selecting, astray.port);
        let facts = &index.files[selecting.file as usize];
        let name = facts.str(port.name);
        let (mut names, mut nameless, mut other_protocol) = (Vec::new(), Vec::new(), None);
        let mut known = HashSet::default();
        for pod in &astray.pods {
            let there = &index.files[pod.file as usize];
            for own in labels.ports(pod) {
                match there.str(own.name) {
                    same if same == name => other_protocol = Some(own.protocol),
                    _ if own.protocol != port.protocol => {}
                    "" => nameless.push(own.number),
                    other if known.insert(other) => names.push(other),
                    _ => {}
                }
            }
        }
        nameless.sort_unstable();
        nameless.dedup();
        // What another port leads to is not meant by this one.
        let taken = |name: &str| {
            let mut ports = facts.ports(&selecting.fact.ports).iter();
            ports.any(|port| facts.str(port.name) == name)
        };
        let free = names.iter().copied().filter(|name| !taken(name));
        let near = nearest(name, free).filter(|near| is_slip(name, near));
        There {
            near: near.filter(|_| other_protocol.is_none()),
            names,
            nameless,
            other_protocol,
        }
    }

    /// The number of the port that probably lacks the name.
    fn unnamed(&self, port: &Port) -> Option<u16> {
        let found = match *self.nameless {
            [only] if self.names.is_empty() => Some(only),
            _ => self
                .nameless
                .iter()
                .copied()
                .find(|number| *number == port.number),
        };
        found.filter(|number| *number != 0)
    }
}

/// Whether two names differ by more than what tells siblings apart: `http2` and `http`, `https` and `http`.
fn is_slip(a: &str, b: &str) -> bool {
    let rest = |name: &str| name.replace(|c: char| c.is_ascii_digit() || c == 's', "");
    rest(a) != rest(b)
}

fn message(name: &str, port: &Port, there: &There<'_>, owners: &str) -> String {
    let name = quote(name);
    let what = match port.number {
        0 => "it".to_string(),
        number => format!("port {number} of the Service"),
    };
    match there.other_protocol {
        Some(other) => format!(
            "{owners} a port called {name} for {} only, and this one is for {}; every connection to {what} fails",
            other.as_str(),
            port.protocol.as_str()
        ),
        None => format!("{owners} no port called {name}; every connection to {what} fails"),
    }
}

/// The objects whose pods are selected, up to the name of a port.
fn owners(cx: &RunCx<'_>, pods: &[Labelling<'_>]) -> String {
    let first = pods.first().and_then(|one| {
        let object = cx.index.object(one.file, one.fact.object)?;
        let facts = &cx.index.files[one.file as usize];
        Some((facts.str(object.kind), quote(facts.str(object.name))))
    });
    let Some((kind, name)) = first else {
        return "the selected pods have".to_string();
    };
    match (kind, pods.len() - 1) {
        ("Pod", 0) => format!("Pod {name}, which this Service selects, has"),
        (_, 0) => format!("the pods of {kind} {name}, which this Service selects, have"),
        (_, more) => format!("{kind} {name} and {more} more, whose pods this Service selects, have"),
    }
}

fn help(name: &str, port: &Port, there: &There<'_>) -> String {
    let named: Vec<String> = there.names.iter().take(NAMED).map(|name| quote(name)).collect();
    let more = if there.names.len() > NAMED { ", …" } else { "" };
    let named = named.join(", ") + more;
    let name = quote(name);
    if let Some(other) = there.other_protocol {
        let ports = match there.names.is_empty() {
            true => String::new(),
            false => format!(": {named}"),
        };
        return format!(
            "write `protocol: {}` if that is meant, or name a port for {}{ports}",
            other.as_str(),
            port.protocol.as_str()
        );
    }
    match (there.near, there.unnamed(port)) {
        (Some(near), _) => format!("did you mean {}?", quote(near)),
        (None, Some(number)) => {
            format!("give the container's port {number} the name {name}, or write {number} here")
        }
        (None, None) if !there.names.is_empty() => {
            format!("name a port that is there ({named}), or give one of them this name")
        }
        (None, None) if !there.nameless.is_empty() => {
            format!("give one of the container's ports the name {name}, or write its number here")
        }
        (None, None) => {
            format!("add a port of the name {name} to the container's `ports`, or write its number here")
        }
    }
}

/// The characters of the name itself, without quotes.
fn bare(port: &Port, name: &str) -> Option<Span> {
    let (span, len) = (port.span, u32::try_from(name.len()).ok()?);
    match span.len().checked_sub(len)? {
        _ if port.is_alias => None,
        0 => Some(span),
        2 => Some(Span::new(span.start + 1, span.end - 1)),
        _ => None,
    }
}
