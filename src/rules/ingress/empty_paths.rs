//! `http` without paths.

use crate::diagnostic::ErrorType::Required;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_rule(ingress, |rule| {
        let http = rule.child("http");
        let paths = http.child("paths");
        if http.is_set()
            && super::is_struct(&http)
            && super::is_empty_list(&paths)
            && !super::has_unknown_key(&http, &["paths"])
        {
            cx.report_at(&paths, "`http` has no `paths`, so that the rule routes nothing")
                .refusal(Required, paths.path())
                .help("list at least one path with its `pathType` and `backend`, or take `http` out");
        }
    });
}
