//! RBAC: what rules and selectors of roles demand beyond their fields.

use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::rules::Cx;
use crate::schema::constraints::fault;

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
    let labels = field.child("matchLabels");
    let wrong_label = labels.entries().any(|entry| {
        !names::qualified_name(entry.name()).is_empty() || !names::label_value(&text(&entry)).is_empty()
    });
    let expressions = field.child("matchExpressions");
    let wrong = wrong_label
        || expressions.items().any(|one| {
            let values = one.child("values");
            let filled = values.is_filled();
            let right = match &*text(&one.child("operator")) {
                "In" | "NotIn" => filled,
                "Exists" | "DoesNotExist" => !filled,
                _ => false,
            };
            !right
                || !names::qualified_name(&text(&one.child("key"))).is_empty()
                || values
                    .items()
                    .any(|value| !names::label_value(&text(&value)).is_empty())
        });
    if wrong {
        let message = "the selector has a fault, so it selects no roles to aggregate";
        fault(cx, field, ErrorType::Invalid, message).help("correct its labels and expressions");
    }
}
