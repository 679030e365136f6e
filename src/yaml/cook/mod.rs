//! Source text of a scalar → its value: quotes taken off, escapes resolved, lines folded, block scalars
//! dedented. Nothing is copied when the value is a piece of the text.
//!
//! The scalar has been checked by whoever made its node; text that could not occur is kept as it stands.

mod block;
mod fold;
mod quoted;

use std::borrow::Cow;

use super::tree::{COOK, Style};
use super::view::Node;
use block::block;
use fold::fold;
use quoted::{json, quoted};

/// The text of a scalar node, before it is resolved to a type.
pub(super) fn text(node: Node<'_>) -> Cow<'_, str> {
    let raw = node.raw();
    let source = node.source();
    if raw.flags & COOK == 0 {
        return Cow::Borrowed(match raw.style {
            Style::Single | Style::Double => inside_quotes(source),
            _ => source,
        });
    }
    let mut cooked = Vec::with_capacity(source.len());
    match raw.style {
        Style::Double if node.is_json() => return Cow::Owned(json(inside_quotes(source))),
        Style::Single | Style::Double => {
            let bytes = inside_quotes(source).as_bytes();
            quoted(bytes, raw.style == Style::Double, &mut cooked);
        }
        Style::Literal | Style::Folded => block(node, &mut cooked),
        Style::Plain | Style::Flow => fold(source.as_bytes(), &mut cooked),
    }
    // Only whole characters are ever left out or put in, so nothing is lost here.
    Cow::Owned(match String::from_utf8(cooked) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn inside_quotes(source: &str) -> &str {
    source.get(1..source.len().saturating_sub(1)).unwrap_or("")
}
