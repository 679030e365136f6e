//! Values that were encoded once too often.

use super::content::{base64, is_text};
use super::{Object, values};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    for value in values(secret) {
        if value.is_unrendered(cx) || !may_be_encoded(&value) {
            continue;
        }
        let Some(bytes) = value.bytes() else { continue };
        let Ok(stored) = std::str::from_utf8(&bytes) else {
            continue;
        };
        if !is_encoded_text(stored) {
            continue;
        }
        let shown = cx.shown(value.entry.key);
        let (what, help) = if value.text {
            (
                "is base64 already, but `stringData` is encoded by the API server",
                "move it to `data`, or write the plain value",
            )
        } else {
            (
                "is still base64 of a text once it is decoded",
                "encode the value once only; `stringData` takes it as it is",
            )
        };
        cx.report(
            value.place(),
            format!("the value of {shown} {what}: a pod that uses it gets base64 in place of the value"),
        )
        .help(help);
    }
}

/// A cheap look at the beginning, which tells nearly every value apart.
fn may_be_encoded(value: &super::Value<'_>) -> bool {
    let Some(text) = value.entry.value.str() else {
        return false;
    };
    if value.text {
        return text.bytes().take(16).all(base64::is_digit);
    }
    let head = text.get(..16).and_then(|head| base64::decode(head).ok());
    head.is_some_and(|bytes| bytes.iter().all(|&byte| base64::is_digit(byte)))
}

/// Whether a stored value is base64 of a text. A random token may happen to be base64; that what it
/// encodes happens to be text all through is unlikely, and the less so the longer it is.
fn is_encoded_text(stored: &str) -> bool {
    let stored = stored.trim_end_matches('\n');
    let Ok(inner) = base64::decode(stored) else {
        return false;
    };
    let ascii = is_text(&inner) && inner.is_ascii();
    let letters = inner.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    ascii && inner.len() >= 8 && letters * 2 >= inner.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_encoded_text_from_tokens() {
        assert!(is_encoded_text("c3VwZXItc2VjcmV0\n"));
        assert!(is_encoded_text("aHR0cHM6Ly9leGFtcGxlLmNvbQ=="));
        for token in [
            "hunter2hunter2hunter2",
            "passwordpassword",
            "SECRETPASSWORD12",
            "0123456789abcdef0123456789abcdef",
            "5ZMk6eTqX1o2bJ9sQ0aWcg==", // 16 random bytes
            "c2hvcnQ=",                 // too short to tell
            "AKIAIOSFODNN7EXAMPLE",
        ] {
            assert!(!is_encoded_text(token), "{token}");
        }
    }
}
