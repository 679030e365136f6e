//! What stands in a Secret's values: base64, the JSON of registries, certificates and keys.

pub(super) mod base64;
pub(super) mod filler;
pub(super) mod json;
pub(super) mod locate;
pub(super) mod pem;
pub(super) mod time;
pub(super) mod x509;

/// Whether bytes are text that a person or program would write: UTF-8 without control characters other
/// than line breaks and tabs.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        text.chars()
            .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
    })
}
