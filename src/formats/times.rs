//! Points and lengths of time.

use crate::calendar;

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

/// Whether Go's time package reads a text as RFC 3339. With `micro` the seconds have exactly six digits of
/// a fraction; without, a fraction of any length may stand there.
pub fn is_time(text: &str, micro: bool) -> bool {
    time(text.as_bytes(), micro).is_some()
}

/// A time such as `2024-05-01T10:00:00Z`, in nanoseconds since 1970; `None` for anything that Go does not read as
/// RFC 3339.
pub fn timestamp(text: &str) -> Option<i128> {
    time(text.as_bytes(), false)
}

fn time(s: &[u8], micro: bool) -> Option<i128> {
    let (year, s) = number(s, 4, 4)?;
    let (month, s) = number(s.strip_prefix(b"-")?, 2, 2)?;
    let (day, s) = number(s.strip_prefix(b"-")?, 2, 2)?;
    // Go takes an hour of one digit here, and a comma before the fraction.
    let (hour, s) = number(s.strip_prefix(b"T")?, 1, 2)?;
    let (minute, s) = number(s.strip_prefix(b":")?, 2, 2)?;
    let (second, mut s) = number(s.strip_prefix(b":")?, 2, 2)?;
    let mut fraction: &[u8] = &[];
    if let Some((b'.' | b',', rest)) = s.split_first() {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || (micro && digits != 6) {
            return None;
        }
        (fraction, s) = rest.split_at(digits);
    } else if micro {
        return None;
    }
    let offset = match s.split_first()? {
        (b'Z', []) => 0,
        (sign @ (b'+' | b'-'), rest) => {
            let (hours, rest) = number(rest, 2, 2)?;
            let (minutes, rest) = number(rest.strip_prefix(b":")?, 2, 2)?;
            // Go lets offsets of a whole day or hour pass.
            if hours > 24 || minutes > 60 || !rest.is_empty() {
                return None;
            }
            let offset = hours * 60 + minutes;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    if !calendar::is_day(year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = calendar::days_before(year, month) + day - 1;
    let seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second;
    // Of a longer fraction Go reads the first nine digits.
    let digits = fraction.iter().copied().chain(std::iter::repeat(b'0')).take(9);
    let nanos = digits.fold(0, |n, b| n * 10 + i128::from(b - b'0'));
    Some(i128::from(seconds) * 1_000_000_000 + nanos)
}

/// A number of `min` to `max` digits at the start of a text, and the rest.
fn number(s: &[u8], min: usize, max: usize) -> Option<(i64, &[u8])> {
    let digits = s.iter().take(max).take_while(|b| b.is_ascii_digit()).count();
    if digits < min {
        return None;
    }
    let value = s[..digits].iter().fold(0, |n, b| n * 10 + i64::from(b - b'0'));
    Some((value, &s[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_go_reads_them() {
        for good in [
            "2024-05-01T10:00:00Z",
            "2024-02-29T1:00:00Z",
            "2024-05-01T10:00:00.5+02:00",
            "2024-05-01T10:00:00,123456789012Z",
            "0001-01-01T00:00:00-24:60",
        ] {
            assert!(is_time(good, false), "{good}");
        }
        for bad in [
            "",
            "2020-02-03",
            "2023-02-29T00:00:00Z",
            "2024-05-01T24:00:00Z",
            "2024-05-01t10:00:00z",
            "2024-05-01 10:00:00Z",
            "2024-05-01T10:00:00",
            "2024-05-01T10:00:00.Z",
            "2024-05-01T10:00:00+0200",
            "10000-01-01T00:00:00Z",
            "2024-05-01T10:00:00Z ",
        ] {
            assert!(!is_time(bad, false), "{bad}");
        }
        assert!(is_time("2024-05-01T10:00:00.000000Z", true));
        for bad in [
            "2024-05-01T10:00:00Z",
            "2024-05-01T10:00:00.5Z",
            "2024-05-01T10:00:00.0000000Z",
        ] {
            assert!(!is_time(bad, true), "{bad}");
        }
    }

    #[test]
    fn a_time_is_so_many_nanoseconds_after_1970() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T00:00:01Z", 951_782_401),
            ("2026-01-01T01:00:00+01:00", 1_767_225_600),
            ("2025-12-31T23:30:00-00:30", 1_767_225_600),
            ("2026-01-01T1:00:00+01:00", 1_767_225_600),
        ] {
            assert_eq!(timestamp(text), Some(seconds * 1_000_000_000), "{text}");
        }
        let nanos = |text: &str| timestamp(text).map(|nanos| nanos % 1_000_000_000);
        assert_eq!(nanos("2026-01-01T00:00:00.5Z"), Some(500_000_000));
        assert_eq!(nanos("2026-01-01T00:00:00,123456789012Z"), Some(123_456_789));
    }
}
