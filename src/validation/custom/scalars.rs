//! What a schema says of strings, and which values it lists.

use super::place::Place;
use super::schema::Schema;
use super::validate::{Outcome, Validator};
use super::value::{self, Data, Value};
use super::words::{self, count};
use crate::catalogue::ids;
use crate::diagnostic::ErrorType;
use crate::formats::Format;
use crate::near::nearest;
use crate::quote::quote;
use crate::validation::constraints::recased;

/// Among more choices than these none is looked for that a value is a slip away from: every value may be a slip.
const COMPARED: usize = 1024;

impl<'t> Validator<'_, 't> {
    pub(super) fn string(
        &mut self,
        text: &str,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        outcome.count += 1;
        // Of these the server names the first only.
        let length = || text.chars().count() as i64;
        let fault = if let Some(most) = schema.max_length.filter(|most| length() > *most) {
            let most = count(most, "character");
            Some((
                ids::SCHEMA_TOO_LONG,
                ErrorType::TooLong,
                format!("may have {most} at the most, not {}", length()),
                None,
            ))
        } else if let Some(least) = schema.min_length.filter(|least| length() < *least) {
            let text = if text.is_empty() {
                "must not be empty".to_string()
            } else {
                format!(
                    "must have at least {}, not {}",
                    count(least, "character"),
                    length()
                )
            };
            Some((ids::SCHEMA_INVALID, ErrorType::Invalid, text, None))
        } else {
            match schema
                .pattern
                .as_ref()
                .map(|pattern| (pattern, pattern.matches(text)))
            {
                Some((pattern, Some(false))) => Some((
                    ids::SCHEMA_INVALID,
                    ErrorType::Invalid,
                    format!("must match the pattern {}", quote(&pattern.text)),
                    place.value.map(|node| {
                        format!("write it so that it matches; it is now {}", self.cx.shown(node))
                    }),
                )),
                Some((_, None)) => {
                    outcome.doubt = true;
                    None
                }
                _ => None,
            }
        };
        if let Some((rule, kind, text, help)) = fault {
            outcome.errors += 1;
            if loud {
                self.refuse(rule, kind, place, &text, help);
            }
        }
        let known = |format: &Format| self.cx.kube().minor() >= format.since();
        let Some(format) = self.format(schema).filter(known) else {
            return;
        };
        outcome.count += 1;
        match format.accepts(text) {
            Some(true) => {}
            None => outcome.doubt = true,
            Some(false) => {
                outcome.errors += 1;
                if loud {
                    let text = format!("must be {}", format.describe());
                    self.refuse(ids::SCHEMA_TYPE, ErrorType::TypeInvalid, place, &text, None);
                }
            }
        }
    }

    pub(super) fn choices(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        if schema.choices.is_empty() {
            return;
        }
        let mut open = false;
        for choice in &schema.choices {
            match is_choice(&value.data, &choice.data) {
                Some(true) => return,
                Some(false) => {}
                None => open = true,
            }
        }
        if open {
            outcome.doubt = true;
            return;
        }
        outcome.errors += 1;
        if !loud {
            return;
        }
        let texts = || {
            schema.choices.iter().filter_map(|choice| match &choice.data {
                Data::Str(text) => Some(&**text),
                _ => None,
            })
        };
        let near = match &value.data {
            Data::Str(text) if schema.choices.len() <= COMPARED => nearest(text, texts()),
            _ => None,
        };
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let names = schema.choices.iter().filter_map(|choice| shown(&choice.data));
                format!("use one of {}", words::listing(names))
            }
        };
        let what = match place.value.filter(|node| node.scalar().is_some()) {
            Some(node) => format!("cannot be {}", self.cx.shown(node)),
            None => "is none of the values that are allowed".to_string(),
        };
        let fix = place.value.and_then(|node| recased(node, texts()));
        let report = self.refuse(
            ids::SCHEMA_NOT_SUPPORTED,
            ErrorType::NotSupported,
            place,
            &what,
            Some(help),
        );
        if let Some((title, edit)) = fix {
            report.fix(title, true, vec![edit]);
        }
    }
}

/// Whether a value is this choice: numbers are converted as Go converts them.
pub(super) fn is_choice(data: &Data<'_>, choice: &Data<'_>) -> Option<bool> {
    match (data, choice) {
        // A null is never among them, whatever is listed.
        (Data::Null, _) => Some(false),
        (Data::Int(n), Data::Float(choice)) => Some(*n as f64 == *choice),
        (Data::Float(n), Data::Int(choice)) => Some(*n as i64 == *choice),
        (Data::Int(n), Data::Str(choice)) => {
            let converted = u32::try_from(*n).ok().and_then(char::from_u32);
            Some(converted.is_some_and(|c| choice.chars().eq([c])))
        }
        _ => value::equal(data, choice),
    }
}

fn shown(data: &Data<'_>) -> Option<String> {
    Some(match data {
        Data::Str(text) => quote(text),
        Data::Bool(value) => format!("`{value}`"),
        Data::Int(value) => format!("`{value}`"),
        Data::Float(value) => format!("`{value}`"),
        _ => return None,
    })
}
