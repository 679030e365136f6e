//! Slips that a parser notices too late, or takes for something else: what a merge left behind, a separator with too few
//! dashes, a quote that is closed by the next one.

use super::Slip;
use crate::manifest::mask::CONFLICT;
use crate::rules::yaml::is_dashes;
use crate::source::Span;
use crate::yaml::SyntaxError;

/// The slip behind an error of a document, if it is one of these.
pub(super) fn behind(error: &SyntaxError, document: Span, text: &str) -> Option<Slip> {
    conflict(error, document, text)
        .or_else(|| separator(error, document, text))
        .or_else(|| quote(error, document, text))
}

/// The first marker of a conflict in the lines up to the error.
fn conflict(error: &SyntaxError, document: Span, text: &str) -> Option<Slip> {
    let mut at = document.start as usize;
    let own = text.get(document.range())?;
    let is_marker = |line: &str, marker: &str| {
        let rest = line.strip_prefix(marker);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r', '\n']))
    };
    // The middle one is an underline in many texts.
    let sides = || {
        own.lines()
            .any(|line| is_marker(line, CONFLICT[0]) || is_marker(line, CONFLICT[2]))
    };
    for line in own.split_inclusive('\n') {
        if at > error.span.end as usize {
            return None;
        }
        if let Some(marker) = CONFLICT.iter().find(|marker| is_marker(line, marker)) {
            if !sides() {
                return None;
            }
            return Some(Slip {
                span: Span::new(at as u32, (at + marker.len()) as u32),
                message: "this is what git leaves where two changes meet: a conflict that is not resolved",
                help: "keep what is right of both sides, and remove the lines of `<<<<<<<`, `=======` and `>>>>>>>`",
                meant: None,
            });
        }
        at += line.len();
    }
    None
}

/// A line of dashes that are not three: where a key is expected, before the first one, or read as a separator with text
/// behind it.
fn separator(error: &SyntaxError, document: Span, text: &str) -> Option<Slip> {
    let at = error.span.start as usize;
    let start = if error.lacks_colon() {
        at
    } else if error.is_stray_colon() {
        document.start as usize
    } else if error.follows_separator() {
        text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1)
    } else {
        return None;
    };
    let line = text.get(start..)?.lines().next()?.trim_end();
    let begins_line = start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n');
    (begins_line && is_dashes(line)).then_some(Slip {
        span: Span::new(start as u32, (start + line.len()) as u32),
        message: "this line separates no documents: that takes three dashes",
        help: "write `---`",
        meant: Some("---"),
    })
}

/// A quote that goes over keys below it, and is closed by the one that was to open another value.
fn quote(error: &SyntaxError, document: Span, text: &str) -> Option<Slip> {
    if !error.expects_entry() && !error.expects_comma() {
        return None;
    }
    let above = text.get(document.start as usize..error.span.start as usize)?;
    let quote = above.chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    let above = above.strip_suffix(quote)?;
    let open = above.rfind(quote)?;
    let (before, inside) = (above.get(..open)?, above.get(open + 1..)?);
    let opens = before.ends_with(' ') && before.trim_end_matches(' ').ends_with([':', '-', '[', '{', ',']);
    // What was to open another value stands behind a key or a dash, and a line below begins what is beside the first.
    let last = inside.rsplit('\n').next()?;
    let opening = before.rsplit('\n').next()?;
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_beside = |line: &str| {
        let is_entry = line.contains(':') || line.trim_start_matches(' ').starts_with("- ");
        is_entry && indent(line) <= indent(opening)
    };
    let value = last.split_once(": ").map(|(_, value)| value);
    let value = value.or_else(|| last.trim_start_matches(' ').strip_prefix("- "));
    // Brackets may come before it.
    let begins_value = value.is_some_and(|value| value.is_empty() || value.starts_with(['[', '{']));
    let goes_over_keys = begins_value && !last.contains('#') && inside.lines().skip(1).any(is_beside);
    let at = document.start + open as u32;
    (opens && goes_over_keys).then_some(Slip {
        span: Span::new(at, at + 1),
        message: "this quote is not closed where its value ends, so that the value goes on until the next quote, lines below",
        help: "close the quote at the end of its value",
        meant: None,
    })
}
