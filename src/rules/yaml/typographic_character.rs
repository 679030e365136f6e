//! Quotes and dashes of a word processor, which are plain text to YAML and to programs.

use crate::diagnostic::Edit;
use crate::manifest::Document;
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::{Node, Style};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some(root) = document.root.filter(|_| document.skip.is_none()) else {
        return;
    };
    let text = cx.file.text.get(document.chunk.span.range()).unwrap_or_default();
    // Nearly all texts.
    if text.is_ascii() || !text.contains(|c| is_quote(c) || is_dash(c)) {
        return;
    }
    super::each_scalar(root, document, |node, _| {
        if node.raw().style == Style::Plain && !node.source().is_ascii() {
            look(node, document, cx);
        }
    });
}

/// Looks at one scalar without quotes. Between its words such characters are at home.
fn look<'t>(node: Node<'t>, document: &Document<'t>, cx: &mut Cx<'t>) {
    let (source, start) = (node.source(), node.raw().start);
    let Some(first) = source.chars().next() else {
        return;
    };
    let span = Span::new(start, start + first.len_utf8() as u32);
    let rest = &source[first.len_utf8()..];
    if is_dash(first) && rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-') {
        super::about_object_at(document, span, cx);
        let message = "this dash is no hyphen, so that no program takes the word for an option";
        cx.report(span, message)
            .help("write `-` or `--`; word processors and chats make a dash of them");
        return;
    }
    let Some((inside, last)) = rest.char_indices().next_back().map(|(at, c)| (&rest[..at], c)) else {
        return;
    };
    if !is_quote(first) || !is_quote(last) || inside.contains(is_quote) {
        return;
    }
    super::about_object_at(document, span, cx);
    let message = "these quotes are text to YAML, so that they are a part of the value";
    let report = cx
        .report(span, message)
        .help("write `\"` or `'`; word processors and chats make such quotes of them");
    if inside.contains(['"', '\\']) {
        return;
    }
    let end = start + source.len() as u32;
    let edits = [span, Span::new(end - last.len_utf8() as u32, end)].map(|span| Edit {
        span,
        text: "\"".into(),
    });
    report.fix("write plain quotes", false, edits.into());
}

fn is_quote(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201f}' | '\u{ff02}' | '\u{ff07}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
}
