//! Writing a string where another one stands, in the style of what stood there.

use crate::diagnostic::Edit;
use crate::yaml::tree::PROPS;
use crate::yaml::{Kind, Node, Style, resolve};

use super::replace;

/// Replaces a scalar by a string: quotes stay what they are, and are added where the string needs them.
pub fn replace_scalar(node: Node<'_>, text: &str) -> Option<Edit> {
    let raw = node.raw();
    if raw.kind != Kind::Scalar || raw.flags & PROPS != 0 || raw.start == raw.end {
        return None;
    }
    let written = encode(text, raw.style, node.is_json());
    Some(replace(raw.start, raw.end, written))
}

/// Replaces a key.
pub fn rename_key(key: Node<'_>, name: &str) -> Option<Edit> {
    // A key of several lines would need a `?`.
    let of_one_line = !matches!(key.raw().style, Style::Literal | Style::Folded);
    replace_scalar(key, name).filter(|_| of_one_line)
}

/// A key of a mapping in flow style that a mapping can be opened at: its colon follows on its line, and what stands
/// before it is a bracket or a comma, not the `?` of a complex key. Returns what writes a key as that one is written:
/// `{"a":1}` reads without a blank behind its colon only while its keys have quotes.
pub fn key_in_flow<'t>(map: Node<'t>, key: Node<'t>) -> Option<impl Fn(&str) -> String + use<'t>> {
    let raw = key.raw();
    let (start, text) = (map.span().start as usize, key.text());
    let before = text.get(start..raw.start as usize)?.trim_end();
    let after = text.get(raw.end as usize..)?.trim_start_matches(' ');
    let opens = before.ends_with(['{', ',']) && after.starts_with(':');
    if !opens || raw.kind != Kind::Scalar || raw.flags & PROPS != 0 {
        return None;
    }
    Some(move |name: &str| encode(name, raw.style, key.is_json()))
}

/// A string as YAML, in the given style if that can hold it.
pub fn encode(text: &str, style: Style, json: bool) -> String {
    match style {
        _ if json => double(text),
        Style::Single if text.chars().all(|c| !c.is_control() && !is_odd(c)) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        Style::Plain if is_plain(text) => text.to_string(),
        _ => double(text),
    }
}

/// Whether a string surely reads the same without quotes, in block and in flow style.
fn is_plain(text: &str) -> bool {
    let inner =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'+' | b'=' | b'@');
    let first = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/');
    text.bytes().all(inner)
        && text.bytes().next().is_some_and(first)
        && !resolve::may_be_typed(text.as_bytes())
}

/// Characters that break lines, or that nobody sees.
fn is_odd(c: char) -> bool {
    matches!(
        c,
        '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{feff}'
    )
}

/// In double quotes, with escapes that JSON and YAML share.
fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_odd(c) => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
