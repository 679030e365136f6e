//! Points and lengths of time.

use super::functions::Function;
use super::value::{Tree, Val};
use super::{Out, Stop, fails};
use crate::cel::calls::is_duration;
use crate::schema::format::is_time;

/// What a time is asked for. Without the name of a zone it is that of UTC.
#[derive(Clone, Copy)]
pub(super) enum TimePart {
    Year,
    /// From zero on.
    Month,
    /// From one on.
    Date,
    /// From zero on.
    DayOfMonth,
    /// From zero on, which is Sunday.
    DayOfWeek,
    /// From zero on.
    DayOfYear,
    /// Of a length, all.
    Hours,
    Minutes,
    Seconds,
}

const SECOND: i64 = 1_000_000_000;

impl TimePart {
    fn of_duration(self, nanos: i64) -> Option<i64> {
        Some(match self {
            TimePart::Hours => nanos / (3600 * SECOND),
            TimePart::Minutes => nanos / (60 * SECOND),
            TimePart::Seconds => nanos / SECOND,
            _ => return None,
        })
    }

    fn of_time(self, nanos: i128) -> Option<i64> {
        let seconds = i64::try_from(nanos.div_euclid(i128::from(SECOND))).ok()?;
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let about = 1970 + days.checked_mul(400)?.div_euclid(146_097);
        let year = (about - 1..=about + 1)
            .rev()
            .find(|year| days_before(*year, 1) <= days)?;
        let month = (1..=12).rev().find(|month| days_before(year, *month) <= days)?;
        Some(match self {
            TimePart::Year => year,
            TimePart::Month => month - 1,
            TimePart::Date => days - days_before(year, month) + 1,
            TimePart::DayOfMonth => days - days_before(year, month),
            TimePart::DayOfWeek => (days + 4).rem_euclid(7),
            TimePart::DayOfYear => days - days_before(year, 1),
            TimePart::Hours => second / 3600,
            TimePart::Minutes => second / 60 % 60,
            TimePart::Seconds => second % 60,
        })
    }
}

/// The days from 1970 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    // With years that begin in March.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (m * 153 + 2) / 5 - 719_468
}

pub(super) fn call<'v, T: Tree<'v>>(function: Function, of: &Val<'v, T>) -> Out<'v, T> {
    match (function, of) {
        (Function::TimePart(part), Val::Duration(nanos)) => {
            part.of_duration(*nanos).map(Val::Int).ok_or(Stop::Unknown)
        }
        (Function::TimePart(part), Val::Time(nanos)) => {
            part.of_time(*nanos).map(Val::Int).ok_or(Stop::Unknown)
        }
        (Function::Duration, Val::Duration(_)) | (Function::Timestamp, Val::Time(_)) => Ok(of.clone()),
        (Function::Duration, Val::Str(text)) if !is_duration(text) => {
            fails(format!("`{text}` is no length of time"))
        }
        (Function::Duration, Val::Str(text)) => duration(text).map(Val::Duration).ok_or(Stop::Unknown),
        (Function::Timestamp, Val::Str(text)) if !is_time(text, false) => {
            fails(format!("`{text}` is no time"))
        }
        (Function::Timestamp, Val::Str(text)) => timestamp(text).map(Val::Time).ok_or(Stop::Unknown),
        _ => Err(Stop::Unknown),
    }
}

/// A part of a time in a zone with a fixed distance from UTC. Others have names, and a history.
pub(super) fn in_zone<'v, T: Tree<'v>>(part: TimePart, of: &Val<'v, T>, zone: &str) -> Out<'v, T> {
    let (Val::Time(nanos), Some(minutes)) = (of, zone_minutes(zone)) else {
        return Err(Stop::Unknown);
    };
    let moved = nanos + i128::from(minutes * 60 * SECOND);
    part.of_time(moved).map(Val::Int).ok_or(Stop::Unknown)
}

/// `+02:00`, in minutes.
fn zone_minutes(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "UTC") {
        return Some(0);
    }
    let (negative, digits) = match zone.as_bytes().first()? {
        b'-' => (true, zone.get(1..)?),
        b'+' => (false, zone.get(1..)?),
        _ => (false, zone),
    };
    let (hours, minutes) = digits.split_once(':')?;
    let number = |text: &str, below: i64| -> Option<i64> {
        let plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|number| plain && *number < below)
    };
    let sum = number(hours, 15)? * 60 + number(minutes, 60)?;
    Some(if negative { -sum } else { sum })
}

/// Go's `1h30m`, in nanoseconds; `None` for anything else.
pub(crate) fn duration(text: &str) -> Option<i64> {
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
pub(crate) fn timestamp(text: &str) -> Option<i128> {
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
