//! `metadata.namespace` is a DNS label.

use crate::diagnostic::{ErrorType, Severity};
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    let Some(text) = object.namespace.as_deref() else {
        return;
    };
    let faults = names::dns1123_label(text);
    if faults.is_empty() || cx.is_unrendered(text) {
        return;
    }
    // Of an Event the server asks for less first, and reports it at another path.
    if object.kind == "Event" && object.group().is_empty() && !names::dns1123_subdomain(text).is_empty() {
        return;
    }
    // On what lives in no namespace the server drops it unseen.
    let Some(namespaced) = super::judge(object, cx)
        .map(|judge| judge.namespaced)
        .filter(|namespaced| *namespaced != Some(false))
    else {
        return;
    };
    let root = object.fields();
    let metadata = root.child("metadata");
    let namespace = metadata.child("namespace");
    let shown = namespace.value().map(|value| cx.shown(value)).unwrap_or_default();
    let help = match super::name_like(text, names::dns1123_label) {
        Some(like) => format!("no namespace can be called that; write its real name, perhaps `{like}`"),
        None => "no namespace can be called that; write its real name".to_string(),
    };
    for fault in faults {
        let report = cx
            .report_at(&namespace, format!("the namespace {shown} {fault}"))
            .help(help.as_str());
        if namespaced.is_some() {
            report.refusal(ErrorType::Invalid, namespace.path());
        } else {
            report.severity(Severity::Warning);
        }
    }
}
