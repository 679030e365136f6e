//! URLs and their parts, as far as nothing in them is escaped.

use std::rc::Rc;

use super::functions::Function;
use super::value::{Pair, Tree, Val};
use super::{Out, Stop, fails};
use crate::url;

/// A URL.
#[derive(Debug, PartialEq)]
pub struct Url {
    scheme: Box<str>,
    host: Box<str>,
    path: Box<str>,
    query: Box<str>,
}

impl Url {
    /// How many bytes its parts have.
    pub(super) fn len(&self) -> usize {
        let parts = [&self.scheme, &self.host, &self.path, &self.query];
        parts.map(|part| part.len()).iter().sum()
    }
}

pub(super) fn call<'v, T: Tree<'v>>(function: Function, of: &Val<'v, T>) -> Out<'v, T> {
    let url = match of {
        Val::Url(url) => url,
        Val::Str(text) => return read(function, text),
        _ => return Err(Stop::Unknown),
    };
    Ok(match function {
        Function::Scheme => Val::text(&*url.scheme),
        Function::Host => Val::text(&*url.host),
        Function::HostName => Val::text(host_and_port(&url.host).0),
        Function::Port => Val::text(host_and_port(&url.host).1),
        Function::Path if url.path.bytes().all(is_plain) => Val::text(&*url.path),
        Function::Query => return query(&url.query),
        _ => return Err(Stop::Unknown),
    })
}

fn read<'v, T: Tree<'v>>(function: Function, text: &str) -> Out<'v, T> {
    let request = url::read_request(text);
    if request.as_ref().is_some_and(|request| request.doubtful) {
        return Err(Stop::Unknown);
    }
    match function {
        Function::IsUrl => Ok(Val::Bool(request.is_some())),
        // The server reads it once more, since a request has no fragment.
        Function::Url => match request.and_then(|_| url::read(text)) {
            None => fails(format!("`{text}` is no URL")),
            Some(url) if url.doubtful || url.host.contains('%') => Err(Stop::Unknown),
            Some(url) => Ok(Val::Url(Rc::new(Url {
                scheme: url.scheme.into(),
                host: url.host.into(),
                path: url.path.into(),
                query: url.query.into(),
            }))),
        },
        _ => Err(Stop::Unknown),
    }
}

/// What stands in a path without being escaped.
fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-_.~/$&+,:;=@".contains(&b)
}

fn host_and_port(host: &str) -> (&str, &str) {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, port),
        _ => (host, ""),
    };
    let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    (inner.unwrap_or(name), port)
}

/// A map of each key's values.
fn query<'v, T: Tree<'v>>(text: &str) -> Out<'v, T> {
    if text.contains(['%', '+', ';']) {
        return Err(Stop::Unknown);
    }
    let mut found: Vec<(&str, Vec<Val<'v, T>>)> = Vec::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match found.iter().position(|(known, _)| *known == key) {
            Some(at) => {
                if let Some((_, values)) = found.get_mut(at) {
                    values.push(Val::text(value));
                }
            }
            None if found.len() < KEYS => found.push((key, vec![Val::text(value)])),
            None => return Err(Stop::Unknown),
        }
    }
    let pair =
        |(key, values): (&str, Vec<Val<'v, T>>)| -> Pair<'v, T> { (Val::text(key), Val::list(values)) };
    Ok(Val::Map(Rc::new(found.into_iter().map(pair).collect())))
}

/// More keys are not looked through.
const KEYS: usize = 64;
