//! Characters that nobody sees and that make a word another word.

use super::Role;
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
    super::each_scalar(root, document, |node, role| {
        look(node, role == Role::Key, document, cx)
    });
}

/// Whether the text holds any such character. All of them begin with one of four bytes in UTF-8, which are
/// searched for many at a time.
fn may_hold(text: &str) -> bool {
    // Nearly all texts.
    if text.is_ascii() {
        return false;
    }
    let at = |at| text.get(at..).and_then(|rest: &str| rest.chars().next());
    let bytes = text.as_bytes();
    memchr::memchr3_iter(0xc2, 0xe2, 0xe3, bytes)
        .chain(memchr::memchr_iter(0xef, bytes))
        .any(|place| at(place).is_some_and(|c| name(c).is_some()))
}

/// Looks at one scalar. In quotes and block scalars such characters are taken to be wanted, in keys never.
fn look<'t>(node: Node<'t>, is_key: bool, document: &Document<'t>, cx: &mut Cx<'t>) {
    let raw = node.raw();
    if !is_key && raw.style != Style::Plain {
        return;
    }
    let source = node.source();
    if source.is_ascii() {
        return;
    }
    let Some((at, c, name)) = source.char_indices().find_map(|(at, c)| {
        let edge = at == 0 || at + c.len_utf8() == source.len();
        // Between words of a value a no-break space is at home.
        name(c)
            .filter(|_| is_key || edge || !c.is_whitespace())
            .map(|name| (at as u32, c, name))
    }) else {
        return;
    };
    let span = Span::new(raw.start + at, raw.start + at + c.len_utf8() as u32);
    super::about_object_at(document, span, cx);
    let what = if is_key { "key" } else { "value" };
    cx.report(
        span,
        format!(
            "this {what} holds an invisible character, U+{:04X} ({name}), so it is not the {what} that it looks like",
            u32::from(c)
        ),
    )
    .help("remove the character; such come with text that is copied from web pages and chats");
}

/// The characters that are never seen, or look like an ordinary blank. Those that join and part letters in
/// some scripts and in emoji are left out.
fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{2007}' => "figure space",
        '\u{200b}' => "zero-width space",
        '\u{200e}' | '\u{200f}' => "mark of writing direction",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "control of writing direction",
        '\u{202f}' => "narrow no-break space",
        '\u{2060}' => "word joiner",
        '\u{3000}' => "ideographic space",
        '\u{feff}' => "byte order mark",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_characters_is_found() {
        for c in ('\u{80}'..=char::MAX).filter(|c| name(*c).is_some()) {
            assert!(may_hold(&format!("é–{c}x")), "{c:?}");
        }
        assert!(!may_hold("plain – é – 漢字 – ﬁ"));
    }
}
