//! Paths to fields of a schema, as in `selectableFields` and `fieldPath`: `.spec.names['a.b']`.

use std::borrow::Cow;

use crate::yaml::Node;

/// The schema that a path leads to; `None` where it leads nowhere or is none.
pub fn find<'t>(root: Node<'t>, path: &str, brackets: bool) -> Option<Node<'t>> {
    let mut schema = root;
    let mut rest = path;
    while !rest.is_empty() {
        let name = if let Some(after) = rest.strip_prefix('.') {
            let (name, after) = token(after)?;
            rest = after;
            Cow::Borrowed(name)
        } else if let Some(after) = rest.strip_prefix('[').filter(|_| brackets) {
            let (quoted, after) = token(after)?;
            let inner = quoted.strip_prefix('\'')?.strip_suffix('\'')?;
            rest = after.strip_prefix(']')?;
            Cow::Owned(inner.replace("\\'", "'").replace("\\\\", "\\"))
        } else {
            return None;
        };
        let map = schema.get("properties");
        schema = match map.filter(|map| map.entries().next().is_some()) {
            Some(properties) => properties.get(&name)?,
            None => schema
                .get("additionalProperties")
                .filter(|value| value.is_map())?,
        };
    }
    Some(schema)
}

/// The next part of a path: a quoted text, a delimiter, or all up to one.
fn token(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let end = if text.starts_with('\'') {
        let bytes = text.as_bytes();
        (1..bytes.len())
            .find(|i| bytes[*i] == b'\'' && bytes[i - 1] != b'\\')
            .map_or(text.len(), |i| i + 1)
    } else {
        text.find(['.', '[', ']']).unwrap_or(text.len()).max(1)
    };
    Some(text.split_at(end))
}
