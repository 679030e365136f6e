//! A host under `tls` that no rule serves.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

const ADVICE: &str = "add a rule for the host, or correct it here; a wildcard covers exactly one part: `*.a.com` is neither `a.com` nor `x.y.a.com`";

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let root = ingress.fields();
    let spec = root.child("spec");
    // What falls to a default backend is served under any name (`backend` in v1beta1).
    if spec.child("defaultBackend").is_set() || spec.child("backend").is_set() {
        return;
    }
    let mut hosts = HashSet::new();
    let mut any = false;
    super::each_rule(ingress, |rule| match super::judged(&rule.child("host"), cx) {
        // Case and a final dot are faults of their own, reported elsewhere.
        Some(host) => match host.trim_end_matches('.').to_ascii_lowercase() {
            host if is_host(&host) => drop(hosts.insert(host)),
            _ => any = true,
        },
        None => any = true,
    });
    if any || hosts.is_empty() {
        return;
    }
    let domains: HashSet<&str> = hosts
        .iter()
        .filter_map(|host| Some(host.split_once('.')?.1))
        .collect();
    let texts = annotation_texts(ingress);
    let words = |c: char| !(c.is_ascii_alphanumeric() || "-.*".contains(c));
    let named: HashSet<&str> = texts.iter().flat_map(|text| text.split(words)).collect();
    let to_www = super::annotation(ingress, "nginx.ingress.kubernetes.io/from-to-www-redirect")
        .is_some_and(|value| value == "true");
    super::each_tls(ingress, |tls| {
        for field in tls.child("hosts").items() {
            let Some(host) = super::judged(&field, cx) else {
                continue;
            };
            let wildcard = host.strip_prefix("*.");
            let covered = match wildcard {
                Some(domain) => domains.contains(domain),
                None => host
                    .split_once('.')
                    .is_some_and(|(_, domain)| hosts.contains(&format!("*.{domain}"))),
            };
            let other = host
                .strip_prefix("www.")
                .map_or_else(|| format!("www.{host}"), str::to_string);
            if covered
                || hosts.contains(&*host)
                // Aliases and redirects are set up in annotations: a host that one names is meant.
                || named.contains(&*host)
                || to_www && hosts.contains(&other)
                || !is_host(&host)
            {
                continue;
            }
            let message = format!(
                "no rule serves the TLS host {}, so that its certificate is never used",
                super::shown(&field, cx)
            );
            let help = match wildcard.filter(|domain| hosts.contains(*domain)) {
                Some(domain) => Cow::Owned(format!(
                    "a wildcard does not cover its own domain: list {} here, or add rules for its subdomains",
                    super::quote(domain)
                )),
                None => Cow::Borrowed(ADVICE),
            };
            cx.report_at(&field, message).help(help);
        }
    });
}

/// Whether the text is a host name, plain or with a wildcard. Others can be compared with nothing.
fn is_host(text: &str) -> bool {
    names::dns1123_subdomain(text.strip_prefix("*.").unwrap_or(text)).is_empty()
}

fn annotation_texts<'t>(ingress: &Object<'t>) -> Vec<Cow<'t, str>> {
    let root = ingress.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    annotations
        .entries()
        .filter_map(|annotation| annotation.text())
        .collect()
}
