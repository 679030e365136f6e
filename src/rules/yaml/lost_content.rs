//! What kubectl drops without a word.

use crate::manifest::{Document, Skip};
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::LossKind;

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    if document.chunk.losses.is_empty() {
        return;
    }
    // Of an object whose first line is indented too far only `apiVersion` is left, which looks like no object.
    let judged = match document.skip {
        None => true,
        Some(Skip::NotAnObject) => {
            let text = cx.file.text.get(document.chunk.span.range()).unwrap_or_default();
            text.contains("apiVersion:") && text.contains("kind:")
        }
        Some(_) => false,
    };
    if !judged {
        return;
    }
    for loss in &document.chunk.losses {
        let (message, help) = match loss.kind {
            LossKind::AfterDocumentEnd => (
                "`...` ends the document, and kubectl drops everything from here to the next `---` without a word",
                "write `---` in place of `...`, or remove the `...`",
            ),
            LossKind::FirstLineIndented => (
                "the first line is indented more than this one, so kubectl reads the lines above and drops all that follows without a word",
                "indent the first line like the rest",
            ),
            LossKind::AfterRoot => (
                "the document is complete above, and kubectl drops everything from here to the next `---` without a word",
                "write `---` above this line, or remove what follows",
            ),
            LossKind::SplitInsideQuotes => continue,
        };
        super::about_object_at(document, loss.span, cx);
        cx.report(first_line(cx.file.text, loss.span), message).help(help);
    }
}

/// The part of a span on its first line: what is lost may be long.
fn first_line(text: &str, span: Span) -> Span {
    let lost = text.get(span.range()).unwrap_or_default();
    let line = lost.lines().next().unwrap_or_default().trim_end();
    Span::new(span.start, span.start + line.len() as u32)
}
