//! A port that a Service, fully known here, does not have.

use crate::diagnostic::Severity;
use crate::graph::SERVICE;
use crate::rules::{Check, RunCx, quote};

/// The check.
pub const CHECK: Check = Check::Run(check);

/// How many of the ports that are there a message names.
const NAMED: usize = 8;

fn check(cx: &mut RunCx<'_>) {
    let index = cx.index;
    for site in index.judged(|fact| fact.target == SERVICE) {
        if index.wanted(&site).next().is_none() {
            continue;
        }
        let Some(meant) = index.meant(&site) else {
            continue;
        };
        let severity = super::severity_of_lacking(cx, &meant);
        // Services of one name are many: `web`, `api`, `db`.
        if severity == Severity::Info && !cx.settings.complete {
            continue;
        }
        let first = meant.definitions[0];
        let there = &index.files[first.file as usize];
        for (port, span) in index.wanted(&site) {
            if !index.lacks(&site, &meant, port) {
                continue;
            }
            let behind = there.aliases(&first.fact.keys).any(|alias| alias == port);
            let ports: Vec<String> = there
                .keys(&first.fact.keys)
                .map(|(port, _)| quote(port))
                .collect();
            let more = if ports.len() > NAMED { ", …" } else { "" };
            let ports = ports[..ports.len().min(NAMED)].join(", ") + more;
            let (name, port) = (quote(site.name), quote(port));
            let (message, help, severity) = if behind {
                (
                    format!(
                        "{port} is no port of Service {name} but a port of its pods; most controllers find nothing there"
                    ),
                    format!("name a port of the Service: {ports}"),
                    severity.min(Severity::Warning),
                )
            } else if span.is_none() {
                (
                    format!(
                        "Service {name} has no port {port}, which is called when none is named; every call fails"
                    ),
                    format!("name one of its ports with `port`: {ports}"),
                    severity,
                )
            } else {
                (
                    format!("Service {name} has no port {port}; nothing answers there"),
                    format!("its ports are {ports}; name one of them, or add the port"),
                    severity,
                )
            };
            cx.report_use(&site, span.unwrap_or(site.fact.span), message)
                .severity(severity)
                .help(help)
                .related_in(
                    first.file,
                    first.fact.span,
                    format!("the Service is {} here", super::verb(&first)),
                );
        }
    }
}
