//! Conversions, and quantities.

use std::cmp::Ordering;

use super::functions::Function;
use super::value::{Tree, Val};
use super::{Out, Stop, fails};
use crate::schema::quantity::Quantity;

pub(super) fn call<'v, T: Tree<'v>>(function: Function, arguments: &[Val<'v, T>]) -> Out<'v, T> {
    match (function, arguments) {
        (Function::Int, [value @ Val::Int(_)])
        | (Function::Double, [value @ Val::Double(_)])
        | (Function::String, [value @ Val::Str(_)]) => Ok(value.clone()),
        (Function::Int, [Val::Str(text)]) => match text.parse() {
            Ok(value) if is_plain(text) => Ok(Val::Int(value)),
            Ok(_) => Err(Stop::Unknown),
            Err(_) => fails(format!("`{text}` is no number")),
        },
        (Function::Int, [Val::Double(value)]) if value.abs() < 9e15 => Ok(Val::Int(*value as i64)),
        (Function::Bool, [value @ Val::Bool(_)]) => Ok(value.clone()),
        (Function::Bool, [Val::Str(text)]) => match &**text {
            "true" => Ok(Val::Bool(true)),
            "false" => Ok(Val::Bool(false)),
            // Other words may mean one of these as well.
            _ => Err(Stop::Unknown),
        },
        (Function::Double, [Val::Str(text)]) if is_decimal(text) => {
            text.parse().map(Val::Double).map_err(|_| Stop::Unknown)
        }
        (Function::Double, [Val::Int(value)]) => Ok(Val::Double(*value as f64)),
        (Function::String, [Val::Int(value)]) => Ok(Val::text(value.to_string())),
        (Function::String, [Val::Bool(value)]) => Ok(Val::text(value.to_string())),
        (Function::String, [Val::Ip(ip)]) => Ok(Val::text(ip.to_string())),
        (Function::Quantity, [Val::Str(text)]) => match Quantity::parse(text) {
            Some(value) => Ok(Val::Quantity(value)),
            None => fails(format!("`{text}` is no quantity")),
        },
        (Function::IsQuantity, [Val::Str(text)]) => Ok(Val::Bool(Quantity::parse(text).is_some())),
        (Function::Sign, [Val::Quantity(value)]) => Ok(Val::Int(order(value.cmp(&Quantity::ZERO)))),
        (Function::IsInteger, [Val::Quantity(value)]) => Ok(Val::Bool(whole(*value).is_some())),
        (Function::AsInteger, [Val::Quantity(value)]) => match whole(*value) {
            Some(value) => Ok(Val::Int(value)),
            None => fails("a quantity is no whole number"),
        },
        (Function::IsGreaterThan, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Bool(a > b)),
        (Function::IsLessThan, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Bool(a < b)),
        (Function::CompareTo, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Int(order(a.cmp(b)))),
        (Function::Plus, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Quantity(a.plus(*b))),
        (Function::Plus, [Val::Quantity(a), Val::Int(b)]) => Ok(Val::Quantity(a.plus(Quantity::units(*b)))),
        (Function::Minus, [Val::Quantity(a), Val::Quantity(b)]) => Ok(Val::Quantity(a.plus(b.times(-1)))),
        (Function::Minus, [Val::Quantity(a), Val::Int(b)]) => {
            Ok(Val::Quantity(a.plus(Quantity::units(*b).times(-1))))
        }
        _ => Err(Stop::Unknown),
    }
}

/// Go reads signs and leading zeros as well, but not everywhere alike.
fn is_plain(text: &str) -> bool {
    !text.starts_with('+')
}

/// Digits, perhaps with a point among them and a sign before them.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain(whole) && plain(fraction)
}

fn whole(value: Quantity) -> Option<i64> {
    let units = value.is_whole().then(|| value.rounded())?;
    i64::try_from(units).ok()
}

fn order(ordering: Ordering) -> i64 {
    ordering as i64
}
