//! Functions of texts. Places in a text are counted in characters.

use super::functions::Function;
use super::value::{Tree, Val};
use super::{Out, Stop, fails};
use crate::formats::Pattern;

pub(super) fn call<'v, T: Tree<'v>>(function: Function, text: &str, rest: &[Val<'v, T>]) -> Out<'v, T> {
    match (function, rest) {
        (Function::Contains, [Val::Str(part)]) => Ok(Val::Bool(text.contains(&**part))),
        (Function::StartsWith, [Val::Str(part)]) => Ok(Val::Bool(text.starts_with(&**part))),
        (Function::EndsWith, [Val::Str(part)]) => Ok(Val::Bool(text.ends_with(&**part))),
        (Function::Matches, [Val::Str(pattern)]) => {
            let pattern = Pattern::new(pattern.clone());
            pattern.matches(text).map(Val::Bool).ok_or(Stop::Unknown)
        }
        (Function::Find, [Val::Str(pattern)]) => {
            let found = Pattern::new(pattern.clone()).find(text, 1).ok_or(Stop::Unknown)?;
            Ok(Val::text(found.into_iter().next().unwrap_or_default()))
        }
        (Function::FindAll, [Val::Str(pattern), rest @ ..]) => {
            let found = Pattern::new(pattern.clone()).find(text, most(rest)?);
            let found = found.ok_or(Stop::Unknown)?;
            Ok(Val::list(found.into_iter().map(Val::text).collect()))
        }
        (Function::CharAt, [Val::Int(at)]) => {
            let length = text.chars().count();
            match usize::try_from(*at) {
                Ok(at) if at < length => Ok(Val::text(text.chars().skip(at).take(1).collect::<String>())),
                Ok(at) if at == length => Ok(Val::text("")),
                _ => fails(format!("a text has no character {at}")),
            }
        }
        (Function::IndexOf, [Val::Str(part)]) => Ok(Val::Int(place(text, text.find(&**part)))),
        (Function::IndexOf, [Val::Str(part), Val::Int(from)]) => index_from(text, part, *from),
        (Function::LastIndexOf, [Val::Str(part)]) => Ok(Val::Int(place(text, text.rfind(&**part)))),
        (Function::LowerAscii, []) => Ok(Val::text(text.to_ascii_lowercase())),
        (Function::UpperAscii, []) => Ok(Val::text(text.to_ascii_uppercase())),
        (Function::Replace, [Val::Str(from), Val::Str(to), rest @ ..]) if !from.is_empty() => {
            if text.matches(&**from).count().saturating_mul(to.len()) > super::work::LARGEST {
                return Err(Stop::Unknown);
            }
            Ok(Val::text(text.replacen(&**from, to, most(rest)?)))
        }
        (Function::Split, [Val::Str(by), rest @ ..]) if !by.is_empty() => Ok(Val::list(
            text.splitn(most(rest)?, &**by).map(Val::text).collect(),
        )),
        (Function::Substring, [Val::Int(from)]) => substring(text, *from, text.chars().count() as i64),
        (Function::Substring, [Val::Int(from), Val::Int(to)]) => substring(text, *from, *to),
        (Function::Trim, []) => Ok(Val::text(text.trim())),
        (Function::Format, [list]) => format(text, &list.items()?),
        _ => Err(Stop::Unknown),
    }
}

/// How often something is done at the most: below zero there is no limit.
fn most<T>(rest: &[Val<'_, T>]) -> Result<usize, Stop> {
    match rest {
        [] => Ok(usize::MAX),
        [Val::Int(most)] => Ok(usize::try_from(*most).unwrap_or(usize::MAX)),
        _ => Err(Stop::Unknown),
    }
}

fn index_from<'v, T: Tree<'v>>(text: &str, part: &str, from: i64) -> Out<'v, T> {
    let Ok(skipped) = usize::try_from(from) else {
        return fails(format!("a text has no character {from}"));
    };
    // What lies behind the end is answered in several ways.
    let Some((start, _)) = text.char_indices().nth(skipped).filter(|_| !part.is_empty()) else {
        return Err(Stop::Unknown);
    };
    let found = text.get(start..).and_then(|rest| rest.find(part));
    Ok(Val::Int(place(text, found.map(|at| start + at))))
}

fn place(text: &str, found: Option<usize>) -> i64 {
    let before = found.and_then(|at| text.get(..at));
    before.map_or(-1, |before| before.chars().count() as i64)
}

fn substring<'v, T: Tree<'v>>(text: &str, from: i64, to: i64) -> Out<'v, T> {
    let length = text.chars().count() as i64;
    if from < 0 || to < from || to > length {
        return fails(format!(
            "a text of {length} characters has no part from {from} to {to}"
        ));
    }
    let part = text.chars().skip(from as usize).take((to - from) as usize);
    Ok(Val::text(part.collect::<String>()))
}

/// `%s` and `%d`, of values that read the same everywhere.
fn format<'v, T: Tree<'v>>(text: &str, values: &[Val<'v, T>]) -> Out<'v, T> {
    let mut values = values.iter();
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().to_string();
    while let Some(part) = parts.next() {
        match part.chars().next() {
            Some('s') => match values.next() {
                Some(Val::Str(value)) => out.push_str(value),
                Some(Val::Int(value)) => out.push_str(&value.to_string()),
                Some(Val::Bool(value)) => out.push_str(&value.to_string()),
                _ => return Err(Stop::Unknown),
            },
            Some('d') => match values.next() {
                Some(Val::Int(value)) => out.push_str(&value.to_string()),
                _ => return Err(Stop::Unknown),
            },
            // `%%`
            None => {
                out.push('%');
                out.push_str(parts.next().ok_or(Stop::Unknown)?);
                continue;
            }
            _ => return Err(Stop::Unknown),
        }
        out.push_str(part.get(1..).unwrap_or_default());
    }
    Ok(Val::text(out))
}
