//! What an expression may cost, as the server estimates it before it takes the rules of a CustomResourceDefinition.
//!
//! The server adds up the steps of the worst case: strings, lists and maps as long as their schema lets them be, or
//! as a whole request could make them. Where it cannot tell how long a value is, it fears the worst. What is told
//! here is never more than that: of whatever is not followed, the size and the cost count as none.

mod functions;
mod loops;
mod place;
mod sizes;
#[cfg(test)]
mod tests;

use super::NAMESPACES;
use super::ast::{Element, Expr, Id, Node as Step};
use super::calls::is_function;
use super::types::{Simple, Type};
use crate::yaml::Node;

use place::{Place, Step as Way};
use sizes::Size;
pub(crate) use sizes::{max_elements, most_often};

/// Making a list or a map costs this much.
const LIST: u64 = 10;
const MAP: u64 = 30;
/// Since this version the server follows the second variable of a macro, and the sizes of what literals hold.
const SIZED_VARIABLES: u8 = 33;
/// In newer versions it may know more of optional values than is told here.
const KNOWS_OPTIONALS: u8 = 37;

/// What is known of a value, and of what it costs to make it.
#[derive(Clone, Copy)]
struct Made<'t> {
    cost: u64,
    size: Size,
    place: Place<'t>,
    /// The size of each item, where the expression itself tells it.
    inner: Option<Size>,
    /// The same for the values of a map, which only who asks for one of them is told.
    values: Option<Size>,
    /// How many names the way to its place has; none where it has no way.
    names: u32,
}

/// A variable of a macro.
#[derive(Clone, Copy)]
struct Variable<'s, 't> {
    name: &'s str,
    place: Place<'t>,
    /// What is known of its size where its place tells nothing.
    size: Option<Size>,
    /// How many names the way to its place has.
    names: u32,
}

/// The cost of an expression whose `self` has this schema; `kinds` are the types of its steps.
pub(super) fn of<'t>(
    steps: &[Step<'_>],
    kinds: &[Type],
    top: Id,
    of_self: (Node<'t>, bool),
    minor: u8,
) -> u64 {
    let mut coster = Coster {
        steps,
        kinds,
        of_self: Place::Schema(of_self.0, of_self.1),
        minor,
        scopes: Vec::new(),
    };
    coster.made(top).cost
}

struct Coster<'e, 's, 't> {
    steps: &'e [Step<'s>],
    kinds: &'e [Type],
    of_self: Place<'t>,
    minor: u8,
    /// Variables of the macros around, the nearest last.
    scopes: Vec<Variable<'s, 't>>,
}

impl<'e, 's, 't> Coster<'e, 's, 't> {
    fn kind(&self, id: Id) -> &'e Type {
        self.kinds.get(id as usize).unwrap_or(&Type::DYN)
    }

    /// What comes of a step that costs this much, with the size of its place or type.
    fn at(&self, id: Id, cost: u64, place: Place<'t>) -> Made<'t> {
        let by_type = || is_scalar(self.kind(id)).then(|| Size::fixed(1));
        Made {
            cost,
            size: place.size(self.minor).or_else(by_type).unwrap_or(Size::UNKNOWN),
            place,
            inner: None,
            values: None,
            names: 0,
        }
    }

    fn plain(&self, id: Id, cost: u64) -> Made<'t> {
        self.at(id, cost, Place::Made)
    }

    fn made(&mut self, id: Id) -> Made<'t> {
        let steps = self.steps;
        let Some(step) = steps.get(id as usize) else {
            return sized(0, Size::UNTOLD);
        };
        match &step.expr {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Uint(_) | Expr::Double(_) => {
                sized(0, Size::fixed(1))
            }
            Expr::Str(text) => sized(0, Size::fixed(text.chars().count() as u64)),
            Expr::Bytes => sized(0, Size::UNTOLD),
            Expr::Ident(name) => self.ident(id, name),
            Expr::Select {
                operand,
                optional: true,
                ..
            } => {
                let cost = self.made(*operand).cost;
                self.optional(id, add(cost, 1))
            }
            Expr::Select { operand, field, .. } => self.select(id, *operand, field),
            // The test itself is free, what it looks at is not.
            Expr::Has(selection) => match steps.get(*selection as usize).map(|step| &step.expr) {
                Some(Expr::Select { operand, .. }) => {
                    let cost = self.made(*operand).cost;
                    sized(cost, Size::fixed(1))
                }
                _ => sized(0, Size::fixed(1)),
            },
            Expr::Chain(_, parts) => sized(self.sum(parts.iter().copied()), Size::fixed(1)),
            Expr::Call {
                name,
                target: None,
                arguments,
            } => self.call(id, name, arguments),
            Expr::Call {
                name,
                target: Some(target),
                arguments,
            } => self.method(id, name, *target, arguments),
            Expr::List(items) => self.list(items),
            Expr::Map(entries) => self.map(entries),
            Expr::Message(_, fields) => {
                let cost = self.sum(fields.iter().map(|(_, value)| value.value));
                sized(cost, Size::UNTOLD)
            }
            Expr::Comprehension {
                kind,
                range,
                variables,
                filter,
                result,
            } => {
                let range = (*range, self.made(*range));
                self.comprehension(*kind, range, *variables, *filter, *result)
            }
            Expr::Bind(name, value, inner) => {
                let value = self.made(*value);
                let variable = Variable {
                    name,
                    place: Place::Untold,
                    size: None,
                    names: 0,
                };
                let cost = self.within(&[variable], *inner).cost;
                sized(add(add(value.cost, cost), LIST), Size::UNTOLD)
            }
            Expr::OptionalMap(target, name, inner, flat) => self.optional_map(*target, name, *inner, *flat),
        }
    }

    fn sum(&mut self, ids: impl Iterator<Item = Id>) -> u64 {
        ids.fold(0, |sum, id| add(sum, self.made(id).cost))
    }

    fn within(&mut self, variables: &[Variable<'s, 't>], id: Id) -> Made<'t> {
        let before = self.scopes.len();
        self.scopes.extend(variables);
        let made = self.made(id);
        self.scopes.truncate(before);
        made
    }

    /// A name costs one step; any that is no variable of a macro is taken for `self`.
    fn ident(&self, id: Id, name: &str) -> Made<'t> {
        let local = self.scopes.iter().rev().find(|this| this.name == name);
        let Some(local) = local else {
            return Made {
                names: 1,
                ..self.at(id, 1, self.of_self)
            };
        };
        let made = Made {
            names: local.names,
            ..self.at(id, 1, local.place)
        };
        match local.size {
            Some(size) if made.size == Size::UNKNOWN => Made { size, ..made },
            _ => made,
        }
    }

    fn select(&mut self, id: Id, operand: Id, field: &str) -> Made<'t> {
        // The name of a type with dots in it is one name.
        if let Type::Is(Simple::Type) = self.kind(id) {
            return self.at(id, 1, self.of_self);
        }
        let from = self.made(operand);
        let cost = match self.kind(operand) {
            Type::Map(..) | Type::Struct(_) | Type::Patch(_) => 1,
            _ => 0,
        };
        let place = from.place.step(Way::Field(field), self.of_self);
        Made {
            names: from.names + 1,
            ..self.at(id, add(from.cost, cost), place)
        }
    }

    fn list(&mut self, items: &[Element]) -> Made<'t> {
        let mut cost = LIST;
        let mut inner = Size::up_to(0);
        for item in items {
            let made = self.made(item.value);
            cost = add(cost, made.cost);
            inner = inner.or(made.size);
        }
        let keeps = self.minor >= SIZED_VARIABLES;
        Made {
            inner: keeps.then_some(inner),
            ..sized(cost, Size::fixed(items.len() as u64))
        }
    }

    fn map(&mut self, entries: &[(Id, Element)]) -> Made<'t> {
        let mut cost = MAP;
        let mut values = Size::up_to(0);
        for (key, value) in entries {
            let (key, value) = (self.made(*key), self.made(value.value));
            cost = add(cost, add(key.cost, value.cost));
            values = values.or(value.size);
        }
        let keeps = self.minor >= SIZED_VARIABLES;
        Made {
            values: keeps.then_some(values),
            ..sized(cost, Size::fixed(entries.len() as u64))
        }
    }

    /// An optional value: the server knows the size of none.
    fn optional(&self, id: Id, cost: u64) -> Made<'t> {
        match self.minor >= KNOWS_OPTIONALS {
            true => untold(cost),
            false => self.plain(id, cost),
        }
    }

    /// It asks for a value, binds the name to it and makes an optional value of what comes out; or of nothing.
    fn optional_map(&mut self, target: Id, name: &'s str, inner: Id, flat: bool) -> Made<'t> {
        let target = add(self.made(target).cost, 1);
        let variable = Variable {
            name,
            place: match self.minor < KNOWS_OPTIONALS && self.minor >= SIZED_VARIABLES {
                true => Place::Made,
                false => Place::Untold,
            },
            size: None,
            names: 0,
        };
        let inner = self.within(&[variable], inner).cost;
        let bound = add(add(LIST, target), inner);
        let cost = add(target, add(bound, u64::from(!flat)));
        match self.minor >= KNOWS_OPTIONALS {
            true => untold(cost),
            false => sized(cost, Size::UNKNOWN),
        }
    }

    fn call(&mut self, id: Id, name: &str, arguments: &[Id]) -> Made<'t> {
        let made: Vec<Made<'t>> = arguments.iter().map(|id| self.made(*id)).collect();
        let cost = made.iter().fold(0, |sum, made| add(sum, made.cost));
        match (name, &made[..], arguments) {
            ("_[_]", [from, _], [of, _]) => self.index(id, cost, *from, *of),
            ("_?_:_", [test, yes, no], _) => Made {
                cost: add(test.cost, yes.cost.max(no.cost)),
                size: yes.size.or(no.size),
                place: Place::Made,
                names: 0,
                inner: either(yes.inner, no.inner),
                values: either(yes.values, no.values),
            },
            ("dyn", [made], _) => Made {
                cost: add(cost, 1),
                place: Place::Made,
                names: 0,
                ..*made
            },
            _ => self.function(id, name, None, (&made, arguments), cost),
        }
    }

    fn method(&mut self, id: Id, name: &str, target: Id, arguments: &[Id]) -> Made<'t> {
        if let Some(whole) = self.whole_name(target, name) {
            return self.call(id, &whole, arguments);
        }
        let of = self.made(target);
        let made: Vec<Made<'t>> = arguments.iter().map(|id| self.made(*id)).collect();
        let cost = made.iter().fold(of.cost, |sum, made| add(sum, made.cost));
        self.function(id, name, Some((&of, target)), (&made, arguments), cost)
    }

    /// The name of a function with a dot in it.
    fn whole_name(&self, target: Id, name: &str) -> Option<String> {
        match self.steps.get(target as usize).map(|step| &step.expr) {
            Some(Expr::Ident(prefix)) if NAMESPACES.contains(prefix) => {
                let whole = format!("{prefix}.{name}");
                is_function(&whole).then_some(whole)
            }
            _ => None,
        }
    }

    fn index(&self, id: Id, cost: u64, from: Made<'t>, of: Id) -> Made<'t> {
        if let Type::Optional(_) = self.kind(of) {
            return self.optional(id, add(cost, 1));
        }
        let place = from.place.step(Way::Inner, self.of_self);
        let made = self.at(id, add(cost, 1), place);
        Made {
            size: from.inner.or(from.values).unwrap_or(made.size),
            names: from.names + 1,
            ..made
        }
    }
}

fn sized<'t>(cost: u64, size: Size) -> Made<'t> {
    Made {
        cost,
        size,
        place: Place::Made,
        inner: None,
        values: None,
        names: 0,
    }
}

/// What holds the sizes of both, where both are known.
fn either(one: Option<Size>, other: Option<Size>) -> Option<Size> {
    one.zip(other).map(|(one, other)| one.or(other))
}

/// A value of which nothing is told.
fn untold<'t>(cost: u64) -> Made<'t> {
    Made {
        place: Place::Untold,
        ..sized(cost, Size::UNTOLD)
    }
}

/// Whether all values of a type are as long: numbers, booleans, times.
fn is_scalar(kind: &Type) -> bool {
    match kind {
        Type::Is(simple) => matches!(
            simple,
            Simple::Bool | Simple::Int | Simple::Uint | Simple::Double | Simple::Duration | Simple::Timestamp
        ),
        Type::Optional(inner) => is_scalar(inner),
        _ => false,
    }
}

fn add(a: u64, b: u64) -> u64 {
    a.saturating_add(b)
}
