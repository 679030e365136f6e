//! Calls that are macros.

use super::Fault;
use super::ast::{Expr, Id, Over};
use super::parse::{Parsed, Parser};

impl<'s> Parser<'s> {
    /// The name of a variable in a macro.
    fn variable(&self, at: u32, id: Option<&Id>) -> Parsed<&'s str> {
        match id.and_then(|id| self.expr_of(*id)) {
            Some(Expr::Ident(name)) => Ok(name),
            _ => Err(Fault::new(
                at,
                "the first argument names a variable, so it must be a simple name",
            )
            .into()),
        }
    }

    /// A call on something, which may be a macro.
    pub(super) fn method(&mut self, at: u32, target: Id, name: &'s str, arguments: Vec<Id>) -> Parsed<Id> {
        let deep = self.above(&arguments).max(self.above(&[target]));
        let last = arguments.last().copied();
        let kind = match (name, arguments.len()) {
            ("all", 2 | 3) => Some(Over::All),
            ("exists", 2 | 3) => Some(Over::Exists),
            ("exists_one", 2 | 3) | ("existsOne", 3) => Some(Over::One),
            ("map", 2 | 3) => Some(Over::List),
            ("filter", 2) => Some(Over::Filter),
            ("sortBy", 2) => Some(Over::Sort),
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
                Over::All | Over::Exists | Over::One | Over::Filter => (last, None),
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
            return self.node_of(at, made, deep);
        }
        if matches!(name, "optMap" | "optFlatMap") && arguments.len() == 2 {
            let variable = self.variable(at, arguments.first())?;
            let inner = last.unwrap_or_default();
            let made = Expr::OptionalMap(target, variable, inner, name == "optFlatMap");
            return self.node_of(at, made, deep);
        }
        if self.bind
            && name == "bind"
            && arguments.len() == 3
            && let Some(Expr::Ident("cel")) = self.expr_of(target)
        {
            let variable = self.variable(at, arguments.first())?;
            let value = arguments.get(1).copied().unwrap_or_default();
            return self.node_of(at, Expr::Bind(variable, value, last.unwrap_or_default()), deep);
        }
        let call = Expr::Call {
            name,
            target: Some(target),
            arguments,
        };
        self.node_of(at, call, deep)
    }
}
