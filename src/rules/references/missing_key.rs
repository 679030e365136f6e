//! A key that a Secret or ConfigMap, fully known here, does not have.

use crate::diagnostic::Severity;
use crate::graph::{Defined, SERVICE};
use crate::rules::{Check, RunCx, quote};

/// The check.
pub const CHECK: Check = Check::Run(check);

/// How many of the keys that are there a message names.
const NAMED: usize = 8;

fn check(cx: &mut RunCx<'_>) {
    let index = cx.index;
    for site in index.judged(|fact| !fact.keys.is_empty() && fact.target != SERVICE) {
        let Some(meant) = index.meant(&site) else {
            continue;
        };
        let severity = super::severity_of_lacking(cx, &meant);
        let first = meant.definitions[0];
        for (key, span) in index.wanted(&site) {
            let Some(span) = span.filter(|_| index.lacks(&site, &meant, key)) else {
                continue;
            };
            let what = index.table().target_name(site.fact.target);
            let lacks = if severity == Severity::Info {
                format!(
                    "the {what} {} that these files define has no key {}; if it is the one meant, ",
                    quote(site.name),
                    quote(key)
                )
            } else {
                format!("{what} {} has no key {}; ", quote(site.name), quote(key))
            };
            let message = lacks + super::consequence(index.row(&site));
            let help = format!(
                "its keys are {}; name one of them, or add the key",
                keys(cx, &first)
            );
            cx.report_use(&site, span, message)
                .severity(severity)
                .help(help)
                .related_in(
                    first.file,
                    first.fact.span,
                    format!("the {what} is {} here", super::verb(&first)),
                );
        }
    }
}

/// The keys of a definition. They are no secrets: they become file names and fields.
fn keys(cx: &RunCx<'_>, d: &Defined<'_>) -> String {
    let facts = &cx.index.files[d.file as usize];
    // It may have many more than are named, and lack as many others.
    let mut keys = facts.keys(&d.fact.keys).map(|(key, _)| key);
    let named: Vec<String> = keys.by_ref().take(NAMED).map(quote).collect();
    let more = if keys.next().is_some() { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}
