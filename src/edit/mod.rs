//! Edits that change one place of a text and leave the rest of it, comments and style included, as it is.
//!
//! Each function looks at a [`Node`] and returns the [`Edit`]s that take an entry out, put one in, rename a key
//! or replace a value, in block style, in flow style and in JSON. Where it is not sure of the result (anchors,
//! `? key`, a comment that would be lost, line breaks that only YAML knows) it returns `None`: no fix is better
//! than a wrong one.

mod insert;
mod lines;
mod remove;
mod scalar;
mod shared;
#[cfg(test)]
mod tests;

pub use insert::{fill, insert_after, insert_first, is_tight, style_in};
pub use lines::{break_near, column};
pub use remove::{remove_below, remove_entries, remove_entry};
pub use scalar::{encode, key_in_flow, rename_key, replace_scalar};
pub use shared::Shared;

use crate::diagnostic::Edit;
use crate::source::Span;
use crate::yaml::tree::PROPS;
use crate::yaml::{Kind, Node, Style};

/// A replacement of the bytes `start..end`.
pub fn replace(start: u32, end: u32, text: impl Into<String>) -> Edit {
    Edit {
        span: Span::new(start, end),
        text: text.into(),
    }
}

/// An insertion.
pub fn insert(at: u32, text: impl Into<String>) -> Edit {
    replace(at, at, text)
}

/// Whether a collection is written with brackets, as in JSON.
fn is_flow(node: Node<'_>) -> bool {
    node.is_json() || node.raw().style == Style::Flow
}

/// Double quotes around what stands without. Two insertions, so that the value itself stands in no edit.
pub fn quote(span: Span) -> Vec<Edit> {
    vec![insert(span.start, "\""), insert(span.end, "\"")]
}

/// Whether a node or anything in it has an anchor or a tag, or stands for something else.
pub fn is_tied(node: Node<'_>) -> bool {
    // In a document without aliases, merge keys and tags an anchor names what nobody asks for; it stands in the
    // text all the same.
    (node.id()..node.raw().next).any(|id| {
        let raw = node.with_id(id).raw();
        raw.flags & PROPS != 0 || raw.kind == Kind::Alias
    })
}

/// Whether a node ends with, or holds, a block scalar that keeps the blank lines after it.
fn keeps_lines(node: Node<'_>) -> bool {
    (node.id()..node.raw().next).any(|id| {
        let inner = node.with_id(id);
        matches!(inner.raw().style, Style::Literal | Style::Folded)
            && inner
                .source()
                .lines()
                .next()
                .is_some_and(|header| header.contains('+'))
    })
}
