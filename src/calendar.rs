//! The Gregorian calendar, for all times: its days, and their numbers from 1 January 1970 on.

/// Whether there is such a day.
pub fn is_day(year: i64, month: i64, day: i64) -> bool {
    (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970 to the first of a month; fewer than none before.
pub fn days_before(year: i64, month: i64) -> i64 {
    // With years that begin in March, so that the leap day comes last.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (m * 153 + 2) / 5 - 719_468
}

/// The year, month and day so many days after 1 January 1970.
pub fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_has_one_date_and_follows_the_last() {
        let mut last = date(-1_000_000);
        for days in -999_999..1_000_000 {
            let (year, month, day) = date(days);
            assert!(is_day(year, month, day), "{year}-{month}-{day}");
            assert_eq!(days_before(year, month) + day - 1, days);
            let follows = match (last.2 + 1, last.1) {
                (next, _) if is_day(last.0, last.1, next) => (last.0, last.1, next),
                (_, 12) => (last.0 + 1, 1, 1),
                (_, month) => (last.0, month + 1, 1),
            };
            assert_eq!((year, month, day), follows);
            last = (year, month, day);
        }
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(20_454), (2026, 1, 1));
    }

    #[test]
    fn leap_days_are_told_apart() {
        for (year, is) in [
            (2000, true),
            (1900, false),
            (2024, true),
            (2026, false),
            (0, true),
        ] {
            assert_eq!(is_day(year, 2, 29), is, "{year}");
        }
        for (month, day) in [(0, 1), (13, 1), (1, 0), (1, 32), (4, 31), (2, 30), (-1, 1)] {
            assert!(!is_day(2024, month, day), "{month}-{day}");
        }
    }
}
