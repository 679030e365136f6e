//! The text itself: what YAML makes of it, and what gets lost.

pub(super) mod invalid_utf8;
pub(super) mod invisible_character;
pub(super) mod lost_content;
pub(crate) mod missing_separator;
pub(super) mod placeholder;
pub(super) mod redefined_anchor;
pub(super) mod split_in_quotes;
pub(super) mod syntax_error;
pub(super) mod tab_indentation;

use crate::diagnostic::{ErrorType, Report, Stage};
use crate::manifest::Document;
use crate::rules::Cx;
use crate::source::Span;
use crate::yaml::{ErrorClass, LossKind, SyntaxError};

/// What stops a document from being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Bytes that are not UTF-8.
    Encoding,
    /// A tab where only spaces can indent.
    Tab,
    /// A line that starts with `---` inside quotes: kubectl cuts the document there.
    SplitInQuotes,
    /// The rest of a document that was cut so.
    AfterSplit,
    /// Anything else.
    Syntax,
}

/// The error of a document that is to be reported, and by which rule: one error is one finding.
fn broken<'t>(document: &Document<'t>, cx: &Cx<'t>) -> Option<(&'t SyntaxError, Cause)> {
    let error = document.chunk.error.as_ref()?;
    if document.skip.is_some() {
        return None;
    }
    let cause = if error.is_encoding() {
        Cause::Encoding
    } else if error.is_tab() {
        Cause::Tab
    } else if split_line(document, cx).is_some() {
        Cause::SplitInQuotes
    } else if previous(document, cx).is_some_and(|previous| split_line(previous, cx).is_some()) {
        Cause::AfterSplit
    } else {
        Cause::Syntax
    };
    Some((error, cause))
}

/// The separator line that cuts a document inside quotes. A quote that is merely forgotten leaves a next
/// document that reads well.
fn split_line<'t>(document: &Document<'t>, cx: &Cx<'t>) -> Option<Span> {
    let losses = &document.chunk.losses;
    let cut = losses
        .iter()
        .find(|loss| loss.kind == LossKind::SplitInsideQuotes)?;
    let at = cx
        .file
        .documents
        .partition_point(|d| d.chunk.span.start <= document.chunk.span.start);
    let next = cx.file.documents.get(at)?;
    next.chunk.error.is_some().then_some(cut.span)
}

fn previous<'a, 't>(document: &Document<'t>, cx: &'a Cx<'t>) -> Option<&'a Document<'t>> {
    let at = cx
        .file
        .documents
        .partition_point(|d| d.chunk.span.start < document.chunk.span.start);
    cx.file.documents.get(at.checked_sub(1)?)
}

/// What the server, or kubectl before it, answers to a reading error.
fn refused<'c>(report: Report<'c>, error: &SyntaxError) -> Report<'c> {
    match error.class {
        ErrorClass::Syntax => report.refusal(ErrorType::YAMLSyntax, ""),
        ErrorClass::Key => report.refusal(ErrorType::YAMLKey, ""),
        ErrorClass::Number => report.refusal(ErrorType::UnsupportedNumber, ""),
        ErrorClass::Separator => report.refusal_at(Stage::Client, ErrorType::YAMLSyntax, ""),
    }
}

/// Makes the object around a span the one that the next findings are about.
fn about_object_at(document: &Document<'_>, span: Span, cx: &mut Cx<'_>) {
    let objects = document.objects.start as usize..document.objects.end as usize;
    cx.object = match cx.file.objects.get(objects).unwrap_or_default() {
        [only] if !document.list => Some(only.index),
        objects => objects
            .iter()
            .find(|object| object.root.span().contains(span))
            .map(|object| object.index),
    };
}
