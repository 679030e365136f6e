//! How much work values are, so that no expression takes long.

use super::value::{Collection, Tree, Val};
use super::{Out, Stop};

/// Values that an expression makes grow no larger: characters of a text, items of a list.
pub(super) const LARGEST: usize = 100_000;

/// How many steps it is worth to compile a pattern.
pub(super) const COMPILED: u32 = 1_000;

/// How many steps looking through a value is worth. What it holds several times counts as often.
pub(super) fn work<'v, T: Tree<'v>>(value: &Val<'v, T>) -> Result<u32, Stop> {
    if !matches!(value, Val::List(_) | Val::Map(_) | Val::Optional(_)) {
        return own_work(value); // nearly always
    }
    let mut left = LARGEST as u32;
    weigh(value, &mut left)?;
    Ok(LARGEST as u32 - left)
}

fn weigh<'v, T: Tree<'v>>(value: &Val<'v, T>, left: &mut u32) -> Result<(), Stop> {
    let own = own_work(value)?;
    *left = left.checked_sub(own).ok_or(Stop::Unknown)?;
    match value {
        Val::List(items) => items.iter().try_for_each(|item| weigh(item, left)),
        Val::Map(entries) => entries.iter().try_for_each(|(_, value)| weigh(value, left)),
        Val::Optional(Some(value)) => weigh(value, left),
        _ => Ok(()),
    }
}

fn own_work<'v, T: Tree<'v>>(value: &Val<'v, T>) -> Result<u32, Stop> {
    let size = match value {
        Val::Str(text) => text.len() / 64,
        Val::List(items) => items.len(),
        Val::Map(entries) => entries.len(),
        Val::Url(url) => url.len() / 64,
        Val::Tree(tree) if tree.collection() != Collection::Object => tree.size()?,
        _ => 0,
    };
    u32::try_from(size).map_err(|_| Stop::Unknown)
}

/// Values that have grown too large are given up.
pub(super) fn bounded<'v, T: Tree<'v>>(value: Val<'v, T>) -> Out<'v, T> {
    let size = match &value {
        Val::Str(text) => text.len(),
        Val::List(items) => items.len(),
        Val::Map(entries) => entries.len(),
        _ => 0,
    };
    if size > LARGEST {
        Err(Stop::Unknown)
    } else {
        Ok(value)
    }
}
