//! JSON in annotations, which the server reads into types of its own.

use serde_json::Value;

use crate::formats::times::is_time;

/// What a type makes of a value; null is nothing set, and fits each.
pub enum Shape {
    Text,
    Flag,
    Whole,
    Time,
    List(&'static Shape),
    /// Fields that are not named here may be anything.
    Object(&'static [(&'static str, Shape)]),
}

impl Shape {
    fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) => true,
            (Shape::Text, value) => value.is_string(),
            (Shape::Flag, value) => value.is_boolean(),
            (Shape::Whole, value) => value.as_i64().is_some(),
            (Shape::Time, value) => value.as_str().is_some_and(|text| is_time(text, false)),
            (Shape::List(item), Value::Array(items)) => items.iter().all(|value| item.fits(value)),
            (Shape::Object(fields), Value::Object(map)) => map.iter().all(|(key, value)| {
                let field = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
                field.is_none_or(|(_, shape)| shape.fits(value))
            }),
            _ => false,
        }
    }
}

/// The JSON of an annotation; `None` when it is none, or not of the type.
pub fn read(text: &str, shape: &Shape) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value| shape.fits(value))
}

/// A field of an object. The server reads names of fields in any case.
pub fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let (_, value) = value
        .as_object()?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value).filter(|value| !value.is_null())
}

/// A text; one that is not set is empty.
pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    field(value, name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape::List(&Shape::Object(&[
        ("name", Shape::Text),
        ("count", Shape::Whole),
        ("on", Shape::Flag),
        ("at", Shape::Time),
    ]));

    #[test]
    fn values_of_other_types_are_refused() {
        for good in [
            "null",
            "[]",
            "[null]",
            r#"[{"name": null, "Count": 3, "ON": true}]"#,
            r#"[{"at": "2026-01-01T00:00:00Z", "more": {}}]"#,
        ] {
            assert!(read(good, &SHAPE).is_some(), "{good}");
        }
        for bad in [
            "",
            "x",
            "{}",
            "[] []",
            "[1]",
            r#"[{"name": 1}]"#,
            r#"[{"COUNT": "1"}]"#,
            r#"[{"count": 1.5}]"#,
            r#"[{"on": "true"}]"#,
            r#"[{"at": "today"}]"#,
        ] {
            assert!(read(bad, &SHAPE).is_none(), "{bad}");
        }
    }

    #[test]
    fn fields_are_found_in_any_case() {
        let value = read(r#"{"NAME": "a", "other": null}"#, &Shape::Object(&[])).expect("an object");
        assert_eq!((text(&value, "name"), text(&value, "other")), ("a", ""));
        assert!(field(&value, "other").is_none());
    }
}
