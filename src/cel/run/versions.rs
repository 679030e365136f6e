//! Semantic versions.

use std::cmp::Ordering;
use std::rc::Rc;

use super::functions::Function;
use super::value::{Tree, Val};
use super::{Out, Stop, fails};

/// A version; what its build is does not count.
#[derive(Debug, PartialEq, Eq)]
pub struct Version {
    numbers: [u64; 3],
    before: Vec<Part>,
}

/// A part of what stands behind the hyphen. Numbers come before words.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

impl Version {
    fn compare(&self, other: &Version) -> Ordering {
        // A version with something behind the hyphen comes before the one without.
        let released = |version: &Version| version.before.is_empty();
        self.numbers
            .cmp(&other.numbers)
            .then(released(self).cmp(&released(other)))
            .then_with(|| self.before.cmp(&other.before))
    }
}

pub(super) fn call<'v, T: Tree<'v>>(function: Function, arguments: &[Val<'v, T>]) -> Out<'v, T> {
    let read = |text: &str, tolerant: bool| if tolerant { normalized(text) } else { version(text) };
    let number = |version: &Version, i: usize| {
        let number = version
            .numbers
            .get(i)
            .and_then(|number| i64::try_from(*number).ok());
        number.map(Val::Int).ok_or(Stop::Unknown)
    };
    let (text, tolerant) = match arguments {
        [Val::Str(text)] => (text, false),
        [Val::Str(text), Val::Bool(tolerant)] => (text, *tolerant),
        [Val::Version(version)] => {
            return match function {
                Function::Major => number(version, 0),
                Function::Minor => number(version, 1),
                Function::Patch => number(version, 2),
                _ => Err(Stop::Unknown),
            };
        }
        [Val::Version(a), Val::Version(b)] => {
            let ordering = a.compare(b);
            return Ok(match function {
                Function::IsGreaterThan => Val::Bool(ordering.is_gt()),
                Function::IsLessThan => Val::Bool(ordering.is_lt()),
                Function::CompareTo => Val::Int(ordering as i64),
                _ => return Err(Stop::Unknown),
            });
        }
        _ => return Err(Stop::Unknown),
    };
    match (function, read(text, tolerant)) {
        (Function::IsSemver, version) => Ok(Val::Bool(version.is_some())),
        (Function::Semver, Some(version)) => Ok(Val::Version(Rc::new(version))),
        (Function::Semver, None) => fails(format!("`{text}` is no semantic version")),
        _ => Err(Stop::Unknown),
    }
}

/// `1.2.3-rc.1+build`
fn version(text: &str) -> Option<Version> {
    let mut parts = text.splitn(3, '.');
    let (major, minor, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (rest, build) = match rest.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (rest, None),
    };
    let (patch, before) = match rest.split_once('-') {
        Some((patch, before)) => (patch, Some(before)),
        None => (rest, None),
    };
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !build.is_none_or(|build| build.split('.').all(is_word)) {
        return None;
    }
    let part = |text: &str| match text.bytes().all(|b| b.is_ascii_digit()) {
        true => number(text).map(Part::Number),
        false => is_word(text).then(|| Part::Word(text.into())),
    };
    Some(Version {
        numbers: [number(major)?, number(minor)?, number(patch)?],
        before: match before {
            Some(before) => before.split('.').map(part).collect::<Option<_>>()?,
            None => Vec::new(),
        },
    })
}

/// Digits without zeros before them.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

/// The same with `v` before it, with parts left out or with zeros before their numbers.
fn normalized(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts: Vec<String> = text.splitn(3, '.').map(without_zeros).collect();
    if parts.len() < 3 && parts.last()?.contains(['+', '-']) {
        return None;
    }
    parts.resize_with(3, || "0".into());
    version(&parts.join("."))
}

fn without_zeros(part: &str) -> String {
    if part.len() < 2 {
        return part.into();
    }
    let plain = part.trim_start_matches('0');
    if plain.starts_with(|c: char| c.is_ascii_digit()) {
        plain.into()
    } else {
        format!("0{plain}")
    }
}
