//! Scalars by the rules of go-yaml v2, which kubectl reads manifests with (`docs/yaml.md`).

use std::borrow::Cow;

use super::view::Node;

/// The value of a scalar.
#[derive(Clone, PartialEq, Debug)]
pub enum Scalar<'t> {
    /// Empty, `~`, `null`.
    Null,
    /// `true`, `yes`, `y`, `on` …
    Bool(bool),
    /// An integer that fits `i64`.
    Int(i64),
    /// An integer above `i64::MAX` that fits `u64`.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// Everything else.
    Str(Cow<'t, str>),
}

/// Whether a plain scalar with this source text can be anything but a string, judged by its first byte.
pub fn may_be_typed(source: &str) -> bool {
    matches!(
        source.as_bytes().first(),
        None | Some(
            b'0'..=b'9'
                | b'+'
                | b'-'
                | b'.'
                | b'~'
                | b'y'
                | b'Y'
                | b'n'
                | b'N'
                | b't'
                | b'T'
                | b'f'
                | b'F'
                | b'o'
                | b'O'
        )
    )
}

/// Cooks and resolves a scalar node (not an alias).
pub fn scalar(node: Node<'_>) -> Scalar<'_> {
    let _ = node;
    todo!()
}

/// The string that a scalar becomes as a mapping key; `None` for null.
pub fn key_text(scalar: Scalar<'_>) -> Option<Cow<'_, str>> {
    let _ = scalar;
    todo!()
}
