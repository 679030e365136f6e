//! A JSON patch's operation, read as the part of an object that it writes.

use std::fmt::Write as _;

use super::texts;
use crate::source::Span;
use crate::yaml::resolve::Scalar;
use crate::yaml::{Kind, Node};

/// What a patch adds is small. Aliases may make it larger than its text, and nest it.
const LONGEST: usize = 1 << 16;
const DEEPEST: usize = 64;

/// The object of which an operation says only what it puts somewhere, as JSON.
pub(super) struct Part<'p> {
    pub(super) text: String,
    /// The scalars of the operation by where they start in the text.
    scalars: Vec<(u32, Node<'p>)>,
    value: Node<'p>,
}

impl<'p> Part<'p> {
    /// Writes the object around a value at a path. `None`: it says more than a patch does, or stands nowhere.
    pub(super) fn new(group: &str, kind: &str, path: &str, value: Node<'p>) -> Option<Part<'p>> {
        let steps = path.strip_prefix('/')?;
        let version = match group {
            "" => "v1".to_string(),
            group => format!("{group}/v1"),
        };
        let mut part = Part {
            text: format!(
                "{{\"apiVersion\":{},\"kind\":{}",
                quoted(&version)?,
                quoted(kind)?
            ),
            scalars: Vec::new(),
            value,
        };
        let mut ends = Vec::new();
        for step in steps.split('/') {
            if ends.is_empty() {
                part.text.push(',');
            } else if is_index(step) {
                part.text.push('[');
                ends.push(']');
                continue;
            } else {
                part.text.push('{');
            }
            let key = step.replace("~1", "/").replace("~0", "~");
            write!(part.text, "{}:", quoted(&key)?).ok()?;
            ends.push('}');
        }
        if ends.len() > DEEPEST {
            return None;
        }
        part.write(value, DEEPEST)?;
        part.text.extend(ends.iter().rev());
        Some(part)
    }

    /// Where a name stands that the text has at a place.
    pub(super) fn place(&self, name: &str, span: Span) -> Span {
        let next = self.scalars.partition_point(|(start, _)| *start <= span.start);
        let Some((_, node)) = next.checked_sub(1).and_then(|at| self.scalars.get(at)) else {
            return self.value.span();
        };
        texts::name_at(*node, name)
    }

    fn write(&mut self, value: Node<'p>, depth: usize) -> Option<()> {
        let below = depth.checked_sub(1)?;
        if self.text.len() > LONGEST {
            return None;
        }
        match value.kind() {
            Kind::Map => {
                self.text.push('{');
                for (at, entry) in value.entries().enumerate() {
                    self.text.push_str(if at == 0 { "" } else { "," });
                    self.scalar(entry.key, &quoted(&entry.key.key_text()?)?);
                    self.text.push(':');
                    self.write(entry.value, below)?;
                }
                self.text.push('}');
            }
            Kind::Seq => {
                self.text.push('[');
                for (at, item) in value.items().enumerate() {
                    self.text.push_str(if at == 0 { "" } else { "," });
                    self.write(item, below)?;
                }
                self.text.push(']');
            }
            Kind::Scalar | Kind::Alias => match value.scalar() {
                Some(Scalar::Str(text)) => self.scalar(value, &quoted(&text)?),
                Some(Scalar::Bool(said)) => self.scalar(value, if said { "true" } else { "false" }),
                Some(number) => self.scalar(value, number.json_number().as_deref().unwrap_or("null")),
                None => self.scalar(value, "null"),
            },
        }
        Some(())
    }

    fn scalar(&mut self, node: Node<'p>, text: &str) {
        self.scalars.push((self.text.len() as u32, node));
        self.text.push_str(text);
    }
}

/// Whether a step leads to an item of a list. Keys that are numbers are no fields of any kind.
fn is_index(step: &str) -> bool {
    step == "-" || (!step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()))
}

fn quoted(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}
