//! The annotation for the default class has a value that does not count.

use crate::edit;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(class: &Object<'t>, cx: &mut Cx<'t>) {
    let root = class.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    let default = annotations.key(super::DEFAULT_ANNOTATION);
    let Some(text) = super::judged(&default, cx) else {
        return;
    };
    if default.value().is_none() || matches!(&*text, "true" | "false") {
        return;
    }
    let message = format!(
        "{} does not make this the default class: only `\"true\"` does",
        super::shown(&default, cx)
    );
    // The cluster has done without a default so far, so that nobody can be sure.
    let edit = default
        .value()
        .filter(|_| text.eq_ignore_ascii_case("true"))
        .and_then(|value| edit::replace_scalar(value, "true"));
    let report = cx
        .report_at(&default, message)
        .help("write `\"true\"` in quotes, or take the annotation out");
    if let Some(edit) = edit {
        report.fix("write `\"true\"`", false, vec![edit]);
    }
}
