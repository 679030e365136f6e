//! Anchors, aliases, tags and directives.

use super::scan::{Scan, Scanner};
use super::token::{Token, TokenKind};
use crate::yaml::chars::{is_word, width};
use crate::yaml::problems as problem;

impl Scanner<'_> {
    /// `&name` or `*name`.
    pub(super) fn scan_anchor(&mut self, kind: TokenKind) -> Scan<Token> {
        let start = self.pos;
        self.step();
        while is_word(self.byte(0)) {
            self.step();
        }
        let ended = self.at_gap(0)
            || matches!(
                self.byte(0),
                b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'
            );
        if self.pos == start + 1 || !ended {
            return Err(problem::BAD_ANCHOR.at(start, self.pos));
        }
        Ok(Token::new(kind, start, self.pos))
    }

    /// `!`, `!name`, `!!name`, `!handle!name` or `!<uri>`.
    pub(super) fn scan_tag(&mut self) -> Scan<Token> {
        let start = self.pos;
        self.step();
        let complete = if self.byte(0) == b'<' {
            self.step();
            let named = self.scan_tag_uri(start)?;
            let closed = self.byte(0) == b'>';
            if closed {
                self.step();
            }
            named && closed
        } else {
            while is_word(self.byte(0)) {
                self.step();
            }
            if self.byte(0) == b'!' {
                self.step();
                self.scan_tag_uri(start)?
            } else {
                // A lone `!` needs no name.
                self.scan_tag_uri(start)?;
                true
            }
        };
        if !complete || !self.at_gap(0) {
            return Err(problem::BAD_TAG.at(start, self.pos));
        }
        Ok(Token::new(TokenKind::Tag, start, self.pos))
    }

    /// Over the characters of a URI; whether there were any.
    fn scan_tag_uri(&mut self, tag: usize) -> Scan<bool> {
        let start = self.pos;
        loop {
            match self.byte(0) {
                b'%' => self.scan_uri_escape(tag)?,
                b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b',' | b'.' | b'!' | b'~'
                | b'*' | b'\'' | b'(' | b')' | b'[' | b']' => self.step(),
                byte if is_word(byte) => self.step(),
                _ => return Ok(self.pos > start),
            }
        }
    }

    /// Over `%HH…`, which must spell one UTF-8 character.
    fn scan_uri_escape(&mut self, tag: usize) -> Scan<()> {
        let mut left = 1;
        let mut first = true;
        while left > 0 {
            let digits = (
                char::from(self.byte(1)).to_digit(16),
                char::from(self.byte(2)).to_digit(16),
            );
            let (b'%', (Some(high), Some(low))) = (self.byte(0), digits) else {
                return Err(problem::BAD_TAG.at(tag, self.pos));
            };
            let octet = (high * 16 + low) as u8;
            let continues = (0x80..0xC0).contains(&octet);
            if first == continues || octet >= 0xF8 {
                return Err(problem::BAD_TAG.at(tag, self.pos + 3));
            }
            if first {
                left = width(octet);
                first = false;
            }
            left -= 1;
            for _ in 0..3 {
                self.step();
            }
        }
        Ok(())
    }

    /// `%YAML 1.1`; every other directive is refused here.
    pub(super) fn scan_directive(&mut self) -> Scan<Token> {
        let start = self.pos;
        self.step();
        let name = self.pos;
        while is_word(self.byte(0)) {
            self.step();
        }
        let name = &self.bytes[name..self.pos];
        if name.is_empty() || !self.at_gap(0) {
            return Err(problem::BAD_DIRECTIVE.at(start, self.text_end(start)));
        }
        match name {
            b"YAML" => {}
            // Its effect would end at the next `---`, where kubectl cuts the file.
            b"TAG" => return Err(problem::DIRECTIVE_NEEDS_DOCUMENT.at(start, self.text_end(start))),
            _ => return Err(problem::UNKNOWN_DIRECTIVE.at(start, self.text_end(start))),
        }
        self.skip_blanks();
        let version = self.pos;
        while matches!(self.byte(0), b'0'..=b'9' | b'.') {
            self.step();
        }
        let end = self.pos;
        let Some((major, minor)) = version_numbers(&self.bytes[version..end]) else {
            return Err(problem::BAD_DIRECTIVE.at(start, self.text_end(start)));
        };
        self.skip_blanks();
        self.skip_comment();
        if !self.at_line_end(0) {
            return Err(problem::BAD_DIRECTIVE.at(start, self.text_end(start)));
        }
        if (major, minor) != (1, 1) {
            return Err(problem::WRONG_VERSION.at(version, end));
        }
        self.step_line();
        Ok(Token::new(TokenKind::Directive, start, end))
    }
}

/// `1.1` → (1, 1); one or two digits each.
fn version_numbers(text: &[u8]) -> Option<(u8, u8)> {
    let dot = text.iter().position(|&byte| byte == b'.')?;
    let number = |digits: &[u8]| -> Option<u8> {
        (1..=2).contains(&digits.len()).then_some(())?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    Some((number(&text[..dot])?, number(&text[dot + 1..])?))
}
