//! A Secret, fully known here, that is used as a TLS certificate and lacks it or its key.

use crate::rules::{Check, RunCx, quote};

/// The check.
pub const CHECK: Check = Check::Run(check);

fn check(cx: &mut RunCx<'_>) {
    let index = cx.index;
    for site in index.judged(|fact| index.table().row(fact.row).tls) {
        let Some(meant) = index.meant(&site) else {
            continue;
        };
        let severity = super::severity_of_lacking(cx, &meant);
        let lacks = |key: &str| index.lacks(&site, &meant, key);
        let missing = match (lacks("tls.crt"), lacks("tls.key")) {
            (true, true) => "neither `tls.crt` nor `tls.key`",
            (true, false) => "no `tls.crt`",
            (false, true) => "no `tls.key`",
            (false, false) => continue,
        };
        let first = meant.definitions[0];
        let message = format!(
            "Secret {} is used as a TLS certificate, but has {missing}; {}",
            quote(site.name),
            super::consequence(index.row(&site))
        );
        cx.report_use(&site, site.fact.span, message)
            .severity(severity)
            .help("give the Secret both keys, and the type kubernetes.io/tls so that the server checks them")
            .related_in(
                first.file,
                first.fact.span,
                format!("the Secret is {} here", super::verb(&first)),
            );
    }
}
