//! Points and lengths of time.

use super::functions::Function;
use super::value::{Tree, Val};
use super::{Out, Stop, fails};
use crate::calendar::{date, days_before};
use crate::formats::times::{duration, is_duration, is_time, timestamp};

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
        let (year, month, day) = date(days);
        Some(match self {
            TimePart::Year => year,
            TimePart::Month => month - 1,
            TimePart::Date => day,
            TimePart::DayOfMonth => day - 1,
            TimePart::DayOfWeek => (days + 4).rem_euclid(7),
            TimePart::DayOfYear => days - days_before(year, 1),
            TimePart::Hours => second / 3600,
            TimePart::Minutes => second / 60 % 60,
            TimePart::Seconds => second % 60,
        })
    }
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
