//! One token more: which kind stands at the position, and what it does to indentation and possible keys.

use super::scan::{DEPTH, Scan, Scanner};
use super::token::{Token, TokenKind};
use crate::yaml::problems as problem;

impl Scanner<'_> {
    pub(super) fn fetch(&mut self) -> Scan<()> {
        self.skip_to_token();
        self.close_blocks(self.column as i32);
        let byte = self.byte(0);
        if byte == 0 {
            return self.fetch_end();
        }
        if self.column == 0 && byte == b'%' {
            self.start_afresh()?;
            let token = self.scan_directive()?;
            self.push(token);
            return Ok(());
        }
        if self.at_marker() {
            self.start_afresh()?;
            let kind = if byte == b'-' {
                TokenKind::DocumentStart
            } else {
                TokenKind::DocumentEnd
            };
            self.push_indicator(kind, 3);
            return Ok(());
        }
        let in_flow = self.flow_level > 0;
        match byte {
            b'[' => self.fetch_flow_start(TokenKind::FlowSeq),
            b'{' => self.fetch_flow_start(TokenKind::FlowMap),
            b']' => self.fetch_flow_end(TokenKind::FlowSeqEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMapEnd),
            b',' => {
                self.forget_key()?;
                self.key_allowed = true;
                self.push_indicator(TokenKind::Comma, 1);
                Ok(())
            }
            b'-' if self.at_gap(1) => self.fetch_item(),
            b'?' if in_flow || self.at_gap(1) => self.fetch_explicit_key(),
            b':' if in_flow || self.at_gap(1) => self.fetch_value(),
            b'*' => self.fetch_property(TokenKind::Alias),
            b'&' => self.fetch_property(TokenKind::Anchor),
            b'!' => self.fetch_property(TokenKind::Tag),
            b'|' | b'>' if !in_flow => {
                self.forget_key()?;
                self.key_allowed = true;
                let token = self.scan_block_scalar()?;
                self.push(token);
                Ok(())
            }
            b'\'' | b'"' => {
                self.save_key()?;
                self.key_allowed = false;
                let token = self.scan_quoted()?;
                self.push(token);
                Ok(())
            }
            _ if self.starts_plain(byte) => {
                self.save_key()?;
                self.key_allowed = false;
                let token = self.scan_plain()?;
                self.push(token);
                Ok(())
            }
            b'\t' => {
                let mut end = self.pos;
                while self.bytes.get(end) == Some(&b'\t') {
                    end += 1;
                }
                Err(problem::TAB_INDENTS.at(self.pos, end))
            }
            _ => Err(problem::CANNOT_START.at(self.pos, self.char_end(self.pos))),
        }
    }

    fn starts_plain(&self, byte: u8) -> bool {
        match byte {
            b'-' => !self.at_blank(1),
            b'?' | b':' => self.flow_level == 0 && !self.at_gap(1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' | b'@' | b'`' => false,
            _ => !self.at_gap(0),
        }
    }

    /// Over blanks, comments and line breaks.
    fn skip_to_token(&mut self) {
        loop {
            // A tab may separate, but not where it could be taken for indentation.
            while self.byte(0) == b' ' || self.byte(0) == b'\t' && (self.flow_level > 0 || !self.key_allowed)
            {
                self.step();
            }
            self.skip_comment();
            if !self.at_break(0) {
                return;
            }
            self.step_line();
            if self.flow_level == 0 {
                self.key_allowed = true;
            }
        }
    }

    fn fetch_end(&mut self) -> Scan<()> {
        if self.column != 0 {
            self.column = 0;
            self.line += 1;
        }
        self.start_afresh()?;
        self.push(Token::new(TokenKind::End, self.pos, self.pos));
        Ok(())
    }

    /// Closes all block collections before a document marker, a directive or the end.
    fn start_afresh(&mut self) -> Scan<()> {
        self.close_blocks(-1);
        self.forget_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Scan<()> {
        self.save_key()?;
        self.enter_flow();
        if self.flow_level > DEPTH {
            return Err(problem::TOO_DEEP.at(self.pos, self.pos + 1));
        }
        self.key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Scan<()> {
        self.forget_key()?;
        self.leave_flow();
        self.key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_item(&mut self) -> Scan<()> {
        if self.flow_level == 0 {
            if !self.key_allowed {
                return Err(problem::ITEM_NOT_ALLOWED.at(self.pos, self.pos + 1));
            }
            let start = Token::new(TokenKind::BlockSeq, self.pos, self.pos);
            self.open_block(self.column, None, start)?;
        }
        // In flow style the parser refuses it.
        self.forget_key()?;
        self.key_allowed = true;
        self.push_indicator(TokenKind::Item, 1);
        Ok(())
    }

    fn fetch_explicit_key(&mut self) -> Scan<()> {
        if self.flow_level == 0 {
            if !self.key_allowed {
                return Err(problem::KEY_NOT_ALLOWED.at(self.pos, self.pos + 1));
            }
            let start = Token::new(TokenKind::BlockMap, self.pos, self.pos);
            self.open_block(self.column, None, start)?;
        }
        self.forget_key()?;
        self.key_allowed = self.flow_level == 0;
        self.push_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scan<()> {
        if self.take_key()? {
            self.key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.key_allowed {
                    return Err(problem::VALUE_NOT_ALLOWED.at(self.pos, self.pos + 1));
                }
                let start = Token::new(TokenKind::BlockMap, self.pos, self.pos);
                self.open_block(self.column, None, start)?;
            }
            self.key_allowed = self.flow_level == 0;
        }
        self.push_indicator(TokenKind::Value, 1);
        Ok(())
    }

    fn fetch_property(&mut self, kind: TokenKind) -> Scan<()> {
        self.save_key()?;
        self.key_allowed = false;
        let token = if kind == TokenKind::Tag {
            self.scan_tag()?
        } else {
            self.scan_anchor(kind)?
        };
        self.push(token);
        Ok(())
    }
}
