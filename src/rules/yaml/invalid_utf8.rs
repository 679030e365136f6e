//! Bytes that are no text.

use super::Cause;
use crate::manifest::Document;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some((error, Cause::Encoding)) = super::broken(document, cx) else {
        return;
    };
    // Of a file that starts with UTF-16's byte order mark the reader puts U+FFFD where it cannot go on.
    let utf16 = cx.file.text.get(error.span.range()) == Some("\u{fffd}");
    let (message, help) = if utf16 {
        (
            "half a character of UTF-16 stands here; kubectl puts U+FFFD in its place",
            "save the file as UTF-8",
        )
    } else {
        (
            "this byte is not UTF-8; the API server refuses it, and kubectl puts U+FFFD in its place",
            "save the file as UTF-8; it is probably Latin-1 or Windows-1252",
        )
    };
    super::about_object_at(document, error.span, cx);
    super::refused(cx.report(error.span, message).help(help), error);
}
