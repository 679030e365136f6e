//! Dates in messages.

use crate::calendar;

/// The day of a time, in seconds since 1970, as `2026-01-31`.
pub(crate) fn date(seconds: i64) -> String {
    let (year, month, day) = calendar::date(seconds.div_euclid(86_400));
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_dates() {
        for (seconds, written) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_767_225_599, "2025-12-31"),
            (1_767_225_600, "2026-01-01"),
            (253_402_300_799, "9999-12-31"),
        ] {
            assert_eq!(date(seconds), written);
        }
    }
}
