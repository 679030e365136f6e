//! What bounds the rules in the schemas of a CustomResourceDefinition: the types that they see, and what they cost.

use super::crd_parts::{Parts, Type, is_filled, is_true, schema};
use super::crd_schema::DEPTH;
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, ErrorType};
use crate::manifest::Field;
use crate::source::Span;
use crate::validation::constraints::fault;

/// The type of a schema, as far as the schemas within it depend on it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Declared {
    /// Not asked for: no rule stands here or above.
    Unasked,
    List,
    Map,
    /// Any other type.
    Other,
    /// Rules cannot be compiled here: the schema has no type in CEL, or none above it has.
    Never,
}

/// How a schema hangs on the one around it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// The whole schema, or a property.
    Property,
    Items,
    Values,
}

impl Declared {
    /// Of a schema that stands in one of type `self`.
    pub fn of(self, p: &Parts<'_>, step: Step) -> Declared {
        if self == Declared::Unasked && !is_filled(p.validations()) {
            return Declared::Unasked;
        }
        let fits = match (self, step) {
            (Declared::Never, _) => false,
            // The items of what is no list are not declared, and neither are the values of what is no map.
            (Declared::List | Declared::Other, Step::Values) => false,
            (Declared::Map | Declared::Other, Step::Items) => false,
            _ => has_type(p, 0),
        };
        let values = schema(p.additional_properties()).is_some();
        match p.said() {
            _ if !fits => Declared::Never,
            _ if is_true(p.int_or_string()) => Declared::Other,
            Type::Array => Declared::List,
            Type::Object if values => Declared::Map,
            _ => Declared::Other,
        }
    }
}

/// Whether values of a schema have a type in CEL.
fn has_type(p: &Parts<'_>, depth: u32) -> bool {
    let inner = match p.said() {
        _ if is_true(p.int_or_string()) || depth > DEPTH => return true,
        Type::Unsaid | Type::Unknown => return false,
        Type::Array => schema(p.items()),
        Type::Object => match schema(p.additional_properties()) {
            Some(values) => Some(values),
            None => return true,
        },
        _ => return true,
    };
    inner.is_some_and(|entry| has_type(&Parts::of(entry.value), depth + 1))
}

/// What the rules of a version cost in the worst case, as far as that is certain.
#[derive(Default)]
pub(super) struct Costs {
    total: u64,
    /// What those of them cost that each by itself are not too much.
    rest: u64,
    /// The first that is too much by itself.
    over: Option<Span>,
    /// The rules that have a share in it worth naming, and what names them.
    greatest: Vec<(u64, Diagnostic)>,
}

/// What one expression may cost, and all together.
const LIMIT: u64 = 10_000_000;
const LIMIT_OF_ALL: u64 = 100_000_000;
/// The server names the costliest rules, but no small ones.
const NAMED: usize = 4;
/// What is told of costs was compared with servers from this version on.
const SINCE: u8 = 31;

const HELP: &str = "bound the lists with `maxItems`, the maps with `maxProperties` and the strings with `maxLength`, \
                    or make the rule simpler";
/// What helps where a value has no bound that the server knows.
const UNBOUND: &str = "of what `string()` and optional values give the server knows no bound: write the whole text as \
                       one `'…%d…'.format([…])`, and `has()`, instead";

impl Costs {
    /// Takes what an expression costs, and reports one that costs too much.
    pub fn add<'t>(&mut self, expression: &Field<'_, 't>, cost: u64, cx: &mut Cx<'t>) {
        if cost == 0 || cx.kube().minor() < SINCE {
            return;
        }
        self.total = self.total.saturating_add(cost);
        if cost < LIMIT_OF_ALL / 100 {
            self.rest = self.rest.saturating_add(cost);
            return;
        }
        let text = expression.text().unwrap_or_default();
        let is_unbound = ["string(", ".?", "optional."]
            .iter()
            .any(|call| text.contains(call));
        let help = if is_unbound { UNBOUND } else { HELP };
        if cost > LIMIT {
            self.over = self.over.or(Some(expression.place()));
            let message = format!(
                "the rule may take {}: the server refuses it, since its lists and strings could be that long",
                times(cost, LIMIT)
            );
            fault(cx, expression, ErrorType::Forbidden, message).help(help);
        } else {
            self.rest = self.rest.saturating_add(cost);
        }
        let message =
            "the rule has a large share in what all rules of the definition cost, which is too much";
        fault(cx, expression, ErrorType::Forbidden, message).help(help);
        if let Some(share) = cx.found.pop() {
            self.greatest.push((cost, share));
        }
    }

    /// What is to be reported when all rules together cost too much.
    pub fn too_much<'t>(&mut self, root: &Field<'_, 't>, cx: &mut Cx<'t>) -> Option<Vec<Diagnostic>> {
        if self.total <= LIMIT_OF_ALL {
            return None;
        }
        let message = format!(
            "the rules of this schema may take {} all together: the server refuses the definition",
            times(self.total, LIMIT_OF_ALL)
        );
        self.greatest.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
        // What to mend are those that are too much by themselves, or else the greatest.
        let over = self.over.filter(|_| self.rest <= LIMIT_OF_ALL);
        let greatest = self.greatest.first().map(|(_, share)| share.span);
        let all = fault(cx, root, ErrorType::Forbidden, message);
        all.help(HELP).follows(over.or(greatest));
        let named = self.greatest.drain(..).take(NAMED);
        let mut found: Vec<Diagnostic> = named
            .map(|(_, share)| Diagnostic {
                follows: over.filter(|over| *over != share.span),
                ..share
            })
            .collect();
        found.extend(cx.found.pop());
        Some(found)
    }
}

/// A cost against its limit.
fn times(cost: u64, limit: u64) -> String {
    match cost / limit {
        0 | 1 => "more steps than are allowed".into(),
        2..100 => format!("{} times as many steps as are allowed", cost / limit),
        _ => "more than a hundred times as many steps as are allowed".into(),
    }
}
