//! Requests for certificates.

use std::collections::HashSet;

use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::rules::{Cx, quote};
use crate::schema::constraints::fault;
use crate::yaml::base64;

/// The request itself: PEM.
pub fn request<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let Some(bytes) = base64::decode(text.as_bytes()) else {
        return;
    };
    let pem = String::from_utf8_lossy(&bytes);
    let label = pem
        .lines()
        .find_map(|line| line.trim_end().strip_prefix("-----BEGIN ")?.strip_suffix("-----"));
    let ended = label.is_some_and(|label| pem.contains(&format!("-----END {label}-----")));
    if label != Some("CERTIFICATE REQUEST") || !ended {
        let message = "the request holds no PEM block `CERTIFICATE REQUEST`";
        fault(cx, field, ErrorType::Invalid, message)
            .help("make one with `openssl req -new`, and encode the file with `base64 -w0`");
    }
}

/// The signer: a domain, a slash and a name.
pub fn signer<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    const HELP: &str = "write it as `example.com/signer-name`";
    let Some((domain, path)) = text.split_once('/').filter(|(_, path)| !path.contains('/')) else {
        let message = format!(
            "{} is no name of a signer: it needs a domain, `/` and a name",
            quote(&text)
        );
        fault(cx, field, ErrorType::Invalid, message).help(HELP);
        return;
    };
    if text.len() > 571 {
        fault(cx, field, ErrorType::TooLong, "the name has more than 571 bytes").help(HELP);
    }
    if domain.len() > 253 {
        let message = "the domain of the signer has more than 253 bytes";
        fault(cx, field, ErrorType::TooLong, message).help(HELP);
    }
    if !domain.contains('.') {
        let message = "the domain of the signer needs at least two parts between dots";
        fault(cx, field, ErrorType::Invalid, message).help(HELP);
    }
    // Of each half only the first part that is wrong is reported.
    let wrong = |half: &str, check: fn(&str) -> names::Faults| {
        let mut faults = half.split('.').map(check);
        faults.find(|faults| !faults.is_empty()).unwrap_or_default()
    };
    for reason in wrong(domain, names::dns1123_label) {
        let message = format!("a part of the signer's domain {reason}");
        fault(cx, field, ErrorType::Invalid, message).help(HELP);
    }
    for reason in wrong(path, names::dns1123_subdomain) {
        let message = format!("the signer's name after the `/` {reason}");
        fault(cx, field, ErrorType::Invalid, message).help(HELP);
    }
    if text == "kubernetes.io/legacy-unknown" {
        let message = "certificates of the legacy signer cannot be requested by this version of the API";
        fault(cx, field, ErrorType::Invalid, message).help("choose another signer");
    }
}

/// What the certificate may be used for.
pub fn usages<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const USAGES: [&str; 23] = [
        "any",
        "cert sign",
        "client auth",
        "code signing",
        "content commitment",
        "crl sign",
        "data encipherment",
        "decipher only",
        "digital signature",
        "email protection",
        "encipher only",
        "ipsec end system",
        "ipsec tunnel",
        "ipsec user",
        "key agreement",
        "key encipherment",
        "microsoft sgc",
        "netscape sgc",
        "ocsp signing",
        "s/mime",
        "server auth",
        "signing",
        "timestamping",
    ];
    let mut seen = HashSet::new();
    for item in field.items() {
        let Some(text) = item.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        if !USAGES.contains(&&*text) {
            let message = format!("{} is no usage of a certificate", quote(&text));
            fault(cx, &item, ErrorType::NotSupported, message)
                .help("use `client auth`, `digital signature` …");
        }
        if !seen.insert(text) {
            fault(
                cx,
                &item,
                ErrorType::Duplicate,
                "the usage stands in the list already",
            )
            .help("remove it");
        }
    }
}
