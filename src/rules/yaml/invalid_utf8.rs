//! Bytes that are not UTF-8.

use super::Cause;
use crate::manifest::Document;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    if let Some((error, Cause::Encoding)) = super::broken(document, cx) {
        let report = cx.report(
            error.span,
            "this byte is not UTF-8; the API server refuses it, and kubectl puts `\u{fffd}` in its place",
        );
        super::refused(
            report.help("save the file as UTF-8; it is probably Latin-1 or Windows-1252"),
            error,
        );
    }
}
