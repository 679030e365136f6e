//! Quantities.

use std::cmp::Ordering;

use super::functions::Function;
use super::value::{Tree, Val};
use super::{Out, Stop, fails};
use crate::formats::quantity::{Quantity, is_held_whole};

/// A quantity, and whether the server holds it as a whole number: that hangs on how it is written.
#[derive(Clone, Copy)]
pub struct Amount {
    pub(super) value: Quantity,
    /// `None`: it is not known here.
    whole: Option<bool>,
}

impl Amount {
    fn read(text: &str) -> Option<Amount> {
        // Only the texts of fields lose the blanks around them.
        let value = Quantity::parse(text).filter(|_| text.trim() == text)?;
        let whole = Some(is_held_whole(text));
        Some(Amount { value, whole })
    }

    fn plus(self, other: Amount) -> Amount {
        let value = self.value.plus(other.value);
        // A fraction stays one, whatever it was added up from.
        let whole = match value.is_whole() {
            true => (self.whole == Some(true) && other.whole == Some(true)).then_some(true),
            false => Some(false),
        };
        Amount { value, whole }
    }

    fn units(value: i64) -> Amount {
        Amount {
            value: Quantity::units(value),
            whole: Some(true),
        }
    }

    fn negative(self) -> Amount {
        Amount {
            value: self.value.times(-1),
            ..self
        }
    }
}

pub(super) fn call<'v, T: Tree<'v>>(function: Function, arguments: &[Val<'v, T>]) -> Out<'v, T> {
    match (function, arguments) {
        (Function::Quantity, [Val::Str(text)]) => match Amount::read(text) {
            Some(amount) => Ok(Val::Quantity(amount)),
            None => fails(format!("`{text}` is no quantity")),
        },
        (Function::IsQuantity, [Val::Str(text)]) => Ok(Val::Bool(Amount::read(text).is_some())),
        (Function::Sign, [Val::Quantity(of)]) => Ok(Val::Int(order(of.value.cmp(&Quantity::ZERO)))),
        (Function::IsInteger, [Val::Quantity(of)]) => of.whole.map(Val::Bool).ok_or(Stop::Unknown),
        (Function::AsInteger, [Val::Quantity(of)]) => match (of.whole, i64::try_from(of.value.rounded())) {
            (Some(true), Ok(value)) => Ok(Val::Int(value)),
            (Some(false), _) => fails("the server does not hold a quantity as a whole number"),
            _ => Err(Stop::Unknown),
        },
        (Function::IsGreaterThan, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Bool(a.value > b.value)),
        (Function::IsLessThan, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Bool(a.value < b.value)),
        (Function::CompareTo, [Val::Quantity(a), Val::Quantity(b)]) => {
            Ok(Val::Int(order(a.value.cmp(&b.value))))
        }
        (Function::Plus, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Quantity(a.plus(*b))),
        (Function::Plus, [Val::Quantity(a), Val::Int(b)]) => Ok(Val::Quantity(a.plus(Amount::units(*b)))),
        (Function::Minus, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Quantity(a.plus(b.negative()))),
        (Function::Minus, [Val::Quantity(a), Val::Int(b)]) => {
            Ok(Val::Quantity(a.plus(Amount::units(*b).negative())))
        }
        _ => Err(Stop::Unknown),
    }
}

fn order(ordering: Ordering) -> i64 {
    ordering as i64
}
