//! Values, selections, calls: what binds closest.

use super::Fault;
use super::ast::{Element, Expr, Id};
use super::lexer::{Sign, Token};
use super::parse::{Parsed, Parser, RESERVED, qualified};

impl<'s> Parser<'s> {
    fn ident(&mut self) -> Parsed<&'s str> {
        match self.token {
            Token::Ident(name) if !matches!(name, "in" | "true" | "false" | "null") => {
                self.advance()?;
                Ok(name)
            }
            _ => self.fault("a name is expected"),
        }
    }

    pub(super) fn member(&mut self) -> Parsed<Id> {
        let mut left = self.primary()?;
        loop {
            let at = self.at;
            if self.accept(b'.')? {
                let optional = self.accept(b'?')?;
                let field = self.ident()?;
                if !optional && self.accept(b'(')? {
                    let arguments = self.list(b')')?;
                    left = self.method(at, left, field, arguments)?;
                } else {
                    let select = Expr::Select {
                        operand: left,
                        field,
                        optional,
                    };
                    left = self.node(at, select, &[left])?;
                }
            } else if self.accept(b'[')? {
                let name = if self.accept(b'?')? { "_[?_]" } else { "_[_]" };
                let index = self.expr()?;
                self.expect(b']')?;
                left = self.call(at, name, vec![left, index])?;
            } else if self.is(b'{')
                && let Some(name) = qualified(&self.nodes, left)
            {
                self.advance()?;
                left = self.message(at, name)?;
            } else {
                return Ok(left);
            }
        }
    }

    /// Expressions up to a closing bracket.
    fn list(&mut self, end: Sign) -> Parsed<Vec<Id>> {
        let mut items = Vec::new();
        if self.accept(end)? {
            return Ok(items);
        }
        loop {
            items.push(self.expr()?);
            if !self.accept(b',')? {
                self.expect(end)?;
                return Ok(items);
            }
        }
    }

    fn message(&mut self, at: u32, name: String) -> Parsed<Id> {
        let mut fields = Vec::new();
        let mut below = Vec::new();
        while !self.accept(b'}')? {
            let optional = self.accept(b'?')?;
            let field = self.ident()?;
            self.expect(b':')?;
            let value = self.expr()?;
            below.push(value);
            fields.push((field, Element { value, optional }));
            if !self.accept(b',')? {
                self.expect(b'}')?;
                break;
            }
        }
        self.node(at, Expr::Message(name, fields), &below)
    }

    fn primary(&mut self) -> Parsed<Id> {
        let at = self.at;
        let token = std::mem::replace(&mut self.token, Token::End);
        let literal = match token {
            Token::Int(value) => Expr::Int(i128::from(value)),
            Token::Uint(value) => Expr::Uint(value),
            Token::Double(value) => Expr::Double(value),
            Token::Bytes => Expr::Bytes,
            Token::Str(text) => Expr::Str(text),
            Token::Ident("true") => Expr::Bool(true),
            Token::Ident("false") => Expr::Bool(false),
            Token::Ident("null") => Expr::Null,
            Token::Ident("in") => {
                self.token = token;
                return self.fault("a value is expected");
            }
            Token::Ident(name) => {
                self.advance()?;
                return self.name(at, name);
            }
            Token::Sign(b'.') => {
                self.token = token;
                self.advance()?;
                let name = self.ident()?;
                return self.name(at, name);
            }
            Token::Sign(b'(') => {
                self.token = token;
                self.advance()?;
                let inner = self.expr()?;
                self.expect(b')')?;
                return Ok(inner);
            }
            Token::Sign(b'[') => {
                self.token = token;
                self.advance()?;
                return self.elements(at);
            }
            Token::Sign(b'{') => {
                self.token = token;
                self.advance()?;
                return self.map(at);
            }
            _ => {
                self.token = token;
                return self.fault("a value is expected");
            }
        };
        self.advance()?;
        self.node(at, literal, &[])
    }

    fn name(&mut self, at: u32, name: &'s str) -> Parsed<Id> {
        if self.accept(b'(')? {
            let arguments = self.list(b')')?;
            if name == "has" && arguments.len() == 1 {
                let selection = arguments.first().copied().unwrap_or_default();
                return match self.expr_of(selection) {
                    Some(Expr::Select { optional: false, .. }) => {
                        self.node(at, Expr::Has(selection), &[selection])
                    }
                    _ => Err(Fault::new(at, "`has()` asks for a field: `has(a.b)`, of nothing else").into()),
                };
            }
            return self.call(at, name, arguments);
        }
        if RESERVED.contains(&name) && !self.is(b'{') {
            let message = format!("`{name}` is a word of the language, no name");
            return Err(Fault::new(at, message).into());
        }
        self.node(at, Expr::Ident(name), &[])
    }

    fn elements(&mut self, at: u32) -> Parsed<Id> {
        let (mut items, mut below) = (Vec::new(), Vec::new());
        while !self.accept(b']')? {
            let optional = self.accept(b'?')?;
            let value = self.expr()?;
            below.push(value);
            items.push(Element { value, optional });
            if !self.accept(b',')? {
                self.expect(b']')?;
                break;
            }
        }
        self.node(at, Expr::List(items), &below)
    }

    fn map(&mut self, at: u32) -> Parsed<Id> {
        let (mut items, mut below) = (Vec::new(), Vec::new());
        while !self.accept(b'}')? {
            let optional = self.accept(b'?')?;
            let key = self.expr()?;
            self.expect(b':')?;
            let value = self.expr()?;
            below.extend([key, value]);
            items.push((key, Element { value, optional }));
            if !self.accept(b',')? {
                self.expect(b'}')?;
                break;
            }
        }
        self.node(at, Expr::Map(items), &below)
    }
}
