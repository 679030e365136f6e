//! The formats of names in the Kubernetes API, with the same count of faults as apimachinery's validation:
//! each fault found is one error of the server.
//!
//! Every limit counts bytes. Faults are phrases that read well after "the name".

use std::net::IpAddr;

/// What is wrong with a name, as phrases; none when it is right.
pub type Faults = Vec<&'static str>;

/// How many bytes all annotations of an object may have, keys and values together.
pub const MOST_ANNOTATED: usize = 256 * 1024;

/// Small letters and digits.
const SMALL: u8 = 1;
/// The same and `-`.
const LABEL: u8 = 2;
/// Letters and digits.
const LETTER: u8 = 4;
/// The same and `-`, `_`, `.`.
const QUALIFIED: u8 = 8;

/// The classes of each byte: names are asked for more often than comparisons are cheap.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        classes[at] = match byte {
            b'a'..=b'z' | b'0'..=b'9' => SMALL | LABEL | LETTER | QUALIFIED,
            b'A'..=b'Z' => LETTER | QUALIFIED,
            b'-' => LABEL | QUALIFIED,
            b'_' | b'.' => QUALIFIED,
            _ => 0,
        };
        at += 1;
    }
    classes
};

fn is(b: u8, class: u8) -> bool {
    CLASSES[b as usize] & class != 0
}

fn alnum(b: u8) -> bool {
    is(b, SMALL)
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn label_shape(s: &[u8]) -> bool {
    match (s.first(), s.last()) {
        (Some(&first), Some(&last)) => alnum(first) && alnum(last) && s.iter().all(|&b| is(b, LABEL)),
        _ => false,
    }
}

/// Labels joined with dots.
fn subdomain_shape(s: &[u8]) -> bool {
    let mut before = b'.';
    for &b in s {
        let fits = match (before, b) {
            (b'.', _) => alnum(b),
            (_, b'.') => alnum(before),
            _ => is(b, LABEL),
        };
        if !fits {
            return false;
        }
        before = b;
    }
    alnum(before)
}

/// A DNS-1123 label: namespaces, and from 1.36 Services that an Ingress names.
pub fn dns1123_label(s: &str) -> Faults {
    let mut faults = Vec::new();
    if s.len() > 63 {
        faults.push("is longer than 63 characters");
    }
    if !label_shape(s.as_bytes()) {
        faults.push(if subdomain_shape(s.as_bytes()) {
            "must not contain dots"
        } else {
            "must consist of lower-case letters, digits and `-`, and start and end with a letter or digit"
        });
    }
    faults
}

/// A DNS-1123 subdomain: the names of most objects.
pub fn dns1123_subdomain(s: &str) -> Faults {
    let mut faults = Vec::new();
    if s.len() > 253 {
        faults.push("is longer than 253 characters");
    }
    if !subdomain_shape(s.as_bytes()) {
        faults.push(
            "must consist of lower-case letters, digits, `-` and `.`, and each part between dots must start and end with a letter or digit",
        );
    }
    faults
}

/// A DNS-1035 label: names of Services.
pub fn dns1035_label(s: &str) -> Faults {
    let mut faults = Vec::new();
    if s.len() > 63 {
        faults.push("is longer than 63 characters");
    }
    if !(label_shape(s.as_bytes()) && s.as_bytes()[0].is_ascii_lowercase()) {
        faults.push(
            "must consist of lower-case letters, digits and `-`, start with a letter and end with a letter or digit",
        );
    }
    faults
}

/// `*.` and a DNS-1123 subdomain.
pub fn wildcard_subdomain(s: &str) -> Faults {
    let mut faults = Vec::new();
    if s.len() > 253 {
        faults.push("is longer than 253 characters");
    }
    if !s
        .strip_prefix("*.")
        .is_some_and(|rest| subdomain_shape(rest.as_bytes()))
    {
        faults.push("may have a wildcard only as its whole first part: `*.` and a domain");
    }
    faults
}

/// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`
fn qualified_shape(s: &[u8]) -> bool {
    match (s.first(), s.last()) {
        (Some(&first), Some(&last)) => {
            is(first, LETTER) && is(last, LETTER) && s.iter().all(|&b| is(b, QUALIFIED))
        }
        _ => false,
    }
}

/// A label key, an annotation key (lower-cased by the caller) or a finalizer: `name` or `prefix/name`.
pub fn qualified_name(s: &str) -> Faults {
    let mut faults = Vec::new();
    let parts = memchr::memchr(b'/', s.as_bytes()).and_then(|at| s.split_at_checked(at));
    let name = match parts.map(|(prefix, rest)| (prefix, rest.get(1..).unwrap_or_default())) {
        None => s,
        Some((_, rest)) if rest.contains('/') => return vec!["has more than one `/`"],
        Some(("", name)) => {
            faults.push("has an empty prefix before `/`");
            name
        }
        Some((prefix, name)) => {
            if prefix.len() > 253 {
                faults.push("has a prefix longer than 253 characters");
            }
            if !subdomain_shape(prefix.as_bytes()) {
                faults.push("has a prefix that is no lower-case DNS name");
            }
            name
        }
    };
    if name.is_empty() {
        faults.push("has an empty name part");
    } else if name.len() > 63 {
        faults.push("has a name part longer than 63 characters");
    }
    if !qualified_shape(name.as_bytes()) {
        faults.push(
            "may have only letters, digits, `-`, `_` and `.` in its name part, and must start and end with a letter or digit",
        );
    }
    faults
}

/// The value of a label: empty, or at most 63 characters of a qualified name's shape.
pub fn label_value(s: &str) -> Faults {
    let mut faults = Vec::new();
    if s.len() > 63 {
        faults.push("is longer than 63 characters");
    }
    if !s.is_empty() && !qualified_shape(s.as_bytes()) {
        faults.push(
            "may have only letters, digits, `-`, `_` and `.`, and must start and end with a letter or digit",
        );
    }
    faults
}

/// The name of a port: an IANA service name.
pub fn port_name(s: &str) -> Faults {
    let mut faults = Vec::new();
    if s.len() > 15 {
        faults.push("is longer than 15 characters");
    }
    if s.is_empty() || !s.bytes().all(|b| alnum(b) || b == b'-') {
        faults.push("may have only lower-case letters, digits and `-`");
    }
    if !s.bytes().any(|b| b.is_ascii_lowercase()) {
        faults.push("needs at least one lower-case letter");
    }
    if s.contains("--") {
        faults.push("must not have two `-` in a row");
    }
    if s.starts_with('-') || s.ends_with('-') {
        faults.push("must not start or end with `-`");
    }
    faults
}

/// A key of a Secret's or ConfigMap's data: it becomes a file name.
pub fn data_key(s: &str) -> Faults {
    let mut faults = Vec::new();
    if s.len() > 253 {
        faults.push("is longer than 253 characters");
    }
    if s.is_empty()
        || !s
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
    {
        faults.push("may have only letters, digits, `-`, `_` and `.`");
    }
    if s == "." {
        faults.push("must not be `.`");
    } else if s == ".." {
        faults.push("must not be `..`");
    } else if s.starts_with("..") {
        faults.push("must not start with `..`");
    }
    faults
}

/// A name that is only required to be one segment of a URL path: RBAC objects, resource references.
pub fn path_segment(s: &str) -> Faults {
    match s {
        "." => return vec!["must not be `.`"],
        ".." => return vec!["must not be `..`"],
        _ => {}
    }
    let mut faults = Vec::new();
    if s.contains('/') {
        faults.push("must not contain `/`");
    }
    if s.contains('%') {
        faults.push("must not contain `%`");
    }
    faults
}

/// The name of an IPAddress object: the address in its canonical form.
pub fn ip_address(s: &str) -> Faults {
    let canonical = match s.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => false,
        Ok(ip) => ip.to_string() == s,
        Err(_) => false,
    };
    if canonical {
        Vec::new()
    } else {
        vec!["must be an IP address in its canonical form, such as `192.0.2.1` or `2001:db8::1`"]
    }
}

/// The name of a StorageVersion: `GROUP.RESOURCE`.
pub fn group_resource(s: &str) -> Faults {
    let Some((group, resource)) = s.rsplit_once('.') else {
        return vec!["must be a group, a dot and a resource: `apps.deployments`"];
    };
    let mut faults = Vec::new();
    if !dns1123_subdomain(group).is_empty() {
        faults.push("must have a DNS name before its last dot");
    }
    if !dns1035_label(resource).is_empty() {
        faults.push("must have a resource after its last dot: lower-case letters, digits and `-`");
    }
    faults
}

/// Whether the text is an IP address to Go's old, lenient parser: IPv4 octets may have leading zeros.
pub fn is_ip_sloppy(s: &str) -> bool {
    if s.contains(':') {
        is_ipv6_sloppy(s)
    } else {
        is_ipv4_sloppy(s)
    }
}

fn is_ipv4_sloppy(s: &str) -> bool {
    let mut octets = 0;
    for octet in s.split('.') {
        octets += 1;
        if octet.is_empty() || octets > 4 || !octet.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
        let digits = octet.trim_start_matches('0');
        if digits.len() > 3 || digits.parse::<u16>().is_ok_and(|n| n > 255) {
            return false;
        }
    }
    octets == 4
}

fn is_ipv6_sloppy(s: &str) -> bool {
    // The last group may be an IPv4 address, leading zeros allowed; Rust's own parser refuses those.
    if let Some((head, tail)) = s.rsplit_once(':')
        && tail.contains('.')
    {
        return is_ipv4_sloppy(tail) && format!("{head}:0:0").parse::<std::net::Ipv6Addr>().is_ok();
    }
    s.parse::<std::net::Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_faults_as_the_server_does() {
        assert_eq!(qualified_name("/").len(), 3);
        assert_eq!(qualified_name("a/b/c").len(), 1);
        assert_eq!(qualified_name("").len(), 2);
        assert_eq!(port_name("HTTP").len(), 2);
        assert_eq!(data_key("").len(), 1);
        assert_eq!(data_key("../x").len(), 2);
        assert_eq!(dns1123_label("a.b"), ["must not contain dots"]);
        assert!(dns1123_subdomain("a.b-c.d").is_empty());
        assert_eq!(dns1123_subdomain("a\n").len(), 1);
        assert!(dns1035_label("1a").len() == 1 && dns1123_label("1a").is_empty());
        assert!(wildcard_subdomain("*.a.b").is_empty() && wildcard_subdomain("*").len() == 1);
        assert!(label_value("").is_empty() && label_value("-").len() == 1);
        assert_eq!(path_segment("a/b%c").len(), 2);
        assert!(ip_address("2001:db8::1").is_empty() && ip_address("192.0.2.1").is_empty());
        for no in ["2001:DB8::1", "::ffff:1.2.3.4", "192.0.02.1", "1", ""] {
            assert_eq!(ip_address(no).len(), 1, "{no}");
        }
        assert!(group_resource("a.b.c").is_empty());
        assert_eq!(group_resource("..").len(), 2);
        assert_eq!(group_resource("a").len(), 1);
    }

    #[test]
    fn reads_ips_as_go_once_did() {
        for ip in [
            "1.2.3.4",
            "010.001.000.009",
            "::1",
            "2001:db8::1",
            "::ffff:1.2.3.4",
            "::ffff:01.2.3.4",
        ] {
            assert!(is_ip_sloppy(ip), "{ip}");
        }
        for no in [
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "0x7f.0.0.1",
            "3232235777",
            "*.1.2.3.4",
            "[::1]",
            ":",
            "",
        ] {
            assert!(!is_ip_sloppy(no), "{no}");
        }
    }
}
