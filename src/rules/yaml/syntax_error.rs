//! A document that cannot be read.

mod context;
mod missing_blank;
mod slips;

use super::Cause;
use crate::diagnostic::Edit;
use crate::manifest::Document;
use crate::rules::{Check, Cx};
use crate::source::Span;

pub const CHECK: Check = Check::Document(check);

/// What an author did.
struct Slip {
    /// Where it is.
    span: Span,
    /// What to say of it.
    message: &'static str,
    /// What to do.
    help: &'static str,
    /// What is certainly meant in its place.
    meant: Option<&'static str>,
}

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some((error, Cause::Syntax)) = super::broken(document, cx) else {
        return;
    };
    super::about_object_at(document, error.span, cx);
    let text = cx.file.text;
    let slip = slips::behind(error, document.chunk.span, text)
        .or_else(|| missing_blank::behind(error, text))
        .unwrap_or_else(|| context::told(error, text));
    let report = super::refused(cx.report(slip.span, slip.message).help(slip.help), error);
    if let Some(meant) = slip.meant {
        let edit = Edit {
            span: slip.span,
            text: meant.into(),
        };
        report.fix(slip.help, true, vec![edit]);
    }
}
