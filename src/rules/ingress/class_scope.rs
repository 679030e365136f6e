//! `scope` and `namespace` of an IngressClass' parameters that do not go together.

use crate::diagnostic::ErrorType::{Forbidden, NotSupported, Required};
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(class: &Object<'t>, cx: &mut Cx<'t>) {
    let root = class.fields();
    let spec = root.child("spec");
    let parameters = spec.child("parameters");
    if !super::is_v1(class) || !parameters.is_set() || !super::is_struct(&parameters) {
        return;
    }
    let (scope, namespace) = (parameters.child("scope"), parameters.child("namespace"));
    let (Some(scope_text), Some(text)) = (super::judged(&scope, cx), super::judged(&namespace, cx)) else {
        return;
    };
    match &*scope_text {
        "Namespace" if !namespace.is_set() => {
            cx.report_at(
                &namespace,
                "the parameters' scope is Namespace, but no `namespace` is named",
            )
            .refusal(Required, namespace.path())
            .related(scope.place(), "this scope needs a namespace")
            .help("add the `namespace` that holds the parameters");
        }
        "Namespace" => {
            let help = "write the name of the namespace that holds the parameters";
            super::report_faults(&namespace, "namespace", names::dns1123_label(&text), help, cx);
        }
        // The server fills in scope Cluster before it validates.
        "Cluster" | "" if !scope.is_set() || !scope_text.is_empty() => {
            if namespace.is_set() {
                let message = "parameters of scope Cluster (which is the default) have no `namespace`";
                cx.report_at(&namespace, message)
                    .refusal(Forbidden, namespace.path())
                    .help("add `scope: Namespace`, or take `namespace` out");
            }
        }
        _ => {
            let help = match scope_text.trim() {
                text if text.eq_ignore_ascii_case("cluster") => "write `Cluster`",
                text if text.eq_ignore_ascii_case("namespace") || text.eq_ignore_ascii_case("namespaced") => {
                    "write `Namespace`"
                }
                _ => "write `Cluster` or `Namespace`",
            };
            let message = match &*scope_text {
                "" => String::from("the scope is empty"),
                _ => format!("there is no scope {}", super::shown(&scope, cx)),
            };
            cx.report_at(&scope, message)
                .refusal(NotSupported, scope.path())
                .help(help);
        }
    }
}
