//! Labels and what selects by them.

use std::borrow::Cow;
use std::collections::HashSet;

use super::never_created;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, of_format};

/// Labels to match: the server reports keys and values at the map.
pub fn labels<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for entry in field.entries() {
        let at = entry.key_node().map_or(field.place(), |key| key.span());
        if cx.is_unrendered(entry.name()) {
            continue;
        }
        for reason in names::qualified_name(entry.name()) {
            let message = format!("{} is no valid label key: it {reason}", quote(entry.name()));
            fault(cx, field, ErrorType::Invalid, message)
                .related(at, "this one")
                .help("use a name such as `app` or `example.com/app`");
        }
        let Some(value) = entry.text().filter(|value| !cx.is_unrendered(value)) else {
            continue;
        };
        for reason in names::label_value(&value) {
            let shown = entry.value().map(|node| cx.shown(node)).unwrap_or_default();
            let message = format!("{shown} is no valid label value: it {reason}");
            fault(cx, field, ErrorType::Invalid, message)
                .related(entry.place(), "this one")
                .help("use up to 63 letters, digits, `-`, `_` and `.`");
        }
    }
}

/// One requirement of a node selector: by label, or by field (`metadata.name`).
pub fn node_requirement<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let by_field = field.parent().is_some_and(|list| list.name() == "matchFields");
    let operator = field.child("operator");
    let values = field.child("values");
    let count = values.items().count();
    let Some(name) = operator.text() else { return };
    match &*name {
        "In" | "NotIn" if by_field => {
            if count != 1 {
                let message = "a requirement on a node's field takes exactly one value";
                fault(cx, &values, ErrorType::Required, message).help("keep one value");
            }
        }
        "In" | "NotIn" => {
            if count == 0 {
                let message = format!("`{name}` needs at least one of `values`");
                fault(cx, &values, ErrorType::Required, message).help("add a value");
            }
        }
        "Exists" | "DoesNotExist" if !by_field => {
            if count > 0 {
                let message = format!("`{name}` asks for the key alone, so it takes no `values`");
                fault(cx, &values, ErrorType::Forbidden, message).help("remove `values`, or use `In`");
            }
        }
        "Gt" | "Lt" if !by_field => {
            if count != 1 {
                let message = format!("`{name}` compares with exactly one of `values`");
                fault(cx, &values, ErrorType::Required, message).help("keep one value");
            }
        }
        _ if cx.is_unrendered(&name) => {}
        _ => {
            let help = if by_field {
                "use `In` or `NotIn`"
            } else {
                "use one of `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`"
            };
            let message = format!("{} is no operator of this selector", quote(&name));
            fault(cx, &operator, ErrorType::Invalid, message).help(help);
        }
    }
    let key = field.child("key");
    if !by_field {
        of_format(Format::QualifiedName, &key, &key, cx);
        // A preference with an odd value is taken, and before 1.33 a demand was: it matches no node.
        let preferred = field
            .parent()
            .and_then(|list| list.parent())
            .is_some_and(|term| term.name() == "preference");
        if !preferred && cx.kube().minor() >= 33 {
            for value in values.items() {
                of_format(Format::LabelValue, &value, &value, cx);
            }
        }
        return;
    }
    let Some(name) = key.text() else { return };
    if name == "metadata.name" {
        for value in values.items() {
            of_format(Format::DnsSubdomain, &value, &value, cx);
        }
    } else if !cx.is_unrendered(&name) {
        let message = format!("{} is no field that selects nodes", quote(&name));
        fault(cx, &key, ErrorType::Invalid, message).help("use `metadata.name`");
    }
}

/// `matchLabelKeys` of a topology spread constraint: none that its selector has already.
pub fn spread_keys<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(constraint) = field.parent() else { return };
    if !field.is_filled() {
        return;
    }
    let selector = constraint.child("labelSelector");
    let labels = selector.child("matchLabels");
    let expressions = selector.child("matchExpressions");
    let mut taken: HashSet<String> = labels.entries().map(|entry| entry.name().to_string()).collect();
    taken.extend(
        expressions
            .items()
            .filter_map(|one| one.child("key").text().map(|key| key.into_owned())),
    );
    for key in field.items() {
        if key.text().is_some_and(|text| taken.contains(&*text)) {
            let message = "`labelSelector` selects by this key already";
            fault(cx, &key, ErrorType::Invalid, message).help("name the key in one place only");
        }
    }
}

/// `matchLabelKeys` of a pod affinity term: none that `mismatchLabelKeys` have.
pub fn affinity_keys<'t>(keys: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(term) = keys.parent() else { return };
    let others = term.child("mismatchLabelKeys");
    if !others.is_filled() {
        return;
    }
    let others: HashSet<_> = others.items().filter_map(|key| key.text()).collect();
    for key in keys.items() {
        if key.text().is_some_and(|text| others.contains(&text)) {
            let message = "`mismatchLabelKeys` has this key as well";
            fault(cx, &key, ErrorType::Invalid, message).help("keep the key in one of the two lists");
        }
    }
}

/// `matchLabelKeys` beside the selector that they extend. The server compares only a key that the selector names
/// twice, and reports it by its index, without the name of the list. Before that, in a pod, it puts the keys that are
/// labels of the pod into the selector; so a template is taken, and its pods are refused.
pub fn match_label_keys<'t>(term: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (keys, others) = (term.child("matchLabelKeys"), term.child("mismatchLabelKeys"));
    let selector = term.child("labelSelector");
    let expressions = selector.child("matchExpressions");
    let mut spec = term.parent();
    while let Some(up) = spec.filter(|up| up.name() != "spec") {
        spec = up.parent();
    }
    let Some(owner) = spec.and_then(Field::parent) else {
        return;
    };
    let is_pod = owner.parent().is_none();
    let metadata = owner.child("metadata");
    let labels = metadata.child("labels");
    let merged = keys.items().chain(others.items()).filter_map(|key| key.text());
    let merged = merged.filter(|key| labels.is_filled() && labels.key(key).value().is_some());
    let written = expressions.items().filter_map(|one| one.child("key").text());
    let mut taken: HashSet<_> = selector
        .child("matchLabels")
        .entries()
        .map(|entry| Cow::Owned(entry.name().to_string()))
        .collect();
    let written = written.map(|key| (key, true));
    for (key, is_refused) in written.chain(merged.map(|key| (key, is_pod))) {
        if taken.contains(&key)
            && let Some((i, item)) = keys
                .items()
                .enumerate()
                .filter(|(_, item)| item.text().as_deref() == Some(&key))
                .last()
        {
            if is_refused {
                let message = "`labelSelector` selects by this key already";
                fault(cx, &term.odd_item(i as u32), ErrorType::Invalid, message)
                    .at(item.place())
                    .help("name the key in one place only");
            } else {
                never_created::key_is_selected_already(&item, cx);
            }
        }
        taken.insert(key);
    }
}
