//! A document that cannot be read.

mod missing_blank;

use super::Cause;
use crate::manifest::Document;
use crate::rules::{Check, Cx};
use crate::yaml::SyntaxError;

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    if let Some((error, Cause::Syntax)) = super::broken(document, cx) {
        super::about_object_at(document, error.span, cx);
        let (span, message, help) = missing_blank::behind(error, cx.file.text).unwrap_or_else(|| {
            let (message, help) = in_context(error, cx.file.text);
            (error.span, message, help)
        });
        super::refused(cx.report(span, message).help(help), error);
    }
}

/// What a parser says is true and seldom what its author did. Where the line tells more, this says it.
fn in_context(error: &SyntaxError, text: &str) -> (&'static str, &'static str) {
    let (before, after) = text
        .split_at_checked(error.span.start as usize)
        .unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let begins_line = line.trim_end_matches([' ', '\t']).is_empty();
    if error.expects_entry() && !begins_line && line.trim_end().ends_with(['}', ']', '"', '\'']) {
        return (
            "the value ends before this, so nothing may follow it on its line",
            "quote the whole value: `'{name}.example.com'`, `'\"a\" b'`",
        );
    }
    if error.expects_entry() && begins_line && after.starts_with("- ") {
        return (
            "this list item is not in line with the items above, nor is it where another list could begin",
            "mend the indentation: the items of one list start in one column",
        );
    }
    if error.expects_entry() && begins_line {
        return (
            "this key is not in line with the keys above, nor is it where another mapping could begin",
            "mend the indentation: the keys of one mapping start in one column",
        );
    }
    if error.is_stray_colon() {
        return if line.contains(": ") {
            (
                "a second `: ` stands on this line, so that the value reads as a mapping where none can be",
                "quote the value if the `: ` is part of it",
            )
        } else {
            (
                "this key is indented deeper than the one above, which has a value already",
                "mend the indentation: the keys of one mapping start in one column",
            )
        };
    }
    (error.message, error.help)
}
