//! APIService, PriorityClass, RuntimeClass.

use std::collections::HashSet;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::fault;

/// The name of an APIService is its version, a dot and its group.
pub fn name<'t>(root: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let text = |field: Field<'_, 't>| field.text().unwrap_or_default();
    let spec = root.child("spec");
    let wanted = format!("{}.{}", text(spec.child("version")), text(spec.child("group")));
    if cx.is_unrendered(&wanted) {
        return;
    }
    let metadata = root.child("metadata");
    let (name, prefix) = (metadata.child("name"), metadata.child("generateName"));
    let (name_text, prefix_text) = (text(metadata.child("name")), text(metadata.child("generateName")));
    let message = "the name of an APIService must be its version, a dot and its group";
    let mut check = |at: &Field<'_, 't>, value: &str| {
        if value != wanted && names::path_segment(value).is_empty() && !cx.is_unrendered(value) {
            fault(cx, at, ErrorType::Invalid, message).help(format!("name it {}", quote(&wanted)));
        }
    };
    if !prefix_text.is_empty() {
        check(&prefix, &prefix_text);
        if name_text.is_empty() {
            check(&name, &format!("{prefix_text}x"));
        }
    }
    if !name_text.is_empty() {
        check(&name, &name_text);
    }
}

/// Names and values of PriorityClasses that the system keeps for itself.
pub fn priority<'t>(root: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const HIGHEST: i64 = 1_000_000_000;
    let metadata = root.child("metadata");
    let name = metadata.child("name");
    // A name that the server makes up starts as it is told to.
    let start = metadata.child("generateName");
    let text = name
        .text()
        .filter(|text| !text.is_empty())
        .or_else(|| start.text());
    let Some(text) = text.filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let value = root.child("value");
    let number = match value.is_set() {
        true => value.int(),
        false => Some(0),
    };
    // A placeholder.
    let Some(number) = number else { return };
    if text.starts_with("system-") {
        let known = [
            ("system-node-critical", HIGHEST * 2 + 1000),
            ("system-cluster-critical", HIGHEST * 2),
        ];
        let right = known.contains(&(&*text, number)) && root.child("globalDefault").bool() != Some(true);
        if !right {
            let message = "names that start with `system-` are kept for PriorityClasses of the system";
            fault(cx, &name, ErrorType::Forbidden, message).help("choose another name");
        }
    } else if number > HIGHEST {
        let message = format!("the priority {number} is above {HIGHEST}, where those of the system begin");
        fault(cx, &value, ErrorType::Forbidden, message).help(format!("use {HIGHEST} at the most"));
    }
}

/// What running a pod in the class costs, reported as limits.
pub fn runtime_overhead<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(overhead) = field.parent() {
        super::podspec_resources::overhead_at(field, &overhead.child("limits"), cx);
    }
}

/// Tolerations that a class adds to its pods: none twice.
pub fn tolerations<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen = HashSet::new();
    for item in field.items() {
        let text = |name| item.child(name).text().unwrap_or_default();
        let key = (text("key"), text("operator"), text("value"), text("effect"));
        if !seen.insert(key) {
            fault(
                cx,
                &item,
                ErrorType::Duplicate,
                "the toleration stands in the list already",
            )
            .help("remove it");
        }
    }
}
