//! `metadata.finalizers`: qualified names, and for built-in kinds more than that.

use std::borrow::Cow;

use crate::diagnostic::ErrorType;
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

/// The finalizers that need no domain.
const STANDARD: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.has_metadata("finalizers") {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let finalizers = metadata.child("finalizers");
    if !finalizers.is_filled() {
        return;
    }
    let Some(judge) = super::judge(object, cx) else {
        return;
    };
    let needs_domain = judge.built_in && !is_lenient(object);
    let (mut orphan, mut foreground) = (None, None);
    for finalizer in finalizers.items() {
        let (Some(value), Some(text)) = (finalizer.value(), finalizer.text()) else {
            continue;
        };
        if cx.is_unrendered(&text) {
            continue;
        }
        let faults = names::qualified_name(&text);
        let unknown = needs_domain && !text.contains('/') && !STANDARD.contains(&&*text);
        let shown = if faults.is_empty() && !unknown {
            Cow::Borrowed("")
        } else {
            cx.shown(value)
        };
        for fault in faults {
            // The server names the list; for the next rule it names the entry.
            cx.report(finalizers.handle(), format!("the finalizer {shown} {fault}"))
                .refusal(ErrorType::Invalid, finalizers.path())
                .related(finalizer.place(), "this one")
                .help("name the controller that removes it: `example.com/cleanup`");
        }
        if unknown {
            cx.report_at(
                &finalizer,
                format!("the finalizer {shown} has no domain and is none of the standard ones"),
            )
            .refusal(ErrorType::Invalid, finalizer.path())
            .help("name the controller that removes it: `example.com/cleanup`");
        }
        match &*text {
            "orphan" => orphan = Some(finalizer.place()),
            "foregroundDeletion" => foreground = Some(finalizer.place()),
            _ => {}
        }
    }
    if let (Some(orphan), Some(foreground)) = (orphan, foreground) {
        cx.report(
            finalizers.handle(),
            "`orphan` and `foregroundDeletion` exclude each other: one keeps dependents, the other deletes them",
        )
        .refusal(ErrorType::Invalid, finalizers.path())
        .related(orphan, "keeps dependents")
        .related(foreground, "deletes dependents first")
        .help("remove one; both are set by a deletion request and seldom belong into a manifest");
    }
}

/// Built-in kinds without the rule about the slash (measured): they share the check of custom resources.
fn is_lenient(object: &Object<'_>) -> bool {
    matches!(
        object.group(),
        "admissionregistration.k8s.io"
            | "apiextensions.k8s.io"
            | "apiregistration.k8s.io"
            | "coordination.k8s.io"
    ) || matches!(&*object.kind, "PodDisruptionBudget" | "RuntimeClass")
        || object.kind == "Event" && object.api_version != "events.k8s.io/v1"
}
