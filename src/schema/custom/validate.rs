//! A value against a schema, as the API server validates it: every fault, of the server's own types and at its
//! own paths.
//!
//! What is not judged (placeholders, patterns that are not understood, rare formats) makes an outcome doubtful,
//! and nothing is said that hangs on it.

use super::place::{Part, Place};
use super::schema::{Additional, Schema, Types};
use super::value::{self, Data, Value};
use super::words::{self, count, subject};
use crate::diagnostic::ErrorType;
use crate::rules::{Cx, RuleId, ids, quote};
use crate::schema::suggest;
use crate::source::Span;

/// One object being validated.
pub(super) struct Validator<'k, 't> {
    pub cx: &'k mut Cx<'t>,
    pub label: &'k str,
    /// How many values are still looked at.
    pub budget: u32,
}

/// What came of a value.
#[derive(Clone, Copy, Default)]
pub(super) struct Outcome {
    pub errors: u32,
    /// There may be more errors.
    pub doubt: bool,
    /// How many checks were made, which tells the server what alternative came nearest.
    pub count: u32,
}

impl Outcome {
    pub(super) fn add(&mut self, other: Outcome) {
        self.errors += other.errors;
        self.doubt |= other.doubt;
        self.count += other.count;
    }
}

/// A fault in words, with what the server calls it.
pub(super) struct Fault {
    pub rule: RuleId,
    pub kind: ErrorType,
    pub span: Span,
    pub path: String,
    pub text: String,
    pub help: Option<String>,
}

impl<'t> Validator<'_, 't> {
    /// Reports a fault.
    pub(super) fn say(&mut self, fault: Fault) {
        let report = self
            .cx
            .report_as(fault.rule, fault.span, fault.text)
            .label(self.label)
            .refusal(fault.kind, fault.path);
        if let Some(help) = fault.help {
            report.help(help);
        }
    }

    /// Checks a value; only a loud check reports.
    pub(super) fn value(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
    ) -> Outcome {
        let mut outcome = Outcome {
            doubt: schema.doubtful,
            ..Outcome::default()
        };
        self.budget = self.budget.saturating_sub(1);
        if self.budget == 0 || matches!(value.data, Data::Open) {
            outcome.doubt = true;
            return outcome;
        }
        self.types(value, schema, place, loud, &mut outcome);
        if matches!(value.data, Data::Null) {
            // Whether a null is among the choices is a question that versions answer differently.
            outcome.doubt |= !schema.choices.is_empty();
            return outcome;
        }
        self.junctors(value, schema, place, loud, &mut outcome);
        outcome.count += 2;
        match &value.data {
            Data::Str(text) => self.string(text, schema, place, loud, &mut outcome),
            Data::Int(_) | Data::Float(_) => self.number(value, schema, place, loud, &mut outcome),
            Data::List(items) => self.list(items, schema, place, loud, &mut outcome),
            _ => {}
        }
        outcome.count += 1;
        self.choices(value, schema, place, loud, &mut outcome);
        if let Data::Map(entries) = &value.data {
            outcome.count += 1;
            self.map(value, entries, schema, place, loud, &mut outcome);
        }
        outcome.count += 1;
        outcome
    }

    fn types(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        let types = schema.types;
        if types.is_any() && schema.format.is_none() {
            return;
        }
        outcome.count += 1;
        if is_of(&value.data, schema) {
            outcome.count += 1;
            return;
        }
        outcome.errors += 1;
        if !loud {
            return;
        }
        let types = if types.is_any() { Types::STRING } else { types };
        let Some(node) = value.node.or(place.value) else {
            let text = format!(
                "the default of {} is not of the type that the definition itself asks for",
                subject(&place.path())
            );
            return self.say(Fault {
                rule: ids::SCHEMA_TYPE,
                kind: ErrorType::TypeInvalid,
                span: place.span(),
                path: path_of(place),
                text,
                help: None,
            });
        };
        let mut wrong = words::mismatch(self.cx, place, node, types);
        if node.is_null() {
            wrong.text = format!(
                "{} must not be null; the API server refuses the object",
                subject(&place.path())
            );
            wrong.help = Some("write a value, or remove it".into());
        }
        let rule = if wrong.implicit {
            ids::YAML_IMPLICIT_TYPING
        } else {
            ids::SCHEMA_TYPE
        };
        let mut report = self
            .cx
            .report_as(rule, place.span(), wrong.text)
            .label(self.label)
            .refusal(ErrorType::TypeInvalid, path_of(place));
        if let Some(help) = wrong.help {
            report = report.help(help);
        }
        if let Some((title, edits)) = wrong.fix {
            report.fix(title, true, edits);
        }
    }

    fn string(
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
        let Some(format) = schema.format else { return };
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

    /// Reports that a value is refused: its path, and what it must be.
    fn refuse(
        &mut self,
        rule: RuleId,
        kind: ErrorType,
        place: &Place<'_, 't>,
        must: &str,
        help: Option<String>,
    ) {
        let text = format!(
            "{} {must}; the API server refuses the object",
            subject(&place.path())
        );
        self.say(Fault {
            rule,
            kind,
            span: place.span(),
            path: path_of(place),
            text,
            help,
        });
    }

    fn number(
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
            Data::Int(n) => (n as f64, f64::trunc),
            Data::Float(n) => (n, |bound| bound),
            _ => return,
        };
        let mut must = Vec::new();
        if let Some(factor) = schema.multiple_of {
            let parts = n / bound(factor);
            // Nearly whole is whole to the server.
            if parts.is_finite() && (parts - parts.round()).abs() > 1e-6 {
                must.push(format!("must be a multiple of {}", words::number(factor)));
            }
        }
        if let Some(most) = schema.maximum
            && (n > bound(most) || (schema.below_maximum && n >= bound(most)))
        {
            let or = if schema.below_maximum {
                "less than"
            } else {
                "at most"
            };
            must.push(format!("must be {or} {}", words::number(most)));
        }
        if let Some(least) = schema.minimum
            && (n < bound(least) || (schema.above_minimum && n <= bound(least)))
        {
            let or = if schema.above_minimum {
                "greater than"
            } else {
                "at least"
            };
            must.push(format!("must be {or} {}", words::number(least)));
        }
        outcome.errors += must.len() as u32;
        if loud {
            for must in must {
                self.refuse(ids::SCHEMA_INVALID, ErrorType::Invalid, place, &must, None);
            }
        }
    }

    fn list(
        &mut self,
        items: &[Value<'t>],
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        outcome.count += 2;
        if let Some(inner) = schema.item() {
            for (i, item) in items.iter().enumerate() {
                let place = at(place, Part::Index(i as u32), item);
                outcome.add(self.value(item, inner, &place, loud));
            }
        }
        let length = items.len() as i64;
        if let Some(least) = schema.min_items.filter(|least| length < *least) {
            outcome.errors += 1;
            if loud {
                let must = format!("must have at least {}, not {length}", count(least, "item"));
                self.refuse(ids::SCHEMA_INVALID, ErrorType::Invalid, place, &must, None);
            }
        }
        if let Some(most) = schema.max_items.filter(|most| length > *most) {
            outcome.errors += 1;
            if loud {
                let must = format!("may have {} at the most, not {length}", count(most, "item"));
                self.refuse(ids::SCHEMA_TOO_LONG, ErrorType::TooMany, place, &must, None);
            }
        }
        if schema.unique_items && length < 1000 {
            let twice = items.iter().enumerate().any(|(i, item)| {
                let mut before = items.iter().take(i);
                before.any(|other| value::equal(&item.data, &other.data) == Some(true))
            });
            if twice {
                outcome.errors += 1;
                if loud {
                    let must = "must not have the same item twice";
                    self.refuse(ids::SCHEMA_INVALID, ErrorType::Invalid, place, must, None);
                }
            }
        }
    }

    fn choices(
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
        self.refuse(
            ids::SCHEMA_NOT_SUPPORTED,
            ErrorType::NotSupported,
            place,
            &what,
            Some(help),
        );
    }

    fn map(
        &mut self,
        value: &Value<'t>,
        entries: &[(std::borrow::Cow<'t, str>, Value<'t>)],
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        let length = entries.len() as i64;
        if let Some(least) = schema.min_properties.filter(|least| length < *least) {
            outcome.errors += 1;
            if loud {
                let must = format!("must have at least {}, not {length}", count(least, "entry"));
                self.refuse(ids::SCHEMA_INVALID, ErrorType::Invalid, place, &must, None);
            }
            return;
        }
        if let Some(most) = schema.max_properties.filter(|most| length > *most) {
            outcome.errors += 1;
            if loud {
                let must = format!("may have {} at the most, not {length}", count(most, "entry"));
                self.refuse(ids::SCHEMA_TOO_LONG, ErrorType::TooMany, place, &must, None);
            }
            return;
        }
        for (name, inner) in entries {
            if let Some(property) = schema.property(name) {
                let place = at(place, Part::Name(name), inner);
                outcome.add(self.value(inner, property, &place, loud));
            } else if let Some(free) = schema.additional_schema() {
                let place = at(place, Part::Key(name), inner);
                outcome.add(self.value(inner, free, &place, loud));
            } else if matches!(schema.additional, Additional::Refused) {
                outcome.errors += 1;
                if loud {
                    let place_of_key = at(place, Part::Name(name), inner);
                    let text = format!(
                        "{} may not have {}; the API server refuses the object",
                        subject(&place.path()),
                        quote(name)
                    );
                    self.say(Fault {
                        rule: ids::SCHEMA_INVALID,
                        kind: ErrorType::Invalid,
                        span: place_of_key.handle(),
                        path: path_of(place),
                        text,
                        help: Some("remove it".into()),
                    });
                }
            }
        }
        for name in &schema.required {
            if value.get(name).is_some() {
                continue;
            }
            outcome.errors += 1;
            if loud {
                self.required(name, place);
            }
        }
    }

    fn required(&mut self, name: &str, place: &Place<'_, 't>) {
        // A null that was dropped stands there all the same.
        let null = place.value.and_then(|map| map.entry(name));
        let missing = Place {
            up: Some(place),
            part: Part::Name(name),
            key: null.map(|entry| entry.key),
            value: null.map(|entry| entry.value),
        };
        let whole = place.path();
        let text = if null.is_some() {
            format!(
                "`{}` is required, so it must not be null; the API server refuses the object",
                missing.path()
            )
        } else {
            format!(
                "{} needs {}; the API server refuses the object",
                subject(&whole),
                quote(name)
            )
        };
        self.say(Fault {
            rule: ids::SCHEMA_REQUIRED,
            kind: ErrorType::Required,
            span: missing.span(),
            path: missing.path(),
            text,
            help: Some(if null.is_some() {
                "write a value".into()
            } else {
                format!("add `{name}`")
            }),
        });
    }
}

/// A place within another.
pub(super) fn at<'p, 't>(up: &'p Place<'p, 't>, part: Part<'p>, value: &Value<'t>) -> Place<'p, 't> {
    Place {
        up: Some(up),
        part,
        key: value.key,
        value: value.node,
    }
}

/// The path as validation prints it: of the whole object it is Go's word for nothing.
pub(super) fn path_of(place: &Place<'_, '_>) -> String {
    if place.is_root() {
        "<nil>".into()
    } else {
        place.path()
    }
}

/// Whether a value is of a type that the schema allows. Where a string has a format, a list passes for one.
pub(super) fn is_of(data: &Data<'_>, schema: &Schema<'_>) -> bool {
    let types = schema.types;
    let numeric = types.has(Types::INTEGER) || types.has(Types::NUMBER);
    match data {
        Data::Open => true,
        Data::Null => types.is_any() || schema.nullable,
        Data::Str(_) | Data::List(_) if schema.format.is_some() && !numeric => true,
        Data::Str(_) => types.has(Types::STRING),
        Data::List(_) => types.has(Types::ARRAY),
        Data::Map(_) => types.has(Types::OBJECT),
        Data::Bool(_) => types.has(Types::BOOLEAN),
        Data::Int(_) => numeric,
        Data::Float(n) => {
            // Nearly whole is whole to the server, up to what a double counts one by one.
            let whole = (n - n.round()).abs() <= n.abs() * 1e-9 && n.abs() < 9_007_199_254_740_992.0;
            types.has(Types::NUMBER) || (whole && types.has(Types::INTEGER))
        }
    }
}

/// Whether a value is this choice: numbers are converted as Go converts them.
pub(super) fn is_choice(data: &Data<'_>, choice: &Data<'_>) -> Option<bool> {
    match (data, choice) {
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
