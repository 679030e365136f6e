//! A value against a schema, as the API server validates it: every fault, of the server's own types and at its
//! own paths.
//!
//! What is not judged (placeholders, patterns that are not understood, rare formats) makes an outcome doubtful,
//! and nothing is said that hangs on it.

use super::place::{Part, Place};
use super::schema::{Additional, Schema};
use super::value::{self, Budget, Data, Value};
use super::words::{count, subject};
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::{ErrorType, Report, RuleId};
use crate::formats::Format;
use crate::quote::{quote, quote_path};
use crate::source::Span;

const OWN_SCHEMA: &str = "give a default that its own schema accepts";

/// One object being validated, or a default of a definition.
pub(super) struct Validator<'k, 't> {
    pub cx: &'k mut Cx<'t>,
    /// Beside each finding: whose definition it is.
    pub label: Option<&'k str>,
    /// The path of the default in a definition that is judged, as the server prints it.
    pub default: Option<&'k str>,
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

impl<'k, 't> Validator<'k, 't> {
    /// For a custom resource.
    pub(super) fn of_object(label: &'k str, cx: &'k mut Cx<'t>) -> Self {
        Validator {
            cx,
            label: Some(label),
            default: None,
            budget: Budget::NEW.values,
        }
    }
}

impl<'t> Validator<'_, 't> {
    /// Reports a fault.
    pub(super) fn say(&mut self, fault: Fault) {
        self.report(fault);
    }

    pub(super) fn report(&mut self, fault: Fault) -> Report<'_> {
        let help = match self.default {
            Some(_) => fault.help.or_else(|| Some(OWN_SCHEMA.into())),
            None => fault.help,
        };
        // Of what a definition says of its own default there is little, and it is looked through later.
        let report = match self.default {
            None => self.cx.report_or_count(fault.rule, fault.span, fault.text),
            Some(_) => self.cx.report_as(fault.rule, fault.span, fault.text),
        };
        let report = report.refusal(fault.kind, fault.path);
        let report = match self.label {
            Some(label) => report.label(label),
            None => report,
        };
        match help {
            Some(help) => report.help(help),
            None => report,
        }
    }

    /// Counts a fault that would not be told, so that nobody has to find words for it.
    pub(super) fn counts_only(&mut self, rule: RuleId) -> bool {
        self.default.is_none() && self.cx.counts_only(rule)
    }

    /// A path as validation prints it: of a whole custom resource it is Go's word for nothing.
    pub(super) fn path_of(&self, place: &Place<'_, '_>) -> String {
        match self.default {
            _ if place.is_root() => self.no_path(),
            None => place.path(),
            Some(base) => format!("{base}.{}", place.path()),
        }
    }

    /// The path of a fault that the server gives none.
    pub(super) fn no_path(&self) -> String {
        self.default.unwrap_or("<nil>").into()
    }

    /// A path as the checks of lists and embedded objects print it.
    pub(super) fn bracketed(&self, place: &Place<'_, '_>) -> String {
        let path = place.bracketed();
        match self.default {
            None => path,
            Some(base) if path.starts_with('[') => format!("{base}{path}"),
            Some(base) => format!("{base}.{path}"),
        }
    }

    /// What stands at a place, in words.
    pub(super) fn subject(&self, place: &Place<'_, '_>) -> String {
        let path = place.path();
        match self.default {
            None => subject(&path),
            Some(_) if path.is_empty() => "the default".into(),
            Some(_) => format!("{} of the default", quote_path(&path)),
        }
    }

    /// The format of a schema. In definitions the server knows it beside any type, in custom resources only beside
    /// those that can be strings.
    pub(super) fn format(&self, schema: &Schema<'_>) -> Option<Format> {
        match self.default {
            None => schema.format,
            Some(_) => Format::named(schema.said_format.as_deref()?),
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
            self.choices(value, schema, place, loud, &mut outcome);
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

    /// Reports that a value is refused: its path, and what it must be.
    pub(super) fn refuse(
        &mut self,
        rule: RuleId,
        kind: ErrorType,
        place: &Place<'_, 't>,
        must: &str,
        help: Option<String>,
    ) -> Report<'_> {
        let text = format!(
            "{} {must}; the API server refuses the object",
            self.subject(place)
        );
        self.report(Fault {
            rule,
            kind,
            span: place.span(),
            path: self.path_of(place),
            text,
            help,
        })
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
        }
        if let Some(most) = schema.max_properties.filter(|most| length > *most) {
            outcome.errors += 1;
            if loud {
                let must = format!("may have {} at the most, not {length}", count(most, "entry"));
                self.refuse(ids::SCHEMA_TOO_LONG, ErrorType::TooMany, place, &must, None);
            }
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
                        self.subject(place),
                        quote(name)
                    );
                    self.say(Fault {
                        rule: ids::SCHEMA_INVALID,
                        kind: ErrorType::Invalid,
                        span: place_of_key.handle(),
                        path: self.path_of(place),
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
            if loud && !self.counts_only(ids::SCHEMA_REQUIRED) {
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
        let text = if null.is_some() {
            format!(
                "`{}` is required, so it must not be null; the API server refuses the object",
                missing.path()
            )
        } else {
            format!(
                "{} needs {}; the API server refuses the object",
                self.subject(place),
                quote(name)
            )
        };
        self.say(Fault {
            rule: ids::SCHEMA_REQUIRED,
            kind: ErrorType::Required,
            span: missing.span(),
            path: self.path_of(&missing),
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
