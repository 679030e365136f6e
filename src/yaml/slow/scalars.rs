//! Scalars in all their styles: where they end and whether they are well formed. Their values are made
//! later, and only when somebody asks ([`crate::yaml::cook`]).

use super::scan::{Scan, Scanner};
use super::token::Token;
use crate::yaml::problems as problem;
use crate::yaml::tree::Style;

impl Scanner<'_> {
    /// An unquoted scalar.
    pub(super) fn scan_plain(&mut self) -> Scan<Token> {
        let start = self.pos;
        let mut end = start;
        let indent = self.indent + 1;
        let mut after_break = false;
        let mut folded = false;
        while !self.at_marker() && self.byte(0) != b'#' {
            while !self.at_gap(0) && !self.ends_plain() {
                folded |= after_break;
                after_break = false;
                self.step();
                end = self.pos;
            }
            if !self.at_blank(0) && !self.at_break(0) {
                break;
            }
            loop {
                if self.at_blank(0) {
                    if after_break && (self.column as i32) < indent && self.byte(0) == b'\t' {
                        return Err(problem::TAB_IN_PLAIN.at(self.pos, self.pos + 1));
                    }
                    self.step();
                } else if self.at_break(0) {
                    self.step_line();
                    after_break = true;
                } else {
                    break;
                }
            }
            if self.flow_level == 0 && (self.column as i32) < indent {
                break;
            }
        }
        if after_break {
            self.key_allowed = true;
        }
        Ok(Token::scalar(Style::Plain, folded, start, end))
    }

    /// Whether the character at the position ends an unquoted scalar.
    fn ends_plain(&self) -> bool {
        match self.byte(0) {
            b':' => self.at_gap(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.flow_level > 0,
            _ => false,
        }
    }

    /// A scalar in single or double quotes.
    pub(super) fn scan_quoted(&mut self) -> Scan<Token> {
        let start = self.pos;
        let quote = self.byte(0);
        let mut cook = false;
        self.step();
        loop {
            if self.at_marker() {
                return Err(problem::MARKER_IN_QUOTES.at(self.pos, self.pos + 3));
            }
            if self.byte(0) == 0 {
                return Err(problem::UNCLOSED_QUOTE.at(start, start + 1));
            }
            while !self.at_gap(0) {
                let byte = self.byte(0);
                if byte == quote {
                    if quote == b'"' || self.byte(1) != quote {
                        break;
                    }
                    cook = true;
                    self.step();
                } else if byte == b'\\' && quote == b'"' {
                    cook = true;
                    if self.at_break(1) {
                        self.step();
                        self.step_line();
                        break;
                    }
                    self.scan_escape()?;
                    continue;
                }
                self.step();
            }
            if self.byte(0) == quote {
                break;
            }
            loop {
                if self.at_blank(0) {
                    self.step();
                } else if self.at_break(0) {
                    self.step_line();
                    cook = true;
                } else {
                    break;
                }
            }
        }
        self.step();
        let style = if quote == b'"' {
            Style::Double
        } else {
            Style::Single
        };
        Ok(Token::scalar(style, cook, start, self.pos))
    }

    /// Over the escape at the position.
    fn scan_escape(&mut self) -> Scan<()> {
        let start = self.pos;
        let digits = match self.byte(1) {
            b'0' | b'a' | b'b' | b't' | b'\t' | b'n' | b'v' | b'f' | b'r' | b'e' | b' ' | b'"' | b'\''
            | b'\\' | b'N' | b'_' | b'L' | b'P' => 0,
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => return Err(problem::UNKNOWN_ESCAPE.at(start, self.char_end(start + 1))),
        };
        self.step();
        self.step();
        let mut code = 0u32;
        for _ in 0..digits {
            let Some(digit) = char::from(self.byte(0)).to_digit(16) else {
                return Err(problem::BAD_HEX.at(start, self.pos));
            };
            code = code.wrapping_shl(4) | digit;
            self.step();
        }
        if char::from_u32(code).is_none() {
            return Err(problem::BAD_CODE_POINT.at(start, self.pos));
        }
        Ok(())
    }

    /// A block scalar (`|` or `>`).
    pub(super) fn scan_block_scalar(&mut self) -> Scan<Token> {
        let start = self.pos;
        let style = if self.byte(0) == b'|' {
            Style::Literal
        } else {
            Style::Folded
        };
        self.step();
        let digit = self.scan_block_header()?;
        let mut end = self.pos;
        self.skip_blanks();
        self.skip_comment();
        if !self.at_line_end(0) {
            return Err(problem::BLOCK_HEADER.at(self.pos, self.text_end(self.pos)));
        }
        self.step_line();

        let mut indent = if digit > 0 {
            self.indent.max(0) as u32 + digit
        } else {
            0
        };
        self.skip_block_breaks(&mut indent)?;
        while self.column == indent && self.byte(0) != 0 {
            while !self.at_line_end(0) {
                self.step();
            }
            end = self.pos;
            self.step_line();
            self.skip_block_breaks(&mut indent)?;
        }
        Ok(Token {
            indent: u8::try_from(self.indent + 1).unwrap_or(u8::MAX),
            ..Token::scalar(style, true, start, end)
        })
    }

    /// The indentation digit (0 when there is none) and the chomping sign, in either order.
    fn scan_block_header(&mut self) -> Scan<u32> {
        let mut digit = 0;
        let mut signed = false;
        loop {
            match self.byte(0) {
                b'+' | b'-' if !signed => signed = true,
                b'0' if digit == 0 => {
                    return Err(problem::BLOCK_INDENT_ZERO.at(self.pos, self.pos + 1));
                }
                byte @ b'1'..=b'9' if digit == 0 => digit = u32::from(byte - b'0'),
                _ => return Ok(digit),
            }
            self.step();
        }
    }

    /// Over empty lines and the indentation of the next line that is not empty. Finds out the indentation
    /// when it is 0.
    fn skip_block_breaks(&mut self, indent: &mut u32) -> Scan<()> {
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.column < *indent) && self.byte(0) == b' ' {
                self.step();
            }
            deepest = deepest.max(self.column);
            if (*indent == 0 || self.column < *indent) && self.byte(0) == b'\t' {
                return Err(problem::TAB_IN_BLOCK.at(self.pos, self.pos + 1));
            }
            if !self.at_break(0) {
                break;
            }
            self.step_line();
        }
        if *indent == 0 {
            *indent = deepest.max((self.indent + 1).max(1) as u32);
        }
        Ok(())
    }
}
