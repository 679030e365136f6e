//! The schedule and time zone of a CronJob.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::quote::quote;
use crate::validation::constraints::fault;

/// The names of time zones, sorted, one a line.
const ZONES: &str = include_str!("../../../schemas/time-zones.txt");

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// One of the five fields: its name, bounds, and the names that stand for numbers from the lower bound on.
struct Part {
    name: &'static str,
    min: u64,
    max: u64,
    names: &'static [&'static str],
}

const PARTS: [Part; 5] = [
    Part {
        name: "minute",
        min: 0,
        max: 59,
        names: &[],
    },
    Part {
        name: "hour",
        min: 0,
        max: 23,
        names: &[],
    },
    Part {
        name: "day of the month",
        min: 1,
        max: 31,
        names: &[],
    },
    Part {
        name: "month",
        min: 1,
        max: 12,
        names: &MONTHS,
    },
    Part {
        name: "day of the week",
        min: 0,
        max: 6,
        names: &DAYS,
    },
];

/// A schedule in the format of cron.
pub fn schedule<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field
        .text()
        .filter(|text| !text.is_empty() && !cx.is_unrendered(text))
    else {
        return;
    };
    if let Err(reason) = parse(&text) {
        let message = format!("{} is no schedule: {reason}", quote(&text));
        // Other readers of cron take it for Sunday.
        let is_day_7 = |day: &str| day == "7" || day.ends_with("-7");
        let days = text.split_whitespace().nth(4).unwrap_or_default();
        let help = match days.split(',').any(is_day_7) && reason.contains("day of the week must be") {
            true => "Sunday is `0` and not `7`; `*` stands for every day",
            false => {
                "write five fields, such as `30 2 * * 1-5`, or one of `@hourly`, `@daily`, `@weekly`, `@every 1h`"
            }
        };
        fault(cx, field, ErrorType::Invalid, message).help(help);
    }
    // Up to 1.28 it may, unless `timeZone` does.
    let zoned = || field.parent().is_some_and(|spec| spec.child("timeZone").is_set());
    if text.contains("TZ") && (cx.kube().minor() >= 29 || zoned()) {
        let message = "a schedule may not name a time zone";
        fault(cx, field, ErrorType::Invalid, message).help("name it in `timeZone`");
    }
}

fn parse(text: &str) -> Result<(), String> {
    let mut text = text;
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        let (zone, rest) = text.split_once(' ').ok_or("nothing comes after its time zone")?;
        let zone = zone.split_once('=').map_or("", |(_, zone)| zone);
        if !is_zone(zone) && zone != "Local" && !zone.is_empty() {
            return Err("its time zone does not exist".into());
        }
        text = rest.trim();
    }
    if text.starts_with('@') {
        return match text {
            "@yearly" | "@annually" | "@monthly" | "@weekly" | "@daily" | "@midnight" | "@hourly" => Ok(()),
            _ => match text.strip_prefix("@every ") {
                Some(every) if is_duration(every) => Ok(()),
                Some(_) => Err("after `@every` comes a duration such as `1h30m`".into()),
                None => Err("there is no such shorthand".into()),
            },
        };
    }
    let count = text.split_whitespace().count();
    if count != PARTS.len() {
        return Err(format!("it has {count} fields, not 5"));
    }
    for (value, part) in text.split_whitespace().zip(&PARTS) {
        for range in value.split(',').filter(|range| !range.is_empty()) {
            part.range(range)
                .map_err(|reason| format!("its {} {reason}", part.name))?;
        }
    }
    Ok(())
}

impl Part {
    /// `*`, `5`, `1-5`, `*/15`, `10/5`.
    fn range(&self, text: &str) -> Result<(), String> {
        let mut steps = text.split('/');
        let span = steps.next().unwrap_or_default();
        let step = steps.next();
        if steps.next().is_some() {
            return Err("has more than one `/`".into());
        }
        let mut bounds = span.split('-');
        let low = bounds.next().unwrap_or_default();
        let (start, mut end) = if matches!(low, "*" | "?") {
            (self.min, self.max)
        } else {
            let start = self.number(low)?;
            match (bounds.next(), bounds.next()) {
                (None, _) => (start, start),
                (Some(high), None) => (start, self.number(high)?),
                _ => return Err("has more than one `-`".into()),
            }
        };
        if let Some(step) = step {
            let step = integer(step)?;
            if !span.contains('-') {
                end = self.max;
            }
            if step == 0 {
                return Err("has a step of 0".into());
            }
        }
        if start < self.min || end > self.max {
            return Err(format!("must be between {} and {}", self.min, self.max));
        }
        if start > end {
            return Err(format!("starts at {start}, after its end at {end}"));
        }
        Ok(())
    }

    fn number(&self, text: &str) -> Result<u64, String> {
        match self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            Some(index) => Ok(index as u64 + self.min),
            None => integer(text),
        }
    }
}

fn integer(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(number) if whole => u64::try_from(number).map_err(|_| "is negative".to_string()),
        _ => Err("has a part that is no number".to_string()),
    }
}

/// A duration of Go: `1h30m`, `-1.5s`, `0`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut total = 0.0;
    let mut any = false;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if digits == 0 || number.len() - digits > 1 {
            return false;
        }
        let end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return false,
        };
        total += number.parse::<f64>().unwrap_or_default() * seconds;
        any = true;
        rest = after;
    }
    // 2^63 nanoseconds.
    any && total < 9_223_372_036.854_775
}

fn is_zone(name: &str) -> bool {
    name == "UTC" || ZONES.lines().any(|zone| zone == name)
}

/// The time zone that a schedule is read in.
pub fn time_zone<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !field.is_set() {
        return;
    }
    let Some(name) = field.text().filter(|name| !cx.is_unrendered(name)) else {
        return;
    };
    if name.is_empty() {
        let message = "an empty time zone is none: the server wants a name or no field at all";
        fault(cx, field, ErrorType::Invalid, message).help("name a zone such as `Etc/UTC`, or remove it");
        return;
    }
    if name.eq_ignore_ascii_case("local") {
        let message = "`Local` depends on the machine, so the server wants a named time zone";
        fault(cx, field, ErrorType::Invalid, message).help("name a zone such as `Europe/Berlin`");
    }
    if name != "Local" && !is_zone(&name) {
        let message = format!("{} is no time zone", quote(&name));
        let near = ZONES.lines().find(|zone| {
            zone.eq_ignore_ascii_case(&name)
                || zone
                    .rsplit('/')
                    .next()
                    .is_some_and(|city| city.eq_ignore_ascii_case(&name))
        });
        let help = match near {
            Some(zone) => format!("did you mean `{zone}`?"),
            None => "use a name of the time zone database, such as `Europe/Berlin`".into(),
        };
        fault(cx, field, ErrorType::Invalid, message).help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_schedules_as_the_server_does() {
        for yes in [
            "* * * * *",
            "*/5 0 1,15 * 1-5",
            "0 0 1 jan SUN",
            "5/15 ? * * ?",
            "@hourly",
            "@every 1h30m",
            "@every 0",
            ", * * * *",
            "+5 * * * *",
            "*-9 * * * *",
            "TZ=Europe/Berlin 0 0 * * *",
            "@every -1.5s",
        ] {
            assert_eq!(parse(yes), Ok(()), "{yes}");
        }
        for no in [
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "1-2-3 * * * *",
            "1/2/3 * * * *",
            "@reboot",
            "@every 5",
            "@every 1d",
            "@every",
            "* * * * sunday",
            "H * * * *",
            "-5 * * * *",
            "TZ=Nope/x * * * * *",
            "TZ=UTC",
            "@Hourly",
            "@every 1..5s",
            "@every 9999999h",
        ] {
            assert!(parse(no).is_err(), "{no}");
        }
    }

    #[test]
    fn knows_time_zones_by_their_exact_name() {
        for zone in [
            "UTC",
            "Etc/UTC",
            "Europe/Berlin",
            "America/Argentina/Buenos_Aires",
            "Asia/Calcutta",
            "EST",
        ] {
            assert!(is_zone(zone), "{zone}");
        }
        for no in ["europe/berlin", "Europe", "CEST", "UTC+1", "", "../UTC"] {
            assert!(!is_zone(no), "{no}");
        }
    }
}
