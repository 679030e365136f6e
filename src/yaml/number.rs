//! Numbers as Go reads and prints them.

use std::borrow::Cow;

/// A number read from a plain scalar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Number {
    /// Fits `i64`.
    Int(i64),
    /// Fits only `u64`.
    Uint(u64),
    /// Any other.
    Float(f64),
}

/// A plain scalar that starts with a digit or a sign.
///
/// Underscores count for nothing, `0x`, `0o`, `0b` and a leading `0` set the base, and what is no integer
/// in its base (`08`) may still be a float.
pub(super) fn from_plain(source: &str) -> Option<Number> {
    if let Some(number) = small(source.as_bytes()) {
        return Some(Number::Int(number));
    }
    let plain = &*without_underscores(source);
    if let Some(number) = integer(plain) {
        return Some(number);
    }
    if is_decimal_float(plain.as_bytes()) {
        // Beyond the range of f64 it stays text.
        return plain
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
            .map(Number::Float);
    }
    // A second sign may follow `0b`.
    let digits = plain.strip_prefix("0b")?;
    let sign = digits.strip_prefix('-');
    let magnitude = binary(sign.or_else(|| digits.strip_prefix('+'))?)?;
    signed(magnitude, sign.is_some()).map(Number::Int)
}

/// Next to no number has any.
fn without_underscores(source: &str) -> Cow<'_, str> {
    match source.contains('_') {
        true => source.replace('_', "").into(),
        false => source.into(),
    }
}

/// The hot case: a decimal that cannot overflow.
fn small(digits: &[u8]) -> Option<i64> {
    if matches!(digits, [] | [b'0', _, ..]) || digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Some(number * 10 + i64::from(digit - b'0')),
        _ => None,
    })
}

/// A plain scalar that starts with `.`: a float, underscores allowed between digits.
pub(super) fn from_point(source: &str) -> Option<f64> {
    let bytes = source.as_bytes();
    let between_digits = |at: usize| {
        bytes[at] != b'_'
            || at > 0 && bytes[at - 1].is_ascii_digit() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    if !(0..bytes.len()).all(between_digits) {
        return None;
    }
    let plain = &*without_underscores(source);
    if !is_decimal_float(plain.as_bytes()) {
        return None;
    }
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A number of a JSON document.
pub(super) fn from_json(source: &str) -> Number {
    if let Ok(value) = source.parse() {
        return Number::Int(value);
    }
    if let Ok(value) = source.parse() {
        return Number::Uint(value);
    }
    Number::Float(source.parse().unwrap_or(f64::NAN))
}

fn integer(plain: &str) -> Option<Number> {
    let (negative, digits) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    let magnitude = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => radix(&digits[2..], 16),
        [b'0', b'o' | b'O', _, ..] => radix(&digits[2..], 8),
        [b'0', b'b' | b'B', _, ..] => binary(&digits[2..]),
        [b'0'] => Some(0),
        [b'0', ..] => radix(&digits[1..], 8),
        _ => radix(digits, 10),
    }?;
    match signed(magnitude, negative) {
        Some(value) => Some(Number::Int(value)),
        // Only a number without a sign may use the upper half of u64.
        None if plain.len() == digits.len() => Some(Number::Uint(magnitude)),
        None => None,
    }
}

fn signed(magnitude: u64, negative: bool) -> Option<i64> {
    if negative {
        0i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

fn binary(digits: &str) -> Option<u64> {
    radix(digits, 2)
}

fn radix(digits: &str, radix: u32) -> Option<u64> {
    // `from_str_radix` would take a second sign.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal_float(bytes: &[u8]) -> bool {
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(at);
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        at += 1 + fraction;
        if whole == 0 && fraction == 0 {
            return false;
        }
    } else if whole == 0 {
        return false;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        let exponent = digits(at);
        at += exponent;
        if exponent == 0 {
            return false;
        }
    }
    at == bytes.len()
}

/// A float as Go's JSON encoder prints it: the shortest digits, with an exponent below 1e-6 and from 1e21.
pub(super) fn to_json(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        };
    }
    format!("{value}")
}

/// A float as it reads as a mapping key: rounded to 32 bits, the shortest digits, with an exponent below
/// 1e-4 and from 1e6 on.
pub(super) fn to_key(value: f64) -> String {
    let value = value as f32;
    if value.is_nan() {
        return ".nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value == 0.0 || (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_in_go() {
        for (value, json) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.5e-10, "1.5e-10"),
            (-1e30, "-1e+30"),
            (1.2345678901234568e29, "1.2345678901234568e+29"),
        ] {
            assert_eq!(to_json(value), json);
        }
    }

    #[test]
    fn float_keys_print_as_in_go() {
        for (value, key) in [
            (0.0, "0"),
            (1.5, "1.5"),
            (1.1, "1.1"),
            (1e3, "1000"),
            (123456.0, "123456"),
            (1e6, "1e+06"),
            (1234567.0, "1.234567e+06"),
            (-2.5e-5, "-2.5e-05"),
            (1e39, ".inf"),
            (f64::NEG_INFINITY, "-.inf"),
            (f64::NAN, ".nan"),
        ] {
            assert_eq!(to_key(value), key);
        }
    }

    #[test]
    fn binary_may_carry_a_second_sign() {
        assert_eq!(from_plain("0b-101"), Some(Number::Int(-5)));
        assert_eq!(from_plain("0b+1"), Some(Number::Int(1)));
        assert_eq!(from_plain("0b--1"), None);
        assert_eq!(from_plain("-0b-1"), None);
    }

    #[test]
    fn extremes_of_integers() {
        for (text, number) in [
            ("-9223372036854775808", Number::Int(i64::MIN)),
            ("9223372036854775807", Number::Int(i64::MAX)),
            ("9223372036854775808", Number::Uint(1 << 63)),
            ("+9223372036854775808", Number::Float(9223372036854775808.0)),
            ("18446744073709551615", Number::Uint(u64::MAX)),
        ] {
            assert_eq!(from_plain(text), Some(number), "{text}");
        }
    }
}
