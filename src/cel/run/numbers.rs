//! Conversions.

use super::functions::Function;
use super::value::{Tree, Val};
use super::{Out, Stop, fails};
use crate::cel::calls::boolean;

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
        (Function::Bool, [Val::Str(text)]) => match boolean(text) {
            Some(value) => Ok(Val::Bool(value)),
            None => fails(format!("`{text}` is neither true nor false")),
        },
        (Function::Double, [Val::Str(text)]) if is_decimal(text) => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Val::Double(value)),
            _ => fails(format!("`{text}` is no number")),
        },
        (Function::Double, [Val::Int(value)]) => Ok(Val::Double(*value as f64)),
        (Function::String, [Val::Int(value)]) => Ok(Val::text(value.to_string())),
        (Function::String, [Val::Bool(value)]) => Ok(Val::text(value.to_string())),
        (Function::String, [Val::Ip(ip)]) => Ok(Val::text(ip.to_string())),
        _ => Err(Stop::Unknown),
    }
}

/// Go reads signs and leading zeros as well, but not everywhere alike.
fn is_plain(text: &str) -> bool {
    !text.starts_with('+')
}

/// Whether a text has no other characters than a number of base ten; Go reads more, such as `0x1p-2` and `Inf`.
fn is_decimal(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
}
