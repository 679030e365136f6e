//! Resources of a pod as a whole: its own requests and limits, and its overhead.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::context::Cx;
use crate::diagnostic::{ErrorType, Related};
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::quote::quote;
use crate::validation::constraints::fault;

use super::containers::{is_of_pod, shown, stays};
use super::containers_resources::{amount, claims, key, resource, within};
use super::resource_names::{container_faults, faults, is_huge_page};

type Amounts<'t> = HashMap<Cow<'t, str>, Quantity>;

/// What running the pod costs beyond its containers, checked and reported as if they were limits.
pub fn overhead<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    overhead_at(field, &field.child("limits"), cx);
}

/// The same, reported at `limits`.
pub(super) fn overhead_at<'t>(field: &Field<'_, 't>, limits: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (mut huge, mut common) = (false, false);
    for amount in field.entries() {
        let shown = limits.missing_key(key(&amount));
        huge |= is_huge_page(amount.name());
        common |= is_common(amount.name());
        let before = cx.count();
        resource(&amount, &shown, false, container_faults, cx);
        // The path has a part that the manifest has not; what is there of it ends at `overhead`.
        for finding in cx.found.iter_mut().skip(before) {
            let exact = std::mem::replace(&mut finding.span, field.handle());
            finding.related.push(Related {
                message: "this one".into(),
                file: None,
                span: exact,
            });
        }
    }
    if huge
        && !common
        && let Some(shown) = limits.parent()
    {
        huge_alone(shown, cx);
    }
}

fn huge_alone<'t>(resources: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let message = "huge pages are given only together with `cpu` or `memory`";
    fault(cx, resources, ErrorType::Forbidden, message).help("add `cpu` or `memory`");
}

/// What the pod as a whole requests and may use.
pub fn of_pod<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = field.parent().filter(|_| field.is_set()) else {
        return;
    };
    let own_claims = field.child("claims");
    if own_claims.is_set() {
        let message = "a pod as a whole claims no resources, only its containers do";
        fault(cx, &own_claims, ErrorType::Forbidden, message).help("move the claims to a container");
        claims(&own_claims, spec, cx);
    }
    let (limits, requests) = (field.child("limits"), field.child("requests"));
    for list in [&limits, &requests] {
        for entry in list.entries() {
            resource(&entry, &entry, false, faults, cx);
            let is_name = || faults(entry.name()).is_empty();
            if !is_of_pods(entry.name()) && is_name() && !cx.is_unrendered(entry.name()) {
                let message = format!("{} is no resource of a pod as a whole", quote(entry.name()));
                let at = entry.handle();
                fault(cx, &entry, ErrorType::NotSupported, message)
                    .at(at)
                    .help("use `cpu`, `memory` or `hugepages-SIZE`, or move it to a container");
            }
        }
    }
    let limited = amounts(&limits);
    let by_name: HashMap<_, _> = limits.entries().map(|limit| (key(&limit), limit)).collect();
    let mut requested = HashSet::new();
    let (mut huge, mut common) = (false, false);
    for request in requests.entries() {
        let name = key(&request);
        within(by_name.get(&name), &limits, &requests, &request, cx);
        huge |= is_huge_page(&name);
        common |= is_common(&name);
        requested.insert(name);
    }
    huge |= by_name.keys().any(|name| is_huge_page(name));
    common |= by_name.keys().any(|name| is_common(name));
    let filled_in = is_of_pod(spec);
    let together = aggregate(spec, |resources| {
        let mut requests = match filled_in {
            true => amounts(&resources.child("limits")),
            false => Amounts::new(),
        };
        requests.extend(amounts(&resources.child("requests")));
        requests
    });
    if filled_in && (limits.is_filled() || requests.is_filled()) {
        // Huge pages that a container may use become the pod's, too.
        let (mut limitless, mut seen) = (by_name.is_empty(), HashSet::new());
        for container in spec.child("containers").items() {
            let resources = container.child("resources");
            for limit in resources.child("limits").entries() {
                let name = key(&limit);
                if is_huge_page(&name) && !by_name.contains_key(&name) && seen.insert(name.clone()) {
                    (huge, limitless) = (true, false);
                    resource(&limit, &limits.missing_key(name.clone()), true, faults, cx);
                    if !requested.contains(&name) {
                        resource(&limit, &requests.missing_key(name), true, faults, cx);
                    }
                }
            }
        }
        // Beside a limit the server makes a request of what the containers request together, and of each limit of
        // which they request nothing; it judges them, too.
        for name in ["cpu", "memory"] {
            if let Some(&value) = together.get(name)
                && !limitless
                && !requested.contains(name)
            {
                common = true;
                made_request(name, value, limited.get(name), by_name.get(name), &requests, cx);
            }
        }
        for limit in limits.entries() {
            let name = key(&limit);
            if is_of_pods(&name)
                && !requested.contains(&name)
                && !(is_common(&name) && together.contains_key(&name))
            {
                let most = limited.get(&name);
                let more = together
                    .get(&name)
                    .zip(most)
                    .is_some_and(|(own, most)| own > most);
                let path = requests.missing_key(name);
                resource(&limit, &path, true, faults, cx);
                if more {
                    let message = "the containers request more together than the pod may use";
                    fault(cx, &path, ErrorType::Invalid, message)
                        .help("raise the limit, or lower the containers' requests");
                }
            }
        }
    }
    if huge && !common {
        huge_alone(field, cx);
    }
    enough(&together, &requests, cx);
    enough_huge_pages(spec, &limits, cx);
    single_limits(spec, field, &limited, cx);
}

/// What the server requests for a pod that only has limits: as much as its containers do.
fn made_request<'t>(
    name: &'static str,
    value: Quantity,
    most: Option<&Quantity>,
    limit: Option<&Field<'_, 't>>,
    requests: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) {
    if value.is_negative() {
        let message = format!("the containers request less than nothing of {}", quote(name));
        let path = requests.missing_key(Cow::Borrowed(name));
        fault(cx, &path, ErrorType::Invalid, message).help("use positive amounts");
    }
    if let Some(&most) = most
        && let Some(limit) = limit
        && value > most
    {
        let message = format!(
            "the containers together request more of {} than the pod's limit {}",
            quote(name),
            shown(limit, cx)
        );
        let span = limit.place();
        fault(cx, requests, ErrorType::Invalid, message)
            .at(span)
            .help("raise the limit, or lower the containers' requests");
    }
}

fn is_common(name: &str) -> bool {
    matches!(name, "cpu" | "memory")
}

fn is_of_pods(name: &str) -> bool {
    is_common(name) || is_huge_page(name)
}

fn amounts<'t>(list: &Field<'_, 't>) -> Amounts<'t> {
    list.entries()
        .filter_map(|entry| Some((key(&entry), amount(&entry)?)))
        .collect()
}

/// The pod's requests cover those of its containers together.
fn enough<'t>(together: &Amounts<'t>, requests: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for request in requests.entries() {
        let (Some(value), Some(&wanted)) = (amount(&request), together.get(request.name())) else {
            continue;
        };
        if wanted > value {
            let message = format!(
                "the pod requests {} of {}, but its containers request more together",
                shown(&request, cx),
                quote(request.name())
            );
            fault(cx, &request, ErrorType::Invalid, message)
                .help("raise it, or lower the containers' requests");
        }
    }
}

/// Huge pages are set aside, so the pod's limit covers those of its containers together.
fn enough_huge_pages<'t>(spec: &Field<'_, 't>, limits: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const SINCE: u8 = 34;
    if cx.kube().minor() < SINCE || !limits.entries().any(|limit| is_huge_page(limit.name())) {
        return;
    }
    let together = aggregate(spec, |resources| amounts(&resources.child("limits")));
    for limit in limits.entries().filter(|limit| is_huge_page(limit.name())) {
        if let (Some(most), Some(&wanted)) = (amount(&limit), together.get(limit.name()))
            && wanted > most
        {
            let message = format!(
                "the pod may use {} of {}, but its containers may use more together",
                shown(&limit, cx),
                quote(limit.name())
            );
            fault(cx, &limit, ErrorType::Invalid, message).help("raise it, or lower the containers' limits");
        }
    }
}

/// What containers ask for together, of whose resources `amounts` tells: those that stay at once, those that only
/// prepare one after the other.
fn aggregate<'t>(spec: &Field<'_, 't>, amounts: impl Fn(&Field<'_, 't>) -> Amounts<'t>) -> Amounts<'t> {
    let of = |container: &Field<'_, 't>| amounts(&container.child("resources"));
    let add = |sum: &mut Amounts<'t>, more: &Amounts<'t>| {
        for (name, &value) in more {
            let slot = sum.entry(name.clone()).or_default();
            *slot = slot.plus(value);
        }
    };
    let (mut all, mut staying, mut most) = (Amounts::new(), Amounts::new(), Amounts::new());
    for container in spec.child("containers").items() {
        add(&mut all, &of(&container));
    }
    for container in spec.child("initContainers").items() {
        let own = of(&container);
        let mut now = staying.clone();
        add(&mut now, &own);
        if stays(&container) {
            add(&mut all, &own);
            staying = now.clone();
        }
        for (name, value) in now {
            let slot = most.entry(name).or_default();
            *slot = (*slot).max(value);
        }
    }
    for (name, value) in most {
        let slot = all.entry(name).or_default();
        *slot = (*slot).max(value);
    }
    all
}

/// No container may use more than the pod.
fn single_limits<'t>(
    spec: &Field<'_, 't>,
    resources: &Field<'_, 't>,
    limited: &Amounts<'t>,
    cx: &mut Cx<'t>,
) {
    if limited.is_empty() {
        return;
    }
    for (index, container) in spec.child("containers").items().enumerate() {
        let own = container.child("resources");
        let limits = own.child("limits");
        for limit in limits.entries() {
            let name = limit.name();
            let (Some(value), Some(&most)) = (amount(&limit), limited.get(name)) else {
                continue;
            };
            if value > most {
                let message = format!(
                    "the container may use {} of {}, more than the whole pod",
                    shown(&limit, cx),
                    quote(name)
                );
                let path = format!("{}.containers[{index}][{name}].limits", resources.path());
                fault(cx, &limit, ErrorType::Invalid, message)
                    .help("lower it, or raise the pod's limit")
                    .refusal(ErrorType::Invalid, path);
            }
        }
    }
}
