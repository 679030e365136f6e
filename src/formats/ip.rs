//! IP addresses and prefixes in the formats that the server has taken over time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::names::{self, Faults};
use crate::version::KubeVersion;

/// An address as Go once read it: the octets of IPv4 may have leading zeros.
pub fn parse(text: &str) -> Option<IpAddr> {
    if let Ok(ip) = text.parse() {
        return Some(ip);
    }
    if !names::is_ip_sloppy(text) {
        return None;
    }
    let (head, tail) = text
        .rsplit_once(':')
        .map_or(("", text), |(head, tail)| (head, tail));
    let octets: Vec<&str> = tail
        .split('.')
        .map(|octet| match octet.trim_start_matches('0') {
            "" => "0",
            octet => octet,
        })
        .collect();
    let colon = if text.contains(':') { ":" } else { "" };
    format!("{head}{colon}{}", octets.join(".")).parse().ok()
}

/// An address in its plain sense: IPv4 written as IPv6 is IPv4.
pub fn plain(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// A prefix `address/length` as Go once read it.
pub fn parse_prefix(text: &str) -> Option<(IpAddr, u8)> {
    let (address, length) = text.split_once('/')?;
    let ip = parse(address)?;
    let most = if address.contains(':') { 128 } else { 32 };
    let digits = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
    let length: u32 = length.parse().ok().filter(|_| digits)?;
    (length <= most).then_some((ip, length as u8))
}

/// Whether bits are set beyond the length of a prefix.
pub fn has_host_bits(ip: IpAddr, length: u8) -> bool {
    match ip {
        IpAddr::V4(ip) => u32::from(ip).checked_shl(u32::from(length)).unwrap_or(0) != 0,
        IpAddr::V6(ip) => u128::from(ip).checked_shl(u32::from(length)).unwrap_or(0) != 0,
    }
}

/// What to write for a text that is no prefix.
pub fn prefix_help(text: &str) -> String {
    if let Some((ip, length)) = parse_prefix(text)
        && ip == plain(ip)
        && has_host_bits(ip, length)
    {
        let (whole, most) = match ip {
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
                (IpAddr::from(Ipv4Addr::from(u32::from(ip) & mask)), 32)
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
                (IpAddr::from(Ipv6Addr::from(u128::from(ip) & mask)), 128)
            }
        };
        return format!("write `{whole}/{length}` for the range, or `{ip}/{most}` for the one address");
    }
    if let Some(ip) = parse(text).filter(|ip| *ip == plain(*ip)) {
        let most = if ip.is_ipv4() { 32 } else { 128 };
        return format!("write `{ip}/{most}` for the one address, or fewer bits for a range");
    }
    "use an address with its prefix length, such as `192.0.2.0/24`".into()
}

/// Faults of a prefix in a field that once took lenient ones: the stricter test came with 1.36.
pub fn legacy_prefix(text: &str, kube: KubeVersion) -> Faults {
    let Some((ip, length)) = parse_prefix(text) else {
        return vec!["is no address with a prefix length"];
    };
    if kube.minor() < 36 {
        Vec::new()
    } else {
        strictness(text, ip, length)
    }
}

fn strictness(text: &str, ip: IpAddr, length: u8) -> Faults {
    let (address, digits) = text.split_once('/').unwrap_or((text, ""));
    if address.parse::<IpAddr>().is_err() || (digits.len() > 1 && digits.starts_with('0')) {
        vec!["must not have leading zeros"]
    } else if ip != plain(ip) {
        vec!["must not be an IPv4 address written as IPv6"]
    } else if has_host_bits(ip, length) {
        vec!["has bits set beyond its prefix length"]
    } else {
        Vec::new()
    }
}

/// Faults of a prefix that must be in its canonical form.
pub fn canonical_prefix(text: &str) -> Faults {
    let Some((ip, length)) = parse_prefix(text) else {
        return vec!["is no address with a prefix length"];
    };
    let faults = strictness(text, ip, length);
    if faults.is_empty() && format!("{ip}/{length}") != text {
        return vec!["is not in its canonical form"];
    }
    faults
}

/// Faults of the address of an endpoint, which must be reachable from elsewhere.
pub fn endpoint(ip: IpAddr) -> Faults {
    let ip = plain(ip);
    let (local, multicast) = match ip {
        IpAddr::V4(ip) => (ip.is_link_local(), ip.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(ip) => (ip.is_unicast_link_local(), ip.segments()[0] & 0xff0f == 0xff02),
    };
    let mut faults = Vec::new();
    if ip.is_unspecified() {
        faults.push("stands for no address");
    }
    if ip.is_loopback() {
        faults.push("is the machine's own, in 127.0.0.0/8 or ::1");
    }
    if local {
        faults.push("is valid on one link only, in 169.254.0.0/16 or fe80::/10");
    }
    if multicast {
        faults.push("is for multicast on one link, in 224.0.0.0/24 or ff02::/16");
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_write_for_a_prefix_is_one() {
        for (text, meant) in [
            ("10.0.0.5/24", "10.0.0.0/24"),
            ("10.0.0.5/0", "0.0.0.0/0"),
            ("2001:db8::1/64", "2001:db8::/64"),
            ("10.0.0.5", "10.0.0.5/32"),
            ("::1", "::1/128"),
            ("::ffff:1.2.3.4/100", "192.0.2.0/24"),
            ("::ffff:1.2.3.4", "192.0.2.0/24"),
            ("shop", "192.0.2.0/24"),
        ] {
            assert!(prefix_help(text).contains(&format!("`{meant}`")), "{text}");
            assert!(canonical_prefix(meant).is_empty(), "{meant}");
        }
    }

    #[test]
    fn reads_addresses_leniently() {
        assert_eq!(parse("010.1.1.1"), "10.1.1.1".parse().ok());
        assert_eq!(parse("::ffff:01.2.3.4"), "::ffff:1.2.3.4".parse().ok());
        assert_eq!(parse("fe80::1%eth0"), None);
        assert_eq!(
            parse_prefix("10.0.0.0/08"),
            Some(("10.0.0.0".parse().unwrap(), 8))
        );
        assert_eq!(parse_prefix("10.0.0.0/33"), None);
        assert_eq!(parse_prefix("10.0.0.0/+8"), None);
    }

    #[test]
    fn judges_prefixes() {
        for yes in ["10.0.0.0/8", "0.0.0.0/0", "1.2.3.4/32", "2001:db8::/32", "::/0"] {
            assert!(canonical_prefix(yes).is_empty(), "{yes}");
        }
        for no in [
            "10.0.0.1/8",
            "010.0.0.0/8",
            "10.0.0.0/08",
            "2001:DB8::/32",
            "::ffff:1.2.3.0/120",
            "x/8",
        ] {
            assert_eq!(canonical_prefix(no).len(), 1, "{no}");
        }
        assert!(endpoint("10.0.0.1".parse().unwrap()).is_empty());
        for no in [
            "127.0.0.1",
            "0.0.0.0",
            "169.254.0.1",
            "224.0.0.9",
            "::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
        ] {
            assert_eq!(endpoint(no.parse().unwrap()).len(), 1, "{no}");
        }
    }
}
