//! A document that cannot be read.

mod context;
mod missing_blank;
mod slips;

use super::Cause;
use crate::diagnostic::Edit;
use crate::manifest::Document;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    if let Some((error, Cause::Syntax)) = super::broken(document, cx) {
        super::about_object_at(document, error.span, cx);
        let text = cx.file.text;
        if let Some(slip) = slips::behind(error, document.chunk.span, text) {
            let report = super::refused(cx.report(slip.span, slip.message).help(slip.help), error);
            if let Some(meant) = slip.meant {
                let edit = Edit {
                    span: slip.span,
                    text: meant.into(),
                };
                report.fix(slip.help, true, vec![edit]);
            }
            return;
        }
        let (span, message, help) = missing_blank::behind(error, text).unwrap_or_else(|| {
            let (message, help) = context::told(error, text);
            (context::place(error, message, text), message, help)
        });
        super::refused(cx.report(span, message).help(help), error);
    }
}
