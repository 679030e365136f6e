//! LimitRanges.

use std::collections::{HashMap, HashSet};

use super::resource_names;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::source::Span;
use crate::validation::constraints::{fault, meant_word};

/// A quantity, where it is written, and where its name is.
#[derive(Clone, Copy)]
struct Amount {
    quantity: Option<Quantity>,
    value: Span,
    key: Span,
}

/// One map of quantities; what the server fills in points to where it comes from.
type Amounts = Vec<(String, Amount)>;

fn read(field: &Field<'_, '_>) -> Amounts {
    let amount = |entry: Field<'_, '_>| {
        let amount = Amount {
            quantity: Quantity::of(&entry).map(Quantity::rounded_to_milli),
            value: entry.place(),
            key: entry.handle(),
        };
        (entry.name().to_string(), amount)
    };
    field.entries().map(amount).collect()
}

fn fill(amounts: &mut Amounts, from: &Amounts) {
    let present: HashSet<String> = amounts.iter().map(|(name, _)| name.clone()).collect();
    amounts.extend(from.iter().filter(|(name, _)| !present.contains(name)).cloned());
}

/// The limits for each type of object.
pub fn items<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen = HashSet::new();
    for item in field.items() {
        let kind = item.child("type");
        let Some(text) = kind.text() else { continue };
        if !cx.is_unrendered(&text) {
            type_name(&kind, &text, cx);
            if !seen.insert(text.clone()) {
                let message = format!("{} has limits in this list already", quote(&text));
                fault(cx, &kind, ErrorType::Duplicate, message).help("put all limits of a type together");
            }
        }
        limits(&item, &text, cx);
    }
}

fn type_name<'t>(field: &Field<'_, 't>, text: &str, cx: &mut Cx<'t>) {
    let mut faults = names::qualified_name(text);
    if faults.is_empty()
        && !text.contains('/')
        && !matches!(text, "Pod" | "Container" | "PersistentVolumeClaim")
    {
        faults.push("is none that Kubernetes knows");
    }
    for reason in faults {
        let message = match text {
            "" => "the limits do not say for what they are: `type` is missing".to_string(),
            text => format!("{} is no valid type of limits: it {reason}", quote(text)),
        };
        const TYPES: [&str; 3] = ["Container", "Pod", "PersistentVolumeClaim"];
        meant_word(fault(cx, field, ErrorType::Invalid, message), field, &TYPES);
    }
}

fn limits<'t>(item: &Field<'_, 't>, kind: &str, cx: &mut Cx<'t>) {
    let (max, min) = (read(&item.child("max")), read(&item.child("min")));
    let mut default = read(&item.child("default"));
    let mut request = read(&item.child("defaultRequest"));
    let ratio = read(&item.child("maxLimitRequestRatio"));
    if kind == "Container" {
        fill(&mut default, &max);
        fill(&mut request, &default);
        fill(&mut request, &min);
    }
    resource_keys(item, "max", &max, kind, cx);
    resource_keys(item, "min", &min, kind, cx);
    if kind == "Pod" {
        for name in ["default", "defaultRequest"] {
            let field = item.child(name);
            if field.is_filled() {
                let message = format!("limits of pods cannot have `{name}`: containers have it");
                fault(cx, &field, ErrorType::Forbidden, message)
                    .help("move it to limits of the type `Container`");
            }
        }
        (default, request) = (Vec::new(), Vec::new());
    }
    resource_keys(item, "default", &default, kind, cx);
    resource_keys(item, "defaultRequest", &request, kind, cx);
    if kind == "PersistentVolumeClaim"
        && ![&min, &max]
            .iter()
            .any(|map| map.iter().any(|(name, _)| name == "storage"))
    {
        let message = "limits of claims must bound `storage`";
        fault(cx, &item.child("limits"), ErrorType::Required, message)
            .help("add `storage` to `min` or `max`");
    }
    resource_keys(item, "maxLimitRequestRatio", &ratio, kind, cx);
    compare(item, &max, &min, &default, &request, &ratio, cx);
}

fn resource_keys<'t>(
    item: &Field<'_, 't>,
    map: &'static str,
    amounts: &Amounts,
    kind: &str,
    cx: &mut Cx<'t>,
) {
    for (name, amount) in amounts {
        if cx.is_unrendered(name) {
            continue;
        }
        let faults = match kind {
            "Pod" | "Container" => resource_names::container_faults(name),
            _ => resource_names::faults(name),
        };
        for reason in faults {
            let message = format!("{} is no valid name of a resource here: it {reason}", quote(name));
            let amounts = item.child(map);
            let at = amounts.key(name);
            // What the server filled in from another map is reported there as well.
            let filled_in = amounts.is_set() && at.value().is_none();
            let span = if filled_in { at.place() } else { amount.key };
            let report = fault(cx, &at, ErrorType::Invalid, message)
                .at(span)
                .help("use `cpu`, `memory`, `ephemeral-storage`, or a name with its domain");
            if filled_in {
                report.related(amount.key, "the server takes it from here");
            }
        }
    }
}

fn compare<'t>(
    item: &Field<'_, 't>,
    max: &Amounts,
    min: &Amounts,
    default: &Amounts,
    request: &Amounts,
    ratio: &Amounts,
    cx: &mut Cx<'t>,
) {
    let index = |map: &Amounts| -> HashMap<String, (Quantity, Span)> {
        let known =
            |(name, amount): &(String, Amount)| Some((name.clone(), (amount.quantity?, amount.value)));
        map.iter().filter_map(known).collect()
    };
    let (max, min, default, request) = (index(max), index(min), index(default), index(request));
    // An amount that is out of order with several others is the slip: what is told first of it is told for all.
    let mut told: HashMap<Span, Span> = HashMap::new();
    let mut above = |low: Option<&(Quantity, Span)>,
                     high: Option<&(Quantity, Span)>,
                     at: (&'static str, &str, Span),
                     what: &str| {
        if let (Some(low), Some(high)) = (low, high)
            && low.0 > high.0
        {
            let message = format!("for {} {what}", quote(at.1));
            let other = if at.2 == low.1 { high.1 } else { low.1 };
            let first = told.get(&other).copied();
            told.entry(other).or_insert(at.2);
            fault(cx, &item.child(at.0).key(at.1), ErrorType::Invalid, message)
                .at(at.2)
                .related(other, "compared with this")
                .help("put them into the order `min`, `defaultRequest`, `default`, `max`")
                .follows(first);
        }
    };
    for (name, value) in &min {
        above(
            Some(value),
            max.get(name),
            ("min", name, value.1),
            "`min` is more than `max`",
        );
    }
    for (name, value) in &default {
        let at = ("default", name.as_str(), value.1);
        above(min.get(name), Some(value), at, "`default` is less than `min`");
        above(Some(value), max.get(name), at, "`default` is more than `max`");
    }
    for (name, value) in &request {
        let at = ("defaultRequest", name.as_str(), value.1);
        above(
            min.get(name),
            Some(value),
            at,
            "`defaultRequest` is less than `min`",
        );
        above(
            Some(value),
            max.get(name),
            at,
            "`defaultRequest` is more than `max`",
        );
        above(
            Some(value),
            default.get(name),
            at,
            "`defaultRequest` is more than `default`",
        );
    }
    for (name, amount) in ratio {
        if let Some(quantity) = amount.quantity {
            ratios(
                item,
                name,
                quantity,
                amount.value,
                min.get(name),
                max.get(name),
                cx,
            );
        }
    }
    for (name, value) in &request {
        if !resource_names::may_overcommit(name) && default.get(name).is_some_and(|limit| limit.0 != value.0)
        {
            let message = format!(
                "{} cannot be shared, so request and limit must be equal",
                quote(name)
            );
            fault(
                cx,
                &item.child("defaultRequest").key(name),
                ErrorType::Invalid,
                message,
            )
            .at(value.1)
            .help("make `default` and `defaultRequest` equal");
        }
    }
}

fn ratios<'t>(
    item: &Field<'_, 't>,
    name: &str,
    ratio: Quantity,
    at: Span,
    min: Option<&(Quantity, Span)>,
    max: Option<&(Quantity, Span)>,
    cx: &mut Cx<'t>,
) {
    let field = item.child("maxLimitRequestRatio");
    let field = field.key(name);
    if ratio.rounded_to_milli() < Quantity::units(1) {
        let message = "a limit is never less than the request, so the ratio is at least 1";
        fault(cx, &field, ErrorType::Invalid, message)
            .at(at)
            .help("use 1 or more");
    }
    if let (Some(min), Some(max)) = (min, max)
        && exceeds(ratio, max.0, min.0)
    {
        let message = "the ratio is more than that of max to min, so it would never bind";
        fault(cx, &field, ErrorType::Invalid, message)
            .at(at)
            .help("use a smaller ratio, or remove it");
    }
}

/// Whether a ratio is more than that of `max` to `min`, in the server's 64 bits: thousandths where each has room.
fn exceeds(ratio: Quantity, max: Quantity, min: Quantity) -> bool {
    let fits = |quantity: Quantity| quantity.in_64_bits() < i64::MAX / 1000;
    let [ratio, max, min] = if [ratio, max, min].into_iter().all(fits) {
        [ratio, max, min].map(|quantity| quantity.thousandths() as f64 / 1000.0)
    } else {
        [ratio, max, min].map(|quantity| quantity.in_64_bits() as f64)
    };
    ratio > max / min
}
