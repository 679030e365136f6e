//! Secrets: what the API server refuses in them, and what it lets pass that cannot work.
//!
//! No message here shows a value: keys, lengths and positions only.

pub mod bad_base64;
pub mod basic_auth_missing;
mod content;
pub mod docker_config_missing;
pub mod docker_config_without_auths;
pub mod double_base64;
pub mod expired_certificate;
pub mod immutable_unfilled;
pub mod invalid_docker_config;
pub mod invalid_key;
pub mod invalid_tls_pair;
pub mod placeholder;
pub mod service_account_missing;
pub mod ssh_auth_missing;
pub mod string_data_overrides;
pub mod tls_missing_key;
pub mod too_large;
pub mod trailing_newline;
pub mod unknown_type;
pub mod unusable_bootstrap_token;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::diagnostic::{ErrorType, Report};
use crate::manifest::Object;
use crate::rules::Cx;
use crate::source::Span;
use crate::yaml::{Entry, Node, Scalar};
use content::base64;

const DATA: &str = "data";
const STRING_DATA: &str = "stringData";

/// One value of a Secret as the API server stores it: `stringData` is merged over `data`.
struct Value<'t> {
    /// Its key and value, where the author wrote them.
    entry: Entry<'t>,
    /// The entry of `data` that this one of `stringData` replaces.
    replaced: Option<Entry<'t>>,
    /// Whether the value is text (`stringData`) or base64 (`data`).
    text: bool,
}

impl<'t> Value<'t> {
    /// What is stored. `None` for what does not decode: bad base64, or a value of the wrong type.
    fn bytes(&self) -> Option<Cow<'t, [u8]>> {
        let node = self.entry.value;
        if self.text {
            return match node.scalar()? {
                Scalar::Null => Some(Cow::Borrowed(b"")),
                Scalar::Str(Cow::Borrowed(s)) => Some(Cow::Borrowed(s.as_bytes())),
                Scalar::Str(Cow::Owned(s)) => Some(Cow::Owned(s.into_bytes())),
                _ => None,
            };
        }
        if node.is_seq() {
            // encoding/json takes an array of numbers for bytes.
            let byte = |item: Node<'_>| match item.scalar()? {
                Scalar::Null => Some(0),
                Scalar::Int(n) => u8::try_from(n).ok(),
                _ => None,
            };
            return node
                .items()
                .map(byte)
                .collect::<Option<Vec<u8>>>()
                .map(Cow::Owned);
        }
        match node.scalar()? {
            Scalar::Null => Some(Cow::Borrowed(b"")),
            Scalar::Str(s) => base64::decode(&s).ok().map(Cow::Owned),
            _ => None,
        }
    }

    /// Where to point at it: the value, or its key when the value is empty or spans lines.
    fn place(&self) -> Span {
        let value = self.entry.value;
        if value.span().is_empty() || value.source().contains('\n') {
            self.entry.key.span()
        } else {
            value.span()
        }
    }

    /// Whether it waits to be filled in, so that nothing can be said about it yet.
    fn is_unrendered(&self, cx: &Cx<'t>) -> bool {
        let text = self.entry.value.str();
        text.is_some_and(|text| cx.unrendered_secret(&text).is_some())
    }

    /// The same for what can be no password, so that any part of it may wait.
    fn is_unrendered_in_part(&self, cx: &Cx<'t>) -> bool {
        self.entry.value.str().is_some_and(|text| cx.is_unrendered(&text))
    }
}

/// The value under a key, after the merge.
fn value<'t>(secret: &Object<'t>, key: &str) -> Option<Value<'t>> {
    let find = |map| secret.root.get(map).and_then(|map| map.entry(key));
    let (data, string) = (find(DATA), find(STRING_DATA));
    match string {
        Some(entry) => Some(Value {
            entry,
            replaced: data,
            text: true,
        }),
        None => data.map(|entry| Value {
            entry,
            replaced: None,
            text: false,
        }),
    }
}

/// All values after the merge, each key once, in the order in which the keys first come.
fn values<'t>(secret: &Object<'t>) -> Vec<Value<'t>> {
    let mut values: Vec<Value<'t>> = Vec::new();
    let mut seen: HashMap<Cow<'t, str>, usize> = HashMap::new();
    for (map, text) in [(DATA, false), (STRING_DATA, true)] {
        for entry in secret.root.get(map).into_iter().flat_map(|map| map.entries()) {
            let Some(key) = entry.key.key_text() else { continue };
            let Some(&at) = seen.get(&key) else {
                seen.insert(key, values.len());
                values.push(Value {
                    entry,
                    replaced: None,
                    text,
                });
                continue;
            };
            let old = &mut values[at];
            if text && !old.text {
                old.replaced = Some(old.entry);
            }
            (old.entry, old.text) = (entry, text);
        }
    }
    values
}

/// The type as the server sees it, where an empty one is Opaque; `None` when it cannot be known.
fn kind_of<'t>(secret: &Object<'t>, cx: &Cx<'t>) -> Option<Cow<'t, str>> {
    match secret.fields().child("type").text()? {
        text if text.is_empty() => Some(Cow::Borrowed("Opaque")),
        text if cx.is_unrendered(&text) => None,
        text => Some(text),
    }
}

/// Whether the Secret is of this type and all of its keys are known, so that one can be said to lack.
fn is_whole<'t>(secret: &Object<'t>, cx: &Cx<'t>, kind: &str) -> bool {
    kind_of(secret, cx).is_some_and(|own| own == kind)
        && [DATA, STRING_DATA].iter().all(|map| {
            secret.root.get(map).is_none_or(|map| {
                map.is_null()
                    || map.is_map()
                        && map
                            .entries()
                            .all(|e| e.key.key_text().is_some_and(|key| !cx.is_unrendered(&key)))
            })
        })
}

/// Reports a key that the type demands, at the mapping that should hold it.
fn report_missing<'c, 't>(
    secret: &Object<'t>,
    cx: &'c mut Cx<'t>,
    key: &str,
    message: impl Into<String>,
) -> Report<'c> {
    let map = [DATA, STRING_DATA]
        .iter()
        .find_map(|map| secret.root.entry(map))
        .map_or_else(|| secret.fields().handle(), |entry| entry.key.span());
    cx.report(map, message)
        .refusal(ErrorType::Required, format!("data[{key}]"))
}
