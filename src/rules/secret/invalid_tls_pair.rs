//! A TLS Secret whose certificate and key cannot serve a connection.

use super::content::pem::{self, Block};
use super::content::x509;
use super::{Object, Value, kind_of, value};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

const USELESS: &str = "servers fall back to a default certificate or refuse connections";

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    if kind_of(secret, cx).is_none_or(|kind| kind != "kubernetes.io/tls") {
        return;
    }
    let (Some(crt), Some(key)) = (value(secret, "tls.crt"), value(secret, "tls.key")) else {
        return;
    };
    if crt.is_unrendered_in_part(cx) || key.is_unrendered_in_part(cx) {
        return;
    }
    let (Some(crt_bytes), Some(key_bytes)) = (crt.bytes(), key.bytes()) else {
        return;
    };
    // Both empty: a place that a controller fills.
    if crt_bytes.is_empty() && key_bytes.is_empty() {
        return;
    }
    let crt_text = String::from_utf8_lossy(&crt_bytes);
    let key_text = String::from_utf8_lossy(&key_bytes);
    let certificate = match certificate(&crt_text) {
        Ok(certificate) => Some(certificate),
        Err(fault) => {
            report(cx, &crt, "tls.crt", fault);
            None
        }
    };
    let private = match private_key(&key_text) {
        Ok(private) => Some(private),
        Err(fault) => {
            report(cx, &key, "tls.key", fault);
            None
        }
    };
    if let (Some(certificate), Some(private)) = (certificate, private)
        && certificate.key.same(&private) == Some(false)
    {
        cx.report(
            key.place(),
            format!("`tls.key` does not belong to the certificate in `tls.crt`, so that {USELESS}"),
        )
        .help(
            "put the key there that the certificate was made with; in a chain the server's own certificate \
             comes first",
        )
        .related(crt.place(), "the certificate");
    }
}

fn report<'t>(cx: &mut Cx<'t>, value: &Value<'t>, name: &str, fault: (&str, &'static str)) {
    let (what, help) = fault;
    cx.report(value.place(), format!("`{name}` {what}, so that {USELESS}"))
        .help(help);
}

/// The first certificate, or what is wrong and what to do.
fn certificate(text: &str) -> Result<x509::Certificate, (&'static str, &'static str)> {
    const HELP: &str =
        "put the certificate there as PEM, from `-----BEGIN CERTIFICATE-----` on, each dashed line alone";
    if text.is_empty() {
        return Err(("is empty while `tls.key` is not", HELP));
    }
    let (mut any, mut key) = (false, false);
    for block in pem::blocks(text) {
        if block.label == "CERTIFICATE" {
            return x509::certificate(&block.der)
                .ok_or(("is PEM, but no X.509 certificate can be read from it", HELP));
        }
        any = true;
        key |= block.is_key();
    }
    Err(match (any, key) {
        (_, true) => (
            "holds a private key and no certificate",
            "swap the two values, if `tls.key` holds the certificate",
        ),
        (true, _) => ("is PEM without a certificate", HELP),
        _ => (not_pem(text), HELP),
    })
}

/// The public part of the first private key, or what is wrong and what to do.
fn private_key(text: &str) -> Result<x509::PublicKey, (&'static str, &'static str)> {
    const HELP: &str =
        "put the private key there as PEM, from `-----BEGIN PRIVATE KEY-----` on, each dashed line alone";
    if text.is_empty() {
        return Err(("is empty while `tls.crt` is not", HELP));
    }
    let (mut any, mut certificate) = (false, false);
    for block in pem::blocks(text) {
        if block.is_key() {
            return read_key(&block);
        }
        any = true;
        certificate |= block.label == "CERTIFICATE";
    }
    Err(match (any, certificate) {
        (_, true) => (
            "holds a certificate and no private key",
            "put the private key there",
        ),
        (true, _) => ("is PEM without a private key", HELP),
        _ => (not_pem(text), HELP),
    })
}

fn not_pem(text: &str) -> &'static str {
    if text.contains("-----BEGIN") {
        "is PEM that cannot be read, because a dashed line or the base64 between two of them is damaged"
    } else {
        "is not PEM"
    }
}

fn read_key(block: &Block<'_>) -> Result<x509::PublicKey, (&'static str, &'static str)> {
    if block.encrypted || block.label == "ENCRYPTED PRIVATE KEY" {
        return Err((
            "is encrypted with a passphrase, which nothing in a cluster can give",
            "decrypt it first: `openssl pkey -in KEY -out PLAIN-KEY`",
        ));
    }
    if block.label == "OPENSSH PRIVATE KEY" {
        return Err((
            "is a key of OpenSSH's own format, which TLS does not read",
            "make a key with `openssl genpkey`",
        ));
    }
    x509::public_of(&block.der).ok_or((
        "is PEM, but no RSA, ECDSA or Ed25519 key can be read from it",
        "put the private key there that the certificate was made with",
    ))
}
