//! Text → tree, macros included.

use std::borrow::Cow;

use super::Fault;
use super::ast::{Expr, Id, Node};
use super::lexer::{AND, AT_LEAST, AT_MOST, EQUAL, Lexer, OR, Sign, Token, UNEQUAL, text_of};

/// Expressions nested deeper are not judged; the server gives up at 250 of its own steps.
const DEPTH: u32 = 80;
/// Most expressions have no more nodes than this.
const USUAL: usize = 32;

/// Words of the language, which cannot name anything.
pub(crate) const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "null",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Why there is no tree.
pub enum Stop {
    /// The text is no expression.
    Fault(Box<Fault>),
    /// It is too deep, or uses what is not known here.
    Unknown,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(Box::new(fault))
    }
}

/// Reads an expression: its nodes and the top one.
pub fn parse(source: &str, bind: bool) -> Result<(Vec<Node<'_>>, Id), Stop> {
    let mut parser = Parser {
        lexer: Lexer::new(source),
        at: 0,
        token: Token::End,
        nodes: Vec::with_capacity(USUAL),
        deep: Vec::with_capacity(USUAL),
        depth: 0,
        bind,
    };
    parser.advance()?;
    let top = parser.expr()?;
    match parser.token {
        Token::End => Ok((parser.nodes, top)),
        _ => parser.fault("the expression should end before it"),
    }
}

pub(super) struct Parser<'s> {
    lexer: Lexer<'s>,
    pub(super) at: u32,
    pub(super) token: Token<'s>,
    pub(super) nodes: Vec<Node<'s>>,
    /// How deep the tree below each node is.
    deep: Vec<u32>,
    depth: u32,
    pub(super) bind: bool,
}

pub(super) type Parsed<T> = Result<T, Stop>;

impl<'s> Parser<'s> {
    pub(super) fn advance(&mut self) -> Parsed<()> {
        (self.at, self.token) = self.lexer.next()?;
        Ok(())
    }

    pub(super) fn is(&self, sign: Sign) -> bool {
        matches!(self.token, Token::Sign(this) if this == sign)
    }

    pub(super) fn accept(&mut self, sign: Sign) -> Parsed<bool> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    pub(super) fn expect(&mut self, sign: Sign) -> Parsed<()> {
        match self.accept(sign)? {
            true => Ok(()),
            false => self.fault(format!("a `{}` should stand before it", text_of(sign))),
        }
    }

    /// A fault at the word at hand.
    pub(super) fn fault<T>(&self, message: impl Into<Cow<'static, str>>) -> Parsed<T> {
        let message = message.into();
        let message = match &self.token {
            Token::End => Cow::Borrowed("it ends too early"),
            Token::Ident(name) => Cow::Owned(format!("`{name}` cannot stand here: {message}")),
            Token::Sign(sign) => Cow::Owned(format!("`{}` cannot stand here: {message}", text_of(*sign))),
            _ => Cow::Owned(format!("a value cannot stand here: {message}")),
        };
        Err(Fault::new(self.at, message).into())
    }

    pub(super) fn node(&mut self, at: u32, expr: Expr<'s>, below: &[Id]) -> Parsed<Id> {
        let deep = self.above(below);
        self.node_of(at, expr, deep)
    }

    /// How deep a tree is that has these right below its top.
    pub(super) fn above(&self, below: &[Id]) -> u32 {
        let deep = below.iter().filter_map(|id| self.deep.get(*id as usize)).max();
        deep.map_or(0, |deep| deep + 1)
    }

    /// Adds the top of a tree that deep.
    pub(super) fn node_of(&mut self, at: u32, expr: Expr<'s>, deep: u32) -> Parsed<Id> {
        if deep > DEPTH {
            return Err(Stop::Unknown);
        }
        self.nodes.push(Node { at, expr });
        self.deep.push(deep);
        Ok(self.nodes.len() as Id - 1)
    }

    pub(super) fn call(&mut self, at: u32, name: &'s str, arguments: Vec<Id>) -> Parsed<Id> {
        let deep = self.above(&arguments);
        let call = Expr::Call {
            name,
            target: None,
            arguments,
        };
        self.node_of(at, call, deep)
    }

    pub(super) fn expr(&mut self) -> Parsed<Id> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Stop::Unknown);
        }
        let condition = self.chain(OR)?;
        let at = self.at;
        let out = if self.accept(b'?')? {
            let yes = self.chain(OR)?;
            self.expect(b':')?;
            let no = self.expr()?;
            self.call(at, "_?_:_", vec![condition, yes, no])?
        } else {
            condition
        };
        self.depth -= 1;
        Ok(out)
    }

    fn chain(&mut self, sign: Sign) -> Parsed<Id> {
        let part = |this: &mut Self| match sign {
            OR => this.chain(AND),
            _ => this.relation(),
        };
        let first = part(self)?;
        let at = self.at;
        if !self.is(sign) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.accept(sign)? {
            parts.push(part(self)?);
        }
        let deep = self.above(&parts);
        let name = if sign == OR { "_||_" } else { "_&&_" };
        self.node_of(at, Expr::Chain(name, parts), deep)
    }

    fn relation(&mut self) -> Parsed<Id> {
        let mut left = self.sum()?;
        loop {
            let name = match &self.token {
                Token::Sign(EQUAL) => "_==_",
                Token::Sign(UNEQUAL) => "_!=_",
                Token::Sign(b'<') => "_<_",
                Token::Sign(AT_MOST) => "_<=_",
                Token::Sign(b'>') => "_>_",
                Token::Sign(AT_LEAST) => "_>=_",
                Token::Ident("in") => "_in_",
                _ => return Ok(left),
            };
            let at = self.at;
            self.advance()?;
            let right = self.sum()?;
            left = self.call(at, name, vec![left, right])?;
        }
    }

    fn sum(&mut self) -> Parsed<Id> {
        let mut left = self.product()?;
        loop {
            let name = match &self.token {
                Token::Sign(b'+') => "_+_",
                Token::Sign(b'-') => "_-_",
                _ => return Ok(left),
            };
            let at = self.at;
            self.advance()?;
            let right = self.product()?;
            left = self.call(at, name, vec![left, right])?;
        }
    }

    fn product(&mut self) -> Parsed<Id> {
        let mut left = self.unary()?;
        loop {
            let name = match &self.token {
                Token::Sign(b'*') => "_*_",
                Token::Sign(b'/') => "_/_",
                Token::Sign(b'%') => "_%_",
                _ => return Ok(left),
            };
            let at = self.at;
            self.advance()?;
            let right = self.unary()?;
            left = self.call(at, name, vec![left, right])?;
        }
    }

    fn unary(&mut self) -> Parsed<Id> {
        let (sign, name) = match &self.token {
            Token::Sign(b'!') => (b'!', "!_"),
            Token::Sign(b'-') => (b'-', "-_"),
            _ => return self.member(),
        };
        let at = self.at;
        let mut even = true;
        while self.accept(sign)? {
            even = !even;
        }
        let operand = self.member()?;
        if even {
            return Ok(operand);
        }
        // A number takes its sign at once.
        match self.nodes.get_mut(operand as usize).map(|node| &mut node.expr) {
            Some(Expr::Int(value)) if sign == b'-' => *value = -*value,
            Some(Expr::Double(value)) if sign == b'-' => *value = -*value,
            _ => return self.call(at, name, vec![operand]),
        }
        Ok(operand)
    }

    pub(super) fn expr_of(&self, id: Id) -> Option<&Expr<'s>> {
        self.nodes.get(id as usize).map(|node| &node.expr)
    }
}

/// The name that a chain of names and selections spells.
pub fn qualified(nodes: &[Node<'_>], id: Id) -> Option<String> {
    let mut parts = Vec::new();
    let mut at = id;
    loop {
        match &nodes.get(at as usize)?.expr {
            Expr::Ident(name) => {
                parts.push(*name);
                parts.reverse();
                return Some(parts.join("."));
            }
            Expr::Select {
                operand,
                field,
                optional: false,
            } => {
                parts.push(field);
                at = *operand;
            }
            _ => return None,
        }
    }
}
