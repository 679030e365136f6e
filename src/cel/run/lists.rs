//! Functions of lists.

use std::cmp::Ordering;

use super::functions::Function;
use super::value::{Tree, Val, contains, every};
use super::{Out, Stop, fails};

pub(super) fn call<'v, T: Tree<'v>>(function: Function, of: &Val<'v, T>, rest: &[Val<'v, T>]) -> Out<'v, T> {
    let items = of.items()?;
    match (function, rest) {
        (Function::Join, []) => join(&items, ""),
        (Function::Join, [Val::Str(by)]) => join(&items, by),
        (Function::IsSorted, []) => {
            let pairs: Vec<(&Val<'v, T>, &Val<'v, T>)> = items.iter().zip(items.iter().skip(1)).collect();
            every(&pairs, |(a, b)| Ok(a.compare(b)?.is_some_and(Ordering::is_le))).map(Val::Bool)
        }
        (Function::Max, []) => extreme(items, Ordering::is_gt),
        (Function::Min, []) => extreme(items, Ordering::is_lt),
        (Function::Sum, []) => {
            let mut sum = 0i64;
            for item in &items {
                let Val::Int(item) = item else {
                    return Err(Stop::Unknown);
                };
                sum = sum.checked_add(*item).ok_or(Stop::Unknown)?;
            }
            Ok(Val::Int(sum))
        }
        (Function::IndexOf, [item]) => {
            let found = find(items.iter().enumerate(), item)?;
            Ok(Val::Int(found))
        }
        (Function::LastIndexOf, [item]) => Ok(Val::Int(find(items.iter().enumerate().rev(), item)?)),
        (Function::First, []) => Ok(items.into_iter().next().map_or(Val::NONE, Val::some)),
        (Function::Last, []) => Ok(items.into_iter().next_back().map_or(Val::NONE, Val::some)),
        (Function::Sort, []) => {
            let keys = items.clone();
            sorted(items, &keys).map(Val::list)
        }
        (Function::Reverse, []) => Ok(Val::list(items.into_iter().rev().collect())),
        (Function::Distinct, []) => {
            let mut kept: Vec<Val<'v, T>> = Vec::new();
            for item in items {
                if !contains(&kept, &item)? {
                    kept.push(item);
                }
            }
            Ok(Val::list(kept))
        }
        (Function::Flatten, []) => {
            let mut flat = Vec::new();
            for item in items {
                flat.extend(item.items()?);
            }
            Ok(Val::list(flat))
        }
        (Function::Slice, [Val::Int(from), Val::Int(to)]) => {
            let (start, end) = (usize::try_from(*from), usize::try_from(*to));
            match (start, end) {
                (Ok(start), Ok(end)) if let Some(part) = items.get(start..end) => {
                    Ok(Val::list(part.to_vec()))
                }
                _ => fails(format!("a list has no part from {from} to {to}")),
            }
        }
        (Function::SetsContains, [other]) => {
            let other = other.items()?;
            every(&other, |item| contains(&items, item)).map(Val::Bool)
        }
        (Function::SetsEquivalent, [other]) => {
            let other = other.items()?;
            let both = every(&other, |item| contains(&items, item))?
                && every(&items, |item| contains(&other, item))?;
            Ok(Val::Bool(both))
        }
        (Function::SetsIntersects, [other]) => {
            let other = other.items()?;
            let apart = every(&other, |item| Ok(!contains(&items, item)?))?;
            Ok(Val::Bool(!apart))
        }
        _ => Err(Stop::Unknown),
    }
}

/// The numbers from zero up to a number.
pub(super) fn range<'v, T: Tree<'v>>(end: i64) -> Out<'v, T> {
    match usize::try_from(end) {
        Ok(length) if length > super::work::LARGEST => Err(Stop::Unknown),
        _ => Ok(Val::list((0..end.max(0)).map(Val::Int).collect())),
    }
}

/// As many items the server sorts so that those with equal keys stay in order.
const IN_ORDER: usize = 12;

/// Items in the order of their keys, which are all of one kind.
pub(super) fn sorted<'v, T: Tree<'v>>(
    items: Vec<Val<'v, T>>,
    keys: &[Val<'v, T>],
) -> Result<Vec<Val<'v, T>>, Stop> {
    let alike = |key: &Val<'v, T>| match (key, keys.first()) {
        (Val::Double(key), Some(Val::Double(_))) => !key.is_nan(),
        (Val::Duration(_), Some(Val::Duration(_))) | (Val::Time(_), Some(Val::Time(_))) => true,
        (_, Some(first)) => key
            .type_name()
            .is_some_and(|name| Some(name) == first.type_name()),
        _ => false,
    };
    if !keys.iter().all(alike) || items.len() != keys.len() {
        return Err(Stop::Unknown);
    }
    let many = items.len() > IN_ORDER;
    let mut unknown = false;
    let mut pairs: Vec<(Val<'v, T>, &Val<'v, T>)> = items.into_iter().zip(keys).collect();
    pairs.sort_by(|(one, a), (other, b)| {
        let ordering = a.compare(b).ok().flatten();
        let doubtful = many && ordering == Some(Ordering::Equal) && !one.equal(other).unwrap_or(false);
        unknown |= ordering.is_none() || doubtful;
        ordering.unwrap_or(Ordering::Equal)
    });
    match unknown {
        true => Err(Stop::Unknown),
        false => Ok(pairs.into_iter().map(|(item, _)| item).collect()),
    }
}

fn join<'v, T: Tree<'v>>(items: &[Val<'v, T>], by: &str) -> Out<'v, T> {
    let mut out = String::new();
    for (i, item) in items.iter().enumerate() {
        let Val::Str(item) = item else {
            return Err(Stop::Unknown);
        };
        if i > 0 {
            out.push_str(by);
        }
        out.push_str(item);
        if out.len() > super::work::LARGEST {
            return Err(Stop::Unknown);
        }
    }
    Ok(Val::text(out))
}

fn extreme<'v, T: Tree<'v>>(items: Vec<Val<'v, T>>, better: fn(Ordering) -> bool) -> Out<'v, T> {
    let mut items = items.into_iter();
    let Some(mut best) = items.next() else {
        return fails("an empty list has no largest or smallest item");
    };
    for item in items {
        if item.compare(&best)?.is_some_and(better) {
            best = item;
        }
    }
    Ok(best)
}

fn find<'i, 'v: 'i, T: Tree<'v> + 'i>(
    items: impl Iterator<Item = (usize, &'i Val<'v, T>)>,
    item: &Val<'v, T>,
) -> Result<i64, Stop> {
    for (i, known) in items {
        if known.equal(item)? {
            return Ok(i as i64);
        }
    }
    Ok(-1)
}
