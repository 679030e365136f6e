//! A selector that selects nothing, though what it means stands close by.

use crate::diagnostic::Severity;
use crate::graph::{Labels, Miss, SERVICE};
use crate::rules::{Check, RunCx, quote};

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    let index = cx.index;
    let Some(mut labels) = Labels::new(index) else {
        return;
    };
    for (selecting, meant, miss) in labels.misses() {
        let (Some(own), Some(object)) = (
            index.object(selecting.file, selecting.fact.object),
            index.object(meant.file, meant.fact.object),
        ) else {
            continue;
        };
        let facts = &index.files[selecting.file as usize];
        let there = &index.files[meant.file as usize];
        let (kind, name) = (there.str(object.kind), quote(there.str(object.name)));
        let (what, whose) = match (selecting.fact.target == SERVICE, kind) {
            (true, _) => ("Service", format!("Service {name}")),
            (false, "Pod") => ("pod", format!("Pod {name}")),
            (false, _) => ("pod", format!("the pods of {kind} {name}")),
        };
        let have = if whose.starts_with("the pods") {
            "have"
        } else {
            "has"
        };
        let own_kind = facts.str(own.kind);
        let (span, related, message, help) = match miss {
            Miss::Namespace => {
                let place = |file: u32, own: &str| quote(index.namespace(file, own));
                let own_place = place(selecting.file, facts.str(selecting.fact.namespace));
                let place = place(meant.file, there.str(meant.fact.namespace));
                (
                    facts
                        .labels(&selecting.fact.labels)
                        .next()
                        .map_or(own.span, |(_, _, span)| span),
                    object.span,
                    format!(
                        "this {own_kind} is in namespace {own_place}, and selects nothing there; {whose}, which its \
                         selector fits, is in {place}"
                    ),
                    "put both into one namespace".to_string(),
                )
            }
            Miss::Label {
                key,
                wanted,
                span,
                there: Some((value, at)),
            } => (
                span,
                at,
                format!(
                    "this {own_kind} selects no {what} of these files: {whose} {have} {} for {}, not {}",
                    quote(value),
                    quote(key),
                    quote(wanted)
                ),
                format!("write {} if that is what is meant", quote(value)),
            ),
            Miss::Label {
                key,
                wanted,
                span,
                there: None,
            } => (
                span,
                object.span,
                format!(
                    "this {own_kind} selects no {what} of these files: {whose} {have} no label {}",
                    quote(key)
                ),
                format!(
                    "give it the label with the value {}, or select by others",
                    quote(wanted)
                ),
            ),
        };
        cx.report(
            selecting.file,
            own.document,
            Some(selecting.fact.object),
            span,
            message,
        )
        .severity(Severity::Warning)
        .help(help)
        .related_in(meant.file, related, format!("{kind} {name} is here"));
    }
}
