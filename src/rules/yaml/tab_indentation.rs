//! A tab where YAML wants spaces.

use super::Cause;
use crate::manifest::Document;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    if let Some((error, Cause::Tab)) = super::broken(document, cx) {
        super::about_object_at(document, error.span, cx);
        let report = cx.report(
            error.span,
            "this line is indented with a tab, which YAML does not allow, so nothing of this document can be used",
        );
        super::refused(
            report.help("indent with spaces, and have your editor do so in YAML files"),
            error,
        );
    }
}
