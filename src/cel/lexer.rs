//! The words of an expression.

use std::borrow::Cow;

use super::Fault;

/// What a word is.
#[derive(Clone, Debug, PartialEq)]
pub enum Token<'s> {
    /// A name, reserved ones included.
    Ident(&'s str),
    /// A whole number.
    Int(u64),
    /// One with `u` behind it.
    Uint(u64),
    /// A number with a fraction or exponent.
    Double(f64),
    /// A text, as it reads.
    Str(Cow<'s, str>),
    /// A text of bytes.
    Bytes,
    /// A sign: `==`, `&&`, `[` …
    Sign(Sign),
    /// The end.
    End,
}

/// A sign: its letter, or one of those below.
pub type Sign = u8;

pub const EQUAL: Sign = b'=';
pub const UNEQUAL: Sign = b'n';
pub const AT_MOST: Sign = b'l';
pub const AT_LEAST: Sign = b'g';
pub const AND: Sign = b'&';
pub const OR: Sign = b'|';

/// How a sign is written.
pub fn text_of(sign: Sign) -> String {
    match sign {
        EQUAL => "==".into(),
        UNEQUAL => "!=".into(),
        AT_MOST => "<=".into(),
        AT_LEAST => ">=".into(),
        AND => "&&".into(),
        OR => "||".into(),
        _ => char::from(sign).to_string(),
    }
}

/// The sign that two letters begin with, and its length.
fn sign(first: u8, second: Option<u8>) -> Option<(Sign, usize)> {
    Some(match (first, second) {
        (b'=', Some(b'=')) => (EQUAL, 2),
        (b'!', Some(b'=')) => (UNEQUAL, 2),
        (b'<', Some(b'=')) => (AT_MOST, 2),
        (b'>', Some(b'=')) => (AT_LEAST, 2),
        (b'&', Some(b'&')) => (AND, 2),
        (b'|', Some(b'|')) => (OR, 2),
        (b'<' | b'>' | b'!' | b'[' | b']' | b'{' | b'}' | b'(' | b')' | b'.' | b',', _) => (first, 1),
        (b'-' | b'?' | b':' | b'+' | b'*' | b'/' | b'%', _) => (first, 1),
        _ => return None,
    })
}

/// Reads words from a text.
pub struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    /// Starts at the beginning.
    pub fn new(source: &'s str) -> Self {
        Lexer { source, at: 0 }
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn take_while(&mut self, test: impl Fn(u8) -> bool) -> &'s str {
        let start = self.at;
        let bytes = self.source.as_bytes();
        while bytes.get(self.at).is_some_and(|b| test(*b)) {
            self.at += 1;
        }
        self.source.get(start..self.at).unwrap_or_default()
    }

    fn fault<T>(&self, at: usize, message: impl Into<Cow<'static, str>>) -> Result<T, Fault> {
        Err(Fault::new(at as u32, message))
    }

    /// The next word, and where it starts.
    pub fn next(&mut self) -> Result<(u32, Token<'s>), Fault> {
        let bytes = self.source.as_bytes();
        loop {
            match bytes.get(self.at..) {
                Some([b' ' | b'\t' | b'\r' | b'\n' | 0x0c, ..]) => self.at += 1,
                Some([b'/', b'/', ..]) => {
                    self.take_while(|b| b != b'\n');
                }
                _ => break,
            }
        }
        let start = self.at;
        let Some(&first) = bytes.get(start) else {
            return Ok((start as u32, Token::End));
        };
        let second = bytes.get(start + 1).copied();
        let token = match first {
            b'0'..=b'9' => self.number()?,
            b'.' if second.is_some_and(|b| b.is_ascii_digit()) => self.number()?,
            b'"' | b'\'' => self.text(false, false)?,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => match self.prefix(first) {
                Some((length, raw, bytes)) => {
                    self.at += length;
                    self.text(raw, bytes)?
                }
                None => Token::Ident(self.take_while(|b| b == b'_' || b.is_ascii_alphanumeric())),
            },
            _ => match sign(first, second) {
                Some((sign, length)) => {
                    self.at += length;
                    Token::Sign(sign)
                }
                None => {
                    let c: String = self.rest().chars().take(1).collect();
                    return self.fault(start, format!("`{c}` has no meaning here"));
                }
            },
        };
        Ok((start as u32, token))
    }

    /// The letters before a text: how many, whether it is raw, whether it is of bytes.
    fn prefix(&self, first: u8) -> Option<(usize, bool, bool)> {
        if !matches!(first, b'r' | b'R' | b'b' | b'B') {
            return None;
        }
        let rest = self.rest();
        let end = rest.bytes().take(3).position(|b| matches!(b, b'"' | b'\''))?;
        let letters = rest.get(..end)?.to_ascii_lowercase();
        match &*letters {
            "r" => Some((1, true, false)),
            "b" => Some((1, false, true)),
            "br" | "rb" => Some((2, true, true)),
            _ => None,
        }
    }

    fn number(&mut self) -> Result<Token<'s>, Fault> {
        let start = self.at;
        let rest = self.rest();
        if let Some(hex) = rest.strip_prefix("0x").or(rest.strip_prefix("0X"))
            && hex.starts_with(|c: char| c.is_ascii_hexdigit())
        {
            self.at += 2;
            let digits = self.take_while(|b| b.is_ascii_hexdigit());
            let value = u64::from_str_radix(digits, 16);
            return self.whole(start, value.ok());
        }
        let digits = self.take_while(|b| b.is_ascii_digit());
        let mut double = false;
        let rest = self.rest().as_bytes();
        if rest.first() == Some(&b'.') && rest.get(1).is_some_and(u8::is_ascii_digit) {
            double = true;
            self.at += 1;
            self.take_while(|b| b.is_ascii_digit());
        }
        let rest = self.rest().as_bytes();
        if matches!(rest.first(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(1), Some(b'+' | b'-')));
            if rest.get(1 + sign).is_some_and(u8::is_ascii_digit) {
                double = true;
                self.at += 1 + sign;
                self.take_while(|b| b.is_ascii_digit());
            }
        }
        if double {
            let text = self.source.get(start..self.at).unwrap_or_default();
            return Ok(Token::Double(text.parse().unwrap_or(f64::INFINITY)));
        }
        self.whole(start, digits.parse().ok())
    }

    fn whole(&mut self, start: usize, value: Option<u64>) -> Result<Token<'s>, Fault> {
        if self.rest().starts_with(['u', 'U']) {
            self.at += 1;
            return match value {
                Some(value) => Ok(Token::Uint(value)),
                None => self.fault(start, "the number is too large"),
            };
        }
        match value {
            // One more than the largest may stand after a minus.
            Some(value) if value <= 1 << 63 => Ok(Token::Int(value)),
            _ => self.fault(start, "the number is too large"),
        }
    }

    fn text(&mut self, raw: bool, bytes: bool) -> Result<Token<'s>, Fault> {
        let start = self.at;
        let rest = self.rest();
        let quote = match () {
            () if rest.starts_with("\"\"\"") => "\"\"\"",
            () if rest.starts_with("'''") => "'''",
            () if rest.starts_with('"') => "\"",
            () => "'",
        };
        self.at += quote.len();
        let mut read = String::new();
        let mut plain = self.at;
        loop {
            let rest = self.rest();
            if rest.starts_with(quote) {
                break;
            }
            match rest.chars().next() {
                None => return self.fault(start, "the text is not closed"),
                Some('\n' | '\r') if quote.len() == 1 => {
                    return self.fault(start, "the text is not closed on its line");
                }
                Some('\\') if !raw => {
                    read.push_str(self.source.get(plain..self.at).unwrap_or_default());
                    self.escape(&mut read)?;
                    plain = self.at;
                }
                Some('\\') => {
                    // Of a raw text the quote after a backslash ends it all the same.
                    self.at += 1;
                }
                Some(c) => self.at += c.len_utf8(),
            }
        }
        let last = self.source.get(plain..self.at).unwrap_or_default();
        self.at += quote.len();
        if bytes {
            return Ok(Token::Bytes);
        }
        if read.is_empty() {
            return Ok(Token::Str(Cow::Borrowed(last)));
        }
        read.push_str(last);
        Ok(Token::Str(Cow::Owned(read)))
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Fault> {
        let start = self.at;
        let mut chars = self.rest().chars();
        chars.next();
        let Some(letter) = chars.next() else {
            return self.fault(start, "the text is not closed");
        };
        let (skip, digits, radix) = match letter {
            'x' | 'X' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            '0'..='3' => (1, 3, 8),
            _ => (0, 0, 0),
        };
        if digits > 0 {
            let from = start + skip;
            let value = self
                .source
                .get(from..from + digits)
                .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))
                .and_then(|text| u32::from_str_radix(text, radix).ok())
                .and_then(char::from_u32);
            let Some(value) = value else {
                return self.fault(start, "a backslash stands before what it does not go with");
            };
            out.push(value);
            self.at = from + digits;
            return Ok(());
        }
        let value = match letter {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '?' | '"' | '\'' | '`' => letter,
            _ => return self.fault(start, "a backslash stands before what it does not go with"),
        };
        out.push(value);
        self.at = start + 2;
        Ok(())
    }
}
