//! Values that were encoded once too often.

use super::content::{base64, is_text};
use super::{Object, values};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

/// Keys whose consumer wants base64, so that the stored value is base64 of base64 on purpose.
const ENCODED_ON_PURPOSE: [&str; 1] = ["1password-credentials.json"];

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    for value in values(secret) {
        if value.is_unrendered(cx) || !may_be_encoded(&value) {
            continue;
        }
        let Some(bytes) = value.bytes() else { continue };
        let stored = std::str::from_utf8(&bytes).unwrap_or_default();
        let key = value.entry.key;
        if !is_encoded_text(stored) || ENCODED_ON_PURPOSE.iter().any(|known| key.key_is(known)) {
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

/// Whether a stored value is base64 of a text that somebody wrote.
///
/// Keys are often random characters in base64, which is their proper form, so that printable characters
/// alone tell nothing: they must look like words, a file, or base64 once more.
fn is_encoded_text(stored: &str) -> bool {
    let stored = stored.trim_end_matches('\n');
    let Ok(inner) = base64::decode(stored) else {
        return false;
    };
    let Ok(inner) = std::str::from_utf8(&inner) else {
        return false;
    };
    let text = inner.trim_end_matches(['\r', '\n']);
    if text.len() < 8 || !text.is_ascii() || !is_text(text.as_bytes()) {
        return false;
    }
    let base64_again = text.len() >= 16 && text.ends_with('=') && base64::check(text).is_ok();
    base64_again || text.starts_with("-----BEGIN ") || is_wordy(text)
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
            assert!(is_encoded_text(encoded), "{encoded}");
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
            assert!(!is_encoded_text(token), "{token}");
        }
    }
}
