//! An IngressClass without a usable `controller`.

use crate::diagnostic::ErrorType::{Invalid, Required, TooLong};
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

const HELP: &str = "write the value from the controller's manual, such as `k8s.io/ingress-nginx` or `traefik.io/ingress-controller`";

fn check<'t>(class: &Object<'t>, cx: &mut Cx<'t>) {
    let root = class.fields();
    let spec = root.child("spec");
    let controller = spec.child("controller");
    if !super::is_v1(class) || !super::is_struct(&spec) {
        return;
    }
    let Some(text) = super::judged(&controller, cx) else {
        return;
    };
    let mut faults = Vec::new();
    if text.len() > 250 {
        faults.push((TooLong, "is longer than 250 characters"));
    }
    match text.split_once('/') {
        _ if text.is_empty() => {
            if controller.is_set() || !super::has_unknown_key(&spec, &["controller", "parameters"]) {
                cx.report_at(
                    &controller,
                    "the IngressClass names no `controller`, so that nothing serves its Ingresses",
                )
                .refusal(Required, controller.path())
                .help(HELP);
            }
            return;
        }
        Some((domain, path)) if !domain.is_empty() && !path.is_empty() => {
            let odd = names::dns1123_subdomain(domain);
            faults.extend(
                odd.iter()
                    .map(|_| (Invalid, "has no lower-case DNS name before its first `/`")),
            );
            if !path
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&b))
            {
                faults.push((Invalid, "has characters after its first `/` that no URL path has"));
            }
        }
        _ => faults.push((Invalid, "is no domain and path, `example.com/name`")),
    }
    for (kind, fault) in faults {
        cx.report_at(
            &controller,
            format!("the controller {} {fault}", super::shown(&controller, cx)),
        )
        .refusal(kind, controller.path())
        .help(HELP);
    }
}
