//! Putting an entry into a mapping.

use crate::diagnostic::Edit;
use crate::yaml::tree::PROPS;
use crate::yaml::{Entry, Kind, Node, Style};

use super::lines::{Text, break_near, column};
use super::{encode, insert, is_flow, keeps_lines, replace};

/// Adds `key: value` after an entry of a mapping, on a line of its own in block style. `value` is YAML as it
/// shall stand there, and JSON where the document is.
pub fn insert_after(map: Node<'_>, entry: &Entry<'_>, key: &str, value: &str) -> Option<Edit> {
    if map.raw().kind != Kind::Map || map.is_indirect() {
        return None;
    }
    let text = Text::of(map);
    let written = written(map, key, value);
    if is_flow(map) {
        let end = entry.value.span().end;
        let after_brace = map.span().start + 1;
        let first = map.raw_entries().next()?;
        let blank = text.get(after_brace, first.key.span().start)?;
        let between = match blank {
            _ if entry.value.span().is_empty() => return None,
            blank if !blank.trim_matches([' ', '\t', '\n', '\r']).is_empty() => return None,
            blank if blank.contains('\n') => blank,
            _ if is_tight(map) => "",
            _ => " ",
        };
        return Some(insert(end, format!(",{between}{written}")));
    }
    let column = column(map.raw_entries().next()?.key)?;
    if keeps_lines(entry.value) {
        return None;
    }
    let end = text.end_of_entry(entry.key.span().end.max(entry.value.span().end))?;
    let indent = " ".repeat(column as usize);
    Some(insert(end, format!("{}{indent}{written}", break_near(entry.key))))
}

/// Adds `key: value` as the first entry of a mapping that has others.
pub fn insert_first(map: Node<'_>, key: &str, value: &str) -> Option<Edit> {
    if map.raw().kind != Kind::Map || map.is_indirect() {
        return None;
    }
    let first = map.raw_entries().next()?.key;
    let text = Text::of(map);
    let written = written(map, key, value);
    if is_flow(map) {
        let blank = text.get(map.span().start + 1, first.span().start)?;
        let between = match blank {
            blank if !blank.trim_matches([' ', '\t', '\n', '\r']).is_empty() => return None,
            blank if blank.contains('\n') => blank,
            _ if is_tight(map) => "",
            _ => " ",
        };
        return Some(insert(first.span().start, format!("{written},{between}")));
    }
    let indent = " ".repeat(column(first)? as usize);
    Some(insert(
        first.span().start,
        format!("{written}{}{indent}", break_near(first)),
    ))
}

/// Gives an entry whose value is null another value.
pub fn fill(entry: &Entry<'_>, value: &str) -> Option<Edit> {
    let written = entry.value.span();
    // What has an anchor or a tag would become a part of the new value, or lose it.
    let tied = (entry.value.raw().flags | entry.key.raw().flags) & PROPS != 0;
    if tied || entry.value.is_indirect() || !entry.value.is_null() {
        return None;
    }
    if !written.is_empty() {
        return Some(replace(written.start, written.end, value));
    }
    let text = Text::of(entry.key);
    let key_end = entry.key.span().end;
    let rest = text.get(key_end, text.line_end(key_end)?)?;
    let colon = rest
        .find(':')
        .filter(|at| rest[..*at].trim_matches(' ').is_empty())?;
    Some(insert(key_end + colon as u32 + 1, format!(" {value}")))
}

/// How words are written in a mapping: in one of flow style, which may be JSON in a YAML file, as its first key is.
pub fn style_in(map: Node<'_>) -> Style {
    let first = map.raw_entries().next().filter(|_| is_flow(map));
    match first.map(|entry| entry.key.raw().style) {
        Some(style @ (Style::Single | Style::Double)) => style,
        _ => Style::Plain,
    }
}

/// Whether a mapping is JSON without blanks after its colons, which stays so.
pub fn is_tight(map: Node<'_>) -> bool {
    map.is_json() && !has_space(map)
}

/// Whether a JSON mapping has blanks after its colons; what is packed tight stays so.
fn has_space(map: Node<'_>) -> bool {
    map.raw_entries().next().is_some_and(|entry| {
        Text::of(map)
            .get(entry.key.span().end, entry.value.span().start)
            .is_some_and(|between| between.contains(' '))
    })
}

fn written(map: Node<'_>, key: &str, value: &str) -> String {
    let json = map.is_json();
    let space = if is_tight(map) { "" } else { " " };
    let key = encode(key, style_in(map), json);
    if value.is_empty() || value.starts_with('\n') {
        return format!("{key}:{value}");
    }
    format!("{key}:{space}{value}")
}
