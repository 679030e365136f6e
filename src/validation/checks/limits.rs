//! LimitRanges.

use std::borrow::Cow;
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
use crate::yaml::Entry;

/// A quantity, where it is written, and where its name is.
#[derive(Clone, Copy)]
struct Amount<'t> {
    quantity: Option<Quantity>,
    value: Span,
    key: Span,
    /// Its entry, unless the server fills it in from another map.
    entry: Option<Entry<'t>>,
}

/// One map of quantities; what the server fills in points to where it comes from.
type Amounts<'t> = Vec<(String, Amount<'t>)>;

/// A known quantity with all that is known of it.
type Known<'a, 't> = (Quantity, &'a Amount<'t>);

impl<'t> Amount<'t> {
    /// Its field in a map, present there or filled in.
    fn field<'s>(&self, map: &'s Field<'_, 't>, name: &str) -> Field<'s, 't> {
        map.key_entry(Cow::Owned(name.to_string()), self.entry)
    }
}

/// What is known of a map, by name.
fn index<'a, 't>(map: &'a Amounts<'t>) -> HashMap<&'a str, Known<'a, 't>> {
    let known = |(name, amount): &'a (String, Amount<'t>)| Some((&**name, (amount.quantity?, amount)));
    map.iter().filter_map(known).collect()
}

fn read<'t>(field: &Field<'_, 't>) -> Amounts<'t> {
    let amount = |entry: Field<'_, 't>| {
        let amount = Amount {
            quantity: Quantity::of(&entry).map(Quantity::rounded_to_milli),
            value: entry.place(),
            key: entry.handle(),
            entry: entry.entry(),
        };
        (entry.name().to_string(), amount)
    };
    field.entries().map(amount).collect()
}

fn fill<'t>(amounts: &mut Amounts<'t>, from: &Amounts<'t>) {
    let present: HashSet<String> = amounts.iter().map(|(name, _)| name.clone()).collect();
    let absent = from.iter().filter(|(name, _)| !present.contains(name));
    amounts.extend(absent.map(|(name, amount)| {
        (
            name.clone(),
            Amount {
                entry: None,
                ..*amount
            },
        )
    }));
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
    amounts: &Amounts<'t>,
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
            let at = amount.field(&amounts, name);
            // What the server filled in from another map is reported there as well.
            let filled_in = amounts.is_set() && amount.entry.is_none();
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
    max: &Amounts<'t>,
    min: &Amounts<'t>,
    default: &Amounts<'t>,
    request: &Amounts<'t>,
    ratio: &Amounts<'t>,
    cx: &mut Cx<'t>,
) {
    let (max, min, default, request) = (index(max), index(min), index(default), index(request));
    // An amount that is out of order with several others is the slip: what is told first of it is told for all.
    let mut told: HashMap<Span, Span> = HashMap::new();
    let mut above = |low: Option<&Known<'_, 't>>,
                     high: Option<&Known<'_, 't>>,
                     (map, name, at): (&'static str, &str, &Amount<'t>),
                     what: &str| {
        if let (Some(low), Some(high)) = (low, high)
            && low.0 > high.0
        {
            let message = format!("for {} {what}", quote(name));
            let other = if at.value == low.1.value { high.1 } else { low.1 }.value;
            let first = told.get(&other).copied();
            told.entry(other).or_insert(at.value);
            let map = item.child(map);
            fault(cx, &at.field(&map, name), ErrorType::Invalid, message)
                .at(at.value)
                .related(other, "compared with this")
                .help("put them into the order `min`, `defaultRequest`, `default`, `max`")
                .follows(first);
        }
    };
    for (name, own) in &min {
        let at = ("min", *name, own.1);
        above(Some(own), max.get(name), at, "`min` is more than `max`");
    }
    for (name, own) in &default {
        let at = ("default", *name, own.1);
        above(min.get(name), Some(own), at, "`default` is less than `min`");
        above(Some(own), max.get(name), at, "`default` is more than `max`");
    }
    for (name, own) in &request {
        let at = ("defaultRequest", *name, own.1);
        let less_than_min = "`defaultRequest` is less than `min`";
        above(min.get(name), Some(own), at, less_than_min);
        let more_than_max = "`defaultRequest` is more than `max`";
        above(Some(own), max.get(name), at, more_than_max);
        let more_than_default = "`defaultRequest` is more than `default`";
        above(Some(own), default.get(name), at, more_than_default);
    }
    let ratios_map = item.child("maxLimitRequestRatio");
    for (name, amount) in ratio {
        let bounds = (min.get(&**name), max.get(&**name));
        ratios(&amount.field(&ratios_map, name), amount, bounds, cx);
    }
    let requests_map = item.child("defaultRequest");
    for (name, (quantity, amount)) in &request {
        if !resource_names::may_overcommit(name)
            && default.get(name).is_some_and(|limit| limit.0 != *quantity)
        {
            let message = format!(
                "{} cannot be shared, so request and limit must be equal",
                quote(name)
            );
            fault(
                cx,
                &amount.field(&requests_map, name),
                ErrorType::Invalid,
                message,
            )
            .at(amount.value)
            .help("make `default` and `defaultRequest` equal");
        }
    }
}

fn ratios<'t>(
    field: &Field<'_, 't>,
    amount: &Amount<'t>,
    bounds: (Option<&Known<'_, 't>>, Option<&Known<'_, 't>>),
    cx: &mut Cx<'t>,
) {
    let Some(ratio) = amount.quantity else { return };
    if ratio.rounded_to_milli() < Quantity::units(1) {
        let message = "a limit is never less than the request, so the ratio is at least 1";
        fault(cx, field, ErrorType::Invalid, message)
            .at(amount.value)
            .help("use 1 or more");
    }
    if let (Some(min), Some(max)) = bounds
        && exceeds(ratio, max.0, min.0)
    {
        let message = "the ratio is more than that of max to min, so it would never bind";
        fault(cx, field, ErrorType::Invalid, message)
            .at(amount.value)
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
