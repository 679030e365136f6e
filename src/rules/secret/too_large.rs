//! A Secret holds at most 1 MiB.

use super::content::base64;
use super::{DATA, Object, STRING_DATA, values};
use crate::diagnostic::ErrorType;
use crate::rules::{Check, Cx};
use crate::yaml::Scalar;

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

const LIMIT: usize = 1024 * 1024;

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    // An escape of two characters writes at most three bytes; only aliases make more of less.
    let written = secret.root.span().len() as usize;
    if written < LIMIT / 2 && !secret.root.is_indirect() {
        return;
    }
    // Sizes only, nothing is decoded. What does not decode counts as nothing: the server stops there anyway.
    let size = |value: super::Value<'_>| match value.entry.value.scalar() {
        Some(Scalar::Str(text)) if value.text => text.len(),
        Some(Scalar::Str(text)) => base64::check(&text).unwrap_or(0),
        _ => value.entry.value.items().count(),
    };
    let total: usize = values(secret).into_iter().map(size).sum();
    if total <= LIMIT {
        return;
    }
    let Some(map) = [DATA, STRING_DATA].iter().find_map(|map| secret.root.entry(map)) else {
        return;
    };
    cx.report(
        map.key.span(),
        format!("the values of this Secret are {total} bytes together; the API server takes at most {LIMIT}"),
    )
    .help("split it into several Secrets, or keep large files in a volume or an object store")
    .refusal(ErrorType::TooLong, DATA);
}
