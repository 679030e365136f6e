//! Texts longer than anything real are cut: many findings may tell of one of them, and each has a copy.

use std::borrow::Cow;

/// The longest step of a path: what a server takes is far shorter, so that paths of real objects stay exact.
pub(crate) const STEP: usize = 1024;
/// The longest name of an object that is kept for reports; a server takes no longer ones.
pub(crate) const NAME: usize = 253;
/// The longest `apiVersion`: a group, which is a name, and a version.
pub(crate) const API_VERSION: usize = NAME + 1 + 63;
/// The longest text of a finding.
pub(crate) const TEXT: usize = 8 << 10;

/// A text of so many bytes at the most, and `…` for the rest.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.len() <= most {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("{}…", begin(text, most))),
    }
}

/// The same of a text at hand.
pub(crate) fn cut_to(text: String, most: usize) -> String {
    match text.len() <= most {
        true => text,
        false => format!("{}…", begin(&text, most)),
    }
}

/// The first bytes of a text, up to so many, without the part of a character.
pub(crate) fn begin(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_characters_are_kept() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "abc…");
        assert_eq!(cut("aöö", 2), "a…");
        assert_eq!(cut_to("aöö".into(), 3), "aö…");
        assert_eq!(begin("ö", 1), "");
    }
}
