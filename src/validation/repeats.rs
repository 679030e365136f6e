//! Slips by which a key stands twice in a mapping: a dash that is missing, a line that is not indented enough.

use super::duplicates::says_the_same;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::edit;
use crate::quote::quote;
use crate::source::Span;
use crate::yaml::{Duplicate, DuplicateKind, Node, Style};

/// What a key that comes again tells of, if not of two values for one field.
pub(super) enum Slip<'t> {
    /// The first key of an item of a list comes again: another item was meant to begin, with a dash.
    Dash(Node<'t>, Node<'t>),
    /// More of an item whose begin is told.
    Rest(Span),
    /// A field of the one above it, which is empty.
    Inside(Node<'t>),
    /// One of several keys that come again: which values belong together is not known.
    Several,
}

/// So many duplicates of one mapping are compared with each other.
const MOST: usize = 32;

/// What one of all duplicates tells of; `maps` are the mappings that they stand in.
pub(super) fn slip_of<'t>(
    at: usize,
    all: &[Duplicate],
    maps: &[Option<Node<'t>>],
    root: Node<'t>,
) -> Option<Slip<'t>> {
    let (duplicate, map) = (all.get(at)?, (*maps.get(at)?)?);
    let is_flow = map.is_json() || map.raw().style == Style::Flow;
    if is_flow || duplicate.kind != DuplicateKind::Written {
        return None;
    }
    let again = root.with_id(duplicate.again);
    let mut keys = map.raw_entries().map(|entry| entry.key);
    let first = keys.next()?;
    let above = std::iter::once(first).chain(keys);
    let above = above.take_while(|key| key.id() < again.id()).last()?;
    let value = above.with_id(above.raw().next);
    if value.span().is_empty() && above.id() != duplicate.first {
        return Some(Slip::Inside(above));
    }
    let own = |of: &Option<Node<'_>>| of.is_some_and(|of| of.id() == map.id());
    let all = all
        .iter()
        .zip(maps)
        .filter(|(_, of)| own(of))
        .map(|(other, _)| other);
    let all = all.filter(|other| other.kind == DuplicateKind::Written);
    let value = |key: u32| root.with_id(root.with_id(key).raw().next);
    if all.clone().nth(MOST).is_some() {
        return None; // no slip of a hand
    }
    // Nothing is lost where all say the same as before.
    if all
        .clone()
        .all(|other| says_the_same(value(other.first), value(other.again)))
    {
        return None;
    }
    let begin = all.clone().find(|other| other.first == first.id());
    let begin = begin.filter(|_| dash_before(first).is_some());
    // What comes again before it does not go on where another item begins.
    let begin = begin.filter(|begin| all.clone().all(|other| other.again >= begin.again));
    match begin {
        Some(begin) if begin.again == duplicate.again => Some(Slip::Dash(first, again)),
        Some(begin) if duplicate.first < begin.again && duplicate.again > begin.again => {
            let mut before = all.filter(|other| other.first == duplicate.first);
            let is_first = before.all(|other| other.again <= begin.again || other.again >= duplicate.again);
            is_first
                .then(|| Slip::Rest(root.with_id(begin.again).span()))
                .or(Some(Slip::Several))
        }
        Some(_) => Some(Slip::Several),
        None => {
            let mut others = all.filter(|other| other.first != duplicate.first);
            others.next().map(|_| Slip::Several)
        }
    }
}

/// The dash of the item that begins with a key.
fn dash_before(key: Node<'_>) -> Option<u32> {
    let before = key.text().get(..key.span().start as usize)?;
    let dash = before.trim_end_matches(' ').strip_suffix('-')?;
    Some(dash.len() as u32)
}

impl Slip<'_> {
    /// Says so in the finding about the key.
    pub(super) fn tell(self, finding: &mut Diagnostic) {
        match self {
            Slip::Dash(first, again) => {
                finding.help = Some(
                    "write `- ` before it, if another item begins here; or else remove one of them".into(),
                );
                finding.fix = dash_at(first, again).map(|edit| Fix {
                    title: "begin another item".into(),
                    safe: false,
                    edits: vec![edit],
                });
            }
            Slip::Rest(cause) => {
                finding.follows = Some(cause);
                finding.fix = None;
            }
            Slip::Inside(holder) => {
                let holder = quote(&holder.key_text().unwrap_or_default());
                finding.help = Some(format!(
                    "indent it, if it belongs to {holder}; or else remove one of them"
                ));
                finding.fix = None;
            }
            Slip::Several => finding.fix = None,
        }
    }
}

/// What writes a dash before a key as it stands before the first one of its item.
fn dash_at(first: Node<'_>, again: Node<'_>) -> Option<Edit> {
    let width = first.span().start - dash_before(first)?;
    let start = again.span().start;
    let at = start.checked_sub(width)?;
    let between = again.text().get(at as usize..start as usize)?;
    let is_blank = between.bytes().all(|byte| byte == b' ');
    is_blank.then(|| edit::replace(at, at + 1, "-"))
}
