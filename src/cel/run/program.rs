//! A tree made ready to run: owned, each name of a variable a number, each name of a function a [`Function`].

use crate::cel::ast::{Element, Expr, Id, Node, Over};
use crate::cel::calls::overloads;
use crate::cel::{LENGTH, parse};
use crate::formats::Pattern;

use super::functions::{self, Function};
use super::operators::Binary;

/// The names of types that values are told to be of.
const TYPES: [&str; 8] = [
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "list",
    "map",
    "null_type",
];

/// An expression that can be run.
pub struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) top: Id,
    /// Whether it looks at `oldSelf`.
    pub old: bool,
}

/// What a node does. Its operands are the numbers of other nodes.
pub(super) enum Step {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Str(Box<str>),
    /// The value of a variable: first those given, then those of macros, from the outside in.
    Variable(u32),
    Field {
        of: Id,
        name: Box<str>,
        optional: bool,
    },
    Has {
        of: Id,
        name: Box<str>,
    },
    And(Vec<Id>),
    Or(Vec<Id>),
    If(Id, Id, Id),
    Not(Id),
    Minus(Id),
    Binary(Binary, Id, Id),
    Index {
        of: Id,
        at: Id,
        optional: bool,
    },
    Call {
        function: Function,
        /// As it is declared.
        name: &'static str,
        arguments: Vec<Id>,
    },
    /// With a pattern that stands in the expression.
    Matches(Id, Box<Pattern<'static>>),
    List(Vec<Element>),
    Map(Vec<(Id, Element)>),
    Loop(Box<Loop>),
    Bind(Id, Id),
    OptionalMap {
        of: Id,
        inner: Id,
        flat: bool,
    },
    /// The name of a type.
    Type(&'static str),
    /// Not run here.
    Unknown,
}

/// A macro that goes over a list or map.
pub(super) struct Loop {
    pub kind: Over,
    pub range: Id,
    /// Whether it has two variables.
    pub two: bool,
    pub filter: Option<Id>,
    pub result: Option<Id>,
}

impl Program {
    /// Reads an expression that compiles; `variables` are the names of what it is given. `None`: it cannot be run
    /// here.
    pub fn new(source: &str, variables: &[&str]) -> Option<Program> {
        if source.len() > LENGTH {
            return None;
        }
        let (nodes, top) = parse::parse(source, true).ok()?;
        let mut maker = Maker {
            nodes: &nodes,
            scope: variables.to_vec(),
            steps: Vec::with_capacity(nodes.len()),
        };
        let top = maker.step(top);
        let old = |node: &Node<'_>| matches!(node.expr, Expr::Ident("oldSelf"));
        Some(Program {
            steps: maker.steps,
            top,
            old: nodes.iter().any(old),
        })
    }
}

struct Maker<'n, 's> {
    nodes: &'n [Node<'s>],
    scope: Vec<&'n str>,
    steps: Vec<Step>,
}

impl<'n, 's: 'n> Maker<'n, 's> {
    /// Trees are only so deep, or they would not have been read.
    fn step(&mut self, id: Id) -> Id {
        let nodes = self.nodes;
        let step = match nodes.get(id as usize).map(|node| &node.expr) {
            Some(expr) => self.make(expr),
            None => Step::Unknown,
        };
        self.steps.push(step);
        self.steps.len() as Id - 1
    }

    fn all(&mut self, ids: &[Id]) -> Vec<Id> {
        ids.iter().map(|id| self.step(*id)).collect()
    }

    fn within(&mut self, names: &[&'n str], inner: Id) -> Id {
        let before = self.scope.len();
        self.scope.extend_from_slice(names);
        let step = self.step(inner);
        self.scope.truncate(before);
        step
    }

    fn element(&mut self, element: &Element) -> Element {
        Element {
            value: self.step(element.value),
            optional: element.optional,
        }
    }

    fn make(&mut self, expr: &'n Expr<'s>) -> Step {
        match expr {
            Expr::Null => Step::Null,
            Expr::Bool(value) => Step::Bool(*value),
            Expr::Int(value) => i64::try_from(*value).map_or(Step::Unknown, Step::Int),
            Expr::Uint(value) => Step::Uint(*value),
            Expr::Double(value) => Step::Double(*value),
            Expr::Str(text) => Step::Str(text.as_ref().into()),
            Expr::Bytes | Expr::Message(..) => Step::Unknown,
            Expr::Ident(name) => match self.scope.iter().rposition(|known| known == name) {
                Some(number) => Step::Variable(number as u32),
                None => TYPES
                    .iter()
                    .find(|known| *known == name)
                    .map_or(Step::Unknown, |name| Step::Type(name)),
            },
            Expr::Select {
                operand,
                field,
                optional,
            } => Step::Field {
                of: self.step(*operand),
                name: (*field).into(),
                optional: *optional,
            },
            Expr::Has(selection) => match self.nodes.get(*selection as usize).map(|node| &node.expr) {
                Some(Expr::Select { operand, field, .. }) => Step::Has {
                    of: self.step(*operand),
                    name: (*field).into(),
                },
                _ => Step::Unknown,
            },
            Expr::Chain("_&&_", parts) => Step::And(self.all(parts)),
            Expr::Chain(_, parts) => Step::Or(self.all(parts)),
            Expr::Call {
                name,
                target,
                arguments,
            } => self.call(name, *target, arguments),
            Expr::List(items) => Step::List(items.iter().map(|item| self.element(item)).collect()),
            Expr::Map(entries) => {
                let entries = entries.iter();
                Step::Map(
                    entries
                        .map(|(key, value)| (self.step(*key), self.element(value)))
                        .collect(),
                )
            }
            Expr::Comprehension {
                kind,
                range,
                variables: (first, second),
                filter,
                result,
            } => {
                let range = self.step(*range);
                let both = [*first, second.unwrap_or_default()];
                let names = if second.is_some() { &both[..] } else { &both[..1] };
                let filter = filter.map(|filter| self.within(names, filter));
                let result = result.map(|result| self.within(names, result));
                Step::Loop(Box::new(Loop {
                    kind: *kind,
                    range,
                    two: second.is_some(),
                    filter,
                    result,
                }))
            }
            Expr::Bind(name, value, inner) => {
                let value = self.step(*value);
                Step::Bind(value, self.within(&[name], *inner))
            }
            Expr::OptionalMap(target, name, inner, flat) => {
                let of = self.step(*target);
                Step::OptionalMap {
                    of,
                    inner: self.within(&[name], *inner),
                    flat: *flat,
                }
            }
        }
    }

    fn call(&mut self, name: &str, target: Option<Id>, arguments: &[Id]) -> Step {
        // `sets.contains`: the name has a dot, unless it is a variable's.
        let prefix = match target
            .and_then(|id| self.nodes.get(id as usize))
            .map(|node| &node.expr)
        {
            Some(Expr::Ident(prefix)) if !self.scope.contains(prefix) => Some(*prefix),
            _ => None,
        };
        if let Some(prefix) = prefix {
            let whole = format!("{prefix}.{name}");
            return called(&whole, self.all(arguments));
        }
        let mut ids: Vec<Id> = target.into_iter().collect();
        ids.extend_from_slice(arguments);
        if name == "matches"
            && let [text, pattern] = ids[..]
            && let Some(Expr::Str(pattern)) = self.nodes.get(pattern as usize).map(|node| &node.expr)
        {
            let pattern = Pattern::new(pattern.clone().into_owned().into());
            return Step::Matches(self.step(text), Box::new(pattern));
        }
        let steps = self.all(&ids);
        match (name, &steps[..]) {
            ("_?_:_", [condition, yes, no]) => Step::If(*condition, *yes, *no),
            ("!_", [of]) => Step::Not(*of),
            ("-_", [of]) => Step::Minus(*of),
            ("_[_]" | "_[?_]", [of, at]) => Step::Index {
                of: *of,
                at: *at,
                optional: name == "_[?_]",
            },
            (_, [left, right]) if let Some(binary) = Binary::named(name) => {
                Step::Binary(binary, *left, *right)
            }
            _ => called(name, steps),
        }
    }
}

fn called(name: &str, arguments: Vec<Id>) -> Step {
    match (functions::named(name), overloads(name)) {
        (Some(function), [declared, ..]) => Step::Call {
            function,
            name: declared.name,
            arguments,
        },
        _ => Step::Unknown,
    }
}
