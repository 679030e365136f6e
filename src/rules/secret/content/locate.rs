//! From a place in a scalar's value back to the characters in the file.

use crate::source::Span;
use crate::yaml::tree::COOK;
use crate::yaml::{Node, Style};

/// The source of the character at byte `at` of a string scalar's value. For a space that a folded line break
/// became, the character after the break. `None` where the value is not written out here: an alias, a tag.
pub(crate) fn locate(node: Node<'_>, value: &str, at: usize) -> Option<Span> {
    if node.resolved() != node || !node.tag().is_empty() {
        return None;
    }
    let (raw, source) = (node.raw(), node.source());
    let mut at_source = match raw.style {
        Style::Plain => 0,
        Style::Single | Style::Double => 1,
        Style::Literal | Style::Folded => source.find('\n')? + 1,
        Style::Flow => return None,
    };
    let span = |from: usize, len: usize| {
        let start = raw.start + from as u32;
        Some(Span::new(start, start + len as u32))
    };
    if raw.flags & COOK == 0 {
        let len = value.get(at..)?.chars().next()?.len_utf8();
        return span(at_source + at, len);
    }
    for (i, c) in value.char_indices() {
        if !c.is_ascii_whitespace() {
            at_source += blanks(source.get(at_source..)?, raw.style);
        }
        let rest = source.get(at_source..)?;
        let len = written(rest, c, raw.style);
        if i == at {
            return match len {
                Some(len) => span(at_source, len),
                // A break that was folded: go to what stands after it.
                None => {
                    let next = at_source + blanks(rest, raw.style);
                    span(next, source.get(next..)?.chars().next()?.len_utf8())
                }
            };
        }
        match len {
            Some(len) => at_source += len,
            None if c.is_ascii_whitespace() => {}
            None => return None,
        }
    }
    None
}

/// The source of the value's bytes `from..to`.
pub(crate) fn locate_range(node: Node<'_>, value: &str, from: usize, to: usize) -> Option<Span> {
    let last = value.get(from..to)?.char_indices().next_back()?.0;
    Some(locate(node, value, from)?.to(locate(node, value, from + last)?))
}

/// The length of blanks, line breaks and escaped line breaks at the head of the source.
fn blanks(source: &str, style: Style) -> usize {
    let mut rest = source;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        rest = match trimmed.strip_prefix('\\') {
            Some(after) if style == Style::Double && after.starts_with(['\r', '\n']) => after,
            _ => return source.len() - trimmed.len(),
        };
    }
}

/// How many bytes of source write the character `c`, if the source goes on with it.
fn written(source: &str, c: char, style: Style) -> Option<usize> {
    let first = source.chars().next()?;
    match (style, first) {
        (Style::Double, '\\') => {
            let kind = source[1..].chars().next()?;
            let (len, meant) = match kind {
                'x' => (4, None),
                'u' => (6, None),
                'U' => (10, None),
                'n' => (2, Some('\n')),
                't' => (2, Some('\t')),
                'r' => (2, Some('\r')),
                ' ' => (2, Some(' ')),
                '"' | '\\' | '/' => (2, Some(kind)),
                _ => (1 + kind.len_utf8(), None),
            };
            // A numbered escape is taken at its word: it always writes one character.
            meant.is_none_or(|meant| meant == c).then_some(len)
        }
        (Style::Single, '\'') => (c == '\'' && source.starts_with("''")).then_some(2),
        // A blank before a line break is folded away with it.
        (Style::Plain | Style::Single | Style::Double | Style::Folded, ' ')
            if source.trim_start_matches([' ', '\t']).starts_with(['\r', '\n']) =>
        {
            None
        }
        _ => (first == c).then_some(first.len_utf8()),
    }
}

/// Whether some line break of the source becomes a space in the value.
pub(crate) fn is_folded(node: Node<'_>) -> bool {
    match node.style() {
        Style::Folded => true,
        Style::Literal | Style::Flow => false,
        Style::Plain | Style::Single | Style::Double => node.resolved().source().contains('\n'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{self, Tree};

    /// The source of the `n`-th character of the value of `a`.
    fn source_of(text: &str, n: usize) -> Option<String> {
        let mut tree = Tree::default();
        yaml::parse(text, &[], &mut tree);
        let node = Node::root(text, &tree, &tree.chunks[0])?.get("a")?;
        let value = node.str()?;
        let at = value.char_indices().nth(n)?.0;
        Some(text[locate(node, &value, at)?.range()].to_string())
    }

    #[test]
    fn points_into_every_style() {
        for text in [
            "a: abcXdef",
            "a: 'abcXdef'",
            "a: \"abcXdef\"",
            "a: |\n  abcXdef\n",
            "a: |-\n    abcXdef",
            "a: >2\n  abcXdef\n",
            "{\"a\": \"abcXdef\"}",
            "a: &x abcXdef",
        ] {
            assert_eq!(source_of(text, 3).as_deref(), Some("X"), "{text}");
        }
    }

    #[test]
    fn counts_what_is_folded_and_escaped() {
        for (text, n) in [
            ("a: |\n  ab\n  cX", 4),
            ("a: |\r\n  ab\r\n  cX", 4),
            ("a: >\n  ab\n  cX", 4),
            ("a: ab\n  cX", 4),
            ("a: 'ab  \n  cX'", 4),
            ("a: 'a''cX'", 3),
            ("a: \"\\u0061b\\\n   cX\"", 3),
            ("a: \"a\\n\\tX\"", 3),
            ("a: \"a \\\"X\"", 3),
            ("a: \"é\\x41 X\"", 3),
        ] {
            assert_eq!(source_of(text, n).as_deref(), Some("X"), "{text}");
        }
    }

    #[test]
    fn points_at_blanks_or_past_folded_breaks() {
        assert_eq!(source_of("a: ab cd", 2).as_deref(), Some(" "));
        assert_eq!(source_of("a: 'it''s b'", 4).as_deref(), Some(" "));
        assert_eq!(source_of("a: >\n  ab cd\n", 2).as_deref(), Some(" "));
        assert_eq!(source_of("a: >\n  ab\n  cd\n", 2).as_deref(), Some("c"));
        assert_eq!(source_of("a: \"ab\\tcd\"", 2).as_deref(), Some("\\t"));
    }

    #[test]
    fn says_nothing_where_the_value_is_not_written() {
        assert_eq!(source_of("b: &x abc\na: *x\n", 1), None);
        assert_eq!(source_of("a: !!binary aGVsbG8=", 1), None);
    }
}
