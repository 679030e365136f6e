//! Macros that go over lists and maps.

use super::place::{Place, Step as Way};
use super::sizes::Size;
use super::{Coster, LIST, MAP, Made, SIZED_VARIABLES, Variable, add, functions, sized};
use crate::cel::ast::{Expr, Id, Over};
use crate::cel::types::Type;

/// A variable and a field below it.
struct Path<'s> {
    variable: &'s str,
    /// The first of the fields, next to the variable.
    first: &'s str,
    /// How many fields there are.
    fields: u32,
}

impl<'s, 't> Coster<'_, 's, 't> {
    pub(super) fn comprehension(
        &mut self,
        kind: Over,
        (of, range): (Id, Made<'t>),
        variables: (&'s str, Option<&'s str>),
        filter: Option<Id>,
        result: Option<Id>,
    ) -> Made<'t> {
        if kind == Over::Sort {
            return self.sort((of, range), variables.0, result);
        }
        let names = self.variables((of, range), variables);
        let times = self.read_last(of, range.size, filter.max(result));
        let test = filter.map_or(0, |id| self.within(&names, id).cost);
        let made = result.map(|id| self.within(&names, id));
        let each = made.map_or(0, |made| made.cost);
        // What the macros are made of: the test of the loop, and the name that gathers the result.
        let (step, rest) = match kind {
            Over::All => (add(test, 3), 1),
            Over::Exists => (add(test, 4), 1),
            Over::One => (add(test, 2), 2),
            Over::Filter => (add(test, LIST + 3), LIST + 1),
            Over::List => (add(add(test, each), LIST + 2), LIST + 1),
            Over::Map => (add(add(test, each), 3), MAP + 1),
            Over::Entries => (add(add(test, each), 2), MAP + 1),
            Over::Sort => (0, 0),
        };
        let cost = add(add(range.cost, rest), times.max.saturating_mul(step));
        if matches!(kind, Over::All | Over::Exists | Over::One) {
            return sized(cost, Size::fixed(1));
        }
        let inner = match kind {
            Over::List => made.map(|made| made.size),
            Over::Filter => names.first().map(|item| self.size_of(item)),
            _ => None,
        };
        let inner = inner.filter(|_| self.minor >= SIZED_VARIABLES);
        Made {
            inner: inner.map(|inner| inner.or(Size::up_to(0))),
            ..sized(cost, range.size)
        }
    }

    /// The size of a range as the server comes to read it, which it does after all that stands in the loop. By then
    /// the name of another field of the same variable may stand where the range's own stood: that hangs on how many
    /// names there are, as lists that share their memory grow by doubling it. Where it is not clear which field was the
    /// last, the least of them counts.
    fn read_last(&self, range: Id, size: Size, last: Option<Id>) -> Size {
        let (Some(path), Some(last)) = (self.path(range), last) else {
            return size;
        };
        let local = self.scopes.iter().rev().find(|this| this.name == path.variable);
        let Some(local) = local.filter(|_| self.minor >= SIZED_VARIABLES) else {
            return size;
        };
        let grows = |length: u32| length == 0 || length.is_power_of_two();
        if (0..path.fields).any(|field| grows(local.names + field)) {
            return size;
        }
        let of_field = |field: &str| match path.fields {
            1 => {
                let place = local.place.step(Way::Field(field), self.of_self);
                place.size(self.minor).unwrap_or(Size::UNKNOWN)
            }
            _ => Size::UNTOLD,
        };
        // All that stands behind the range belongs to the loop.
        let (mut other, mut least, mut clear) = (None, size, true);
        for id in range + 1..=last {
            match self.expr(id) {
                Some(Expr::Select { operand, field, .. }) if self.name(*operand) == Some(path.variable) => {
                    if *field == path.first {
                        clear = false;
                    } else {
                        clear &= other.is_none_or(|other| other == *field);
                        other = Some(*field);
                        least = least.least(of_field(field));
                    }
                }
                // What is only tested for has its name written nowhere, and other variables may have this one's name.
                Some(Expr::Has(_) | Expr::Comprehension { .. } | Expr::Bind(..) | Expr::OptionalMap(..)) => {
                    clear = false;
                }
                _ => {}
            }
        }
        match other {
            Some(field) if clear => of_field(field),
            _ => least,
        }
    }

    /// The names that an expression is made of, if it is a variable and fields of it: `self.spec.list`.
    fn path(&self, of: Id) -> Option<Path<'s>> {
        let select = |id: Id| match self.expr(id) {
            Some(Expr::Select {
                operand,
                field,
                optional: false,
            }) => Some((*operand, *field)),
            _ => None,
        };
        let (mut from, mut first) = select(of)?;
        let mut fields = 1;
        while let Some((operand, field)) = select(from) {
            (from, first) = (operand, field);
            fields += 1;
        }
        let variable = self.name(from)?;
        Some(Path {
            variable,
            first,
            fields,
        })
    }

    fn expr(&self, id: Id) -> Option<&Expr<'s>> {
        self.steps.get(id as usize).map(|step| &step.expr)
    }

    /// The name that an expression is, if it is nothing else.
    fn name(&self, id: Id) -> Option<&'s str> {
        match self.expr(id) {
            Some(Expr::Ident(name)) => Some(*name),
            _ => None,
        }
    }

    fn size_of(&self, variable: &Variable<'s, 't>) -> Size {
        let size = variable.place.size(self.minor).or(variable.size);
        size.unwrap_or(Size::UNTOLD)
    }

    /// The variables of a macro that goes over a value.
    fn variables(
        &self,
        (of, range): (Id, Made<'t>),
        names: (&'s str, Option<&'s str>),
    ) -> Vec<Variable<'s, 't>> {
        let is_list = range.inner.is_some() || matches!(self.kind(of), Type::List(_));
        let old = self.minor < SIZED_VARIABLES;
        let variable = |name, way| Variable {
            name,
            place: range.place.step(way, self.of_self),
            size: None,
            names: range.names + 1,
        };
        let item = |name| Variable {
            size: range.inner,
            ..variable(name, Way::Inner)
        };
        match names {
            (first, None) if is_list => vec![item(first)],
            // Older servers lose the way where the range has no type.
            (first, None) if old && !matches!(self.kind(of), Type::Map(..)) => vec![Variable {
                name: first,
                place: Place::Untold,
                size: None,
                names: 0,
            }],
            (first, None) => vec![variable(first, Way::Keys)],
            // Older servers do not know a second variable, and take the first for the only one.
            (first, Some(second)) if old => [first, second]
                .map(|name| Variable {
                    name,
                    place: Place::Untold,
                    size: None,
                    names: 0,
                })
                .to_vec(),
            (first, Some(second)) if is_list => vec![variable(first, Way::Numbers), item(second)],
            (first, Some(second)) => vec![variable(first, Way::Keys), variable(second, Way::Inner)],
        }
    }

    /// `sortBy`: the list is bound to a name, and sorted by the list of what `result` makes of each item.
    fn sort(&mut self, (of, range): (Id, Made<'t>), name: &'s str, result: Option<Id>) -> Made<'t> {
        let bound = Made { cost: 1, ..range };
        let kind = result.map_or(&Type::DYN, |id| self.kind(id));
        let keys = self.comprehension(Over::List, (of, bound), (name, None), None, result);
        let before = add(add(LIST, range.cost), add(1, keys.cost));
        functions::sorted(before, keys.size, kind)
    }
}
