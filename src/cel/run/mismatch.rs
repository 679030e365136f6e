//! Values whose types are known only when an expression runs, and with which a function does not go after all.

use super::Stop;
use super::value::{Tree, Val};
use crate::cel::calls::overloads;
use crate::cel::types::{Sig, Simple};

/// What stopped a call of a declared function: that it does not go with these values, if that is so.
pub(super) fn told<'v, T: Tree<'v>>(stop: Stop, name: &str, values: &[&Val<'v, T>]) -> Stop {
    let Stop::Unknown = stop else { return stop };
    let kinds: Option<Vec<Simple>> = values.iter().map(|value| kind(value)).collect();
    let goes = |kinds: &[Simple]| {
        overloads(name).iter().any(|one| {
            one.arguments.len() == kinds.len()
                && one
                    .arguments
                    .iter()
                    .zip(kinds)
                    .all(|(wanted, kind)| takes(wanted, *kind))
        })
    };
    match kinds {
        Some(kinds) if !goes(&kinds) => {
            Stop::Fails("a function or operator does not go with its values".into())
        }
        _ => Stop::Unknown,
    }
}

/// The type of a value without parts; of others it is not told.
fn kind<'v, T: Tree<'v>>(value: &Val<'v, T>) -> Option<Simple> {
    Some(match value {
        Val::Null => Simple::Null,
        Val::Bool(_) => Simple::Bool,
        Val::Int(_) => Simple::Int,
        Val::Double(_) => Simple::Double,
        Val::Str(_) => Simple::String,
        _ => return None,
    })
}

fn takes(wanted: &Sig, kind: Simple) -> bool {
    match wanted {
        Sig::Is(Simple::Dyn | Simple::Any) | Sig::Param(_) => true,
        // The sum of an empty list is a number of whatever kind its items are of.
        Sig::Is(Simple::Int | Simple::Uint | Simple::Double) => matches!(kind, Simple::Int | Simple::Double),
        Sig::Is(wanted) => *wanted == kind,
        Sig::List(_) | Sig::Map(..) | Sig::Optional(_) => false,
    }
}
