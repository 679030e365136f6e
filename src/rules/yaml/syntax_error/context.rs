//! What to say of an error where its line tells more than the parser knows.

use super::Slip;
use crate::source::Span;
use crate::yaml::SyntaxError;

/// What a parser says is true and seldom what its author did. Where the line tells more, this says it.
pub(super) fn told(error: &SyntaxError, text: &str) -> Slip {
    let (message, help) = words(error, text);
    let line = line_before(error, text);
    // A key that is indented too deep is marked itself, and not its colon.
    let key = match error.is_stray_colon() && !line.contains(": ") {
        true => line.trim_start_matches([' ', '-']).len() as u32,
        false => 0,
    };
    let span = match key {
        0 => error.span,
        key => Span::new(error.span.start - key, error.span.start),
    };
    Slip {
        span,
        message,
        help,
        meant: None,
    }
}

/// What stands on the line before an error.
fn line_before<'t>(error: &SyntaxError, text: &'t str) -> &'t str {
    let before = text.get(..error.span.start as usize).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or_default()
}

fn words(error: &SyntaxError, text: &str) -> (&'static str, &'static str) {
    let line = line_before(error, text);
    let after = text.get(error.span.start as usize..).unwrap_or_default();
    let begins_line = line.trim_end_matches([' ', '\t']).is_empty();
    let quote = line.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let is_closed_here = quote.is_some_and(|quote| line.matches(quote).count() > 1);
    if error.expects_entry() && !begins_line && is_closed_here {
        return (
            "the quotes are closed before this, so nothing may follow on its line",
            match line.ends_with('"') {
                true => "write a quote inside double quotes as `\\\"`, or put single quotes around the value",
                false => {
                    "write a quote inside single quotes twice, `'it''s'`, or put double quotes around the value"
                }
            },
        );
    }
    if error.cannot_start() && after.starts_with("```") {
        return (
            "this fence is Markdown's, and no YAML",
            "remove the lines of the fence",
        );
    }
    if error.is_bad_anchor() && after.starts_with('*') {
        return (
            "a value cannot start with a `*` without quotes: it would name an anchor",
            "quote the value, as in `'*.example.com'`",
        );
    }
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
