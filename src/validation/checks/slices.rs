//! EndpointSlices.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::ip;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, in_its_case};

/// The endpoints of a slice, whose addresses are of the slice's type.
pub fn endpoints<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(slice) = field.parent() else { return };
    let family = slice.child("addressType").text().unwrap_or_default();
    for endpoint in field.items() {
        let list = endpoint.child("addresses");
        let count = list.items().count();
        if count == 0 {
            let message = "an endpoint needs an address";
            fault(cx, &list, ErrorType::Required, message).help("add one to `addresses`");
        } else if count > 100 {
            let message = format!("`addresses` has {count} items, more than 100");
            fault(cx, &list, ErrorType::TooMany, message).help("keep 100 of them at the most");
        }
        for item in list.items() {
            let Some(text) = item.text().filter(|text| !cx.is_unrendered(text)) else {
                continue;
            };
            match &*family {
                "IPv4" | "IPv6" => address(&list, &item, &text, &family, cx),
                "FQDN" => domain(&item, &text, cx),
                _ => {}
            }
        }
    }
}

fn address<'t>(list: &Field<'_, 't>, item: &Field<'_, 't>, text: &str, family: &str, cx: &mut Cx<'t>) {
    let ip = ip::parse(text);
    let fits = ip.is_some_and(|ip| ip::plain(ip).is_ipv4() == (family == "IPv4"));
    // Since 1.33 what is no address is reported once, and one of the other family at the list.
    let once = cx.kube().minor() >= 33;
    if once {
        // Of IPv4 since 1.36.
        let canonical = family == "IPv6" || cx.kube().minor() >= 36;
        let fault = match (ip, text.parse::<IpAddr>()) {
            (None, _) => Some("is no IP address"),
            _ if !canonical => None,
            (_, Err(_)) => Some("must not have leading zeros"),
            (_, Ok(ip)) if ip::plain(ip) != ip => Some("must not be an IPv4 address written as IPv6"),
            (_, Ok(ip)) if ip.to_string() != text => Some("is not in its canonical form"),
            _ => None,
        };
        if let Some(fault) = fault {
            invalid(item, text, &[fault], cx);
            return;
        }
    }
    if !fits {
        let message = format!("{} is no {family} address, as `addressType` says", quote(text));
        let place = item.place();
        fault(cx, if once { list } else { item }, ErrorType::Invalid, message)
            .at(place)
            .help("make a slice for each IP family");
    }
    let reasons = ip.map_or_else(|| vec!["is no IP address"], ip::endpoint);
    invalid(item, text, &reasons, cx);
}

fn invalid<'t>(item: &Field<'_, 't>, text: &str, reasons: &[&str], cx: &mut Cx<'t>) {
    for reason in reasons {
        let message = format!("{} is no valid address of an endpoint: it {reason}", quote(text));
        fault(cx, item, ErrorType::Invalid, message).help("use an address that other machines can reach");
    }
}

fn domain<'t>(item: &Field<'_, 't>, text: &str, cx: &mut Cx<'t>) {
    if text.is_empty() {
        let message = "an address cannot be empty";
        fault(cx, item, ErrorType::Required, message).help("write a domain such as `db.example.com`");
        return;
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    if let Some(reason) = names::dns1123_subdomain(name).first() {
        invalid(item, text, &[*reason], cx);
    } else if !name.contains('.') {
        invalid(item, text, &["has only one part, without a dot"], cx);
    } else {
        for label in name.split('.').filter(|label| label.len() > 63) {
            invalid(item, label, &["has a part longer than 63 characters"], cx);
        }
    }
}

/// The ports of a slice. A name that is missing is an empty one, which may stand once.
pub fn ports<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen = HashSet::new();
    for port in field.items() {
        let name = port.child("name");
        let Some(text) = name.text() else { continue };
        if !text.is_empty() && !cx.is_unrendered(&text) {
            for reason in names::dns1123_label(&text) {
                let message = format!("{} is no valid name of a port: it {reason}", quote(&text));
                fault(cx, &name, ErrorType::Invalid, message)
                    .help(format!("use {}", Format::DnsLabel.describe()));
            }
        }
        if !seen.insert(text.clone()) && !cx.is_unrendered(&text) {
            let message = format!("{} is the name of an earlier port", quote(&text));
            fault(cx, &name, ErrorType::Duplicate, message).help("give each port its own name");
        }
        let protocol = port.child("protocol");
        if protocol.is_set()
            && let Some(text) = protocol.text().filter(|text| !cx.is_unrendered(text))
            && !matches!(&*text, "TCP" | "UDP" | "SCTP")
        {
            let message = format!("`protocol` does not know {}", quote(&text));
            let report =
                fault(cx, &protocol, ErrorType::NotSupported, message).help("use `TCP`, `UDP` or `SCTP`");
            in_its_case(report, &protocol, &["TCP", "UDP", "SCTP"]);
        }
        let app = port.child("appProtocol");
        if app.is_set()
            && let Some(text) = app.text().filter(|text| !cx.is_unrendered(text))
        {
            for reason in names::qualified_name(&text) {
                let message = format!("{} is no valid protocol: it {reason}", quote(&text));
                fault(cx, &app, ErrorType::Invalid, message)
                    .help("use a name such as `http` or `example.com/proto`");
            }
        }
    }
}

/// The zones that an endpoint is for.
pub fn zones<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    hints(field, Format::LabelValue, cx);
}

/// The nodes that an endpoint is for.
pub fn nodes<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    hints(field, Format::DnsSubdomain, cx);
}

fn hints<'t>(field: &Field<'_, 't>, format: Format, cx: &mut Cx<'t>) {
    let count = field.items().count();
    if count > 8 {
        let message = format!("`{}` has {count} items, more than 8", field.name());
        fault(cx, field, ErrorType::TooMany, message).help("keep 8 of them at the most");
        return;
    }
    let mut seen = HashSet::new();
    for item in field.items() {
        let name = item.child("name");
        let Some(text) = name.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        if !seen.insert(text.clone()) {
            let message = format!("{} stands in the list already", quote(&text));
            fault(cx, &name, ErrorType::Duplicate, message).help("remove one of them");
        }
        for reason in format.faults(&text, cx.kube()) {
            let message = format!("{} is no valid name: it {reason}", quote(&text));
            fault(cx, &name, ErrorType::Invalid, message).help(format!("use {}", format.describe()));
        }
    }
}
