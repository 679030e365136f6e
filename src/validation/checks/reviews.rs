//! Reviews of access.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::validation::constraints::{fault, is_set};

/// A review is no object that is kept, so it has no metadata but its namespace.
pub fn metadata<'t>(root: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let metadata = root.child("metadata");
    // The server clears the others before it looks.
    const FIELDS: [&str; 8] = [
        "name",
        "generateName",
        "labels",
        "annotations",
        "ownerReferences",
        "finalizers",
        "resourceVersion",
        "generation",
    ];
    if FIELDS.iter().any(|name| is_set(&metadata.child(name), false)) {
        let message = "a review is answered and not kept, so it can have no metadata";
        fault(cx, &metadata, ErrorType::Invalid, message).help("remove the metadata");
    }
}

/// A local review is about the namespace that it is in.
pub fn namespace<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !field.is_set() {
        return;
    }
    let own = field
        .parent()
        .and_then(|spec| spec.parent())
        .map(|root| root.child("metadata"));
    let own = own.and_then(|metadata| metadata.child("namespace").text());
    let asked = field.child("namespace");
    if let (Some(own), Some(text)) = (own, asked.text())
        // Without a namespace of its own it gets that of the request, of which no more is known than that it is one.
        && if own.is_empty() { text.is_empty() } else { own != text }
        && !cx.is_unrendered(&own)
        && !cx.is_unrendered(&text)
    {
        let message = "a local review can ask about its own namespace only";
        fault(cx, &asked, ErrorType::Invalid, message).help("set it to the namespace in the metadata");
    }
}

/// A requirement on labels, whose operator may be one that this version does not know.
pub fn label_requirement<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (key, values) = (field.child("key"), field.child("values"));
    let key_text = key.text().unwrap_or_default();
    let faults = match cx.is_unrendered(&key_text) {
        true => Vec::new(),
        false => names::qualified_name(&key_text),
    };
    for reason in faults {
        fault(cx, &key, ErrorType::Invalid, format!("the key {reason}")).help("use the key of a label");
    }
    let operator = field.child("operator").text().unwrap_or_default();
    match &*operator {
        "In" | "NotIn" if !values.is_filled() => {
            let message = format!("`{operator}` needs at least one of `values`");
            fault(cx, &values, ErrorType::Required, message).help("add a value");
        }
        "Exists" | "DoesNotExist" if values.is_filled() => {
            let message = format!("`{operator}` takes no `values`");
            fault(cx, &values, ErrorType::Forbidden, message).help("remove them");
        }
        _ => {}
    }
    for value in values.items() {
        let text = value.text().unwrap_or_default();
        if cx.is_unrendered(&text) {
            continue;
        }
        for reason in names::label_value(&text) {
            fault(cx, &value, ErrorType::Invalid, format!("the value {reason}"))
                .help("use the value of a label");
        }
    }
}
