//! A rule's host is an IP address.

use crate::diagnostic::ErrorType::Invalid;
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_host(ingress, cx, |host, text, cx| {
        if !names::is_ip_sloppy(text) {
            return;
        }
        let shown = super::shown(host, cx);
        // The server objects to the address, and to an IPv6 address for being no DNS name either.
        for _ in 0..=names::dns1123_subdomain(text).len() {
            cx.report_at(
                host,
                format!("the host {shown} is an IP address; an Ingress tells requests apart by DNS name"),
            )
            .refusal(Invalid, host.path())
            .help("leave `host` out to answer on every address, or write the DNS name that leads there");
        }
    });
}
