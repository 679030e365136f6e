//! The formats of strings that the API server checks in custom resources. Others it does not look at, or they are
//! so rare that they are taken on trust.

use super::quantity::Quantity;
use super::{addresses, ip as ips, times};
use crate::calendar::is_day;
use crate::names;
use crate::url;

/// Whether a text is of a format; `None` where that is not judged.
pub(crate) fn accepts(format: &str, text: &str) -> Option<bool> {
    Format::named(format)?.accepts(text)
}

/// A format that the server knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    DateTime,
    Date,
    Byte,
    Ipv4,
    Ipv6,
    Cidr,
    Uuid(char),
    Duration,
    Quantity,
    Mac,
    Uri,
    Email,
    Hostname,
    Ssn,
    HexColor,
    BsonId,
    ShortName,
    LongName,
    /// Known to the server, not judged here.
    Trusted,
}

impl Format {
    /// The format of a name; `None` for one that the server passes over.
    pub(crate) fn named(name: &str) -> Option<Format> {
        Some(match &*name.replace('-', "") {
            "datetime" => Format::DateTime,
            "date" => Format::Date,
            "byte" => Format::Byte,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "cidr" => Format::Cidr,
            "uuid" => Format::Uuid('.'),
            "uuid3" => Format::Uuid('3'),
            "uuid4" => Format::Uuid('4'),
            "uuid5" => Format::Uuid('5'),
            "duration" => Format::Duration,
            "quantity" => Format::Quantity,
            "mac" => Format::Mac,
            "uri" => Format::Uri,
            "email" => Format::Email,
            "hostname" => Format::Hostname,
            "ssn" => Format::Ssn,
            "hexcolor" => Format::HexColor,
            "bsonobjectid" => Format::BsonId,
            "k8sshortname" => Format::ShortName,
            "k8slongname" => Format::LongName,
            "isbn" | "isbn10" | "isbn13" | "creditcard" | "rgbcolor" | "password" => Format::Trusted,
            _ => return None,
        })
    }

    /// What a text of the format is, with an article.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Format::DateTime => "a time such as `2024-05-01T10:00:00Z`",
            Format::Date => "a date such as `2024-05-01`",
            Format::Byte => "base64",
            Format::Ipv4 => "an IPv4 address",
            Format::Ipv6 => "an IPv6 address",
            Format::Cidr => "a network such as `10.0.0.0/8`",
            Format::Uuid(_) => "a UUID",
            Format::Duration => "a duration such as `1h30m`",
            Format::Quantity => "a quantity such as `500m` or `1Gi`",
            Format::Mac => "a MAC address",
            Format::Uri => "a URI such as `https://example.com/a`, or a path from the root",
            Format::Email => "an e-mail address",
            Format::Hostname => "a host name such as `shop.example.com`",
            Format::Ssn => "a social security number",
            Format::HexColor => "a colour such as `#00aaff`",
            Format::BsonId => "24 hexadecimal digits",
            Format::ShortName => "a name of small letters, digits and `-`",
            Format::LongName => "a name of small letters, digits, `-` and `.`",
            Format::Trusted => "of its format",
        }
    }

    /// Whether a text is of the format; `None` where that is not judged.
    pub(crate) fn accepts(self, text: &str) -> Option<bool> {
        Some(match self {
            Format::DateTime => is_date_time(text),
            Format::Date => is_date(text),
            // The server has changed its mind about the empty text.
            Format::Byte if text.is_empty() => return None,
            Format::Byte => is_base64(text.as_bytes()),
            Format::Ipv4 => text.contains('.') && ips::parse(text).is_some(),
            Format::Ipv6 => text.contains(':') && ips::parse(text).is_some(),
            Format::Cidr => ips::parse_prefix(text).is_some(),
            Format::Uuid(version) => is_uuid(text, version),
            Format::Duration => return duration(text),
            Format::Quantity => Quantity::parse(text).is_some(),
            Format::Mac => addresses::mac(text),
            Format::Uri => match url::read_request(text) {
                Some(url) if url.doubtful => return None,
                url => url.is_some(),
            },
            Format::Email => return addresses::email(text),
            Format::Hostname => return addresses::hostname(text),
            Format::Ssn => addresses::ssn(text),
            Format::HexColor => addresses::hex_color(text),
            Format::BsonId => text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit()),
            Format::ShortName => names::dns1123_label(text).is_empty(),
            Format::LongName => names::dns1123_subdomain(text).is_empty(),
            Format::Trusted => return None,
        })
    }

    /// The minor version of Kubernetes from which on the server knows it.
    pub(crate) fn since(self) -> u8 {
        match self {
            Format::ShortName | Format::LongName => 34,
            _ => 0,
        }
    }
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |sum, b| {
        b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0'))
    })
}

/// `2006-01-02`, a day that there is.
fn is_date(text: &str) -> bool {
    let b = text.as_bytes();
    let (Some(year), Some(b'-'), Some(month), Some(b'-'), Some(day), 10) = (
        b.get(..4).and_then(digits),
        b.get(4),
        b.get(5..7).and_then(digits),
        b.get(7),
        b.get(8..10).and_then(digits),
        b.len(),
    ) else {
        return false;
    };
    is_day(year.into(), month.into(), day.into())
}

/// A date, `T` in either case, a time of the day, and a zone; the zone may be any four digits.
fn is_date_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut parts = lower.split('t');
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else {
        return false;
    };
    let b = time.as_bytes();
    let two = |at: usize| b.get(at..at + 2).and_then(digits);
    if !is_date(date) || b.get(2) != Some(&b':') || b.get(5) != Some(&b':') {
        return false;
    }
    let (Some(hour), Some(minute), Some(second)) = (two(0), two(3), two(6)) else {
        return false;
    };
    if hour > 23 || minute > 59 || second > 59 {
        return false;
    }
    // Any character may stand before the fraction.
    let rest = time.get(8..).unwrap_or_default();
    let zone = |text: &str| {
        let z = text.as_bytes();
        text == "z"
            || (z.len() == 6
                && matches!(z.first(), Some(b'+' | b'-'))
                && z.get(3) == Some(&b':')
                && [1, 2, 4, 5]
                    .iter()
                    .all(|i| z.get(*i).is_some_and(u8::is_ascii_digit)))
    };
    if zone(rest) {
        return true;
    }
    let mut chars = rest.chars();
    let after = chars.next().map(|_| chars.as_str()).unwrap_or_default();
    let end = after.trim_start_matches(|c: char| c.is_ascii_digit());
    end.len() < after.len() && zone(end)
}

fn is_base64(text: &[u8]) -> bool {
    let padding = text.iter().rev().take_while(|b| **b == b'=').count();
    text.len().is_multiple_of(4)
        && padding <= 2
        && text
            .iter()
            .take(text.len() - padding)
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// `version` is the digit that the third group starts with, or `.` for any.
fn is_uuid(text: &str, version: char) -> bool {
    let mut rest = text;
    for (i, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        let Some(group) = rest.get(..length) else {
            return false;
        };
        if !group.bytes().all(|b| b.is_ascii_hexdigit()) {
            return false;
        }
        let first = group.chars().next().unwrap_or_default().to_ascii_lowercase();
        let right = match (i, version) {
            (2, '3' | '4' | '5') => first == version,
            (3, '4' | '5') => matches!(first, '8' | '9' | 'a' | 'b'),
            _ => true,
        };
        if !right {
            return false;
        }
        rest = rest.get(length..).unwrap_or_default();
        if i < 4 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
    }
    rest.is_empty()
}

/// Go's `1h30m`, or whole numbers with units in words.
fn duration(text: &str) -> Option<bool> {
    let known =
        |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || matches!(c, 'µ' | 'μ' | '.' | '+' | '-');
    let digit = text.bytes().any(|b| b.is_ascii_digit());
    let letter = text.chars().any(char::is_alphabetic);
    let is_known = text.chars().all(known);
    if digit && letter && !is_known {
        // The server looks for a number with a unit anywhere in it.
        return None;
    }
    if !digit || !is_known || (!letter && !matches!(text, "0" | "+0" | "-0")) {
        return Some(false);
    }
    match times::duration(text) {
        Some(_) => Some(true),
        None => in_words(text),
    }
}

/// Whether any of the units in `2 weeks 3 days` is one; `None` for a text of another form.
fn in_words(text: &str) -> Option<bool> {
    const SHORT: [&str; 11] = ["ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk"];
    /// Whatever follows these counts as well.
    const LONG: [&str; 8] = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
    let mut rest = text.trim_matches(is_space);
    let mut any = false;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(end)?;
        let after = after.trim_start_matches(is_space);
        let end = after.find(|c: char| !c.is_ascii_alphabetic() && c != 'µ');
        let (unit, after) = after.split_at_checked(end.unwrap_or(after.len()))?;
        if number.is_empty() || unit.is_empty() {
            return None;
        }
        let unit = unit.to_lowercase();
        any |= SHORT.contains(&&*unit) || LONG.iter().any(|long| unit.starts_with(long));
        if number.parse::<i64>().is_err() {
            return Some(false);
        }
        rest = after.trim_start_matches(is_space);
    }
    Some(any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_as_by_the_server() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            (
                "date-time",
                &[
                    "2024-05-01T10:00:00Z",
                    "2024-02-29t10:00:00.5+02:00",
                    "2024-05-01T10:00:00+99:99",
                ],
                &[
                    "2024-05-01",
                    "2023-02-29T10:00:00Z",
                    "2024-05-01T24:00:00Z",
                    "2024-05-01T10:00Z",
                    "",
                ],
            ),
            (
                "date",
                &["2024-05-31"],
                &["2024-06-31", "2024-5-1", "2024-05-01T00:00:00Z"],
            ),
            ("byte", &["YQ==", "YWI=", "YWJj"], &["YQ", "Y===", "a b=", "YQ=a"]),
            ("ipv4", &["10.0.0.1"], &["10.0.0", "::1", "shop"]),
            ("ipv6", &["::1", "::ffff:1.2.3.4"], &["10.0.0.1", "fe80::1%eth0"]),
            ("cidr", &["10.0.0.0/8", "fd00::/8"], &["10.0.0.0", "10.0.0.0/33"]),
            (
                "uuid4",
                &[
                    "f47ac10b-58cc-4372-a567-0e02b2c3d479",
                    "F47AC10B58CC4372A5670E02B2C3D479",
                ],
                &["f47ac10b-58cc-1372-a567-0e02b2c3d479", "f47ac10b"],
            ),
            ("quantity", &["1Gi", "500m"], &["1GB", "x"]),
            ("uri", &["https://a/b", "/a"], &["a", "", "http://a b"]),
            ("email", &["a@b.c"], &["joe", "a@"]),
            ("hostname", &["a.example"], &["a_b", "my-host"]),
            ("k8s-short-name", &["a", "1-a--b"], &["", "A", "a-", "a.b", "a_b"]),
            ("k8s-long-name", &["a.b-1"], &["", "a..b", "A.b", "a."]),
            ("bsonobjectid", &["507f1f77bcf86cd799439011"], &["507f1f77"]),
            (
                "duration",
                &[
                    "0",
                    "1h30m",
                    "2 weeks 3 days",
                    "5 Hours",
                    "1 fortnight 2s",
                    "-1.5h",
                ],
                &["", "5", "3 fortnights", "5x", "99999999999999999999 days"],
            ),
        ];
        for (name, good, bad) in cases {
            let format = Format::named(name).expect("a format");
            for text in *good {
                assert_eq!(format.accepts(text), Some(true), "{name}: {text}");
            }
            for text in *bad {
                assert_eq!(format.accepts(text), Some(false), "{name}: {text}");
            }
        }
        for (name, text) in [
            ("uri", "http://[a]/"),
            ("email", "Joe <joe@b.c>"),
            ("hostname", "é"),
            ("duration", "1.5 days"),
            ("duration", "1,5h"),
        ] {
            assert_eq!(accepts(name, text), None, "{name}: {text} is not judged");
        }
        assert_eq!(Format::named("int32"), None);
    }
}
