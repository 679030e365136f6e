//! What webhooks demand of their URLs, Services and versions.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::url;
use crate::validation::constraints::{fault, is_set};

/// The URL of a webhook.
pub fn webhook<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    const HELP: &str = "write `https://host[:port][/path]`";
    let Some(url) = url::read(&text) else {
        fault(
            cx,
            field,
            ErrorType::Required,
            "this is no URL, so the server knows no webhook to call",
        )
        .help(HELP);
        return;
    };
    let faults = [
        (url.scheme == "https", "a webhook is called by `https` only"),
        (!url.host.is_empty(), "the URL of a webhook needs a host"),
        (!url.user, "the URL of a webhook may not hold a user"),
        (
            url.fragment.is_empty(),
            "the URL of a webhook may not have a fragment (`#…`)",
        ),
        (
            url.query.is_empty(),
            "the URL of a webhook may not have a query (`?…`)",
        ),
    ];
    for (right, message) in faults {
        if !right {
            fault(cx, field, ErrorType::Invalid, message).help(HELP);
        }
    }
}

/// The path at a webhook's Service.
pub fn service_path<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    const HELP: &str = "write a path such as `/validate`";
    match &*text {
        "" | "/" => return,
        "//" => {
            fault(cx, field, ErrorType::Invalid, "the path has an empty segment").help(HELP);
            return;
        }
        _ => {}
    }
    if !text.starts_with('/') {
        fault(cx, field, ErrorType::Invalid, "the path must start with `/`").help(HELP);
    }
    // The first byte is taken for the slash, whatever it is.
    let rest = text.get(1..).unwrap_or_default();
    for step in rest.strip_suffix('/').unwrap_or(rest).split('/') {
        if step.is_empty() {
            fault(cx, field, ErrorType::Invalid, "the path has an empty segment").help(HELP);
            continue;
        }
        for reason in names::dns1123_subdomain(step) {
            let message = format!("a segment of the path {reason}");
            fault(cx, field, ErrorType::Invalid, message).help(HELP);
        }
    }
}

/// How a webhook is called: by URL or through a Service.
pub fn client_config<'t>(client: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (address, service) = (client.child("url"), client.child("service"));
    match (address.is_set(), service.is_set()) {
        (true, false) => webhook(&address, cx),
        (false, true) => {
            // The server names the other one of the two when one is missing.
            for (name, reported) in [("name", "namespace"), ("namespace", "name")] {
                if !is_set(&service.child(name), false) {
                    let message = format!("the webhook's Service needs its `{name}`");
                    let at = service.renamed(reported, &service.child(name));
                    fault(cx, &at, ErrorType::Required, message).help(format!("add `{name}`"));
                }
            }
            let port = service.child("port");
            if port.is_set() && port.int().is_some_and(|port| !(1..=65535).contains(&port)) {
                fault(cx, &port, ErrorType::Invalid, "a port lies between 1 and 65535")
                    .help("use the Service's port");
            }
            service_path(&service.child("path"), cx);
        }
        (both, _) => {
            let message = match both {
                true => "`url` and `service` exclude each other",
                false => "a webhook needs either `url` or `service`",
            };
            fault(cx, client, ErrorType::Required, message).help("set exactly one of them");
        }
    }
}

/// The versions of the review objects that a webhook understands.
pub fn review_versions<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const HELP: &str = "list the versions that the webhook understands: `v1`, `v1beta1`";
    if !field.is_filled() {
        fault(
            cx,
            field,
            ErrorType::Required,
            "the server must know which version of the review the webhook understands",
        )
        .help(HELP);
        return;
    }
    let mut seen = std::collections::HashSet::new();
    let mut known = false;
    for item in field.items() {
        let Some(text) = item.text() else { return };
        if cx.is_unrendered(&text) {
            return;
        }
        known |= matches!(&*text, "v1" | "v1beta1");
        for reason in names::dns1035_label(&text) {
            if !seen.contains(&text) {
                fault(cx, &item, ErrorType::Invalid, format!("the version {reason}")).help(HELP);
            }
        }
        if !seen.insert(text) {
            fault(
                cx,
                &item,
                ErrorType::Invalid,
                "the version stands in the list already",
            )
            .help("remove one of them");
        }
    }
    if !known {
        fault(
            cx,
            field,
            ErrorType::Invalid,
            "none of these is a version that the server speaks",
        )
        .help("add `v1`");
    }
}
