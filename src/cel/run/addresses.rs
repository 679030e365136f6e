//! IP addresses and networks, as these functions take them: no zones, no IPv4 written as IPv6.

use std::net::IpAddr;

use super::functions::Function;
use super::value::{Tree, Val};
use super::{Out, Stop, fails};

/// What an address may be for.
#[derive(Clone, Copy)]
pub(super) enum IpKind {
    Unspecified,
    Loopback,
    LinkLocalMulticast,
    LinkLocalUnicast,
    GlobalUnicast,
}

impl IpKind {
    fn holds(self, ip: IpAddr) -> bool {
        let link_local = match ip {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        };
        match (self, ip) {
            (IpKind::Unspecified, _) => ip.is_unspecified(),
            (IpKind::Loopback, _) => ip.is_loopback(),
            (IpKind::LinkLocalMulticast, IpAddr::V4(v4)) => v4.octets().starts_with(&[224, 0, 0]),
            (IpKind::LinkLocalMulticast, IpAddr::V6(v6)) => v6.segments()[0] & 0xff0f == 0xff02,
            (IpKind::LinkLocalUnicast, _) => link_local,
            // Private addresses are among them, broadcasting is not.
            (IpKind::GlobalUnicast, _) => {
                let broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
                !(broadcast || link_local || ip.is_unspecified() || ip.is_loopback() || ip.is_multicast())
            }
        }
    }
}

pub(super) fn call<'v, T: Tree<'v>>(function: Function, arguments: &[Val<'v, T>]) -> Out<'v, T> {
    match (function, arguments) {
        (Function::IsIp, [Val::Str(text)]) => Ok(Val::Bool(address(text).is_some())),
        (Function::Ip, [Val::Str(text)]) => match address(text) {
            Some(ip) => Ok(Val::Ip(ip)),
            None => fails(format!("`{text}` is no IP address")),
        },
        (Function::Ip, [Val::Cidr(ip, _)]) => Ok(Val::Ip(*ip)),
        (Function::IpKind(kind), [Val::Ip(ip)]) => Ok(Val::Bool(kind.holds(*ip))),
        (Function::IsCanonical, [Val::Str(text)]) => match address(text) {
            Some(ip) => Ok(Val::Bool(ip.to_string() == **text)),
            None => fails(format!("`{text}` is no IP address")),
        },
        (Function::Family, [Val::Ip(ip)]) => Ok(Val::Int(if ip.is_ipv4() { 4 } else { 6 })),
        (Function::IsCidr, [Val::Str(text)]) => Ok(Val::Bool(network(text).is_some())),
        (Function::Cidr, [Val::Str(text)]) => match network(text) {
            Some((ip, length)) => Ok(Val::Cidr(ip, length)),
            None => fails(format!("`{text}` is no network")),
        },
        (Function::PrefixLength, [Val::Cidr(_, length)]) => Ok(Val::Int(i64::from(*length))),
        (Function::Masked, [Val::Cidr(ip, length)]) => Ok(Val::Cidr(masked(*ip, *length), *length)),
        (Function::ContainsIp, [Val::Cidr(ip, length), other]) => {
            let other = match other {
                Val::Ip(other) => *other,
                Val::Str(text) => match address(text) {
                    Some(ip) => ip,
                    None => return fails(format!("`{text}` is no IP address")),
                },
                _ => return Err(Stop::Unknown),
            };
            Ok(Val::Bool(holds(*ip, *length, other)))
        }
        (Function::ContainsCidr, [Val::Cidr(ip, length), other]) => {
            let (other, shorter) = match other {
                Val::Cidr(other, length) => (*other, *length),
                Val::Str(text) => match network(text) {
                    Some(network) => network,
                    None => return fails(format!("`{text}` is no network")),
                },
                _ => return Err(Stop::Unknown),
            };
            Ok(Val::Bool(shorter >= *length && holds(*ip, *length, other)))
        }
        _ => Err(Stop::Unknown),
    }
}

fn address(text: &str) -> Option<IpAddr> {
    let ip: IpAddr = text.parse().ok()?;
    match ip {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => None,
        _ => Some(ip),
    }
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (ip, length) = text.split_once('/')?;
    let ip = address(ip)?;
    let digits = length.bytes().all(|b| b.is_ascii_digit()) && !(length.len() > 1 && length.starts_with('0'));
    let length: u8 = length.parse().ok().filter(|_| digits)?;
    (length <= if ip.is_ipv4() { 32 } else { 128 }).then_some((ip, length))
}

fn holds(network: IpAddr, length: u8, ip: IpAddr) -> bool {
    network.is_ipv4() == ip.is_ipv4() && masked(network, length) == masked(ip, length)
}

fn masked(ip: IpAddr, length: u8) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length.min(32))).unwrap_or(0);
            IpAddr::V4((u32::from(ip) & mask).into())
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX
                .checked_shl(128 - u32::from(length.min(128)))
                .unwrap_or(0);
            IpAddr::V6((u128::from(ip) & mask).into())
        }
    }
}
