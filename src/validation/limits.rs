//! What ResourceQuotas and LimitRanges want of the containers of their namespace.
//!
//! A quota that counts CPU or memory has each container say how much it takes, and a LimitRange says it for those that do
//! not; what it says must fit what they do say.

use super::held::{asked_by, is_open};
use crate::catalogue::ids;
use crate::context::Cx;
use crate::formats::quantity::Quantity;
use crate::graph::{Amount, Asks, Held};
use crate::manifest::Field;
use crate::quote::{listed, quote};
use crate::source::Span;

/// The lists of containers that count. Ephemeral ones have no resources.
const LISTS: [&str; 2] = ["initContainers", "containers"];

/// Checks the spec of a pod by what is asked of it; `outcome` is what comes of one that does not fit.
pub(super) fn check<'t>(spec: &Field<'_, 't>, held: &[Held<'_>], outcome: &str, cx: &mut Cx<'t>) {
    let is_limit = |one: &Held<'_>| !matches!(one.asking.asks, Asks::Standard { .. });
    // What is said of the whole pod stands in for its containers.
    if !held.iter().any(is_limit) || spec.child("resources").is_set() {
        return;
    }
    for list in LISTS {
        for container in spec.child(list).items() {
            let resources = container.child("resources");
            let (requests, limits) = (resources.child("requests"), resources.child("limits"));
            let is_unknown = [&container, &resources, &requests, &limits]
                .iter()
                .any(|one| is_open(one, cx));
            if is_unknown || !container.value().is_some_and(|value| value.is_map()) {
                continue;
            }
            // One amount is told once.
            let mut told = Vec::new();
            for one in held {
                bounds(&resources, one, held, &mut told, outcome, cx);
            }
            missing(&container, &resources, held, outcome, cx);
        }
    }
}

/// What quotas count and a container does not say.
fn missing<'t>(
    container: &Field<'_, 't>,
    resources: &Field<'_, 't>,
    held: &[Held<'_>],
    outcome: &str,
    cx: &mut Cx<'t>,
) {
    let mut lacks = Vec::new();
    let mut counting = None;
    for one in held {
        if let Some(said) = unsaid(resources, one, held).filter(|said| !lacks.contains(said)) {
            lacks.push(said);
            counting = counting.or(Some(one));
        }
    }
    let Some(counting) = counting else { return };
    let name = container.child("name");
    let place = match resources.is_set() {
        true => resources.handle(),
        false => name.place(),
    };
    let message = format!(
        "container {} lacks {} in `resources`; a ResourceQuota{} counts it, and {outcome}",
        quote(&name.text().unwrap_or_default()),
        listed(&lacks, "and"),
        of(counting)
    );
    let report = cx.report_as(ids::POD_NAMESPACE_LIMITS, place, message);
    asked_by(report, counting, "it is counted here")
        .help("say how much it takes, or add a LimitRange with a `default` to the namespace");
}

/// What a quota has a container say and it does not say, unless a LimitRange says it.
fn unsaid<'h>(resources: &Field<'_, '_>, one: &Held<'h>, held: &[Held<'h>]) -> Option<&'static str> {
    let Asks::Said(said) = one.asking.asks else {
        return None;
    };
    let (list, resource) = said.split_once('.')?;
    let has = |list: &'static str| resources.child(list).key(resource).is_set();
    // What is limited and asks for nothing asks for as much.
    let is_request = list == "requests";
    if has("limits") || (is_request && has("requests")) {
        return None;
    }
    let fills = |other: &Held<'_>| match other.asking.asks {
        Asks::Limit(amount) => ["", resource].contains(&other.facts.str(amount.resource)),
        Asks::Request(amount) => is_request && other.facts.str(amount.resource) == resource,
        _ => false,
    };
    (!held.iter().any(fills)).then_some(said)
}

/// What a container says against a LimitRange.
fn bounds<'t>(
    resources: &Field<'_, 't>,
    one: &Held<'_>,
    held: &[Held<'_>],
    told: &mut Vec<Span>,
    outcome: &str,
    cx: &mut Cx<'t>,
) {
    let (amount, is_wrong): (Amount, fn(&Quantity, &Quantity) -> bool) = match one.asking.asks {
        Asks::Least(amount) => (amount, Quantity::lt),
        Asks::Most(amount) => (amount, Quantity::gt),
        // Of two defaults it is not known which one is given.
        Asks::Limit(amount) if one.is_sure && limits_of(amount, one, held) == 1 => (amount, Quantity::gt),
        _ => return,
    };
    let (resource, bound) = (one.facts.str(amount.resource), one.facts.str(amount.quantity));
    let Some(most) = Quantity::parse(bound) else {
        return;
    };
    let limits = resources.child("limits");
    let lists: &[&'static str] = match one.asking.asks {
        Asks::Limit(_) if limits.key(resource).is_set() => &[],
        Asks::Limit(_) => &["requests"],
        _ => &["requests", "limits"],
    };
    for &list in lists {
        let amounts = resources.child(list);
        let entry = amounts.key(resource);
        let (said, place) = (
            Quantity::of(&entry)
                .filter(|_| entry.is_set())
                .map(Quantity::rounded_to_milli),
            entry.place(),
        );
        if !said.is_some_and(|said| is_wrong(&said, &most)) || told.contains(&place) {
            continue;
        }
        told.push(place);
        let written = entry.value().and_then(|value| value.cooked()).unwrap_or_default();
        let said = quote(&format!("{list}.{resource}: {written}"));
        let (bound, whose) = (quote(bound), format!("a LimitRange{}", of(one)));
        let (fault, help) = match one.asking.asks {
            Asks::Least(_) => (
                format!("{said} is less than the {bound} that {whose} asks for at least"),
                "stay within what the LimitRange says, or change it",
            ),
            Asks::Limit(_) => (
                format!(
                    "{said} is more than the limit of {bound} that {whose} gives a container without one"
                ),
                "say a limit as well",
            ),
            _ => (
                format!("{said} is more than the {bound} that {whose} allows"),
                "stay within what the LimitRange says, or change it",
            ),
        };
        let report = cx.report_as(ids::POD_NAMESPACE_LIMITS, place, format!("{fault}; {outcome}"));
        asked_by(report, one, "it is said here").help(help);
    }
}

/// How many LimitRanges give a container a limit of this resource.
fn limits_of(amount: Amount, one: &Held<'_>, held: &[Held<'_>]) -> usize {
    let resource = one.facts.str(amount.resource);
    let is_same = |other: &&Held<'_>| match other.asking.asks {
        Asks::Limit(amount) => ["", resource].contains(&other.facts.str(amount.resource)),
        _ => false,
    };
    held.iter().filter(is_same).count()
}

/// Of which namespace, if that is known.
fn of(one: &Held<'_>) -> String {
    match one.namespace {
        "" => String::new(),
        namespace => format!(" of namespace {}", quote(namespace)),
    }
}
