//! URLs as Go reads them, and what webhooks demand of theirs.

use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::rules::Cx;
use crate::schema::constraints::{fault, is_set};

/// The parts of a URL that are looked at.
#[derive(Default)]
pub struct Url<'a> {
    scheme: &'a str,
    host: &'a str,
    user: bool,
    query: bool,
    fragment: bool,
}

impl Url<'_> {
    /// Whether it says where something is: a scheme and a host.
    pub fn is_absolute(&self) -> bool {
        !self.scheme.is_empty() && !self.host.is_empty()
    }
}

/// Reads a URL as Go's net/url does; `None` where it refuses.
pub fn parse(text: &str) -> Option<Url<'_>> {
    if text.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return None;
    }
    let mut url = Url::default();
    let (rest, fragment) = match text.split_once('#') {
        Some((rest, fragment)) => (rest, fragment),
        None => (text, ""),
    };
    if !escapes_are_right(fragment) {
        return None;
    }
    url.fragment = !fragment.is_empty();
    let (scheme, rest) = scheme(rest)?;
    url.scheme = scheme;
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, query),
        None => (rest, ""),
    };
    url.query = !query.is_empty();
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return Some(url); // opaque: `mailto:x`
        }
        if rest.split('/').next().is_some_and(|first| first.contains(':')) {
            return None;
        }
    }
    let mut path = rest;
    if (!scheme.is_empty() || !rest.starts_with("///"))
        && let Some(after) = rest.strip_prefix("//")
    {
        let end = after.find('/').unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        path = tail;
        let host = match authority.rsplit_once('@') {
            None => authority,
            Some((user, host)) => {
                let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b);
                if !user.bytes().all(allowed) || !escapes_are_right(user) {
                    return None;
                }
                url.user = true;
                host
            }
        };
        if !is_host(host) {
            return None;
        }
        url.host = host;
    }
    escapes_are_right(path).then_some(url)
}

/// The scheme, if there is one, and the rest; `None` for a colon without one.
fn scheme(text: &str) -> Option<(&str, &str)> {
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i > 0 => return Some((&text[..i], &text[i + 1..])),
            b':' => return None,
            _ => break,
        }
    }
    Some(("", text))
}

fn escapes_are_right(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(i, b)| {
        *b != b'%'
            || (bytes.get(i + 1).is_some_and(u8::is_ascii_hexdigit)
                && bytes.get(i + 2).is_some_and(u8::is_ascii_hexdigit))
    })
}

fn is_host(host: &str) -> bool {
    let port = if host.starts_with('[') {
        match host.rfind(']') {
            None => return false,
            Some(end) => &host[end + 1..],
        }
    } else {
        host.rfind(':').map_or("", |colon| &host[colon..])
    };
    let port_is_right = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()),
    };
    let allowed =
        |b: u8| !b.is_ascii() || b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&b);
    port_is_right && host.bytes().all(allowed)
}

/// The URL of a webhook.
pub fn webhook<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    const HELP: &str = "write `https://host[:port][/path]`";
    let Some(url) = parse(&text) else {
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
        (
            url.scheme.eq_ignore_ascii_case("https"),
            "a webhook is called by `https` only",
        ),
        (!url.host.is_empty(), "the URL of a webhook needs a host"),
        (!url.user, "the URL of a webhook may not hold a user"),
        (
            !url.fragment,
            "the URL of a webhook may not have a fragment (`#…`)",
        ),
        (!url.query, "the URL of a webhook may not have a query (`?…`)"),
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
        _ => {
            let message = "a webhook needs either `url` or `service`";
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

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_urls_as_go_does() {
        for right in [
            "",
            "*",
            "https://a",
            "https://[::1]:80/x",
            "mailto:x",
            "https://u:p@h/?q#f",
        ] {
            assert!(parse(right).is_some(), "{right}");
        }
        for wrong in [
            ":x",
            "a b:c",
            "1:30",
            "https://a b",
            "https://a:b",
            "/%zz",
            "a\n",
            "https://[::1",
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
