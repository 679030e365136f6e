//! What each kind of open collection does with the next token.

use super::parse::{Parser, State};
use super::scan::Scan;
use super::token::{Token, TokenKind};
use crate::yaml::problems as problem;
use crate::yaml::tree::{Kind, Style};

impl Parser<'_> {
    // ---- block collections

    pub(super) fn item(&mut self) -> Scan<()> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Item => {
                self.scanner.skip();
                match self.scanner.peek()?.kind {
                    TokenKind::Item | TokenKind::BlockEnd => self.absent(token.end),
                    _ => self.node(true, false)?,
                }
                Ok(())
            }
            TokenKind::BlockEnd => {
                self.scanner.skip();
                self.close(None);
                Ok(())
            }
            _ => Err(self.unexpected(token, problem::EXPECTED_ITEM)),
        }
    }

    pub(super) fn indentless_item(&mut self) -> Scan<()> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::Item {
            self.close(None);
            return Ok(());
        }
        self.scanner.skip();
        match self.scanner.peek()?.kind {
            TokenKind::Item | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.absent(token.end);
            }
            _ => self.node(true, false)?,
        }
        Ok(())
    }

    pub(super) fn key(&mut self) -> Scan<()> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Key => {
                self.scanner.skip();
                self.become_state(State::Value);
                self.block_child(token)
            }
            TokenKind::BlockEnd => {
                self.scanner.skip();
                self.close(None);
                Ok(())
            }
            _ => Err(self.unexpected(token, problem::EXPECTED_KEY)),
        }
    }

    pub(super) fn value(&mut self) -> Scan<()> {
        let token = self.scanner.peek()?;
        self.become_state(State::Key);
        if token.kind == TokenKind::Value {
            self.scanner.skip();
            return self.block_child(token);
        }
        self.absent_after_last();
        Ok(())
    }

    /// The key after `?` or the value after `:` in a block mapping.
    fn block_child(&mut self, indicator: Token) -> Scan<()> {
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.absent(indicator.end);
                Ok(())
            }
            _ => self.node(true, true),
        }
    }

    // ---- flow collections

    pub(super) fn flow_item(&mut self, comma: bool) -> Scan<()> {
        let mut token = self.scanner.peek()?;
        if comma && token.kind != TokenKind::FlowSeqEnd {
            if token.kind != TokenKind::Comma {
                return Err(self.unexpected(token, problem::EXPECTED_COMMA_OR_BRACKET));
            }
            self.scanner.skip();
            token = self.scanner.peek()?;
        }
        self.become_state(State::FlowItem { comma: true });
        match token.kind {
            TokenKind::FlowSeqEnd => {
                self.scanner.skip();
                self.close(Some(token.end));
                Ok(())
            }
            TokenKind::Key => {
                self.scanner.skip();
                self.open(Kind::Map, Style::Flow, token.start, None, State::PairKey)
            }
            _ => self.node(false, false),
        }
    }

    pub(super) fn pair_key(&mut self) -> Scan<()> {
        let token = self.scanner.peek()?;
        self.become_state(State::PairValue);
        match token.kind {
            TokenKind::Value | TokenKind::Comma | TokenKind::FlowSeqEnd => {
                // go-yaml takes this token along.
                self.scanner.skip();
                self.absent(token.start);
                Ok(())
            }
            _ => self.node(false, false),
        }
    }

    pub(super) fn pair_value(&mut self) -> Scan<()> {
        let token = self.scanner.peek()?;
        self.become_state(State::PairEnd);
        if token.kind != TokenKind::Value {
            self.absent_after_last();
            return Ok(());
        }
        self.scanner.skip();
        match self.scanner.peek()?.kind {
            TokenKind::Comma | TokenKind::FlowSeqEnd => {
                self.absent(token.end);
                Ok(())
            }
            _ => self.node(false, false),
        }
    }

    pub(super) fn flow_key(&mut self, comma: bool) -> Scan<()> {
        let mut token = self.scanner.peek()?;
        if comma && token.kind != TokenKind::FlowMapEnd {
            if token.kind != TokenKind::Comma {
                return Err(self.unexpected(token, problem::EXPECTED_COMMA_OR_BRACE));
            }
            self.scanner.skip();
            token = self.scanner.peek()?;
        }
        match token.kind {
            TokenKind::FlowMapEnd => {
                self.scanner.skip();
                self.close(Some(token.end));
                Ok(())
            }
            TokenKind::Key => {
                self.scanner.skip();
                self.become_state(State::FlowValue);
                self.flow_map_child(token)
            }
            _ => {
                self.become_state(State::FlowNoValue);
                self.node(false, false)
            }
        }
    }

    pub(super) fn flow_value(&mut self) -> Scan<()> {
        let token = self.scanner.peek()?;
        self.become_state(State::FlowKey { comma: true });
        if token.kind != TokenKind::Value {
            self.absent_after_last();
            return Ok(());
        }
        self.scanner.skip();
        match self.scanner.peek()?.kind {
            TokenKind::Comma | TokenKind::FlowMapEnd => {
                self.absent(token.end);
                Ok(())
            }
            _ => self.node(false, false),
        }
    }

    /// The key after `?` in a flow mapping.
    fn flow_map_child(&mut self, indicator: Token) -> Scan<()> {
        match self.scanner.peek()?.kind {
            TokenKind::Value | TokenKind::Comma | TokenKind::FlowMapEnd => {
                self.absent(indicator.end);
                Ok(())
            }
            _ => self.node(false, false),
        }
    }
}
