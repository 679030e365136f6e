//! Whether a value is of the type that its schema asks for, which a custom resource and a default of a definition are
//! asked in different words.

use super::place::Place;
use super::schema::{Schema, Types};
use super::validate::{Fault, Outcome, Validator};
use super::value::{self, Data, Value};
use super::words;
use crate::catalogue::ids;
use crate::diagnostic::ErrorType;

impl<'t> Validator<'_, 't> {
    pub(super) fn types(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        let (types, format) = match self.default {
            None => (schema.types, schema.format.is_some()),
            Some(_) => (schema.said, schema.said_format.is_some()),
        };
        if types.is_any() && !format {
            return;
        }
        outcome.count += 1;
        let right = match self.default {
            None => is_of(&value.data, schema),
            Some(_) => is_of_said(&value.data, schema),
        };
        if right {
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
                self.subject(place)
            );
            return self.say(Fault {
                rule: ids::SCHEMA_TYPE,
                kind: ErrorType::TypeInvalid,
                span: place.span(),
                path: self.path_of(place),
                text,
                help: None,
            });
        };
        let subject = self.subject(place);
        let mut wrong = words::mismatch(self.cx, &subject, node, types);
        if node.is_null() {
            wrong.text = format!("{subject} must not be null; the API server refuses the object");
            wrong.help = Some("write a value, or remove it".into());
        }
        let rule = if wrong.implicit {
            ids::YAML_IMPLICIT_TYPING
        } else {
            ids::SCHEMA_TYPE
        };
        let report = self.report(Fault {
            rule,
            kind: ErrorType::TypeInvalid,
            span: place.span(),
            path: self.path_of(place),
            text: wrong.text,
            help: wrong.help,
        });
        if let Some((title, edits)) = wrong.fix {
            report.fix(title, true, edits);
        }
    }
}

/// Whether a default is of the type that its schema says. Here a format counts beside any type, and an unknown one
/// as well, while a schema that says no type allows all.
fn is_of_said(data: &Data<'_>, schema: &Schema<'_>) -> bool {
    let types = schema.said;
    let numeric = types.has(Types::INTEGER) || types.has(Types::NUMBER);
    match (data, schema.said_format.as_deref()) {
        (Data::Str(_) | Data::List(_), Some(_)) if !numeric => true,
        (Data::Int(_), Some("int64")) | (Data::Float(_), Some("float64")) if types.is_any() => true,
        _ => is_type(data, types, schema.nullable),
    }
}

/// Whether a value is of a type that the schema allows. Where a string has a format, a list passes for one.
pub(super) fn is_of(data: &Data<'_>, schema: &Schema<'_>) -> bool {
    let types = schema.types;
    let numeric = types.has(Types::INTEGER) || types.has(Types::NUMBER);
    match data {
        Data::Str(_) | Data::List(_) if schema.format.is_some() && !numeric => true,
        _ => is_type(data, types, schema.nullable),
    }
}

fn is_type(data: &Data<'_>, types: Types, nullable: bool) -> bool {
    let numeric = types.has(Types::INTEGER) || types.has(Types::NUMBER);
    match data {
        Data::Open => true,
        Data::Null => types.is_any() || nullable,
        Data::Str(_) => types.has(Types::STRING),
        Data::List(_) => types.has(Types::ARRAY),
        Data::Map(_) => types.has(Types::OBJECT),
        Data::Bool(_) => types.has(Types::BOOLEAN),
        Data::Int(_) => numeric,
        Data::Float(n) => types.has(Types::NUMBER) || (types.has(Types::INTEGER) && value::is_whole(*n)),
    }
}
