//! Requests for certificates.

use std::collections::HashSet;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::fault;
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
    let message = match blocks(&pem).next() {
        Some(block) if block.label == "CERTIFICATE REQUEST" => {
            if is_request(&block.bytes) {
                return;
            }
            "what the PEM block `CERTIFICATE REQUEST` holds is no such request"
        }
        _ => "the request holds no PEM block `CERTIFICATE REQUEST`",
    };
    fault(cx, field, ErrorType::Invalid, message)
        .help("make one with `openssl req -new`, and encode the file with `base64 -w0`");
}

/// A block of PEM.
pub(super) struct Block<'p> {
    pub label: &'p str,
    /// Whether lines such as `Proc-Type: …` stand before the data.
    pub has_headers: bool,
    pub bytes: Vec<u8>,
}

/// The PEM blocks that can be read; what is around them is passed over.
pub(super) fn blocks(pem: &str) -> impl Iterator<Item = Block<'_>> {
    let mut lines = pem.lines().map(str::trim_end).peekable();
    std::iter::from_fn(move || {
        while let Some(line) = lines.next() {
            let label = line
                .strip_prefix("-----BEGIN ")
                .and_then(|rest| rest.strip_suffix("-----"));
            let Some(label) = label else { continue };
            let mut has_headers = false;
            while lines.next_if(|line| line.contains(':')).is_some() {
                has_headers = true;
            }
            let mut body = String::new();
            let mut end = None;
            // A block that does not end as it should may have another one after it.
            while let Some(line) = lines.next_if(|line| !line.starts_with("-----BEGIN ")) {
                end = line.strip_prefix("-----END ");
                if end.is_some() {
                    break;
                }
                body.extend(line.chars().filter(|c| !matches!(c, ' ' | '\t')));
            }
            if end.and_then(|rest| rest.strip_suffix("-----")) == Some(label)
                && let Some(bytes) = base64::decode(body.as_bytes())
            {
                return Some(Block {
                    label,
                    has_headers,
                    bytes,
                });
            }
        }
        None
    })
}

/// Whether DER has the outline of a request: a sequence of its content, the algorithm, and the signature. Whether
/// the signature is right is not looked at.
fn is_request(der: &[u8]) -> bool {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    const BITS: u8 = 0x03;
    let outline = || {
        let (request, rest) = element(der, SEQUENCE)?;
        let (content, after) = element(request, SEQUENCE)?;
        let (_, after) = element(after, SEQUENCE)?;
        element(after, BITS)?;
        let (_, content) = element(content, INTEGER)?;
        let (_, content) = element(content, SEQUENCE)?;
        element(content, SEQUENCE)?;
        Some(rest.is_empty())
    };
    outline() == Some(true)
}

/// The content of a DER element with this tag, and what is after it.
pub(super) fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk::<2>()?;
    if found != tag {
        return None;
    }
    let (length, rest) = match first {
        ..=0x7f => (usize::from(first), rest),
        // More than four bytes of length are more than a manifest has room for.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// The signer of a request.
pub fn signer<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    signer_name(field, cx);
    if field
        .text()
        .is_some_and(|text| text == "kubernetes.io/legacy-unknown")
    {
        let message = "certificates of the legacy signer cannot be requested by this version of the API";
        fault(cx, field, ErrorType::Invalid, message).help("choose another signer");
    }
}

/// The name of a signer: a domain, a slash and a name.
pub fn signer_name<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
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
