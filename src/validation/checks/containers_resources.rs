//! Resources of containers: names, quantities, requests within limits, claims.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::names::{self, Faults};
use crate::quote::quote;
use crate::source::Span;
use crate::validation::constraints::fault;

use super::containers::{is_of_pod, judged, list_of, shown};
use super::resource_names::{container_faults, is_huge_page, is_whole, may_overcommit, meant};

/// The resources of a container.
pub fn of_container<'t>(resources: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(container) = resources.parent() else {
        return;
    };
    let Some(spec) = container.parent().and_then(|list| list.parent()) else {
        return;
    };
    let filled_in = is_of_pod(spec) && list_of(container) != "ephemeralContainers";
    requirements(resources, container_faults, filled_in, cx);
    claims(&resources.child("claims"), spec, cx);
}

/// Limits and requests. `filled_in`: the server makes a request of each limit that has none.
pub(super) fn requirements<'t>(
    resources: &Field<'_, 't>,
    name_faults: fn(&str) -> Faults,
    filled_in: bool,
    cx: &mut Cx<'t>,
) {
    let limits = resources.child("limits");
    let requests = resources.child("requests");
    let mut limited = BTreeMap::new();
    let (mut huge, mut common) = (false, false);
    for limit in limits.entries() {
        let name = key(&limit);
        resource(&limit, &limit, false, name_faults, cx);
        huge |= is_huge_page(&name);
        common |= matches!(&*name, "cpu" | "memory");
        limited.insert(name, limit);
    }
    let mut requested: BTreeSet<Cow<'t, str>> = BTreeSet::new();
    for request in requests.entries() {
        let name = key(&request);
        resource(&request, &request, false, name_faults, cx);
        within(limited.get(&name), &limits, &requests, &request, cx);
        huge |= is_huge_page(&name);
        common |= matches!(&*name, "cpu" | "memory");
        requested.insert(name);
    }
    if filled_in {
        for limit in limits.entries() {
            let name = key(&limit);
            if !requested.contains(&name) {
                resource(&limit, &requests.missing_key(name), true, name_faults, cx);
            }
        }
    }
    if huge && !common {
        let message = "huge pages are given only together with `cpu` or `memory`";
        fault(cx, resources, ErrorType::Forbidden, message).help("add `cpu` or `memory`");
    }
}

pub(super) fn key<'t>(entry: &Field<'_, 't>) -> Cow<'t, str> {
    entry
        .key_node()
        .and_then(|key| key.key_text())
        .unwrap_or_default()
}

/// The amount of a resource: the server keeps thousandths.
pub(super) fn amount(entry: &Field<'_, '_>) -> Option<Quantity> {
    Quantity::of(entry).map(Quantity::rounded_to_milli)
}

/// Whether one amount is a name and a quantity that exist. Reported as `path`; `copied`: the server made that
/// of the amount, which is a limit.
pub(super) fn resource<'t>(
    entry: &Field<'_, 't>,
    path: &Field<'_, 't>,
    copied: bool,
    name_faults: fn(&str) -> Faults,
    cx: &mut Cx<'t>,
) {
    let name = entry.name();
    if cx.is_unrendered(name) {
        return;
    }
    let tell = |message: String, help: &str, span: Span, cx: &mut Cx<'t>| {
        if copied {
            let message = format!("{message} (the limit is the request, too)");
            fault(cx, path, ErrorType::Invalid, message)
                .help("mend the limit")
                .related(span, "the limit")
                .follows(span);
        } else {
            fault(cx, path, ErrorType::Invalid, message).at(span).help(help);
        }
    };
    for reason in name_faults(name) {
        tell(
            format!("{} {reason}", quote(name)),
            &meant(name),
            entry.handle(),
            cx,
        );
    }
    let Some(amount) = amount(entry) else { return };
    let faults = [
        (amount.is_negative(), "may not be negative"),
        (is_whole(name) && !amount.is_whole(), "must be a whole number"),
        (
            is_huge_page(name) && !is_divisible(name, amount),
            "must be a multiple of the page size",
        ),
    ];
    for (_, reason) in faults.iter().filter(|(wrong, _)| *wrong) {
        let message = format!("{} of {} is wrong: it {reason}", shown(entry, cx), quote(name));
        let help = match (is_huge_page(name), is_whole(name)) {
            (true, _) => "use as many whole pages as are needed",
            (_, true) => "use a whole number",
            _ => "use an amount such as `500m` of `cpu`, or `128Mi` of `memory`",
        };
        tell(message, help, entry.place(), cx);
    }
}

/// Whether a request stays within its limit.
pub(super) fn within<'t>(
    limit: Option<&Field<'_, 't>>,
    limits: &Field<'_, 't>,
    requests: &Field<'_, 't>,
    request: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) {
    let name = request.name();
    let Some(limit) = limit else {
        if !may_overcommit(name) && !cx.is_unrendered(name) {
            let name = quote(name);
            let message = format!("{name} is requested without a limit, but it cannot be shared");
            let span = request.handle();
            fault(cx, limits, ErrorType::Required, message)
                .help(format!("add the same amount of {name} to `limits`"))
                .related(span, "requested here");
        }
        return;
    };
    let (Some(most), Some(value)) = (amount(limit), amount(request)) else {
        return;
    };
    let (relation, help) = if value != most && !may_overcommit(name) {
        (
            "differs from",
            "use the same amount: this resource cannot be shared",
        )
    } else if value > most {
        ("is more than", "raise the limit, or request less")
    } else {
        return;
    };
    let message = format!(
        "the request of {} for {} {relation} its limit {}",
        shown(request, cx),
        quote(name),
        shown(limit, cx)
    );
    let (span, top) = (request.place(), limit.place());
    // The server reports it at the whole map.
    fault(cx, requests, ErrorType::Invalid, message)
        .at(span)
        .help(help)
        .related(top, "the limit");
}

/// The names in `claims`, which the pod's `resourceClaims` declare.
pub(super) fn claims<'t>(claims: &Field<'_, 't>, spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    // Before 1.34 the server drops them unread.
    if !claims.is_filled() || cx.kube().minor() < 34 {
        return;
    }
    let list = spec.child("resourceClaims");
    let mut declared: BTreeSet<Cow<'t, str>> = BTreeSet::new();
    // A name that is not known yet may be the one.
    let mut vague = false;
    for claim in list.items() {
        match judged(&claim.child("name"), cx) {
            Some(name) => drop(declared.insert(name)),
            None => vague = true,
        }
    }
    // By claim: all of it, and how many of its requests.
    let mut whole: BTreeSet<Cow<'t, str>> = BTreeSet::new();
    let mut parts: BTreeMap<Cow<'t, str>, BTreeSet<Cow<'t, str>>> = BTreeMap::new();
    for claim in claims.items() {
        let field = claim.child("name");
        let part = claim.child("request");
        let (Some(name), Some(request)) = (judged(&field, cx), judged(&part, cx)) else {
            continue;
        };
        if name.is_empty() {
            fault(cx, &claim, ErrorType::Required, "a claim needs a `name`")
                .help("add the name of one of the pod's `resourceClaims`");
            continue;
        }
        let mut again = 0;
        if whole.contains(&name) {
            again = 1;
        } else if request.is_empty() {
            again = parts.get(&name).map_or(0, |requests| requests.len());
            whole.insert(name.clone());
        } else {
            for reason in names::dns1123_label(&request) {
                let message = format!("{} is no name of a request: it {reason}", shown(&part, cx));
                fault(cx, &part, ErrorType::Invalid, message).help("use a name of the claim's requests");
            }
            again += usize::from(!parts.entry(name.clone()).or_default().insert(request));
        }
        for _ in 0..again {
            let message = format!("{} is claimed already", shown(&field, cx));
            fault(cx, &claim, ErrorType::Duplicate, message).help("remove one of them");
        }
        if !vague && !declared.contains(&name) {
            let message = format!("the pod's `resourceClaims` have no {}", shown(&field, cx));
            fault(cx, &claim, ErrorType::NotFound, message)
                .help("add it to `resourceClaims` of the pod, or use a name from there");
        }
    }
}

fn is_divisible(name: &str, amount: Quantity) -> bool {
    let size = name.strip_prefix("hugepages-").and_then(Quantity::parse);
    let Some(size) = size.filter(|size| *size > Quantity::ZERO && size.is_whole()) else {
        return false;
    };
    // The server counts what does not fit in 64 bits as nothing.
    amount > Quantity::units(i64::MAX) || amount.rounded() % size.rounded() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_pages_come_whole() {
        let q = |text: &str| Quantity::parse(text).unwrap_or_default();
        assert!(is_divisible("hugepages-2Mi", q("4Mi")) && is_divisible("hugepages-2Mi", q("0")));
        for (name, amount) in [
            ("hugepages-2Mi", "3Mi"),
            ("hugepages-2Mi", "10m"),
            ("hugepages-", "2Mi"),
            ("hugepages-1m", "1"),
        ] {
            assert!(!is_divisible(name, q(amount)), "{name} {amount}");
        }
        assert!(is_whole("example.com/x") && !is_whole("cpu") && !is_whole("kubernetes.io/x"));
    }
}
