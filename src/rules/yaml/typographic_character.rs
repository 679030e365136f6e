//! Quotes and dashes of a word processor, which are plain text to YAML and to programs.

use super::Role;
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
    if !may_hold(text) {
        return;
    }
    // Annotations are for readers.
    let objects = document.objects.start as usize..document.objects.end as usize;
    let objects = cx.file.objects.get(objects).unwrap_or_default();
    let annotations = objects.iter().filter_map(|object| {
        let metadata = object.root.get("metadata")?;
        metadata.get("annotations").map(|node| node.span())
    });
    let annotations: Vec<Span> = annotations.collect();
    super::each_scalar(root, document, |node, role| {
        let is_looked_at = node.raw().style == Style::Plain && !node.source().is_ascii();
        let after = annotations.partition_point(|span| span.end <= node.span().start);
        let is_noted = annotations
            .get(after)
            .is_some_and(|span| span.contains(node.span()));
        if is_looked_at && !is_noted {
            look(node, role, document, cx);
        }
    });
}

/// Whether the text holds any such character. All of them begin with one byte in UTF-8, which is searched for many at
/// a time.
fn may_hold(text: &str) -> bool {
    let at = |at| text.get(at..).and_then(|rest: &str| rest.chars().next());
    memchr::memchr_iter(0xe2, text.as_bytes())
        .any(|place| at(place).is_some_and(|c| is_quote(c) || is_dash(c)))
}

/// Looks at one scalar without quotes: a word in quotes, or an argument that begins with a dash. In texts such characters
/// are at home.
fn look<'t>(node: Node<'t>, role: Role, document: &Document<'t>, cx: &mut Cx<'t>) {
    let (source, start) = (node.source(), node.raw().start);
    let Some(first) = source.chars().next() else {
        return;
    };
    let span = Span::new(start, start + first.len_utf8() as u32);
    let rest = &source[first.len_utf8()..];
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_option = is_word(rest) && !rest.starts_with(|c: char| c.is_ascii_digit());
    if role == Role::Item && is_dash(first) && is_option {
        super::about_object_at(document, span, cx);
        let message = "this dash is no hyphen, so that no program takes the word for an option";
        cx.report(span, message)
            .help("write `-` or `--`; word processors and chats make a dash of them");
        return;
    }
    let Some((inside, last)) = rest.char_indices().next_back().map(|(at, c)| (&rest[..at], c)) else {
        return;
    };
    if !PAIRS.contains(&(first, last)) || !is_word(inside) {
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

/// What stands around a word: a word processor that opens quotes closes them, or takes both for closed.
const PAIRS: [(char, char); 4] = [
    ('\u{201c}', '\u{201d}'),
    ('\u{201d}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{2019}', '\u{2019}'),
];

fn is_quote(c: char) -> bool {
    PAIRS.iter().any(|(open, _)| *open == c)
}

fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_characters_is_found() {
        for c in ('\u{80}'..=char::MAX).filter(|c| is_quote(*c) || is_dash(*c)) {
            assert!(may_hold(&format!("é…{c}x")), "{c:?}");
        }
        assert!(!may_hold("plain \u{2026} é 漢字"));
    }
}
