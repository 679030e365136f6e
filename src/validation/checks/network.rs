//! NetworkPolicies and ServiceCIDRs.

use std::net::IpAddr;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::ip;
use crate::manifest::Field;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, meant_word};

/// The directions that a policy is for.
pub fn policy_types<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let help = "use `Ingress`, `Egress`, or both";
    let count = field.items().count();
    if count > 2 {
        let message = format!("there are two policy types, but the list has {count}");
        fault(cx, field, ErrorType::Invalid, message).help(help);
        return;
    }
    for item in field.items() {
        if let Some(text) = item.text().filter(|text| !cx.is_unrendered(text))
            && !matches!(&*text, "Ingress" | "Egress")
        {
            let message = format!("there is no policy type {}", quote(&text));
            const TYPES: [&str; 2] = ["Ingress", "Egress"];
            meant_word(fault(cx, &item, ErrorType::NotSupported, message), &item, &TYPES);
        }
    }
}

fn number<'t>(field: &Field<'_, 't>, value: i64, cx: &mut Cx<'t>) {
    if !(1..=65535).contains(&value) {
        let message = format!("`{}` is {value}, but a port is between 1 and 65535", field.name());
        fault(cx, field, ErrorType::Invalid, message).help("use a number between 1 and 65535");
    }
}

/// A port or a range of ports.
pub fn port<'t>(rule: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (first, last) = (rule.child("port"), rule.child("endPort"));
    let end = last.int().filter(|_| last.is_set());
    if !first.is_set() {
        if end.is_some() {
            let message = "`endPort` needs `port`, where the range starts";
            fault(cx, &last, ErrorType::Invalid, message).help("add `port`");
        }
    } else if let Some(start) = first.int() {
        number(&first, start, cx);
        if let Some(end) = end {
            if end < start {
                let message = format!("the range ends at {end}, before its start at {start}");
                fault(cx, &last, ErrorType::Invalid, message).help("make `endPort` at least `port`");
            }
            number(&last, end, cx);
        }
    } else if let Some(name) = first.text().filter(|name| !cx.is_unrendered(name)) {
        if end.is_some() {
            let message = "a range cannot start at a named port";
            fault(cx, &last, ErrorType::Invalid, message)
                .help("write `port` as a number, or remove `endPort`");
        }
        for reason in Format::PortName.faults(&name, cx.kube()) {
            let message = format!("{} is no valid name of a port: it {reason}", quote(&name));
            let number = |text: &str| text.parse::<u16>().is_ok();
            let range = name
                .split_once('-')
                .filter(|(low, high)| number(low) && number(high));
            let help = match range {
                Some((low, high)) => format!("write `port: {low}` and `endPort: {high}`"),
                None => "use a number without quotes, or the name of a container's port".into(),
            };
            fault(cx, &first, ErrorType::Invalid, message).help(help);
        }
    }
}

/// Who may be at the other end.
pub fn peer<'t>(peer: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let block = peer.child("ipBlock").is_set();
    let others = peer.child("podSelector").is_set() || peer.child("namespaceSelector").is_set();
    if !block && !others {
        let message = "a peer without any field is nobody";
        fault(cx, peer, ErrorType::Required, message)
            .help("add `podSelector`, `namespaceSelector` or `ipBlock`; for everybody leave the list out");
    } else if block && others {
        let message = "`ipBlock` cannot be combined with a selector";
        fault(cx, peer, ErrorType::Forbidden, message).help("make two peers of it");
    }
}

fn prefix_faults<'t>(field: &Field<'_, 't>, text: &str, cx: &mut Cx<'t>) {
    for reason in ip::legacy_prefix(text, cx.kube()) {
        let message = format!("{} is no valid range of addresses: it {reason}", quote(text));
        let help = ip::prefix_help(cx.file.hidden().told(text));
        fault(cx, field, ErrorType::Invalid, message).help(help);
    }
}

/// A range of addresses and the parts that are left out.
pub fn block<'t>(cidr: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = cidr.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    prefix_faults(cidr, &text, cx);
    let (Some(whole), Some(block)) = (ip::parse_prefix(&text), cidr.parent()) else {
        return;
    };
    for item in block.child("except").items() {
        let Some(text) = item.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        prefix_faults(&item, &text, cx);
        if let Some(part) = ip::parse_prefix(&text)
            && !is_part(whole, part)
        {
            let message = format!("{} does not lie within `cidr`", quote(&text));
            fault(cx, &item, ErrorType::Invalid, message)
                .help("leave out a smaller range that lies within `cidr`");
        }
    }
}

fn is_part(whole: (IpAddr, u8), part: (IpAddr, u8)) -> bool {
    let same = match (ip::plain(whole.0), ip::plain(part.0)) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            let shift = 32
                - u32::from(if whole.0.is_ipv6() {
                    whole.1.saturating_sub(96)
                } else {
                    whole.1
                });
            (u32::from(a) ^ u32::from(b)).checked_shr(shift).unwrap_or(0) == 0
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            let shift = 128 - u32::from(whole.1);
            (u128::from(a) ^ u128::from(b)).checked_shr(shift).unwrap_or(0) == 0
        }
        _ => false,
    };
    same && whole.1 < part.1
}

/// The ranges of a ServiceCIDR.
pub fn service_ranges<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let count = field.items().count();
    if count > 2 {
        let message = format!("a ServiceCIDR has two ranges at the most, not {count}");
        fault(cx, field, ErrorType::Invalid, message).help("keep one of each IP family");
        return;
    }
    let mut families = Vec::new();
    for item in field.items() {
        let Some(text) = item.text().filter(|text| !cx.is_unrendered(text)) else {
            return;
        };
        let parsed = ip::parse_prefix(&text);
        families.push(parsed.map(|(ip, _)| ip::plain(ip).is_ipv4()));
        for reason in ip::canonical_prefix(&text) {
            let message = format!("{} is no valid range of addresses: it {reason}", quote(&text));
            fault(cx, &item, ErrorType::Invalid, message)
                .help("use an address with its prefix length, such as `10.96.0.0/12`");
        }
    }
    if let [Some(first), Some(second)] = families[..]
        && first == second
    {
        let message = "the two ranges must be of different IP families";
        fault(cx, field, ErrorType::Invalid, message).help("keep one of each IP family");
    }
}
