//! `---` at the start of a line inside quotes: kubectl cuts there, YAML or not.

use super::Cause;
use crate::manifest::Document;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some((error, Cause::SplitInQuotes)) = super::broken(document, cx) else {
        return;
    };
    let line = super::split_line(document, cx).unwrap_or(error.span);
    super::about_object_at(document, error.span, cx);
    let report = cx
        .report(
            line,
            "this line starts with `---` inside a quoted value, and kubectl cuts the document in two there",
        )
        .related(error.span, "the quoted value starts here")
        .help("write the value as a block scalar (`|`), whose lines are indented");
    super::refused(report, error);
}
