//! ResourceQuotas.

use super::resource_names;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::quote::quote;
use crate::validation::constraints::{choose, fault};

/// Whether a quantity is a whole number, once rounded up to thousandths as the server does.
pub fn is_whole(quantity: Quantity) -> bool {
    quantity.thousandths() % 1000 == 0
}

/// A quantity of a resource: 0 or more, and whole where halves make no sense.
pub fn amount<'t>(field: &Field<'_, 't>, name: &str, shown: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(quantity) = Quantity::of(field) else {
        return;
    };
    let place = field.place();
    if quantity.is_negative() {
        let message = format!("the amount of {} is negative", quote(name));
        fault(cx, shown, ErrorType::Invalid, message)
            .at(place)
            .help("use 0 or more");
    }
    if resource_names::is_whole(name) && !is_whole(quantity) {
        let message = format!("{} comes in whole numbers only", quote(name));
        fault(cx, shown, ErrorType::Invalid, message)
            .at(place)
            .help("use a whole number");
    }
}

/// What a quota counts.
pub fn hard<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for entry in field.entries() {
        let name = entry.name();
        if cx.is_unrendered(name) {
            continue;
        }
        for reason in resource_names::quota_faults(name) {
            let at = entry.handle();
            let message = format!("{} is no resource for a quota: it {reason}", quote(name));
            fault(cx, &entry, ErrorType::Invalid, message)
                .at(at)
                .help("use a name such as `requests.cpu`, `pods` or `count/deployments.apps`");
        }
        amount(&entry, name, &entry, cx);
    }
}

const SCOPES: [&str; 7] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];

/// Each scope is compared with each resource: nobody reads more findings than these.
const ENOUGH: usize = 1000;

/// Pairs of scopes that no pod can have both.
const CONFLICTS: [(&str, &str); 2] = [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")];

/// What a quota is for. The server reports at the lists, not at their items.
pub fn scopes<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let list = spec.child("scopes");
    let mut seen = Vec::new();
    let before = cx.count();
    for item in list.items() {
        let Some(scope) = item.text() else { return };
        if cx.count() - before > ENOUGH {
            return;
        }
        one_scope(&list, &list, &item, &scope, spec, cx);
        seen.push(scope);
    }
    conflicts(&list, &seen, cx);
    let selector = spec.child("scopeSelector");
    let expressions = selector.child("matchExpressions");
    let mut seen = Vec::new();
    for item in expressions.items() {
        let (name, operator) = (item.child("scopeName"), item.child("operator"));
        let (Some(scope), Some(text)) = (name.text(), operator.text()) else {
            return;
        };
        one_scope(
            &expressions,
            &expressions.child("scopeName"),
            &name,
            &scope,
            spec,
            cx,
        );
        let at = operator.place();
        let unknown =
            !matches!(&*text, "In" | "NotIn" | "Exists" | "DoesNotExist") && !cx.is_unrendered(&text);
        let without_values = SCOPES[..4].contains(&&*scope) || scope == "CrossNamespacePodAffinity";
        if without_values && text != "Exists" {
            let message = format!("the scope `{scope}` has no values, so the operator must be `Exists`");
            fault(cx, &expressions.child("operator"), ErrorType::Invalid, message)
                .at(at)
                .help("use `Exists`");
        }
        let values = item.child("values");
        let place = values.place();
        let shown = expressions.child("values");
        if matches!(&*text, "In" | "NotIn") && !values.is_filled() {
            let message = format!("the operator `{text}` needs values");
            fault(cx, &shown, ErrorType::Required, message)
                .at(place)
                .help("add `values`");
        } else if matches!(&*text, "Exists" | "DoesNotExist") && values.is_filled() {
            let message = format!("the operator `{text}` takes no values");
            fault(cx, &shown, ErrorType::Invalid, message)
                .at(place)
                .help("remove `values`");
        } else if unknown {
            let message = format!("there is no operator {}", quote(&text));
            fault(cx, &expressions.child("operator"), ErrorType::Invalid, message)
                .at(at)
                .help("use `In`, `NotIn`, `Exists` or `DoesNotExist`");
        }
        seen.push(scope);
    }
    conflicts(&expressions, &seen, cx);
}

fn one_scope<'t>(
    list: &Field<'_, 't>,
    named: &Field<'_, 't>,
    item: &Field<'_, 't>,
    scope: &str,
    spec: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) {
    if cx.is_unrendered(scope) {
        return;
    }
    let at = item.place();
    // The last one came with 1.34.
    let known = if cx.kube().minor() < 34 {
        &SCOPES[..6]
    } else {
        &SCOPES[..]
    };
    if !known.contains(&scope) {
        let message = format!("there is no scope {}", quote(scope));
        fault(cx, named, ErrorType::Invalid, message)
            .at(at)
            .help(choose(known, scope));
    }
    for entry in spec.child("hard").entries().filter(|_| known.contains(&scope)) {
        let name = entry.name();
        if resource_names::is_for_quota(name) && !resource_names::fits_scope(name, scope) {
            let message = format!("a quota with the scope `{scope}` cannot count {}", quote(name));
            fault(cx, list, ErrorType::Invalid, message)
                .at(at)
                .help("count it in a quota of its own");
        }
    }
}

fn conflicts<'t>(list: &Field<'_, 't>, seen: &[std::borrow::Cow<'_, str>], cx: &mut Cx<'t>) {
    for (one, other) in CONFLICTS {
        if seen.iter().any(|scope| scope == one) && seen.iter().any(|scope| scope == other) {
            let message = format!("no pod is both `{one}` and `{other}`");
            fault(cx, list, ErrorType::Invalid, message).help("remove one of them");
        }
    }
}
