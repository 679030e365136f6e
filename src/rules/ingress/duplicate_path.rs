//! The same host, path and type twice in one Ingress.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::manifest::{Field, Object};
use crate::rules::{Check, Cx};
use crate::source::Span;

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if has_conditions(ingress) {
        return;
    }
    let mut seen: HashMap<[Cow<'t, str>; 3], Span> = HashMap::new();
    super::each_rule(ingress, |rule| {
        let Some(host) = super::judged(&rule.child("host"), cx) else {
            return;
        };
        super::each_path_of(rule, |item| {
            let path = item.child("path");
            let (Some(text), Some(path_type)) = (super::judged(&path, cx), item.child("pathType").text())
            else {
                return;
            };
            if is_action(item) {
                return;
            }
            // Prefix compares part by part, so that a final slash makes no difference.
            let text = match text {
                Cow::Borrowed(text) if path_type == "Prefix" => Cow::Borrowed(text.trim_end_matches('/')),
                text => text,
            };
            let first = *seen
                .entry([host.clone(), text, path_type])
                .or_insert(path.place());
            if first != path.place() {
                cx.report_at(&path, "this path is routed twice for the same host; which backend gets the requests is up to the controller")
                    .related(first, "first routed here")
                    .help("keep one of the two");
            }
        });
    });
}

/// Whether the AWS controller tells equal paths apart by conditions on their backends.
fn has_conditions(ingress: &Object<'_>) -> bool {
    let root = ingress.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    annotations.entries().any(|annotation| {
        annotation
            .name()
            .starts_with("alb.ingress.kubernetes.io/conditions.")
    })
}

/// Whether the backend stands for an action in an annotation of the AWS controller, such as a redirect to
/// HTTPS, which goes before a path with the same name on purpose.
fn is_action(path: &Field<'_, '_>) -> bool {
    let backend = path.child("backend");
    let service = backend.child("service");
    let port = service.child("port");
    [port.child("name"), backend.child("servicePort")]
        .iter()
        .any(|port| port.text().is_some_and(|text| text == "use-annotation"))
}
