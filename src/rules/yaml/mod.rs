//! The text itself: what YAML makes of it, and what gets lost.

pub(super) mod invalid_utf8;
pub(super) mod invisible_character;
pub(super) mod lost_content;
pub(crate) mod missing_separator;
pub(super) mod placeholder;
pub(super) mod redefined_anchor;
pub(super) mod split_in_quotes;
pub(super) mod swallowed_value;
pub(super) mod syntax_error;
pub(super) mod tab_indentation;
pub(super) mod typographic_character;

use crate::diagnostic::{ErrorType, Report, Stage};
use crate::manifest::Document;
use crate::rules::Cx;
use crate::source::Span;
use crate::yaml::{ErrorClass, Kind, LossKind, Node, SyntaxError};

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
    } else if follows_split(document, cx) {
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

/// Whether a document is the rest of one that was cut inside quotes, or comes after such a rest: the lines
/// of a PEM text cut more than once, and are no good separators.
fn follows_split<'t>(document: &Document<'t>, cx: &Cx<'t>) -> bool {
    let at = cx
        .file
        .documents
        .partition_point(|d| d.chunk.span.start < document.chunk.span.start);
    for previous in cx.file.documents[..at].iter().rev().take(64) {
        if split_line(previous, cx).is_some() {
            return true;
        }
        let error = previous.chunk.error.as_ref();
        if !error.is_some_and(|error| error.class == ErrorClass::Separator) {
            return false;
        }
    }
    false
}

/// Whether a line is of dashes alone, as if it were a separator.
fn is_dashes(line: &str) -> bool {
    line.len() >= 2 && line.bytes().all(|byte| byte == b'-')
}

/// What a scalar is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Value,
    Item,
}

/// Goes over the scalars of a document as they are written.
fn each_scalar<'t>(root: Node<'t>, document: &Document<'t>, mut look: impl FnMut(Node<'t>, Role)) {
    let mut scalar = |node: Node<'t>, role| {
        if node.raw().kind == Kind::Scalar {
            look(node, role);
        }
    };
    for id in root.id()..document.chunk.nodes_end {
        let node = root.with_id(id);
        match node.raw().kind {
            Kind::Map => {
                for entry in node.raw_entries() {
                    scalar(entry.key, Role::Key);
                    scalar(entry.value, Role::Value);
                }
            }
            Kind::Seq => node.items().for_each(|item| scalar(item, Role::Item)),
            _ => {}
        }
    }
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
