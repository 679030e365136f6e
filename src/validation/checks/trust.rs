//! Bundles of trusted certificates, requests for certificates of pods, and migrations of storage.

use std::collections::HashSet;

use super::certificates::{blocks, element};
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::fault;

/// The name of a bundle, which starts with its signer's.
pub fn bundle_name<'t>(object: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let metadata = object.child("metadata");
    let name = metadata.child("name");
    let signer = object
        .child("spec")
        .child("signerName")
        .text()
        .unwrap_or_default();
    let Some(text) = name.text().filter(|text| !text.is_empty()) else {
        return;
    };
    // What cannot be part of a path is reported already.
    if cx.is_unrendered(&text) || cx.is_unrendered(&signer) || !names::path_segment(&text).is_empty() {
        return;
    }
    let start = match signer.is_empty() {
        true => String::new(),
        false => format!("{}:", signer.replace('/', ":")),
    };
    let Some(rest) = text.strip_prefix(&*start) else {
        let message = format!(
            "the name of a bundle of this signer must start with {}",
            quote(&start)
        );
        fault(cx, &name, ErrorType::Invalid, message).help(format!("name it `{start}NAME`"));
        return;
    };
    let faults = match signer.is_empty() && rest.contains(':') {
        true => vec!["has a `:`, which only the bundle of a signer has"],
        false => names::dns1123_subdomain(rest),
    };
    for reason in faults {
        let message = format!("{} is no name of a bundle: it {reason}", quote(&text));
        fault(cx, &name, ErrorType::Invalid, message).help("use lower-case letters, digits, `-` and `.`");
    }
}

/// The certificates of a bundle: PEM, of authorities, each once.
pub fn bundle<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const LONGEST: usize = 1 << 20;
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    const HELP: &str = "write the certificates of authorities in PEM, each once, and nothing else";
    if text.len() > LONGEST {
        let message = format!("the bundle has more than {LONGEST} bytes");
        fault(cx, field, ErrorType::TooLong, message).help(HELP);
        return;
    }
    let (mut seen, mut twice, mut faults) = (HashSet::new(), HashSet::new(), Vec::new());
    for (at, block) in blocks(&text).enumerate() {
        let what = match block.label {
            "CERTIFICATE" if block.has_headers => "has headers, which no certificate needs",
            "CERTIFICATE" if !is_certificate(&block.bytes) => "is no certificate",
            "CERTIFICATE" if !is_of_authority(&block.bytes) => "is no certificate of an authority",
            "CERTIFICATE" => {
                if let Some(again) = seen.replace(block.bytes) {
                    twice.insert(again);
                }
                continue;
            }
            _ => "is no `CERTIFICATE`",
        };
        faults.push(format!("entry {} of the bundle {what}", at + 1));
    }
    if faults.is_empty() && seen.is_empty() {
        faults.push("the bundle holds no certificate".to_string());
    }
    if faults.is_empty() {
        faults.extend(
            twice
                .iter()
                .map(|_| "a certificate stands in the bundle twice".to_string()),
        );
    }
    for message in faults {
        fault(cx, field, ErrorType::Invalid, message).help(HELP);
    }
}

const SEQUENCE: u8 = 0x30;

/// Whether DER has the outline of a certificate. Whether its signature is right is not looked at.
fn is_certificate(der: &[u8]) -> bool {
    const BITS: u8 = 0x03;
    let outline = || {
        let (certificate, rest) = element(der, SEQUENCE)?;
        let (_, after) = element(certificate, SEQUENCE)?;
        let (_, after) = element(after, SEQUENCE)?;
        element(after, BITS)?;
        Some(rest.is_empty())
    };
    outline() == Some(true)
}

/// Whether a certificate's basic constraints say that it is an authority's.
fn is_of_authority(der: &[u8]) -> bool {
    const BASIC_CONSTRAINTS: [u8; 5] = [0x06, 0x03, 0x55, 0x1d, 0x13];
    const BOOLEAN: u8 = 0x01;
    const OCTETS: u8 = 0x04;
    let yes = |(value, _): (&[u8], &[u8])| value.first().is_some_and(|byte| *byte != 0);
    memchr::memmem::find_iter(der, &BASIC_CONSTRAINTS).any(|at| {
        let after = der.get(at + BASIC_CONSTRAINTS.len()..).unwrap_or_default();
        let after = element(after, BOOLEAN).map_or(after, |(_, rest)| rest);
        element(after, OCTETS)
            .and_then(|(value, _)| element(value, SEQUENCE))
            .and_then(|(value, _)| element(value, BOOLEAN))
            .is_some_and(yes)
    })
}

/// How long a pod's certificate may be good for: a day at the most from Kubernetes' own signers.
pub fn expiration<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const HOUR: i64 = 3600;
    let Some(seconds) = field.int().filter(|_| field.is_set()) else {
        return;
    };
    let signer = field.parent().and_then(|spec| spec.child("signerName").text());
    let own = signer.is_some_and(|signer| signer.starts_with("kubernetes.io/"));
    let most = if own { 24 * HOUR } else { 91 * 24 * HOUR };
    if !(HOUR..=most).contains(&seconds) {
        let message = format!("{seconds} seconds are not between {HOUR} and {most}");
        fault(cx, field, ErrorType::Invalid, message).help("use 86400, the default");
    }
}

/// The resource that is to be migrated.
pub fn resource<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    part(
        field,
        names::dns1035_label,
        "use the plural name, such as `secrets`",
        cx,
    );
}

/// Its group.
pub fn group<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.text().is_some_and(|text| !text.is_empty()) {
        part(
            field,
            names::dns1123_subdomain,
            "use an API group, such as `apps`",
            cx,
        );
    }
}

/// The server puts all that is wrong into one error.
fn part<'t>(field: &Field<'_, 't>, check: fn(&str) -> names::Faults, help: &str, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    if let Some(reason) = check(&text).first() {
        let message = format!("{} {reason}", quote(&text));
        fault(cx, field, ErrorType::Invalid, message).help(help);
    }
}
