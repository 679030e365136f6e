//! A path without `pathType`.

use super::regex_path;
use crate::diagnostic::{Edit, ErrorType::Required};
use crate::edit;
use crate::manifest::Object;
use crate::rules::{Check, Cx};
use crate::yaml::Node;

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_path(ingress, |path| {
        let path_type = path.child("pathType");
        if path_type.is_set() || super::has_unknown_key(path, &["path", "pathType", "backend"]) {
            return;
        }
        let pattern = path
            .child("path")
            .text()
            .is_some_and(|text| regex_path::pattern(&text).is_some());
        let help = if pattern {
            "add `pathType: ImplementationSpecific`, which leaves patterns to the controller"
        } else {
            "add `pathType: Prefix` for the path and all below it, or `pathType: Exact` for the path alone"
        };
        // A path that no type allows is not mended by one.
        let absolute = path
            .child("path")
            .text()
            .is_some_and(|text| text.is_empty() || text.starts_with('/'));
        let edit = path.value().filter(|_| absolute).and_then(add);
        let report = cx
            .report_at(
                &path_type,
                "the path has no `pathType`, which networking.k8s.io/v1 demands",
            )
            .refusal(Required, path_type.path())
            .help(help);
        if let Some(edit) = edit {
            report.fix("add `pathType: ImplementationSpecific`", true, vec![edit]);
        }
    });
}

/// Says what a missing `pathType` meant before it had to be said: the controller decides. `Prefix` would be a
/// guess, and wrong where the path is a pattern.
pub(crate) fn add(path: Node<'_>) -> Option<Edit> {
    let value = edit::encode("ImplementationSpecific", edit::style_in(path), path.is_json());
    if let Some(entry) = path.entry("pathType") {
        return edit::fill(&entry, &value);
    }
    path.entry("path")
        .and_then(|entry| edit::insert_after(path, &entry, "pathType", &value))
        .or_else(|| edit::insert_first(path, "pathType", &value))
}
