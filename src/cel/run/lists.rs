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
        if out.len() > super::eval::LARGEST {
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
