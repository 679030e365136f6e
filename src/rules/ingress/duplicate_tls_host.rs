//! A host under two `tls` entries that name different Secrets.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::manifest::Object;
use crate::rules::{Check, Cx};
use crate::source::Span;

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let mut seen: HashMap<Cow<'t, str>, (Cow<'t, str>, Span)> = HashMap::new();
    super::each_tls(ingress, |tls| {
        let Some(secret) = super::judged(&tls.child("secretName"), cx) else {
            return;
        };
        for host in tls.child("hosts").items() {
            let Some(name) = super::judged(&host, cx).filter(|name| !name.is_empty()) else {
                continue;
            };
            let (first, at) = seen
                .entry(name)
                .or_insert_with(|| (secret.clone(), host.place()))
                .clone();
            if first != secret {
                let shown = super::shown(&host, cx);
                cx.report_at(
                    &host,
                    format!("two `tls` entries give {shown} different certificates; which one is served is up to the controller"),
                )
                .related(at, "first given one here")
                .help("keep the host under one of the entries");
            }
        }
    });
}
