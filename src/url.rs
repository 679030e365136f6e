//! URLs as Go's net/url reads them, and with it the API server.

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// The parts of a URL, as they are written.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Url<'a> {
    /// In lower case.
    pub scheme: Cow<'a, str>,
    /// Whether a user is named.
    pub user: bool,
    /// With the port.
    pub host: &'a str,
    pub path: &'a str,
    /// What stands behind `?`.
    pub query: &'a str,
    /// What stands behind `#`.
    pub fragment: &'a str,
    /// Whether some versions of Go refuse it: they differ in what they make of colons and brackets in hosts.
    pub doubtful: bool,
}

impl Url<'_> {
    /// Whether it says where something is: a scheme and a host.
    pub fn is_absolute(&self) -> bool {
        !self.scheme.is_empty() && !self.host.is_empty()
    }
}

/// Reads a URL as `url.Parse` does; `None` where that refuses.
pub(crate) fn read(text: &str) -> Option<Url<'_>> {
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let mut url = parts(rest, false)?;
    url.fragment = fragment;
    escapes_are_right(fragment).then_some(url)
}

/// Reads a text as `url.ParseRequestURI` does: a scheme, or a path from the root, and `#` has no meaning.
pub(crate) fn read_request(text: &str) -> Option<Url<'_>> {
    parts(text, true)
}

fn parts(text: &str, request: bool) -> Option<Url<'_>> {
    if (request && text.is_empty()) || text.bytes().any(|b| b < b' ' || b == 0x7f) {
        return None;
    }
    let mut url = Url::default();
    if text == "*" {
        url.path = text;
        return Some(url);
    }
    let (scheme, rest) = scheme(text)?;
    url.scheme = if scheme.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(scheme.to_ascii_lowercase())
    } else {
        Cow::Borrowed(scheme)
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    url.query = query;
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return Some(url); // such as `mailto:x`, whose rest is no path
        }
        if request || rest.split('/').next().is_some_and(|first| first.contains(':')) {
            return None;
        }
    }
    url.path = rest;
    let may_have_host = !scheme.is_empty() || (!request && !rest.starts_with("///"));
    if may_have_host && let Some(after) = rest.strip_prefix("//") {
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        url.path = path;
        url.host = match authority.rsplit_once('@') {
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
        url.doubtful = is_doubtful_host(url.host)?;
    }
    escapes_are_right(url.path).then_some(url)
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

/// Whether only some versions of Go take a host; `None` where all refuse it.
fn is_doubtful_host(host: &str) -> Option<bool> {
    let allowed =
        |b: u8| !b.is_ascii() || b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"%".contains(&b);
    if !host.bytes().all(allowed) || !escapes_are_right(host) {
        return None;
    }
    if let Some(inner) = host.strip_prefix('[') {
        let (address, port) = inner.rsplit_once(']')?;
        return is_port(port).then(|| address.parse::<Ipv6Addr>().is_err());
    }
    // Only what is no ASCII may be escaped here, and the percent sign itself.
    let mut escaped = host.split('%').skip(1);
    if !escaped.all(|rest| rest.starts_with("25") || rest.starts_with(|c: char| c > '7')) {
        return None;
    }
    let port = host.rfind(':').and_then(|at| host.get(at..)).unwrap_or_default();
    is_port(port).then(|| host.contains(['[', ']']) || host.matches(':').count() > 1)
}

/// Nothing, or a colon with digits; there may be none.
fn is_port(text: &str) -> bool {
    match text.strip_prefix(':') {
        None => text.is_empty(),
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()),
    }
}

fn escapes_are_right(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let hex = rest.as_bytes().get(..2);
        hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is certainly read, certainly refused, or neither.
    fn sure(url: Option<Url<'_>>) -> Option<bool> {
        match url {
            Some(url) if url.doubtful => None,
            url => Some(url.is_some()),
        }
    }

    #[test]
    fn requests_are_read_as_go_reads_them() {
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
            "http://a%25b%C3%A9/",
            "http:///x",
            "http://a/b c",
            "http://a?%zz",
        ] {
            assert_eq!(sure(read_request(right)), Some(true), "{right}");
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
            "http://a%41/",
            "http://a%zz/",
            "http://u{@a",
            "http://a\n",
            "#x",
        ] {
            assert_eq!(sure(read_request(wrong)), Some(false), "{wrong}");
        }
        for doubtful in [
            "http://a:b:1/",
            "http://[a]/",
            "http://[::1%25a]/",
            "http://a[b]/",
        ] {
            assert_eq!(sure(read_request(doubtful)), None, "{doubtful}");
        }
    }

    #[test]
    fn urls_are_read_as_go_reads_them() {
        for right in [
            "",
            "*",
            "a/b:c",
            "https://a",
            "https://[::1]:80/x",
            "mailto:x",
            "https://u:p@h/?q#f",
            "//a/b",
            "///a b",
        ] {
            assert_eq!(sure(read(right)), Some(true), "{right}");
        }
        for wrong in [
            ":x",
            "a b:c",
            "1:30",
            "//a b/c",
            "https://a b",
            "https://a:b",
            "/%zz",
            "/#%zz",
            "a\n",
            "https://[::1",
        ] {
            assert_eq!(sure(read(wrong)), Some(false), "{wrong}");
        }
        let url = Url {
            scheme: "https".into(),
            user: true,
            host: "a.b:8",
            path: "/c",
            query: "d=e",
            fragment: "f",
            doubtful: false,
        };
        assert_eq!(read("HTTPS://u@a.b:8/c?d=e#f"), Some(url));
    }
}
