//! `==`, `<`, `in`, `+` and the like.

use std::cmp::Ordering;

use super::value::{Tree, Val, contains};
use super::{Out, Stop, fails};

/// An operator with two sides.
#[derive(Clone, Copy)]
pub(super) enum Binary {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Binary {
    pub(super) fn named(name: &str) -> Option<Binary> {
        Some(match name {
            "_==_" => Binary::Equal,
            "_!=_" => Binary::Unequal,
            "_<_" => Binary::Less,
            "_<=_" => Binary::AtMost,
            "_>_" => Binary::More,
            "_>=_" => Binary::AtLeast,
            "_in_" => Binary::In,
            "_+_" => Binary::Add,
            "_-_" => Binary::Subtract,
            "_*_" => Binary::Multiply,
            "_/_" => Binary::Divide,
            "_%_" => Binary::Modulo,
            _ => return None,
        })
    }

    /// The name that it is declared by.
    pub(super) fn name(self) -> &'static str {
        match self {
            Binary::Equal => "_==_",
            Binary::Unequal => "_!=_",
            // The four are declared alike.
            Binary::Less | Binary::AtMost | Binary::More | Binary::AtLeast => "_<_",
            Binary::In => "_in_",
            Binary::Add => "_+_",
            Binary::Subtract => "_-_",
            Binary::Multiply => "_*_",
            Binary::Divide => "_/_",
            Binary::Modulo => "_%_",
        }
    }

    pub(super) fn of<'v, T: Tree<'v>>(self, left: &Val<'v, T>, right: &Val<'v, T>) -> Out<'v, T> {
        let order = |holds: fn(Ordering) -> bool| -> Out<'v, T> {
            Ok(Val::Bool(left.compare(right)?.is_some_and(holds)))
        };
        match self {
            Binary::Equal => left.equal(right).map(Val::Bool),
            Binary::Unequal => Ok(Val::Bool(!left.equal(right)?)),
            Binary::Less => order(Ordering::is_lt),
            Binary::AtMost => order(Ordering::is_le),
            Binary::More => order(Ordering::is_gt),
            Binary::AtLeast => order(Ordering::is_ge),
            Binary::In => is_in(left, right).map(Val::Bool),
            Binary::Add => add(left, right),
            _ => self.number(left, right),
        }
    }

    fn number<'v, T: Tree<'v>>(self, left: &Val<'v, T>, right: &Val<'v, T>) -> Out<'v, T> {
        let whole = |value: Option<i64>| value.map(Val::Int).ok_or_else(overflow);
        match (self, left, right) {
            (Binary::Subtract, Val::Int(a), Val::Int(b)) => whole(a.checked_sub(*b)),
            (Binary::Multiply, Val::Int(a), Val::Int(b)) => whole(a.checked_mul(*b)),
            (Binary::Divide | Binary::Modulo, Val::Int(_), Val::Int(0)) => fails("it divides by zero"),
            (Binary::Divide, Val::Int(a), Val::Int(b)) => whole(a.checked_div(*b)),
            (Binary::Modulo, Val::Int(a), Val::Int(b)) => whole(a.checked_rem(*b)),
            (Binary::Subtract, Val::Double(a), Val::Double(b)) => Ok(Val::Double(a - b)),
            (Binary::Multiply, Val::Double(a), Val::Double(b)) => Ok(Val::Double(a * b)),
            (Binary::Divide, Val::Double(a), Val::Double(b)) => Ok(Val::Double(a / b)),
            (Binary::Subtract, Val::Duration(a), Val::Duration(b)) => {
                a.checked_sub(*b).map(Val::Duration).ok_or_else(overflow)
            }
            (Binary::Subtract, Val::Time(a), Val::Duration(b)) => Ok(Val::Time(a - i128::from(*b))),
            (Binary::Subtract, Val::Time(a), Val::Time(b)) => {
                i64::try_from(a - b).map(Val::Duration).map_err(|_| overflow())
            }
            _ => Err(Stop::Unknown),
        }
    }
}

fn overflow() -> Stop {
    Stop::Fails("a number becomes too large".into())
}

/// The negative of a number.
pub(super) fn minus<'v, T: Tree<'v>>(value: &Val<'v, T>) -> Out<'v, T> {
    match value {
        Val::Int(value) => value.checked_neg().map(Val::Int).ok_or_else(overflow),
        Val::Double(value) => Ok(Val::Double(-value)),
        _ => Err(Stop::Unknown),
    }
}

fn is_in<'v, T: Tree<'v>>(left: &Val<'v, T>, right: &Val<'v, T>) -> Result<bool, Stop> {
    match (left, right) {
        (_, Val::Map(entries)) => {
            for (key, _) in entries.iter() {
                if key.equal(left)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (_, Val::List(items)) => contains(items, left),
        (Val::Str(name), Val::Tree(_)) if let Ok(found) = right.has(name) => Ok(found),
        _ => contains(&right.items()?, left),
    }
}

fn add<'v, T: Tree<'v>>(left: &Val<'v, T>, right: &Val<'v, T>) -> Out<'v, T> {
    match (left, right) {
        (Val::Int(a), Val::Int(b)) => a.checked_add(*b).map(Val::Int).ok_or_else(overflow),
        (Val::Double(a), Val::Double(b)) => Ok(Val::Double(a + b)),
        (Val::Str(a), Val::Str(b)) => Ok(Val::text(format!("{a}{b}"))),
        (Val::Duration(a), Val::Duration(b)) => a.checked_add(*b).map(Val::Duration).ok_or_else(overflow),
        (Val::Duration(length), Val::Time(time)) | (Val::Time(time), Val::Duration(length)) => {
            Ok(Val::Time(time + i128::from(*length)))
        }
        // The sum of lists with keys is another.
        (Val::Tree(tree), _) if tree.collection() == super::value::Collection::Unordered => {
            Err(Stop::Unknown)
        }
        _ => {
            let mut items = left.items()?;
            items.extend(right.items()?);
            Ok(Val::list(items))
        }
    }
}
