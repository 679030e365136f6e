//! A path that does not start with `/`.

use crate::diagnostic::ErrorType::Invalid;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_path(ingress, |item| {
        let path = item.child("path");
        let Some(path_type) = item.child("pathType").text() else {
            return;
        };
        let Some(text) = super::judged(&path, cx) else {
            return;
        };
        let may_be_empty = match &*path_type {
            "Exact" | "Prefix" => false,
            "ImplementationSpecific" => true,
            _ => return,
        };
        if text.starts_with('/') || (text.is_empty() && may_be_empty) {
            return;
        }
        if text.is_empty() {
            if path.is_set() || !super::has_unknown_key(item, &["path", "pathType", "backend"]) {
                cx.report_at(&path, format!("a path of type {path_type} needs a `path`"))
                    .refusal(Invalid, path.path())
                    .help("write `path: /` with type Prefix to match everything");
            }
            return;
        }
        let help = match text.trim().trim_start_matches('^') {
            "*" | ".*" | "(.*)" => String::from("write `path: /` with type Prefix to match everything"),
            trimmed if trimmed.starts_with('/') => format!("write {}", super::quote(trimmed)),
            trimmed if trimmed.contains("://") => {
                String::from("write only the part of the URL after the host")
            }
            trimmed => {
                let stem = trimmed.trim_start_matches("../").trim_start_matches("./");
                format!("write {}", super::quote(&format!("/{stem}")))
            }
        };
        let message = format!(
            "the path {} does not start with `/`, as every request's path does",
            super::shown(&path, cx)
        );
        cx.report_at(&path, message)
            .refusal(Invalid, path.path())
            .help(help);
    });
}
