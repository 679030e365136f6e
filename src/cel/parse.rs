//! Text → tree, macros included.

use std::borrow::Cow;

use super::Fault;
use super::ast::{Element, Expr, Id, Node, Over};
use super::lexer::{Lexer, Token};

/// Expressions nested deeper are not judged; the server gives up at 250 of its own steps.
const DEPTH: u32 = 80;

const RESERVED: [&str; 21] = [
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
    Fault(Fault),
    /// It is too deep, or uses what is not known here.
    Unknown,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

/// Reads an expression: its nodes and the top one.
pub fn parse(source: &str, bind: bool) -> Result<(Vec<Node<'_>>, Id), Stop> {
    let mut parser = Parser {
        lexer: Lexer::new(source),
        at: 0,
        token: Token::End,
        nodes: Vec::new(),
        deep: Vec::new(),
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

struct Parser<'s> {
    lexer: Lexer<'s>,
    at: u32,
    token: Token<'s>,
    nodes: Vec<Node<'s>>,
    /// How deep the tree below each node is.
    deep: Vec<u32>,
    depth: u32,
    bind: bool,
}

type Parsed<T> = Result<T, Stop>;

impl<'s> Parser<'s> {
    fn advance(&mut self) -> Parsed<()> {
        (self.at, self.token) = self.lexer.next()?;
        Ok(())
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(this) if this == sign)
    }

    fn accept(&mut self, sign: &str) -> Parsed<bool> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &'static str) -> Parsed<()> {
        match self.accept(sign)? {
            true => Ok(()),
            false => self.fault(format!("a `{sign}` should stand before it")),
        }
    }

    /// A fault at the word at hand.
    fn fault<T>(&self, message: impl Into<Cow<'static, str>>) -> Parsed<T> {
        let message = message.into();
        let message = match &self.token {
            Token::End => Cow::Borrowed("it ends too early"),
            Token::Ident(name) => Cow::Owned(format!("`{name}` cannot stand here: {message}")),
            Token::Sign(sign) => Cow::Owned(format!("`{sign}` cannot stand here: {message}")),
            _ => Cow::Owned(format!("a value cannot stand here: {message}")),
        };
        Err(Stop::Fault(Fault::new(self.at, message)))
    }

    fn node(&mut self, at: u32, expr: Expr<'s>, below: &[Id]) -> Parsed<Id> {
        let deep = below.iter().filter_map(|id| self.deep.get(*id as usize)).max();
        let deep = deep.map_or(0, |deep| deep + 1);
        if deep > DEPTH {
            return Err(Stop::Unknown);
        }
        self.nodes.push(Node { at, expr });
        self.deep.push(deep);
        Ok(self.nodes.len() as Id - 1)
    }

    fn call(&mut self, at: u32, name: &'s str, arguments: Vec<Id>) -> Parsed<Id> {
        let below = arguments.clone();
        let call = Expr::Call {
            name,
            target: None,
            arguments,
        };
        self.node(at, call, &below)
    }

    fn expr(&mut self) -> Parsed<Id> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Stop::Unknown);
        }
        let condition = self.chain("||")?;
        let at = self.at;
        let out = if self.accept("?")? {
            let yes = self.chain("||")?;
            self.expect(":")?;
            let no = self.expr()?;
            self.call(at, "_?_:_", vec![condition, yes, no])?
        } else {
            condition
        };
        self.depth -= 1;
        Ok(out)
    }

    fn chain(&mut self, sign: &'static str) -> Parsed<Id> {
        let part = |this: &mut Self| match sign {
            "||" => this.chain("&&"),
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
        let below = parts.clone();
        let name = if sign == "||" { "_||_" } else { "_&&_" };
        self.node(at, Expr::Chain(name, parts), &below)
    }

    fn relation(&mut self) -> Parsed<Id> {
        let mut left = self.sum()?;
        loop {
            let name = match &self.token {
                Token::Sign("==") => "_==_",
                Token::Sign("!=") => "_!=_",
                // All four are declared alike.
                Token::Sign("<" | "<=" | ">" | ">=") => "_<_",
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
                Token::Sign("+") => "_+_",
                Token::Sign("-") => "_-_",
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
                Token::Sign("*") => "_*_",
                Token::Sign("/") => "_/_",
                Token::Sign("%") => "_%_",
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
            Token::Sign("!") => ("!", "!_"),
            Token::Sign("-") => ("-", "-_"),
            _ => return self.member(),
        };
        let at = self.at;
        let mut even = true;
        while self.accept(sign)? {
            even = !even;
        }
        let operand = self.member()?;
        let number = matches!(self.expr_of(operand), Some(Expr::Int | Expr::Double));
        if even || (sign == "-" && number) {
            return Ok(operand);
        }
        self.call(at, name, vec![operand])
    }

    fn expr_of(&self, id: Id) -> Option<&Expr<'s>> {
        self.nodes.get(id as usize).map(|node| &node.expr)
    }

    fn ident(&mut self) -> Parsed<&'s str> {
        match self.token {
            Token::Ident(name) if !matches!(name, "in" | "true" | "false" | "null") => {
                self.advance()?;
                Ok(name)
            }
            _ => self.fault("a name is expected"),
        }
    }

    fn member(&mut self) -> Parsed<Id> {
        let mut left = self.primary()?;
        loop {
            let at = self.at;
            if self.accept(".")? {
                let optional = self.accept("?")?;
                let field = self.ident()?;
                if !optional && self.accept("(")? {
                    let arguments = self.list(")")?;
                    left = self.method(at, left, field, arguments)?;
                } else {
                    let select = Expr::Select {
                        operand: left,
                        field,
                        optional,
                    };
                    left = self.node(at, select, &[left])?;
                }
            } else if self.accept("[")? {
                let name = if self.accept("?")? { "_[?_]" } else { "_[_]" };
                let index = self.expr()?;
                self.expect("]")?;
                left = self.call(at, name, vec![left, index])?;
            } else if self.is("{")
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
    fn list(&mut self, end: &'static str) -> Parsed<Vec<Id>> {
        let mut items = Vec::new();
        if self.accept(end)? {
            return Ok(items);
        }
        loop {
            items.push(self.expr()?);
            if !self.accept(",")? {
                self.expect(end)?;
                return Ok(items);
            }
        }
    }

    fn message(&mut self, at: u32, name: String) -> Parsed<Id> {
        let mut fields = Vec::new();
        let mut below = Vec::new();
        while !self.accept("}")? {
            let optional = self.accept("?")?;
            let field = self.ident()?;
            self.expect(":")?;
            let value = self.expr()?;
            below.push(value);
            fields.push((field, Element { value, optional }));
            if !self.accept(",")? {
                self.expect("}")?;
                break;
            }
        }
        self.node(at, Expr::Message(name, fields), &below)
    }

    fn primary(&mut self) -> Parsed<Id> {
        let at = self.at;
        let token = std::mem::replace(&mut self.token, Token::End);
        let literal = match token {
            Token::Int => Expr::Int,
            Token::Uint => Expr::Uint,
            Token::Double => Expr::Double,
            Token::Bytes => Expr::Bytes,
            Token::Str(text) => Expr::Str(text),
            Token::Ident("true" | "false") => Expr::Bool,
            Token::Ident("null") => Expr::Null,
            Token::Ident("in") => {
                self.token = token;
                return self.fault("a value is expected");
            }
            Token::Ident(name) => {
                self.advance()?;
                return self.name(at, name);
            }
            Token::Sign(".") => {
                self.token = token;
                self.advance()?;
                let name = self.ident()?;
                return self.name(at, name);
            }
            Token::Sign("(") => {
                self.token = token;
                self.advance()?;
                let inner = self.expr()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Sign("[") => {
                self.token = token;
                self.advance()?;
                return self.elements(at);
            }
            Token::Sign("{") => {
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
        if self.accept("(")? {
            let arguments = self.list(")")?;
            if name == "has" && arguments.len() == 1 {
                let selection = arguments.first().copied().unwrap_or_default();
                return match self.expr_of(selection) {
                    Some(Expr::Select { optional: false, .. }) => {
                        self.node(at, Expr::Has(selection), &[selection])
                    }
                    _ => Err(Stop::Fault(Fault::new(
                        at,
                        "`has()` asks for a field: `has(a.b)`, of nothing else",
                    ))),
                };
            }
            return self.call(at, name, arguments);
        }
        if RESERVED.contains(&name) && !self.is("{") {
            let message = format!("`{name}` is a word of the language, no name");
            return Err(Stop::Fault(Fault::new(at, message)));
        }
        self.node(at, Expr::Ident(name), &[])
    }

    fn elements(&mut self, at: u32) -> Parsed<Id> {
        let (mut items, mut below) = (Vec::new(), Vec::new());
        while !self.accept("]")? {
            let optional = self.accept("?")?;
            let value = self.expr()?;
            below.push(value);
            items.push(Element { value, optional });
            if !self.accept(",")? {
                self.expect("]")?;
                break;
            }
        }
        self.node(at, Expr::List(items), &below)
    }

    fn map(&mut self, at: u32) -> Parsed<Id> {
        let (mut items, mut below) = (Vec::new(), Vec::new());
        while !self.accept("}")? {
            let optional = self.accept("?")?;
            let key = self.expr()?;
            self.expect(":")?;
            let value = self.expr()?;
            below.extend([key, value]);
            items.push((key, Element { value, optional }));
            if !self.accept(",")? {
                self.expect("}")?;
                break;
            }
        }
        self.node(at, Expr::Map(items), &below)
    }

    /// The name of a variable in a macro.
    fn variable(&self, at: u32, id: Option<&Id>) -> Parsed<&'s str> {
        match id.and_then(|id| self.expr_of(*id)) {
            Some(Expr::Ident(name)) => Ok(name),
            _ => Err(Stop::Fault(Fault::new(
                at,
                "the first argument names a variable, so it must be a simple name",
            ))),
        }
    }

    /// A call on something, which may be a macro.
    fn method(&mut self, at: u32, target: Id, name: &'s str, arguments: Vec<Id>) -> Parsed<Id> {
        let mut below = arguments.clone();
        below.push(target);
        let last = arguments.last().copied();
        let kind = match (name, arguments.len()) {
            ("all" | "exists" | "exists_one" | "existsOne", 2 | 3) => Some(Over::Test),
            ("map", 2 | 3) => Some(Over::List),
            ("filter", 2) => Some(Over::Filter),
            ("transformList", 3 | 4) => Some(Over::List),
            ("transformMap", 3 | 4) => Some(Over::Map),
            ("transformMapEntry", 3 | 4) => Some(Over::Entries),
            _ => None,
        };
        if let Some(kind) = kind {
            let first = self.variable(at, arguments.first())?;
            let mut rest = 1;
            let second = match (name, arguments.len()) {
                ("map" | "filter", _) | (_, 2) => None,
                _ => {
                    rest = 2;
                    Some(self.variable(at, arguments.get(1))?)
                }
            };
            let only = arguments.len() == rest + 1;
            let (filter, result) = match kind {
                Over::Test | Over::Filter => (last, None),
                _ if only => (None, last),
                _ => (arguments.get(rest).copied(), last),
            };
            let made = Expr::Comprehension {
                kind,
                range: target,
                variables: (first, second),
                filter,
                result,
            };
            return self.node(at, made, &below);
        }
        if matches!(name, "optMap" | "optFlatMap") && arguments.len() == 2 {
            let variable = self.variable(at, arguments.first())?;
            let inner = last.unwrap_or_default();
            let made = Expr::OptionalMap(target, variable, inner, name == "optFlatMap");
            return self.node(at, made, &below);
        }
        if self.bind && name == "bind" && arguments.len() == 3 {
            if let Some(Expr::Ident("cel")) = self.expr_of(target) {
                let variable = self.variable(at, arguments.first())?;
                let value = arguments.get(1).copied().unwrap_or_default();
                return self.node(at, Expr::Bind(variable, value, last.unwrap_or_default()), &below);
            }
        }
        let call = Expr::Call {
            name,
            target: Some(target),
            arguments,
        };
        self.node(at, call, &below)
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
