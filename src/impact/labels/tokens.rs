//! The words and signs of an expression.

use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Word,
    Comma,
    Open,
    Close,
    /// `!`
    Not,
    /// `=` or `==`
    Equal,
    /// `!=`
    Differ,
    /// `>`
    Above,
    /// `<`
    Below,
    /// Signs that mean nothing together, such as `=!` or `>=`.
    Odd,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let is_space = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let is_sign = |b: u8| matches!(b, b'=' | b'!' | b'>' | b'<');
    let is_special = |b: u8| is_sign(b) || matches!(b, b'(' | b')' | b',');
    let run = |from: usize, fits: &dyn Fn(u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|b| fits(**b)).count()
    };
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (kind, end) = match byte {
            b if is_space(b) => {
                at = run(at, &is_space);
                continue;
            }
            b',' => (Kind::Comma, at + 1),
            b'(' => (Kind::Open, at + 1),
            b')' => (Kind::Close, at + 1),
            // `!` before a key may follow another sign only after a comma, so signs in a row are one token.
            b if is_sign(b) => {
                let end = run(at, &is_sign);
                let kind = match &bytes[at..end] {
                    b"=" | b"==" => Kind::Equal,
                    b"!=" => Kind::Differ,
                    b"!" => Kind::Not,
                    b">" => Kind::Above,
                    b"<" => Kind::Below,
                    _ => Kind::Odd,
                };
                (kind, end)
            }
            _ => (Kind::Word, run(at, &|b| !is_space(b) && !is_special(b))),
        };
        out.push(Token { kind, at: at..end });
        at = end;
    }
    out
}
