//! Tree → type, by the rules of the reference implementation.

use super::Fault;
use super::ast::{Element, Expr, Id, Node, Over};
use super::declare::Env;
use super::literals;
use super::parse::qualified;
use super::types::{Simple, Solution, Type, is_as_general};
use crate::near::nearest;

/// The first versions that have `sortBy`, and macros with two variables.
const SORT_SINCE: u8 = 35;
const PAIRS_SINCE: u8 = 33;

/// Walks a tree.
pub struct Checker<'e, 's, 't> {
    pub(super) nodes: &'e [Node<'s>],
    pub(super) env: &'e mut Env<'t>,
    /// Variables of the macros around, the nearest last.
    scopes: Vec<(&'s str, Type)>,
    pub(super) solution: Solution,
    pub(super) fault: Option<Fault>,
    pub(super) unknown: bool,
    /// The type of each node.
    kinds: Vec<Type>,
    /// How many calls of `format` are around: what they are given may be of any types.
    formats: u32,
    /// What is looked over when all types are known: calls of `format`, and lists and maps outside of them.
    literals: Vec<Id>,
}

impl<'e, 's, 't> Checker<'e, 's, 't> {
    /// A walk of `nodes`.
    pub fn new(nodes: &'e [Node<'s>], env: &'e mut Env<'t>) -> Self {
        Checker {
            kinds: vec![Type::DYN; nodes.len()],
            formats: 0,
            literals: Vec::new(),
            nodes,
            env,
            scopes: Vec::new(),
            solution: Solution::default(),
            fault: None,
            unknown: false,
        }
    }

    /// The type of the expression, and of each node; `None` when it cannot be told.
    pub fn run(mut self, top: Id) -> Result<Option<(Type, Vec<Type>)>, Fault> {
        let kind = self.infer(top);
        if self.unknown {
            return Ok(None);
        }
        match self.fault {
            Some(fault) => Err(fault),
            None => {
                let mut kinds = self.kinds;
                for kind in kinds.iter_mut().filter(|kind| kind.is_open()) {
                    *kind = self.solution.fill(kind, true);
                }
                literals::judge(self.nodes, &kinds, &self.literals, self.env.minor)?;
                Ok(Some((self.solution.fill(&kind, true), kinds)))
            }
        }
    }

    /// Notes the first fault.
    pub(super) fn fail(&mut self, at: u32, message: impl Into<std::borrow::Cow<'static, str>>) -> Type {
        self.fault.get_or_insert_with(|| Fault::new(at, message));
        Type::ERROR
    }

    /// Notes a name that there is not, and what may have been meant.
    pub(super) fn missing<'n>(
        &mut self,
        at: u32,
        message: String,
        name: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> Type {
        let meant = nearest(name, names).map(str::to_string);
        if self.fault.is_none() {
            let mut fault = Fault::new(at, message);
            fault.meant = meant;
            self.fault = Some(fault);
        }
        Type::ERROR
    }

    pub(super) fn known(&self, kind: &Type) -> Type {
        self.solution.fill(kind, false)
    }

    pub(super) fn infer(&mut self, id: Id) -> Type {
        if self.fault.is_some() || self.unknown {
            return Type::ERROR;
        }
        let nodes = self.nodes;
        let Some(node) = nodes.get(id as usize) else {
            return Type::ERROR;
        };
        let at = node.at;
        let kind = match &node.expr {
            Expr::Null => Type::Is(Simple::Null),
            Expr::Bool(_) => Type::BOOL,
            Expr::Int(_) => Type::INT,
            Expr::Uint(_) => Type::Is(Simple::Uint),
            Expr::Double(_) => Type::Is(Simple::Double),
            Expr::Str(_) => Type::STRING,
            Expr::Bytes => Type::Is(Simple::Bytes),
            Expr::Ident(name) => match self.look_up(name) {
                Some(kind) => kind,
                None => {
                    let scopes: Vec<&str> = self.scopes.iter().map(|(this, _)| *this).collect();
                    let declared: Vec<&str> = self.env.variables.iter().map(|(this, _)| *this).collect();
                    let message = format!("`{name}` is not declared");
                    self.missing(at, message, name, scopes.into_iter().chain(declared))
                }
            },
            Expr::Select {
                operand,
                field,
                optional,
            } => self.select(id, at, *operand, field, *optional),
            Expr::Has(selection) => {
                self.infer(*selection);
                Type::BOOL
            }
            Expr::Chain(name, parts) => {
                for part in parts {
                    let kind = self.infer(*part);
                    if kind != Type::BOOL {
                        self.call(at, name, false, &[kind]);
                    }
                }
                Type::BOOL
            }
            Expr::Call {
                name,
                target: None,
                arguments,
            } => {
                let kinds: Vec<Type> = arguments.iter().map(|id| self.infer(*id)).collect();
                self.read(name, arguments);
                self.call(at, name, false, &kinds)
            }
            Expr::Call {
                name,
                target: Some(target),
                arguments,
            } => {
                let is_format = *name == "format";
                self.formats += u32::from(is_format);
                let kind = self.method(at, *target, name, arguments);
                self.formats -= u32::from(is_format);
                self.literals.extend(is_format.then_some(id));
                kind
            }
            Expr::List(items) => {
                self.note_mixed(id, items.len());
                let mut of = None;
                for item in items {
                    let kind = self.element(item);
                    of = Some(self.join(at, of, kind, "items of a list"));
                }
                of.unwrap_or_else(|| self.solution.open()).list()
            }
            Expr::Map(entries) => {
                self.note_mixed(id, entries.len());
                let (mut keys, mut values) = (None, None);
                for (key, value) in entries {
                    let kind = self.infer(*key);
                    keys = Some(self.join(at, keys, kind, "keys of a map"));
                    let kind = self.element(value);
                    values = Some(self.join(at, values, kind, "values of a map"));
                }
                let key = keys.unwrap_or_else(|| self.solution.open());
                let value = values.unwrap_or_else(|| self.solution.open());
                Type::Map(key.into(), value.into())
            }
            Expr::Message(name, fields) => self.message(at, name, fields),
            Expr::Comprehension { .. } => self.comprehension(at, &node.expr),
            Expr::Bind(name, value, inner) => {
                let kind = self.infer(*value);
                self.within(&[(name, kind)], *inner)
            }
            Expr::OptionalMap(target, name, inner, flat) => {
                let target = self.infer(*target);
                let value = self.call(at, "value", true, std::slice::from_ref(&target));
                let kind = self.within(&[(name, value)], *inner);
                if !*flat {
                    kind.optional()
                } else {
                    let wanted = self.solution.open().optional();
                    match self.solution.fits(&kind, &wanted) {
                        true => self.known(&wanted),
                        false => self.fail(at, "`optFlatMap` must give an optional value"),
                    }
                }
            }
        };
        let kind = if kind.is_open() { self.known(&kind) } else { kind };
        self.unknown |= kind.is_huge();
        if let Some(slot) = self.kinds.get_mut(id as usize) {
            slot.clone_from(&kind);
        }
        kind
    }

    fn look_up(&self, name: &str) -> Option<Type> {
        let scopes = self.scopes.iter().rev().map(|(this, kind)| (*this, kind));
        let declared = self.env.variables.iter().map(|(this, kind)| (*this, kind));
        if let Some((_, kind)) = scopes.chain(declared).find(|(this, _)| *this == name) {
            return Some(self.known(kind));
        }
        let types = [
            "bool",
            "int",
            "uint",
            "double",
            "bytes",
            "string",
            "list",
            "map",
            "null_type",
            "type",
            "optional_type",
        ];
        let is_type = types.contains(&name)
            || name.starts_with("google.protobuf.")
            || name.starts_with("kubernetes.")
            || name.starts_with("net.")
            || self.env.patch(name).is_some();
        is_type.then_some(Type::Is(Simple::Type))
    }

    /// Whether a chain of selections may be one name: few have dots.
    fn may_be_qualified(&self, id: Id) -> bool {
        let mut at = id;
        loop {
            match self.nodes.get(at as usize).map(|node| &node.expr) {
                Some(Expr::Select { operand, .. }) => at = *operand,
                Some(Expr::Ident(name)) => {
                    return matches!(*name, "authorizer" | "google" | "kubernetes" | "net" | "Object")
                        && !self.scopes.iter().any(|(this, _)| this == name);
                }
                _ => return false,
            }
        }
    }

    fn select(&mut self, id: Id, at: u32, operand: Id, field: &str, optional: bool) -> Type {
        if !optional
            && self.may_be_qualified(id)
            && let Some(name) = qualified(self.nodes, id)
            && let Some(kind) = self.look_up(&name)
        {
            return kind;
        }
        let operand = self.infer(operand);
        let (of, wrapped) = match &operand {
            Type::Optional(of) => (Type::clone(of), true),
            _ => (operand, false),
        };
        let kind = match &self.known(&of) {
            Type::Map(_, value) => Type::clone(value),
            Type::Struct(message) => match self.env.field(*message, field) {
                Some(kind) => kind,
                None => {
                    let names = self.env.fields(*message);
                    let message = format!("there is no field `{field}`");
                    self.missing(at, message, field, names.iter().map(String::as_str))
                }
            },
            // Whether a patch may read its own messages is of no interest.
            Type::Patch(_) => Type::DYN,
            Type::Var(_) => {
                self.solution.fits(&Type::DYN, &of);
                Type::DYN
            }
            kind if kind.is_dyn() => Type::DYN,
            kind => {
                let message = format!("`.{field}` asks for a field, but `{kind}` has none");
                self.fail(at, message)
            }
        };
        if wrapped || optional {
            kind.optional()
        } else {
            kind
        }
    }

    fn element(&mut self, element: &Element) -> Type {
        let kind = self.infer(element.value);
        if !element.optional {
            return kind;
        }
        match kind {
            Type::Optional(of) => Type::clone(&of),
            kind if kind.is_dyn() => Type::DYN,
            kind => {
                let at = self.nodes.get(element.value as usize).map_or(0, |node| node.at);
                self.fail(at, format!("`?` stands before an optional value, not `{kind}`"))
            }
        }
    }

    /// Notes a list or map whose values must be of one type.
    fn note_mixed(&mut self, id: Id, values: usize) {
        if values > 1 && self.formats == 0 {
            self.literals.push(id);
        }
    }

    /// The type of all values together: they must be alike.
    fn join(&mut self, at: u32, before: Option<Type>, kind: Type, what: &str) -> Type {
        let Some(before) = before else { return kind };
        if !self.solution.fits(&before, &kind) {
            if self.formats > 0 {
                return Type::DYN;
            }
            return self.fail(
                at,
                format!("the {what} are of different types: `{before}` and `{kind}`"),
            );
        }
        if is_as_general(&before, &kind) {
            before
        } else {
            kind
        }
    }

    fn message(&mut self, at: u32, name: &str, fields: &[(&str, Element)]) -> Type {
        if name.starts_with("google.") || name.starts_with("kubernetes.") {
            self.unknown = true;
            return Type::ERROR;
        }
        let Some(message) = self.env.patch(name) else {
            return self.fail(at, format!("`{name}` is not declared"));
        };
        for (field, element) in fields {
            let kind = self.element(element);
            let wanted = match (name, *field) {
                ("JSONPatch", "op" | "path" | "from") => Type::STRING,
                ("JSONPatch", "value") | ("Object", _) => Type::DYN,
                ("JSONPatch", _) => return self.fail(at, format!("`JSONPatch` has no field `{field}`")),
                _ => Type::DYN,
            };
            if !self.solution.fits(&wanted, &kind) {
                return self.fail(
                    at,
                    format!("`{field}` of `{name}` is of type `{wanted}`, not `{kind}`"),
                );
            }
        }
        message
    }

    /// Checks an expression with more variables.
    fn within(&mut self, variables: &[(&&'s str, Type)], inner: Id) -> Type {
        let before = self.scopes.len();
        for (name, kind) in variables {
            self.scopes.push((name, kind.clone()));
        }
        let kind = self.infer(inner);
        self.scopes.truncate(before);
        kind
    }

    fn comprehension(&mut self, at: u32, expr: &'e Expr<'s>) -> Type {
        let Expr::Comprehension {
            kind,
            range,
            variables,
            filter,
            result,
        } = expr
        else {
            return Type::ERROR;
        };
        let since = match (kind, variables.1) {
            (Over::Sort, _) => SORT_SINCE,
            (_, Some(_)) => PAIRS_SINCE,
            _ => 0,
        };
        if self.env.minor < since && !self.env.bind {
            return self.fail(at, format!("there is such a macro only since 1.{since}"));
        }
        let range = self.infer(*range);
        let (key, item) = match &range {
            Type::List(item) => (Type::INT, Type::clone(item)),
            Type::Map(key, value) => (Type::clone(key), Type::clone(value)),
            Type::Var(_) => {
                self.solution.fits(&Type::DYN, &range);
                (Type::DYN, Type::DYN)
            }
            _ if range.is_dyn() => (Type::DYN, Type::DYN),
            _ => {
                let message = format!("only lists and maps can be gone over, not `{range}`");
                return self.fail(at, message);
            }
        };
        let scope = match (variables, &range) {
            ((first, Some(second)), _) => vec![(first, key.clone()), (second, item.clone())],
            ((first, None), Type::Map(..)) => vec![(first, key.clone())],
            ((first, None), _) => vec![(first, item.clone())],
        };
        if let Some(filter) = filter {
            let test = self.within(&scope, *filter);
            if !self.solution.fits(&Type::BOOL, &test) {
                let at = self.nodes.get(*filter as usize).map_or(at, |node| node.at);
                return self.fail(
                    at,
                    format!("the test of an item must be true or false, not `{test}`"),
                );
            }
        }
        let made = result
            .map(|result| self.within(&scope, result))
            .unwrap_or(Type::DYN);
        match kind {
            Over::All | Over::Exists | Over::One => Type::BOOL,
            Over::List => made.list(),
            // The keys, of a map.
            Over::Filter => match &range {
                Type::Map(..) => key.list(),
                _ => item.list(),
            },
            Over::Sort => item.list(),
            Over::Map => Type::Map(key.into(), made.into()),
            Over::Entries => made,
        }
    }
}
