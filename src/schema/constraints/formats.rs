//! The formats that a constraint can name.

use crate::names::{self, Faults};
use crate::version::KubeVersion;

/// A format of texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A DNS-1123 label.
    DnsLabel,
    /// A DNS-1123 subdomain.
    DnsSubdomain,
    /// A DNS-1035 label.
    Dns1035Label,
    /// `name` or `prefix/name`.
    QualifiedName,
    /// `prefix/name`, the prefix being needed.
    PrefixedName,
    /// The value of a label.
    LabelValue,
    /// The name of a port.
    PortName,
    /// A key of a Secret's or ConfigMap's data.
    DataKey,
    /// One segment of a URL path.
    PathSegment,
    /// The name of an environment variable.
    EnvName,
    /// A C identifier.
    CIdentifier,
    /// An IP address.
    Ip,
    /// An address and the length of its prefix.
    Cidr,
    /// An absolute path.
    AbsolutePath,
    /// A path below a folder: not absolute, without `..`.
    LocalPath,
    /// A path without `..`.
    NoBacksteps,
    /// `domain/path`.
    DomainPath,
    /// The name of an HTTP header.
    HttpHeader,
    /// An octal file mode in a number is checked elsewhere; this is a whole number or a percentage.
    Percent,
    /// A text without white space at its ends.
    Trimmed,
}

impl Format {
    /// What is wanted, to read well after "use".
    pub fn describe(self) -> &'static str {
        match self {
            Format::DnsLabel => "up to 63 lower-case letters, digits and `-`",
            Format::DnsSubdomain => "lower-case letters, digits, `-` and `.`, 253 at the most",
            Format::Dns1035Label => "up to 63 lower-case letters, digits and `-`, starting with a letter",
            Format::QualifiedName => "a name such as `app` or `example.com/app`",
            Format::PrefixedName => "a name with its domain, such as `example.com/app`",
            Format::LabelValue => "up to 63 letters, digits, `-`, `_` and `.`",
            Format::PortName => "up to 15 lower-case letters, digits and `-`",
            Format::DataKey => "letters, digits, `-`, `_` and `.`",
            Format::PathSegment => "a name without `/` and `%`",
            Format::EnvName => "letters, digits, `_`, `-` and `.`, not starting with a digit",
            Format::CIdentifier => "letters, digits and `_`, not starting with a digit",
            Format::Ip => "an IP address such as `192.0.2.1` or `2001:db8::1`",
            Format::Cidr => "an address with its prefix length, such as `192.0.2.0/24`",
            Format::AbsolutePath => "a path that starts with `/`",
            Format::LocalPath => "a relative path without `..`",
            Format::NoBacksteps => "a path without `..`",
            Format::DomainPath => "a domain and a path, such as `example.com/name`",
            Format::HttpHeader => "letters, digits and `-`",
            Format::Percent => "a percentage such as `25%`",
            Format::Trimmed => "the text without the white space at its ends",
        }
    }

    /// What is wrong with a text, as phrases; one for each error of the server.
    pub fn faults(self, value: &str, kube: KubeVersion) -> Faults {
        match self {
            Format::DnsLabel => names::dns1123_label(value),
            Format::DnsSubdomain => names::dns1123_subdomain(value),
            Format::Dns1035Label => names::dns1035_label(value),
            Format::QualifiedName => names::qualified_name(value),
            Format::PrefixedName => {
                let mut faults = names::qualified_name(value);
                if !value.contains('/') {
                    faults.push("has no domain before its name");
                }
                faults
            }
            Format::LabelValue => names::label_value(value),
            Format::PortName => names::port_name(value),
            Format::DataKey => names::data_key(value),
            Format::PathSegment => names::path_segment(value),
            Format::EnvName => env_name(value, kube),
            Format::CIdentifier => one(
                value
                    .bytes()
                    .enumerate()
                    .all(|(i, b)| b.is_ascii_alphabetic() || b == b'_' || (i > 0 && b.is_ascii_digit())),
                "may have only letters, digits and `_`, and must not start with a digit",
            ),
            Format::Ip => one(value.parse::<std::net::IpAddr>().is_ok(), "is no IP address"),
            Format::Cidr => one(cidr(value), "is no address with a prefix length"),
            Format::AbsolutePath => one(value.starts_with('/'), "must be an absolute path"),
            Format::LocalPath => {
                let mut faults = one(!value.starts_with('/'), "must be a relative path");
                faults.extend(backsteps(value));
                faults
            }
            Format::NoBacksteps => backsteps(value),
            Format::DomainPath => one(
                value.split_once('/').is_some_and(|(domain, path)| {
                    !path.is_empty() && names::dns1123_subdomain(domain).is_empty()
                }),
                "must be a domain, `/` and a path",
            ),
            Format::HttpHeader => one(
                !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
                "may have only letters, digits and `-`",
            ),
            Format::Percent => one(
                value
                    .strip_suffix('%')
                    .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())),
                "must be a whole number followed by `%`",
            ),
            Format::Trimmed => one(value.trim() == value, "must not start or end with white space"),
        }
    }
}

fn one(holds: bool, fault: &'static str) -> Faults {
    if holds { Vec::new() } else { vec![fault] }
}

fn backsteps(path: &str) -> Faults {
    one(!path.split('/').any(|part| part == ".."), "must not contain `..`")
}

fn cidr(value: &str) -> bool {
    let Some((address, length)) = value.split_once('/') else {
        return false;
    };
    let most = match address.parse() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    !length.is_empty()
        && length.bytes().all(|b| b.is_ascii_digit())
        && length.parse::<u8>().is_ok_and(|length| length <= most)
}

/// Since 1.34 (on by default since 1.32 as beta) any printable ASCII but `=` names a variable.
fn env_name(value: &str, kube: KubeVersion) -> Faults {
    if kube.minor() >= 32 {
        return one(
            value.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'='),
            "may have only printable ASCII characters other than `=`",
        );
    }
    let mut faults = one(
        value.bytes().enumerate().all(|(i, b)| {
            b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.') || (i > 0 && b.is_ascii_digit())
        }),
        "may have only letters, digits, `_`, `-` and `.`, and must not start with a digit",
    );
    faults.extend(match value {
        "." => Some("must not be `.`"),
        ".." => Some("must not be `..`"),
        _ if value.starts_with("..") => Some("must not start with `..`"),
        _ => None,
    });
    faults
}
