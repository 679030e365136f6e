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
    /// An IP address; before 1.36 as Go once read it, with leading zeros.
    IpLegacy,
    /// A domain to search in: `_` is allowed since 1.33, so is a dot at the end.
    SearchDomain,
    /// A path below a volume: relative, without `..`, not starting with `..`.
    VolumePath,
    /// A text without `/`.
    NoSlash,
    /// An iSCSI name: iqn, eui or naa.
    IscsiName,
    /// A DNS-1123 subdomain, whose capitals count as small letters.
    LowerSubdomain,
    /// A qualified name, whose capitals count as small letters.
    LowerQualifiedName,
    /// A text without white space at its ends.
    Trimmed,
    /// A percentage that is not over 100; what is no percentage passes.
    PartPercent,
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
            Format::IpLegacy => "an IP address such as `192.0.2.1` or `2001:db8::1`",
            Format::SearchDomain => "a domain such as `svc.cluster.local`",
            Format::VolumePath => "a relative path without `..`",
            Format::NoSlash => "a name without `/`",
            Format::IscsiName => "a name such as `iqn.2001-04.com.example:storage`, `eui.…` or `naa.…`",
            Format::Trimmed => "it without the white space at its ends",
            Format::LowerSubdomain => "letters, digits, `-` and `.`, 253 at the most",
            Format::LowerQualifiedName => "a name such as `csi.example.com` or `example.com/disk`",
            Format::PartPercent => "`100%` or less",
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
            Format::DomainPath => domain_path(value),
            Format::HttpHeader => one(
                !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
                "may have only letters, digits and `-`",
            ),
            Format::IpLegacy => ip_legacy(value, kube),
            Format::SearchDomain => search_domain(value, kube),
            Format::VolumePath => {
                let mut faults = Format::LocalPath.faults(value, kube);
                if value.starts_with("..") && !value.starts_with("../") {
                    faults.push("must not start with `..`");
                }
                faults
            }
            Format::NoSlash => one(!value.contains('/'), "must not contain `/`"),
            Format::IscsiName => one(iscsi_name(value), "is no iqn, eui or naa name"),
            Format::Trimmed => one(value.trim() == value, "has white space at its ends"),
            Format::LowerSubdomain => names::dns1123_subdomain(&value.to_ascii_lowercase()),
            Format::LowerQualifiedName => names::qualified_name(&value.to_ascii_lowercase()),
            Format::Percent => one(percent(value).is_some(), "must be a whole number followed by `%`"),
            Format::PartPercent => one(percent(value).is_none_or(|n| n <= 100), "is more than `100%`"),
        }
    }
}

/// Since 1.36 leading zeros and IPv4 written as IPv6 are refused, which programs read in different ways.
fn ip_legacy(value: &str, kube: KubeVersion) -> Faults {
    if !names::is_ip_sloppy(value) {
        return vec!["is no IP address"];
    }
    if kube.minor() < 36 {
        return Vec::new();
    }
    match value.parse::<std::net::IpAddr>() {
        Err(_) => vec!["must not have leading zeros"],
        Ok(std::net::IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_some() => {
            vec!["must not be an IPv4 address written as IPv6"]
        }
        Ok(_) => Vec::new(),
    }
}

/// `_` and the root domain `.` are taken since 1.33.
fn search_domain(value: &str, kube: KubeVersion) -> Faults {
    let relaxed = kube.minor() >= 33;
    if relaxed && value == "." {
        return Vec::new();
    }
    let domain = value.strip_suffix('.').unwrap_or(value);
    if relaxed && domain.contains('_') {
        // `_` may stand wherever a letter may, but at the end of a part; the first may be one more than there are.
        let letters: Vec<String> = domain
            .split('.')
            .map(|part| match part.strip_prefix('_').unwrap_or(part) {
                rest if rest.is_empty() || rest.starts_with(['_', '-']) || rest.ends_with('_') => {
                    String::new()
                }
                rest => format!("{}{}", &"a"[..part.len() - rest.len()], rest.replace('_', "a")),
            })
            .collect();
        return names::dns1123_subdomain(&letters.join("."));
    }
    names::dns1123_subdomain(domain)
}

/// What the server's three patterns take: `iqn.YYYY-MM.domain:name`, `eui.` and 16, `naa.` and 32 characters.
fn iscsi_name(value: &str) -> bool {
    let alnums = |rest: &str, length: usize| {
        let mut chars = rest.bytes();
        // The dot after the prefix stands for any character.
        chars.next().is_some_and(|b| b != b'\n')
            && rest.len() == length + 1
            && chars.all(|b| b.is_ascii_alphanumeric())
    };
    if let Some(rest) = value.strip_prefix("eui") {
        return alnums(rest, 16);
    }
    if let Some(rest) = value.strip_prefix("naa") {
        return alnums(rest, 32);
    }
    // The pattern may begin anywhere, but the value begins with its first letters.
    value.starts_with("iqn")
        && value
            .match_indices("iqn.")
            .any(|(at, start)| iqn(&value[at + start.len()..]))
}

fn iqn(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    let dated = bytes.len() > 8
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5..7].iter().all(u8::is_ascii_digit)
        && bytes[7] == b'.';
    if !dated {
        return false;
    }
    let Some((authority, name)) = rest.get(8..).and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    !authority.is_empty()
        && authority
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        && !name.is_empty()
        && !name.chars().any(|c| {
            matches!(
                c,
                ',' | ';' | '*' | '&' | '$' | '|' | ' ' | '\t' | '\n' | '\r' | '\x0c'
            )
        })
}

fn one(holds: bool, fault: &'static str) -> Faults {
    if holds { Vec::new() } else { vec![fault] }
}

/// A domain, `/`, and a path of characters that a URL may have unescaped.
fn domain_path(value: &str) -> Faults {
    let Some((domain, path)) = value
        .split_once('/')
        .filter(|(domain, path)| !domain.is_empty() && !path.is_empty())
    else {
        return vec!["must be a domain, `/` and a path"];
    };
    let mut faults = names::dns1123_subdomain(domain);
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&b);
    faults.extend(one(
        path.bytes().all(allowed),
        "has a path with characters that a URL has not",
    ));
    faults
}

/// The number of a percentage such as `25%`; one that is too large for an integer counts as the largest.
pub fn percent(value: &str) -> Option<i64> {
    let digits = value.strip_suffix('%')?;
    let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    number.then(|| digits.parse().unwrap_or(i64::MAX))
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
