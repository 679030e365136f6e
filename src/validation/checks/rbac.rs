//! RBAC: what rules and selectors of roles demand beyond their fields.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::validation::constraints::fault;

/// A rule is about resources or about paths that are none.
pub fn one_kind_of_rule<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(rule) = field.parent().filter(|_| field.is_filled()) else {
        return;
    };
    let names = ["apiGroups", "resources", "resourceNames"];
    if names.iter().any(|name| rule.child(name).is_filled()) {
        let message = "a rule is either about resources or about paths that are no resources";
        fault(cx, field, ErrorType::Invalid, message).help("make two rules of it");
    }
}

/// A selector of roles to aggregate is reported as a whole, too, when a part of it is wrong.
pub fn selector<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let text = |field: &Field<'_, 't>| field.text().unwrap_or_default();
    let bad_key = |key: &str| !cx.is_unrendered(key) && !names::qualified_name(key).is_empty();
    let bad_value = |value: &str| !cx.is_unrendered(value) && !names::label_value(value).is_empty();
    let labels = field.child("matchLabels");
    let wrong_label = labels
        .entries()
        .any(|entry| bad_key(entry.name()) || bad_value(&text(&entry)));
    let expressions = field.child("matchExpressions");
    let wrong = wrong_label
        || expressions.items().any(|one| {
            let values = one.child("values");
            let filled = values.is_filled();
            let right = match &*text(&one.child("operator")) {
                "In" | "NotIn" => filled,
                "Exists" | "DoesNotExist" => !filled,
                other => cx.is_unrendered(other),
            };
            !right
                || bad_key(&text(&one.child("key")))
                || values.items().any(|value| bad_value(&text(&value)))
        });
    if wrong {
        let message = "the selector has a fault, so it selects no roles to aggregate";
        fault(cx, field, ErrorType::Invalid, message)
            .help("correct its labels and expressions")
            .follows(field.value().map(|value| value.span()));
    }
}
