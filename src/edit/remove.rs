//! Taking entries out of a mapping.

use crate::diagnostic::Edit;
use crate::source::Span;
use crate::yaml::tree::NodeId;
use crate::yaml::{Entry, Kind, Node};

use super::lines::{Text, column};
use super::{is_flow, is_tied, keeps_lines, replace};

/// Takes one entry out of a mapping, by its key's node.
pub fn remove_entry(map: Node<'_>, key: Node<'_>) -> Option<Vec<Edit>> {
    remove_entries(map, &[key.id()])
}

/// Takes entries out of a mapping, given the nodes of their keys: whole lines, with the comments on them.
/// A mapping that is left without entries becomes `{}`.
pub fn remove_entries(map: Node<'_>, keys: &[NodeId]) -> Option<Vec<Edit>> {
    let entries: Vec<Entry<'_>> = map.raw_entries().collect();
    // What an alias or a merge brings elsewhere would change there as well.
    if map.raw().kind != Kind::Map || map.is_indirect() || keys.is_empty() {
        return None;
    }
    let goes = |entry: &Entry<'_>| keys.contains(&entry.key.id());
    if entries.iter().filter(|entry| goes(entry)).count() != keys.len() {
        return None;
    }
    let tied = |entry: &Entry<'_>| is_tied(entry.key) || is_tied(entry.value);
    if entries.iter().any(|entry| goes(entry) && tied(entry)) {
        return None;
    }
    let which: Vec<bool> = entries.iter().map(goes).collect();
    // A document of nothing but `{}` says nothing, and may be taken for JSON.
    let is_root = || map.tree().chunks.iter().any(|chunk| chunk.root == Some(map.id()));
    if which.iter().all(|goes| *goes) && is_root() {
        return None;
    }
    let edits = if is_flow(map) {
        from_flow(map, &entries, &which)?
    } else {
        from_block(map, &entries, &which)?
    };
    Some(joined(edits))
}

/// Takes an entry out of the mapping under a key of another one, and that one's entry if nothing is left of it.
/// Where either comes twice, the other one would count then: nothing is taken out.
pub fn remove_below(parent: Node<'_>, name: &str, key: Node<'_>) -> Option<Vec<Edit>> {
    let below = parent.entry(name)?;
    let times = |map: Node<'_>, key: Node<'_>| {
        let text = key.key_text();
        map.raw_entries()
            .filter(|entry| entry.key.key_text() == text)
            .count()
    };
    if times(parent, below.key) > 1 || times(below.value, key) > 1 {
        return None;
    }
    if below.value.raw_entries().count() == 1 && parent.raw_entries().count() > 1 {
        return remove_entry(parent, below.key);
    }
    remove_entry(below.value, key)
}

/// Edits that touch become one.
fn joined(edits: Vec<Edit>) -> Vec<Edit> {
    let mut out: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match out.last_mut() {
            Some(last) if last.span.end == edit.span.start => {
                last.span.end = edit.span.end;
                last.text.push_str(&edit.text);
            }
            _ => out.push(edit),
        }
    }
    out
}

fn from_flow(map: Node<'_>, entries: &[Entry<'_>], goes: &[bool]) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut i = 0;
    while i < entries.len() {
        if !goes[i] {
            i += 1;
            continue;
        }
        let run = i;
        while i < entries.len() && goes[i] {
            i += 1;
        }
        let (first, last) = (&entries[run], &entries[i - 1]);
        let (start, end) = match (entries.get(i), run.checked_sub(1).and_then(|at| entries.get(at))) {
            (Some(next), _) => (first.key.span().start, next.key.span().start),
            (None, Some(before)) => (end_of_value(before)?, end_of_value(last)?),
            // Nothing is left: what stands between the brackets goes, blanks and a last comma included.
            (None, None) => (map.span().start + 1, map.span().end.checked_sub(1)?),
        };
        // A key after `?`, or with an anchor, does not begin where its node does.
        let key_is_bare = Text::of(map)
            .get(map.span().start, first.key.span().start)?
            .trim_end()
            .ends_with(['{', ',']);
        if !key_is_bare || has_comment(map, start, end) {
            return None;
        }
        edits.push(replace(start, end, ""));
    }
    Some(edits)
}

/// The end of an entry's value, where it has one.
fn end_of_value(entry: &Entry<'_>) -> Option<u32> {
    let span = entry.value.span();
    (!span.is_empty()).then_some(span.end)
}

fn from_block(map: Node<'_>, entries: &[Entry<'_>], goes: &[bool]) -> Option<Vec<Edit>> {
    let text = Text::of(map);
    if keeps_lines(map) {
        return None; // the blank lines after a `|+` are its own, and what goes may uncover more
    }
    if goes.iter().all(|goes| *goes) {
        return Some(vec![emptied(map, entries)?]);
    }
    let mut edits = Vec::new();
    let mut i = 0;
    while i < entries.len() {
        if !goes[i] {
            i += 1;
            continue;
        }
        let key = entries[i].key;
        column(key)?;
        let start = text.line_start(key.span().start)?;
        let own_line = text.get(start, key.span().start)?.trim_matches(' ').is_empty();
        if own_line {
            let end = text.next_line(end_of_entry(&entries[i], text)?)?;
            if !text.is_simple(start, end) {
                return None;
            }
            edits.push(replace(start, end, ""));
            i += 1;
            continue;
        }
        // The first entry of a list item: the next one that stays takes its place after the `- `.
        let next = (i..entries.len()).find(|at| !goes[*at])?;
        let last = end_of_entry(&entries[next - 1], text)?;
        let (from, to) = (key.span().start, entries[next].key.span().start);
        let same_column = column(entries[next].key)? == column(key)?;
        if !same_column || !text.is_simple(from, to) || has_comment(map, text.next_line(last)?, to) {
            return None;
        }
        edits.push(replace(from, to, ""));
        i = next;
    }
    Some(edits)
}

/// The end of the text of the last line of an entry in block style.
fn end_of_entry(entry: &Entry<'_>, text: Text<'_>) -> Option<u32> {
    text.end_of_entry(entry.key.span().end.max(entry.value.span().end))
}

/// `{}` in place of all entries; on the line of the mapping's key, if it has one.
fn emptied(map: Node<'_>, entries: &[Entry<'_>]) -> Option<Edit> {
    let text = Text::of(map);
    let (first, last) = (entries.first()?, entries.last()?);
    column(first.key)?;
    let end = end_of_entry(last, text)?;
    let content = first.key.span().end.max(last.value.span().end);
    // A comment on the last line stays; a colon without a value goes.
    let rest = text.get(content, end)?;
    let colon = rest
        .find(':')
        .filter(|at| rest[..*at].trim_matches([' ', '\t']).is_empty());
    let content = colon.map_or(content, |at| content + at as u32 + 1);
    let start = first.key.span().start;
    if !text.is_simple(start, end) || has_comment(map, start, content) {
        return None;
    }
    let before = text.get(0, start)?;
    let above = before.trim_end_matches([' ', '\n', '\r']);
    let line = above.rsplit('\n').next().unwrap_or_default();
    if above.len() < before.len()
        && before[above.len()..].contains('\n')
        && above.ends_with(':')
        && !line.contains('#')
    {
        return Some(replace(above.len() as u32, content, " {}"));
    }
    Some(replace(start, content, "{}"))
}

/// Whether a comment begins within a stretch.
fn has_comment(node: Node<'_>, start: u32, end: u32) -> bool {
    let comments = &node.tree().comments;
    let within = Span::new(start, end);
    let next = comments.partition_point(|comment| comment.start < within.start);
    comments
        .get(next)
        .is_some_and(|comment| comment.start < within.end)
}
