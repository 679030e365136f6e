//! Values that begin as a tag, an anchor or a comment does, and are read as one, so that nothing is left of them.

use crate::manifest::Document;
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::{Kind, Node, Style};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some(root) = document
        .root
        .filter(|_| document.skip.is_none() && document.chunk.error.is_none())
    else {
        return;
    };
    let file = cx.file;
    let nodes = root.id()..document.chunk.nodes_end;
    for props in file.tree.props_in(nodes) {
        let node = root.with_id(props.node);
        let tag = file.text.get(props.tag.range()).unwrap_or_default();
        if !is_empty(node) || tag.starts_with("!!") || (props.tag.is_empty() && props.anchor.is_empty()) {
            continue;
        }
        let (span, what) = match tag {
            "" => (props.anchor, "an anchor"),
            _ => (props.tag, "a tag"),
        };
        tell(span, what, document, cx);
    }
    for &comment in file.tree.comments_in(document.chunk.span) {
        if takes_value(comment, file.text) {
            tell(comment, "a comment", document, cx);
        }
    }
}

fn tell<'t>(span: Span, what: &str, document: &Document<'t>, cx: &mut Cx<'t>) {
    super::about_object_at(document, span, cx);
    let message = format!("YAML reads this as {what}, so that the value is empty");
    cx.report(span, message).help("quote the value");
}

/// Whether nothing is written for a node.
fn is_empty(node: Node<'_>) -> bool {
    let raw = node.raw();
    raw.kind == Kind::Scalar && raw.style == Style::Plain && raw.start == raw.end
}

/// Whether a comment stands in the place of a value and is a colour: `#ff0000`.
fn takes_value(comment: Span, text: &str) -> bool {
    let said = text.get(comment.range()).unwrap_or_default().trim_end();
    let digits = said.strip_prefix('#').unwrap_or_default();
    let is_colour = matches!(digits.len(), 3 | 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let before = text.get(..comment.start as usize).unwrap_or_default();
    is_colour && before.trim_end_matches(' ').ends_with([':', '-'])
}
