//! A service account token names its account in an annotation.

use super::{Object, kind_of};
use crate::diagnostic::ErrorType;
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    if kind_of(secret, cx).is_none_or(|kind| kind != "kubernetes.io/service-account-token") {
        return;
    }
    let root = secret.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    if [&metadata, &annotations]
        .iter()
        .any(|field| field.value().is_some_and(|v| !v.is_map() && !v.is_null()))
    {
        return;
    }
    let account = annotations.key("kubernetes.io/service-account.name");
    if account.text().is_some_and(|name| name.is_empty()) {
        cx.report_at(
            &account,
            "a service account token needs the annotation `kubernetes.io/service-account.name`, which says \
             whose token it is",
        )
        .help("add the annotation with the name of a ServiceAccount in the same namespace")
        .refusal(ErrorType::Required, account.path());
    }
}
