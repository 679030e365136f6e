//! Points and lengths of time.

use super::scalars::is_time;

/// Whether Go's `time.ParseDuration` reads a text.
pub fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut any = false;
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let written = rest.get(..rest.len() - number.len()).unwrap_or_default();
        if written.matches('.').count() > 1 || !written.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let Some(after) = units.iter().find_map(|unit| number.strip_prefix(unit)) else {
            return false;
        };
        rest = after;
        any = true;
    }
    any
}

/// Go's `1h30m`, in nanoseconds; `None` for anything else.
pub fn duration(text: &str) -> Option<i64> {
    if text.len() < 2 && text != "0" {
        return None;
    }
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut sum: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(end)?;
        let units: [(&str, i128); 8] = [
            ("ns", 1),
            ("us", 1_000),
            ("µs", 1_000),
            ("μs", 1_000),
            ("ms", 1_000_000),
            ("s", 1_000_000_000),
            ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ];
        let (after, unit) = units
            .iter()
            .find_map(|(name, unit)| Some((after.strip_prefix(name)?, *unit)))?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() > 18 || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let read = |digits: &str| match digits {
            "" => Some(0),
            _ => digits.parse::<i128>().ok(),
        };
        sum += read(whole)? * unit + read(fraction)? * unit / 10i128.pow(fraction.len() as u32);
        rest = after;
    }
    i64::try_from(if negative { -sum } else { sum }).ok()
}

/// A time such as `2024-05-01T10:00:00Z`, in nanoseconds since 1970; `None` for anything else.
pub fn timestamp(text: &str) -> Option<i128> {
    if !is_time(text, false) {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|_| plain)
    };
    let is = |at: usize, wanted: u8| text.as_bytes().get(at) == Some(&wanted);
    if !(is(4, b'-') && is(7, b'-') && is(10, b'T') && is(13, b':') && is(16, b':')) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let mut rest = text.get(19..)?;
    let mut nanos = 0i128;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit())?;
        let (digits, after) = fraction.split_at_checked(end)?;
        if digits.is_empty() || digits.len() > 9 {
            return None;
        }
        nanos = digits.parse::<i128>().ok()? * 10i128.pow(9 - digits.len() as u32);
        rest = after;
    }
    let zone = match rest.as_bytes() {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let digit = |b: &u8| b.is_ascii_digit().then(|| i64::from(b - b'0'));
            let minutes = (digit(a)? * 10 + digit(b)?) * 60 + digit(c)? * 10 + digit(d)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let days = days_before(year, month) + day - 1;
    let seconds = ((days * 24 + hour) * 60 + minute - zone) * 60 + second;
    Some(i128::from(seconds) * 1_000_000_000 + nanos)
}

/// The days from 1970 to the first of a month.
pub fn days_before(year: i64, month: i64) -> i64 {
    // With years that begin in March.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (m * 153 + 2) / 5 - 719_468
}
