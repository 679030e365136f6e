//! Values that were encoded once too often.

use super::content::{base64, is_text};
use super::{Object, values};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

/// Whether the consumer of a key wants base64, so that the stored value is base64 of base64 on purpose: the key says
/// so, or the value is a user and a password as HTTP's basic authentication sends them.
fn is_on_purpose(key: &str, inner: &str) -> bool {
    let name = key.to_ascii_lowercase();
    let credentials = || {
        let (user, password) = inner.split_once(':').unwrap_or_default();
        !user.is_empty() && !password.is_empty() && !inner.contains([' ', '\n', '/'])
    };
    key == "1password-credentials.json"
        || ["b64", "base64"].iter().any(|word| name.contains(word))
        || name.contains("auth") && credentials()
}

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    for value in values(secret) {
        if value.is_unrendered(cx) || !may_be_encoded(&value) {
            continue;
        }
        let Some(bytes) = value.bytes() else { continue };
        let stored = std::str::from_utf8(&bytes).unwrap_or_default();
        let key = value.entry.key;
        let Some(inner) = encoded_text(stored) else {
            continue;
        };
        if is_on_purpose(&key.key_text().unwrap_or_default(), &inner) {
            continue;
        }
        let shown = cx.shown(key);
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
        return text.bytes().take(12).all(base64::is_digit);
    }
    let head = text.get(..12).and_then(|head| base64::decode(head).ok());
    head.is_some_and(|bytes| bytes.iter().all(|&byte| base64::is_digit(byte)))
}

/// The text that somebody wrote, where a stored value is base64 of one.
///
/// Keys are often random characters in base64, which is their proper form, so that printable characters
/// alone tell nothing: they must look like words, a file, or base64 once more.
fn encoded_text(stored: &str) -> Option<String> {
    let stored = stored.trim_end_matches('\n');
    let inner = String::from_utf8(base64::decode(stored).ok()?).ok()?;
    let text = inner.trim_end_matches(['\r', '\n']);
    if text.len() < 8 || !text.is_ascii() || !is_text(text.as_bytes()) {
        return None;
    }
    let base64_again = text.len() >= 16 && text.ends_with('=') && base64::check(text).is_ok();
    let written = base64_again || text.starts_with("-----BEGIN ") || is_wordy(text);
    written.then(|| text.to_string())
}

/// Whether letters, digits and signs come in runs, as in words, and not mixed, as in random characters.
fn is_wordy(text: &str) -> bool {
    let class = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let bytes = text.as_bytes();
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let changes = bytes.windows(2).filter(|w| class(w[0]) != class(w[1])).count();
    letters * 2 >= bytes.len() && changes * 3 <= bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_encoded_text_from_tokens() {
        for encoded in [
            "c3VwZXItc2VjcmV0\n",
            "aHR0cHM6Ly9leGFtcGxlLmNvbQ==",
            "Y29ycmVjdCBob3JzZQo=",
            "QVFCMTZWMVZvRjVtRXhBQTVrQ1FzN2JCajhWVUxSdzI2Qzg0SEE9PQ==", // base64 of a key in base64
        ] {
            assert!(encoded_text(encoded).is_some(), "{encoded}");
        }
        for token in [
            "hunter2hunter2hunter2",
            "passwordpassword",
            "SECRETPASSWORD12",
            "0123456789abcdef0123456789abcdef",
            "5ZMk6eTqX1o2bJ9sQ0aWcg==", // 16 random bytes
            "W1c4Ym1WVE1IYlYzVVA=",     // random characters, whose base64 is the key
            "c2hvcnQ=",                 // too short to tell
            "AKIAIOSFODNN7EXAMPLE",
        ] {
            assert!(encoded_text(token).is_none(), "{token}");
        }
    }

    #[test]
    fn knows_what_is_meant_to_be_base64() {
        assert!(is_on_purpose("CA_CERT_B64", "x"));
        assert!(is_on_purpose("kubeconfig-base64", "x"));
        assert!(is_on_purpose("npm_auth", "admin:admin123"));
        assert!(!is_on_purpose("npm_auth", "correct horse"));
        assert!(!is_on_purpose("url", "https://example.com"));
    }
}
