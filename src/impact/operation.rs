//! A JSON patch's operation, read as the part of an object that it writes.

use std::fmt::Write as _;

use crate::graph::Patched;
use crate::source::Span;
use crate::yaml::resolve::Scalar;
use crate::yaml::{Kind, Node};

/// What a patch adds is small. Aliases may make it larger than its text, and nest it.
const LONGEST: usize = 1 << 16;
const DEEPEST: usize = 64;

/// The object of which an operation says only what it puts at `path`, as JSON. `None`: it says more than a patch does.
pub(super) fn as_object(target: &Patched<'_>, path: &str, value: Node<'_>) -> Option<String> {
    let steps = path.strip_prefix('/')?;
    let version = match target.group {
        "" => "v1".to_string(),
        group => format!("{group}/v1"),
    };
    let mut out = format!(
        "{{\"apiVersion\":{},\"kind\":{}",
        quoted(&version)?,
        quoted(target.kind)?
    );
    let mut ends = Vec::new();
    for step in steps.split('/') {
        if ends.is_empty() {
            out.push(',');
        } else if is_index(step) {
            out.push('[');
            ends.push(']');
            continue;
        } else {
            out.push('{');
        }
        let key = step.replace("~1", "/").replace("~0", "~");
        write!(out, "{}:", quoted(&key)?).ok()?;
        ends.push('}');
    }
    if ends.len() > DEEPEST || !write_value(value, DEEPEST, &mut out) {
        return None;
    }
    out.extend(ends.iter().rev());
    Some(out)
}

/// Whether a step leads to an item of a list. Keys that are numbers are no fields of any kind.
fn is_index(step: &str) -> bool {
    step == "-" || (!step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()))
}

/// Where a name stands in what an operation puts in.
pub(super) fn place(value: Node<'_>, name: &str) -> Span {
    let value = value.resolved();
    let scalars = (value.id()..value.raw().next).map(|id| value.with_id(id));
    let scalars = scalars.filter(|node| node.raw().kind == Kind::Scalar);
    let of = |is: fn(&str, &str) -> bool| {
        let mut scalars = scalars.clone();
        scalars.find(|node| node.str().is_some_and(|text| is(&text, name)))
    };
    match of(|text, name| text == name).or_else(|| of(|text, name| text.contains(name))) {
        Some(node) => super::facts::place(node, name),
        None => value.span(),
    }
}

fn write_value(value: Node<'_>, depth: usize, out: &mut String) -> bool {
    if depth == 0 || out.len() > LONGEST {
        return false;
    }
    match value.kind() {
        Kind::Map => {
            out.push('{');
            for (at, entry) in value.entries().enumerate() {
                let Some(key) = entry.key.key_text().and_then(|key| quoted(&key)) else {
                    return false;
                };
                out.push_str(if at == 0 { "" } else { "," });
                out.push_str(&key);
                out.push(':');
                if !write_value(entry.value, depth - 1, out) {
                    return false;
                }
            }
            out.push('}');
        }
        Kind::Seq => {
            out.push('[');
            for (at, item) in value.items().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                if !write_value(item, depth - 1, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Kind::Scalar | Kind::Alias => match value.scalar() {
            Some(Scalar::Str(text)) => match quoted(&text) {
                Some(text) => out.push_str(&text),
                None => return false,
            },
            Some(Scalar::Bool(said)) => out.push_str(if said { "true" } else { "false" }),
            Some(number) => out.push_str(number.json_number().as_deref().unwrap_or("null")),
            None => out.push_str("null"),
        },
    }
    true
}

fn quoted(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}
