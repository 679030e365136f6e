//! Of what type a schema of a CustomResourceDefinition is to the rules that stand in it.

use super::crd_parts::{Parts, Type, is_filled, is_true, schema};
use super::crd_schema::DEPTH;

/// The type of a schema, as far as the schemas within it depend on it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Declared {
    /// Not asked for: no rule stands here or above.
    Unasked,
    List,
    Map,
    /// Any other type.
    Other,
    /// Rules cannot be compiled here: the schema has no type in CEL, or none above it has.
    Never,
}

/// How a schema hangs on the one around it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// The whole schema, or a property.
    Property,
    Items,
    Values,
}

impl Declared {
    /// Of a schema that stands in one of type `self`.
    pub fn of(self, p: &Parts<'_>, step: Step) -> Declared {
        if self == Declared::Unasked && !is_filled(p.validations()) {
            return Declared::Unasked;
        }
        let fits = match (self, step) {
            (Declared::Never, _) => false,
            // The items of what is no list are not declared, and neither are the values of what is no map.
            (Declared::List | Declared::Other, Step::Values) => false,
            (Declared::Map | Declared::Other, Step::Items) => false,
            _ => has_type(p, 0),
        };
        let values = schema(p.additional_properties()).is_some();
        match p.said() {
            _ if !fits => Declared::Never,
            _ if is_true(p.int_or_string()) => Declared::Other,
            Type::Array => Declared::List,
            Type::Object if values => Declared::Map,
            _ => Declared::Other,
        }
    }
}

/// Whether values of a schema have a type in CEL.
fn has_type(p: &Parts<'_>, depth: u32) -> bool {
    let inner = match p.said() {
        _ if is_true(p.int_or_string()) || depth > DEPTH => return true,
        Type::Unsaid | Type::Unknown => return false,
        Type::Array => schema(p.items()),
        Type::Object => match schema(p.additional_properties()) {
            Some(values) => Some(values),
            None => return true,
        },
        _ => return true,
    };
    inner.is_some_and(|entry| has_type(&Parts::of(entry.value), depth + 1))
}
