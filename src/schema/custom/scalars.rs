//! What a schema says of strings and numbers, and which values it lists.

use super::place::Place;
use super::schema::{Schema, Types};
use super::validate::{Outcome, Validator};
use super::value::{self, Data, Value};
use super::words::{self, count};
use crate::diagnostic::ErrorType;
use crate::rules::{ids, quote};
use crate::schema::constraints::recased;
use crate::schema::suggest;

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
        let Some(format) = self.format(schema) else {
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

    pub(super) fn number(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        outcome.count += 2;
        // A bound of whole numbers is cut to a whole number itself.
        let (n, bound): (f64, fn(f64) -> f64) = match value.data {
            Data::Int(n) => (n as f64, in_64_bits),
            Data::Float(n) => (n, |bound| bound),
            _ => return,
        };
        let mut must = Vec::new();
        let capacity = self.capacity(schema);
        let fits =
            |n: f64| capacity.is_none_or(|(least, most)| n.fract() == 0.0 && (least..most).contains(&n));
        let mut unfit = Vec::new();
        let holds = match value.data {
            Data::Int(n) => {
                capacity.is_none_or(|(least, most)| (least as i128..most as i128).contains(&i128::from(n)))
            }
            _ => fits(n),
        };
        if !holds {
            if !(loud && self.repeat_mismatch(place)) {
                unfit.push("must be a whole number that its format can hold".to_string());
            }
            outcome.errors += 1;
        }
        // A bound that is no number of the type is a fault as well, and is compared as it stands.
        let mut compared = |name: &str, limit: Option<f64>| {
            let limit = limit?;
            if fits(limit) {
                return Some((limit, bound(limit)));
            }
            unfit.push(format!(
                "has a `{name}` in its schema that is no whole number which its format can hold"
            ));
            Some((limit, limit))
        };
        if let Some((factor, by)) = compared("multipleOf", schema.multiple_of) {
            let apart = match value.data {
                Data::Int(n) if by.fract() == 0.0 => n.checked_rem(by as i64).is_some_and(|rest| rest != 0),
                _ if factor < 1.0 => !value::is_whole(1.0 / factor * n),
                _ => !value::is_whole(n / factor),
            };
            if by <= 0.0 {
                // Servers before that fall over it.
                const SINCE: u8 = 27;
                if self.cx.kube().minor() >= SINCE {
                    must.push(format!(
                        "must be a multiple of {}, of which the server makes {} for whole numbers: none will do",
                        words::number(factor),
                        words::number(by)
                    ));
                }
            } else if apart {
                must.push(format!("must be a multiple of {}", words::number(factor)));
            }
        }
        if let Some((most, limit)) = compared("maximum", schema.maximum)
            && (n > limit || (schema.below_maximum && n >= limit))
        {
            let or = if schema.below_maximum {
                "less than"
            } else {
                "at most"
            };
            must.push(format!("must be {or} {}", words::number(most)));
        }
        if let Some((least, limit)) = compared("minimum", schema.minimum)
            && (n < limit || (schema.above_minimum && n <= limit))
        {
            let or = if schema.above_minimum {
                "greater than"
            } else {
                "at least"
            };
            must.push(format!("must be {or} {}", words::number(least)));
        }
        outcome.errors += (must.len() + unfit.len()) as u32;
        if loud {
            for must in must {
                self.refuse(ids::SCHEMA_INVALID, ErrorType::Invalid, place, &must, None);
            }
            for must in unfit {
                self.junctor(ids::SCHEMA_INVALID, place, &must);
            }
        }
    }

    /// What is no whole number is a fault of its type, too: to people that is one. Whether it was reported.
    fn repeat_mismatch(&mut self, place: &Place<'_, 't>) -> bool {
        let path = self.path_of(place);
        let of_type = |found: &&crate::diagnostic::Diagnostic| {
            let refusal = found.refusal.as_ref();
            refusal.is_some_and(|refusal| refusal.kind == ErrorType::TypeInvalid && refusal.field == path)
        };
        // It was reported just before, but for what alternatives said.
        let Some(mut again) = self.cx.found.iter().rev().take(8).find(of_type).cloned() else {
            return false;
        };
        again.fix = None;
        if let Some(refusal) = &mut again.refusal {
            (refusal.kind, refusal.field) = (ErrorType::Invalid, self.no_path());
        }
        self.cx.found.push(again);
        true
    }

    /// What numbers the server holds for whole ones, from the first to before the second, where it minds.
    fn capacity(&self, schema: &Schema<'_>) -> Option<(f64, f64)> {
        const SINCE: u8 = 35;
        if self.cx.kube().minor() < SINCE || schema.said != Types::INTEGER {
            return None;
        }
        // Of the formats of numbers only one counted in custom resources, and that late.
        const COUNT_SINCE: u8 = 36;
        let counts = |format: &&str| {
            self.default.is_some() || (*format == "int32" && self.cx.kube().minor() >= COUNT_SINCE)
        };
        Some(match schema.said_format.as_deref().filter(counts) {
            Some("int32") => (-2f64.powi(31), 2f64.powi(31)),
            Some("uint32") => (0.0, 2f64.powi(32)),
            Some("uint64") => (0.0, 2f64.powi(64)),
            _ => (-2f64.powi(63), 2f64.powi(63)),
        })
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
        let names: Vec<String> = schema
            .choices
            .iter()
            .filter_map(|choice| shown(&choice.data))
            .collect();
        let near = match &value.data {
            Data::Str(text) => suggest::nearest(
                text,
                schema.choices.iter().filter_map(|choice| match &choice.data {
                    Data::Str(text) => Some(&**text),
                    _ => None,
                }),
            ),
            _ => None,
        };
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of {}", words::listing(&names)),
        };
        let what = match place.value.filter(|node| node.scalar().is_some()) {
            Some(node) => format!("cannot be {}", self.cx.shown(node)),
            None => "is none of the values that are allowed".to_string(),
        };
        let texts = schema.choices.iter().filter_map(|choice| match &choice.data {
            Data::Str(text) => Some(&**text),
            _ => None,
        });
        let fix = place.value.and_then(|node| recased(node, texts));
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

/// A bound, as the server makes a whole number of 64 bits of it.
fn in_64_bits(bound: f64) -> f64 {
    let bits = 2f64.powi(63);
    match bound.trunc() {
        whole if (-bits..bits).contains(&whole) => whole,
        _ => -bits,
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
