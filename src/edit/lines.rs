//! Lines of a text, as far as edits need them.

use crate::yaml::Node;

/// A place in a text, and what stands around it on its line.
#[derive(Clone, Copy)]
pub(super) struct Text<'t>(pub(super) &'t str);

impl<'t> Text<'t> {
    pub(super) fn of(node: Node<'t>) -> Text<'t> {
        Text(node.text())
    }

    pub(super) fn get(self, start: u32, end: u32) -> Option<&'t str> {
        self.0.get(start as usize..end as usize)
    }

    /// Where the line of a place begins; a byte order mark is no part of it.
    pub(super) fn line_start(self, at: u32) -> Option<u32> {
        let before = self.0.get(..at as usize)?;
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
        let bom = if start == 0 && before.starts_with('\u{feff}') {
            3
        } else {
            0
        };
        Some((start + bom) as u32)
    }

    /// Where the line's text ends, before its break.
    pub(super) fn line_end(self, at: u32) -> Option<u32> {
        let rest = self.0.get(at as usize..)?;
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let cut = usize::from(end < rest.len() && rest[..end].ends_with('\r'));
        Some(at + (end - cut) as u32)
    }

    /// Where the next line begins, or the text ends.
    pub(super) fn next_line(self, at: u32) -> Option<u32> {
        let rest = self.0.get(at as usize..)?;
        let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |newline| newline + 1);
        Some(at + end as u32)
    }

    /// The end of the text of the line on which a block entry ends at `at`, if nothing but a comment, or the
    /// colon of a key without a value, follows it there.
    pub(super) fn end_of_entry(self, at: u32) -> Option<u32> {
        let end = self.line_end(at)?;
        let rest = self.get(at, end)?;
        let rest = rest.trim_start_matches([' ', '\t']);
        let rest = match rest.strip_prefix(':') {
            Some(rest) if rest.is_empty() || rest.starts_with([' ', '\t']) => {
                rest.trim_start_matches([' ', '\t'])
            }
            _ => rest,
        };
        ((rest.is_empty() || rest.starts_with('#')) && self.is_simple(at, end)).then_some(end)
    }

    /// Whether a stretch has no line break but `\n` and `\r\n`: YAML knows others, which editors do not show.
    pub(super) fn is_simple(self, start: u32, end: u32) -> bool {
        self.get(start, end).is_some_and(|text| {
            let bytes = text.as_bytes();
            let alone = |at: usize| bytes.get(at + 1).is_some_and(|next| *next != b'\n');
            if memchr::memchr_iter(b'\r', bytes).any(alone) {
                return false;
            }
            text.is_ascii() || !text.contains(['\u{85}', '\u{2028}', '\u{2029}'])
        })
    }
}

/// The column of a node that is first on its line, or follows the `- ` of list items only: how far the lines of
/// its mapping are indented. `None` where other text stands before it.
pub fn column(node: Node<'_>) -> Option<u32> {
    let text = Text::of(node);
    let at = node.span().start;
    let start = text.line_start(at)?;
    let before = text.get(start, at)?;
    let dashes_end_well = before.is_empty() || before.ends_with(' ');
    let indents = before.bytes().all(|b| b == b' ' || b == b'-') && !before.contains("--");
    (dashes_end_well && indents).then_some(at - start)
}

/// The line break that is used around a place.
pub fn break_near(node: Node<'_>) -> &'static str {
    let text = node.text().as_bytes();
    let at = (node.span().start as usize).min(text.len());
    let newline = memchr::memchr(b'\n', &text[at..])
        .map(|found| at + found)
        .or_else(|| memchr::memrchr(b'\n', &text[..at]));
    match newline {
        Some(newline) if newline > 0 && text[newline - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}
