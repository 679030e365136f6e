//! A backend whose Service has no name, or one that no Service can have.

use std::borrow::Cow;

use crate::diagnostic::ErrorType::Required;
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_service(ingress, |_, service| {
        let name = service.child("name");
        let Some(text) = super::judged(&name, cx) else {
            return;
        };
        if text.is_empty() {
            if name.is_set() || !super::has_unknown_key(service, &["name", "port"]) {
                cx.report_at(
                    &name,
                    "the backend's Service has no `name`, so that requests lead nowhere",
                )
                .refusal(Required, name.path())
                .help("name a Service in the namespace of the Ingress");
            }
            return;
        }
        // KEP-5311: Service names may start with a digit from 1.36 on.
        let relaxed = cx.kube().minor() >= 36;
        let faults = if relaxed {
            names::dns1123_label(&text)
        } else {
            names::dns1035_label(&text)
        };
        let first = text.split('.').next().unwrap_or_default();
        let help = if text.contains('.') && names::dns1035_label(first).is_empty() {
            Cow::Owned(format!(
                "an Ingress reaches Services of its own namespace only: write the bare name, {}",
                super::quote(first)
            ))
        } else if names::dns1123_label(&text).is_empty() {
            Cow::Borrowed(
                "name the Service with a letter first; a digit may come first from Kubernetes 1.36 on",
            )
        } else {
            Cow::Borrowed("no Service can have this name: write the name of one that exists")
        };
        super::report_faults(&name, "Service name", faults, &help, cx);
    });
}
