//! Constraints in words for people.

use super::place::{Place, Truth};
use crate::diagnostic::ErrorType;
use crate::quote::enumerated;
use crate::validation::constraints::{Cond, Format, Is, Op, Row, Step, Test};

/// One check that the server makes, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The field, from the struct that the check stands at; empty is that struct itself.
    pub field: String,
    /// What is demanded, without its conditions: "one of `TCP`, `UDP`".
    pub text: String,
    /// When: each a phrase, all must hold; none means always.
    pub when: Vec<String>,
    /// Why, in a few words; may be empty.
    pub why: &'static str,
    /// The server's error, `Required`; `None` where a function decides.
    pub error: Option<&'static str>,
    /// The general rule that reports it, `schema/required`.
    pub rule: Option<&'static str>,
    /// First and last minor version that makes the check; `None` on a side that is open.
    pub versions: (Option<u8>, Option<u8>),
}

impl Said {
    /// Text, conditions, reason and versions as one phrase.
    pub fn sentence(&self) -> String {
        let when = self.when.join(" and ");
        let mut out = if when.is_empty() {
            self.text.clone()
        } else if self.text.contains([',', ';']) {
            // A long demand would part its condition from what it is about.
            format!("when {when}: {}", self.text)
        } else {
            format!("{} when {when}", self.text)
        };
        if !self.why.is_empty() {
            out.push_str(": ");
            out.push_str(self.why);
        }
        match self.versions {
            // A reason may name the version itself.
            (Some(since), None) if self.why.contains(&format!("1.{since}")) => {}
            (Some(since), Some(until)) if since == until => out.push_str(&format!(" (1.{since} only)")),
            (Some(since), Some(until)) => out.push_str(&format!(" (1.{since} to 1.{until})")),
            (Some(since), None) => out.push_str(&format!(" (since 1.{since})")),
            (None, Some(until)) => out.push_str(&format!(" (until 1.{until})")),
            (None, None) => {}
        }
        out
    }
}

/// What the tests of a row say, those that cannot fail at this place left out; `inside` of one who asks about the
/// field itself.
pub(super) fn row(row: &Row, base: usize, place: &Place, minor: u8, inside: bool) -> Vec<Said> {
    let field = path(row.path);
    let mut out: Vec<Said> = Vec::new();
    let mut filled = false;
    for test in row.tests {
        if !(test.since..=test.until).contains(&minor) {
            continue;
        }
        let mut when = Vec::new();
        // What the conditions say of the field itself belongs into the demand.
        let mut own = Vec::new();
        let mut never = false;
        for cond in test.when {
            let is_own = cond.up == 0 && names(cond.path) == names(row.path);
            match place.cond(cond, base) {
                Truth::Never => never = true,
                Truth::Always => {}
                // Who asks about a field stands in what holds it.
                Truth::When(_) if inside && holds_field(cond, row) => {}
                Truth::When(_) if is_own && forbids(&test.op) => own.push(&cond.is),
                Truth::When(_) if is_own && is_about_set(&cond.is) => own.push(&cond.is),
                Truth::When(text) => when.push(text),
            }
        }
        let numeric = place.is_number(base, row.path);
        let Some((text, error)) = demand(test, &own, numeric, minor).filter(|_| !never) else {
            continue;
        };
        // What the server fills in is never missing.
        filled |= matches!(test.op, Op::Default(_));
        if filled && matches!(test.op, Op::Required) {
            continue;
        }
        let text = match row.path.last() {
            Some(Step::Items) => format!("each item: {text}"),
            Some(Step::Values) => format!("each value: {text}"),
            _ => text,
        };
        out.push(Said {
            field: field.clone(),
            text,
            when,
            why: test.why,
            error,
            rule: error.map(rule).or_else(|| own_rule(&test.op)),
            versions: (
                (test.since > crate::schema::COVERED.0).then_some(test.since),
                (test.until < crate::schema::COVERED.1).then_some(test.until),
            ),
        });
    }
    out
}

/// Steps as a path in words: `template.spec`, `args[]`.
pub(super) fn path(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Name(name, _) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Step::Items => out.push_str("[]"),
            Step::Values => out.push_str(".*"),
            Step::Up => {}
        }
    }
    out
}

/// The names of a path, without the steps into lists and maps.
pub(super) fn names(steps: &[Step]) -> Vec<&'static str> {
    let names = steps.iter().filter_map(|step| match step {
        Step::Name(name, _) => Some(*name),
        _ => None,
    });
    names.collect()
}

fn forbids(op: &Op) -> bool {
    match op {
        Op::Forbidden | Op::Invalid => true,
        Op::Refuse(kind) => *kind != ErrorType::Required,
        _ => false,
    }
}

fn is_about_set(is: &Is) -> bool {
    matches!(is, Is::Set | Is::Unset | Is::Equal([""]))
}

/// Whether a condition only says that what holds the field is set.
fn holds_field(cond: &Cond, row: &Row) -> bool {
    let (above, field) = (names(cond.path), names(row.path));
    cond.up == 0
        && matches!(cond.is, Is::Set)
        && !above.is_empty()
        && above.len() < field.len()
        && field.starts_with(&above)
}

/// A field that must be there, or if it is may not be empty.
fn required(own: &[&Is]) -> String {
    let present = own.iter().any(|is| matches!(is, Is::Set | Is::Equal([""])));
    if present { "not empty" } else { "required" }.into()
}

/// The words of one test, and the server's error.
fn demand(test: &Test, own: &[&Is], numeric: bool, minor: u8) -> Option<(String, Option<&'static str>)> {
    const INVALID: Option<&str> = Some("Invalid");
    Some(match &test.op {
        Op::Value | Op::Printed(_) | Op::Skip(_) => return None,
        Op::Required => (required(own), Some("Required")),
        Op::Forbidden => (refused(own, numeric), Some("Forbidden")),
        Op::Invalid => (refused(own, numeric), INVALID),
        Op::Refuse(kind) => match kind {
            ErrorType::Required => (required(own), Some("Required")),
            ErrorType::Forbidden => (refused(own, numeric), Some("Forbidden")),
            ErrorType::NotSupported => (refused(own, numeric), Some("NotSupported")),
            ErrorType::Duplicate => (refused(own, numeric), Some("Duplicate")),
            ErrorType::TooLong => (refused(own, numeric), Some("TooLong")),
            _ => (refused(own, numeric), INVALID),
        },
        Op::Default(text) => (format!("{} when left out", tick(text)), None),
        Op::OneOf(words) => (one_of(words), Some("NotSupported")),
        Op::Supported(words) => (format!("{}, not empty", one_of(words)), Some("NotSupported")),
        Op::Known(words) => (format!("{}, not empty", one_of(words)), INVALID),
        Op::Range(min, i64::MAX) => (format!("at least {min}"), INVALID),
        Op::Range(i64::MIN, max) => (format!("at most {max}"), INVALID),
        Op::Range(min, max) => (format!("{min} to {max}"), INVALID),
        Op::QuantityMin(min) => (format!("at least {min}"), INVALID),
        Op::MaxLength(max) => (format!("at most {max} bytes"), Some("TooLong")),
        Op::MaxLengthInvalid(max) => (format!("at most {max} bytes"), INVALID),
        Op::MaxItems(max) => (format!("at most {max} items"), Some("TooMany")),
        Op::Format(format) => (format_words(*format, minor).into(), INVALID),
        Op::EvenEmpty(format) => (format!("{}; not empty", format_words(*format, minor)), INVALID),
        Op::Keys(format) => (format!("each key: {}", format_words(*format, minor)), INVALID),
        Op::FileMode => ("a file mode, 0 to 0777 (which is 511)".into(), INVALID),
        Op::Unique => ("no item twice".into(), Some("Duplicate")),
        Op::UniqueBy(keys) | Op::UniqueEvenEmptyBy(keys) | Op::UniqueItemsBy(keys) => (
            format!("no two items with the same {}", joined(keys, "and")),
            Some("Duplicate"),
        ),
        Op::AtMostOneOf(fields) => (
            format!("at most one of {}", joined(fields, "and")),
            Some("Forbidden"),
        ),
        Op::ExactlyOneOf(fields) => (
            format!("exactly one of {}", joined(fields, "and")),
            Some("Required"),
        ),
        Op::AtLeastOneOf(fields) => (
            format!("at least one of {}", joined(fields, "and")),
            Some("Required"),
        ),
        Op::Union(members) => {
            let fields: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
            (
                format!("exactly one of {}", joined(&fields, "and")),
                Some("Required"),
            )
        }
        Op::NotBlank => ("not blank".into(), Some("Required")),
        Op::Alone(word) => (format!("{} only by itself", tick(word)), INVALID),
        Op::Deprecated(texts) => (warned(texts, "deprecated"), None),
        Op::Removed(texts) => (warned(texts, "without its function"), None),
        Op::NoEffect(texts) => (warned(texts, "without effect"), None),
        Op::MergedBy(keys) => {
            let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
            (
                format!("no two items with the same {}", joined(&names, "and")),
                None,
            )
        }
        Op::Check(_, words) => (told_by(words).1.to_string(), None),
    })
    .filter(|(text, _)| !text.is_empty())
}

/// The rule that a function reports by, where `checks.txt` names it, and its words.
fn told_by(words: &'static str) -> (Option<&'static str>, &'static str) {
    let named = words.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    named.map_or((None, words), |(rule, words)| (Some(rule), words))
}

/// What a format demands, which is at times more than what is best to use.
fn format_words(format: Format, minor: u8) -> &'static str {
    match format {
        Format::Trimmed => "no white space at its ends",
        Format::EnvName if minor >= 32 => "printable ASCII characters other than `=`",
        Format::PartPercent => "100% at the most",
        _ => format.describe(),
    }
}

/// What may not be, from the conditions on the field itself.
fn refused(own: &[&Is], numeric: bool) -> String {
    let told = own.iter().find_map(|is| match is {
        Is::Equal(texts) => Some(format!("may not be {}", values(texts))),
        Is::Not(texts) => Some(format!("must be {}", values(texts))),
        Is::Unset if numeric => Some("may not be left out or 0".into()),
        Is::Unset => Some("may not be left out or empty".into()),
        Is::Set => None,
    });
    told.unwrap_or_else(|| "may not be set".into())
}

/// What is taken with a warning: the field, or only these texts of it.
fn warned(texts: &[&str], how: &str) -> String {
    match texts {
        [] => how.into(),
        _ => format!("{} is {how}", values(texts)),
    }
}

fn one_of(words: &[&str]) -> String {
    match words {
        [only] => tick(only),
        _ => joined(words, "or"),
    }
}

/// `a`, `b` or `c`.
pub(super) fn joined(words: &[&str], last: &str) -> String {
    let shown: Vec<String> = words.iter().map(|word| tick(word)).collect();
    enumerated(&shown, last)
}

/// Values that a condition names, "" being none.
pub(super) fn values(texts: &[&str]) -> String {
    let mut shown: Vec<String> = texts.iter().filter(|t| !t.is_empty()).map(|t| tick(t)).collect();
    if texts.contains(&"") {
        shown.push("left out".into());
    }
    match shown.split_last() {
        Some((end, rest)) if !rest.is_empty() => format!("{} or {end}", rest.join(", ")),
        Some((end, _)) => end.clone(),
        None => String::new(),
    }
}

fn tick(word: &str) -> String {
    if word.is_empty() {
        "an empty text".into()
    } else {
        format!("`{word}`")
    }
}

/// The rule of a test that refuses nothing.
fn own_rule(op: &Op) -> Option<&'static str> {
    match op {
        Op::Deprecated(_) => Some("deprecation/deprecated-field"),
        Op::Removed(_) => Some("deprecation/removed-feature"),
        Op::NoEffect(_) => Some("schema/no-effect"),
        Op::MergedBy(_) => Some("schema/duplicate-merge-key"),
        Op::Check(_, words) => told_by(words).0,
        _ => None,
    }
}

/// The general rule that reports an error of the server.
fn rule(error: &'static str) -> &'static str {
    match error {
        "Required" => "schema/required",
        "Forbidden" => "schema/forbidden",
        "NotSupported" => "schema/not-supported",
        "Duplicate" => "schema/duplicate",
        "TooLong" | "TooMany" => "schema/too-long",
        _ => "schema/invalid",
    }
}
