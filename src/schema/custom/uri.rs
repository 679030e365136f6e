//! URIs as the server reads those of requests, with Go's net/url: with a scheme, or a path from the root.
//!
//! Versions of Go differ in what they make of colons and brackets in hosts, so that these are not judged.

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// The parts of a URI.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Uri<'a> {
    /// In lower case.
    pub scheme: Cow<'a, str>,
    /// With the port.
    pub host: &'a str,
    pub path: &'a str,
    /// What stands behind `?`.
    pub query: &'a str,
}

/// What the server makes of a text.
#[derive(Debug, PartialEq)]
pub(crate) enum Read<'a> {
    Uri(Uri<'a>),
    Refused,
    /// It cannot be told.
    Doubtful,
}

/// Reads a text as a URI of a request, where `#` has no meaning.
pub(crate) fn read(text: &str) -> Read<'_> {
    if text.is_empty() || text.bytes().any(|b| b < b' ' || b == 0x7f) {
        return Read::Refused;
    }
    if text == "*" {
        return Read::Uri(Uri {
            path: "*",
            ..Uri::default()
        });
    }
    let Some((scheme, rest)) = scheme(text) else {
        return Read::Refused;
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut uri = Uri {
        scheme: match scheme.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(scheme.to_ascii_lowercase()),
            false => Cow::Borrowed(scheme),
        },
        query,
        ..Uri::default()
    };
    if !rest.starts_with('/') {
        // Such as `mailto:x`, whose rest is no path.
        return if scheme.is_empty() {
            Read::Refused
        } else {
            Read::Uri(uri)
        };
    }
    uri.path = rest;
    let mut doubtful = false;
    if !scheme.is_empty()
        && let Some(after) = rest.strip_prefix("//")
    {
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        uri.path = path;
        match host(authority) {
            Some(Some(host)) => uri.host = host,
            Some(None) => doubtful = true,
            None => return Read::Refused,
        }
    }
    match (escapes_are_right(uri.path), doubtful) {
        (false, _) => Read::Refused,
        (true, true) => Read::Doubtful,
        (true, false) => Read::Uri(uri),
    }
}

/// The scheme, if there is one, and the rest; `None` for a colon without one.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')));
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    match end.map(|end| (end, text.as_bytes().get(end))) {
        Some((0, Some(b':'))) => None,
        Some((end, Some(b':'))) if starts => Some((text.get(..end)?, text.get(end + 1..)?)),
        _ => Some(("", text)),
    }
}

/// The host of an authority; `None` where it is refused, `Some(None)` where that cannot be told.
fn host(authority: &str) -> Option<Option<&str>> {
    let host = match authority.rsplit_once('@') {
        None => authority,
        Some((user, host)) => {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b);
            if !user.bytes().all(allowed) || !escapes_are_right(user) {
                return None;
            }
            host
        }
    };
    let allowed =
        |b: u8| !b.is_ascii() || b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"%".contains(&b);
    if !host.bytes().all(allowed) {
        return None;
    }
    if host.contains('%') {
        return Some(None);
    }
    if let Some(inner) = host.strip_prefix('[') {
        let (address, port) = inner.rsplit_once(']')?;
        let plain = address.parse::<Ipv6Addr>().is_ok();
        return is_port(port).then_some(plain.then_some(host));
    }
    let port = host.rfind(':').and_then(|at| host.get(at..)).unwrap_or_default();
    if !is_port(port) {
        return None;
    }
    let doubtful = host.contains(['[', ']']) || host.matches(':').count() > 1;
    Some((!doubtful).then_some(host))
}

/// Nothing, or a colon with digits; there may be none.
fn is_port(text: &str) -> bool {
    match text.strip_prefix(':') {
        None => text.is_empty(),
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()),
    }
}

fn escapes_are_right(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        let hex = after.as_bytes().get(..2);
        if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
            return false;
        }
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_of_requests_are_read_as_go_reads_them() {
        for right in [
            "https://user:pass@example.com:80/path?query=val#fragment",
            "/absolute-path",
            "http://a",
            "HTTP://a:",
            "https://[::1]:80/",
            "mailto:x@y",
            "urn:a b",
            "*",
            "//a b/c",
            "http://é.example/%20",
            "http:///x",
            "http://a/b c",
            "http://a?%zz",
        ] {
            assert!(matches!(read(right), Read::Uri(_)), "{right}");
        }
        for wrong in [
            "",
            "../relative-path",
            "example.com",
            ":x",
            "1:30",
            "http://a b",
            "http://a:b",
            "http://a#b",
            "http://[::1",
            "http://[::1]x",
            "http://a/%zz",
            "http://a/%2",
            "http://u{@a",
            "http://a\n",
            "#x",
        ] {
            assert_eq!(read(wrong), Read::Refused, "{wrong}");
        }
        for doubtful in ["http://a:b:1/", "http://[a]/", "http://a%41/", "http://a[b]/"] {
            assert_eq!(read(doubtful), Read::Doubtful, "{doubtful}");
        }
        let Read::Uri(uri) = read("HTTPS://u@a.b:8/c?d=e") else {
            panic!("it is a URI");
        };
        assert_eq!(
            (&*uri.scheme, uri.host, uri.path, uri.query),
            ("https", "a.b:8", "/c", "d=e")
        );
    }
}
