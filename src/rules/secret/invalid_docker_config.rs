//! Registry credentials must be a JSON object.

use super::content::json::{self, Fault};
use super::docker_config_missing::TYPES;
use super::{Object, kind_of, value};
use crate::diagnostic::ErrorType;
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let Some(kind) = kind_of(secret, cx) else { return };
    let Some((_, key)) = TYPES.into_iter().find(|(name, _)| *name == kind) else {
        return;
    };
    let Some(value) = value(secret, key).filter(|value| !value.is_unrendered(cx)) else {
        return;
    };
    let Some(Err(fault)) = value.bytes().map(|bytes| json::members(&bytes)) else {
        return;
    };
    let what = match fault {
        Fault::Empty => "is empty".to_string(),
        Fault::ByteOrderMark => "starts with a byte order mark, which JSON does not allow".to_string(),
        Fault::NotAnObject => "is JSON, but no object".to_string(),
        Fault::End => "breaks off in the middle of its JSON".to_string(),
        Fault::Syntax(at) => format!("is not JSON: byte {at} is out of place"),
        Fault::Control(at) => {
            format!("is not JSON: a string holds a raw line break or control character at byte {at}")
        }
        Fault::Rest(at) => format!("goes on after the end of its JSON, at byte {at}"),
        Fault::Number(at) => format!("holds a number beyond the range of a double, at byte {at}"),
        Fault::Depth(at) => format!("is nested deeper than 10,000 levels, at byte {at}"),
    };
    let decoded = if value.text { "" } else { ", once decoded," };
    cx.report(value.place(), format!("`{key}`{decoded} {what}"))
        .help("give a JSON object of registries, as `kubectl create secret docker-registry` writes it")
        .refusal(ErrorType::Invalid, format!("data[{key}]"));
}
