//! The blank that is missing after a `:` or a `-`. Without it a line reads as plain text, which goes on below: a
//! parser complains of the next line, which is right.

use super::Slip;
use crate::source::Span;
use crate::yaml::SyntaxError;

/// Where it is missing, what to say of it, and what to do: if that is what is behind an error.
pub(super) fn behind(error: &SyntaxError, text: &str) -> Option<Slip> {
    let at = error.span.start as usize;
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let blank = if error.lacks_colon() {
        let is_begun = text.get(start..at)?.bytes().all(|byte| byte == b' ');
        if !is_begun {
            return None;
        }
        missing(text.get(at..)?, false)?.after(at)
    } else if error.is_stray_colon() && !text.get(start..at)?.contains(": ") {
        in_line_above(text, start)?
    } else {
        return None;
    };
    let (message, help) = match text.as_bytes().get(blank)? {
        b'-' => (
            "no blank follows this `-`, so the line begins no list item",
            "write a blank after the `-`",
        ),
        _ => (
            "no blank follows this `:`, so the line is no `key: value`",
            "write a blank after the `:`",
        ),
    };
    Some(Slip {
        span: Span::new(blank as u32, blank as u32 + 1),
        message,
        help,
        meant: None,
    })
}

/// The indicator without its blank in the line above the one at `start`; of several such lines in a row, in the first.
fn in_line_above(text: &str, start: usize) -> Option<usize> {
    let mut rest = text.get(..start)?;
    let mut first = None;
    while let Some(above) = rest.strip_suffix('\n') {
        let begin = above.rfind('\n').map_or(0, |newline| newline + 1);
        let line = &above[begin..];
        let content = line.trim_start_matches(['\u{feff}', ' ']);
        let Some(found) = missing(content, first.is_none()) else {
            break;
        };
        let indent = line.len() - content.len();
        // Lines of one text that are indented alike: what is meant as one mapping.
        if first.is_some_and(|(_, column)| column != indent + found.dashes) {
            break;
        }
        first = Some((found.after(begin + indent), indent + found.dashes));
        rest = &text[..begin];
        if found.begins_text {
            return first.map(|(at, _)| at);
        }
    }
    // What goes on with the text of a key above is no line that was meant as an entry.
    first.filter(|_| begins_below(rest)).map(|(at, _)| at)
}

/// Whether a text that begins below these lines is none that goes on from them.
fn begins_below(lines: &str) -> bool {
    let above = lines.lines().next_back().unwrap_or_default().trim();
    above.is_empty() || above.starts_with(['#', '%']) || above.ends_with(':') || above == "---"
}

/// An indicator without its blank.
struct Missing {
    /// How many bytes the dashes of list items around the text take.
    dashes: usize,
    /// Where it is behind those.
    at: usize,
    /// Whether the text must begin on this line.
    begins_text: bool,
}

impl Missing {
    /// Its offset in a text whose line's content starts at `start`.
    fn after(&self, start: usize) -> usize {
        start + self.dashes + self.at
    }
}

/// The indicator without its blank in a line that begins as `key:value` or `-value` does. With `entries`, `-key: value`
/// is meant too.
fn missing(content: &str, entries: bool) -> Option<Missing> {
    let line = content.lines().next()?.trim_end();
    let own = line.trim_start_matches("- ");
    let dashes = line.len() - own.len();
    if let Some(item) = own.strip_prefix('-') {
        let is_entry = item.contains(": ");
        let is_meant = item.starts_with(|c: char| c.is_ascii_alphabetic()) && (entries || !is_entry);
        return is_meant.then_some(Missing {
            dashes,
            at: 0,
            begins_text: dashes > 0 || is_entry,
        });
    }
    let colon = own.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-' | '/'))?;
    let is_key = own.starts_with(|c: char| c.is_ascii_alphabetic()) && own.as_bytes()[colon] == b':';
    let value = own.get(colon + 1..)?;
    // What is part of a URL needs no blank, nor does a line that is an entry all the same.
    let is_value = !value.is_empty() && !value.starts_with(['/', ':', ' ', '\t']) && !value.contains(": ");
    (is_key && is_value).then_some(Missing {
        dashes,
        at: colon,
        begins_text: dashes > 0,
    })
}

#[cfg(test)]
mod tests {
    use super::in_line_above;

    #[test]
    fn a_line_above_lacks_a_blank_where_its_text_begins() {
        for (text, at) in [
            ("apiVersion:v1\nkind: Pod\n", Some(10)),
            ("\u{feff}a:b\nc: d\n", Some(4)),
            ("a:\n  b:c\n  d:e\n  f: g\n", Some(6)),
            ("a:\n- b:c\n  d: e\n", Some(6)),
            ("a:\n- b: c\n-d: e\n f: g\n", Some(10)),
            ("a:\n  -b\n  c: d\n", Some(5)),
            ("a:\r\n  b:c\r\n  d: e\r\n", Some(7)),
            ("a:\r\n  d: e\r\n", None),
            // Text that goes on, URLs, images, numbers.
            ("a: b\n  c:d\n  e: f\n", None),
            ("a:\n- http://b\n  c: d\n", None),
            ("a: b:c\n  d: e\n", None),
            ("a:\n- 80:80\n  d: e\n", None),
            ("a:\n- --b\n  d: e\n", None),
            ("a: b\n", None),
        ] {
            let last = text.trim_end().rfind('\n').map_or(0, |newline| newline + 1);
            assert_eq!(in_line_above(text, last), at, "{text:?}");
        }
    }
}
