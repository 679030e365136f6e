//! Defaults in the schemas of a CustomResourceDefinition, which the API server validates as it validates custom
//! resources: its own schema must accept a default.

use super::embedded::Part;
use super::place::Place;
use super::rules::check_default;
use super::schema::Lazy;
use super::validate::Validator;
use super::value::{Budget, Value};
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::yaml::{Entry, Node};

/// Judges a default by the schema that holds it, at the path that the server prints. `part`: what it is within the
/// metadata of an object. `whole`: it is an object of its own.
#[allow(clippy::too_many_arguments)]
pub(crate) fn default<'t>(
    schema: Node<'t>,
    entry: Entry<'t>,
    path: &str,
    part: Option<Part>,
    whole: bool,
    budget: &mut u32,
    cx: &mut Cx<'t>,
) {
    let lazy = Lazy::new(schema);
    let schema = lazy.get();
    let mut left = Budget {
        values: *budget,
        ..Budget::NEW
    };
    let value = Value::of(
        entry.value,
        Some(entry.key),
        &|text| cx.is_unrendered(text),
        &mut left,
    );
    let place = Place {
        key: Some(entry.key),
        ..Place::root(entry.value)
    };
    let before = cx.count();
    let mut validator = Validator {
        cx,
        label: None,
        default: Some(path),
        budget: left.values,
    };
    match part {
        None => validator.objects(&value, schema, &place, whole),
        Some(part) => {
            if let Some(must) = part.fault(&value.data) {
                validator.refuse(ids::SCHEMA_INVALID, ErrorType::Invalid, &place, must, None);
            }
        }
    }
    if validator.cx.count() == before {
        validator.value(&value, schema, &place, true);
    }
    if validator.cx.count() == before {
        check_default(entry.value, schema, &place, &mut validator);
    }
    *budget = validator.budget;
}
