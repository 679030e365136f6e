//! A document that cannot be read.

use super::Cause;
use crate::manifest::Document;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    if let Some((error, Cause::Syntax)) = super::broken(document, cx) {
        super::about_object_at(document, error.span, cx);
        super::refused(cx.report(error.span, error.message).help(error.help), error);
    }
}
