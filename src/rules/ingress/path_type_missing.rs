//! A path without `pathType`.

use super::regex_path;
use crate::diagnostic::ErrorType::Required;
use crate::manifest::Object;
use crate::rules::{Check, Cx};
use crate::validation::add_path_type;

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
            "add `pathType: Prefix` for the path and all below it, `Exact` for the path alone, or `ImplementationSpecific` to leave it to the controller"
        };
        // A path that no type allows is not mended by one.
        let absolute = path
            .child("path")
            .text()
            .is_some_and(|text| text.is_empty() || text.starts_with('/'));
        let edit = path.value().filter(|_| absolute).and_then(add_path_type);
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
