//! `metadata.name` has the format of its kind.

use crate::diagnostic::ErrorType;
use crate::manifest::Object;
use crate::placeholder;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    let Some(text) = object.name.as_deref().filter(|text| !text.is_empty()) else {
        return;
    };
    let Some(judge) = super::judge(object, cx) else {
        return;
    };
    let faults = (judge.name)(text);
    // `_` stands where a kustomization puts the namespace.
    if faults.is_empty() || cx.is_unrendered(text) || (text == "_" && !cx.settings.no_skip) {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let name = metadata.child("name");
    let shown = name.value().map(|value| cx.shown(value)).unwrap_or_default();
    let help = if text.ends_with('\n') {
        "the value ends in a line break: write it on the line of its key, without `|` or `>`".to_string()
    } else if placeholder::is_loud(text) || placeholder::has_gap(text) {
        "it looks like a placeholder: fill it in, or check the manifests that come out when it is".to_string()
    } else {
        match super::name_like(text, judge.name) {
            Some(like) => format!("rename it, for example to `{like}`, wherever it is referred to as well"),
            None => "rename it, wherever it is referred to as well".to_string(),
        }
    };
    for fault in faults {
        cx.report_at(&name, format!("the name {shown} of this {} {fault}", object.kind))
            .refusal(ErrorType::Invalid, name.path())
            .help(help.as_str());
    }
}
