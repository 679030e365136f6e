//! Certificates that no longer hold, or not yet.

use super::content::time::date;
use super::content::{pem, x509};
use super::{Object, kind_of, value};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let Some(now) = cx.settings.now else { return };
    let Some(crt) = value(secret, "tls.crt") else {
        return;
    };
    if kind_of(secret, cx).is_none() {
        return;
    }
    let Some(bytes) = crt.bytes() else { return };
    let text = String::from_utf8_lossy(&bytes);
    // The server's own certificate comes first; old ones further down a bundle do no harm.
    let first = pem::blocks(&text).find(|block| block.label == "CERTIFICATE");
    let Some(certificate) = first.and_then(|block| x509::certificate(&block.der)) else {
        return;
    };
    let soon = now.saturating_add(i64::from(cx.option("within-days")) * 86_400);
    if certificate.not_after < now {
        cx.report(
            crt.place(),
            format!(
                "the certificate in `tls.crt` expired on {}: clients refuse the connection",
                date(certificate.not_after)
            ),
        )
        .help("renew it, or let cert-manager issue it");
    } else if certificate.not_after < soon {
        cx.report(
            crt.place(),
            format!(
                "the certificate in `tls.crt` expires on {}: from then on clients refuse the connection",
                date(certificate.not_after)
            ),
        )
        .help("renew it in time, or let cert-manager issue it");
    } else if certificate.not_before > now {
        cx.report(
            crt.place(),
            format!(
                "the certificate in `tls.crt` does not hold before {}: until then clients refuse the connection",
                date(certificate.not_before)
            ),
        )
        .help("check the clock of the machine that issued it");
    }
}
