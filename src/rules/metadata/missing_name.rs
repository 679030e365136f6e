//! An object needs a name, or a prefix to make one from.

use crate::diagnostic::ErrorType;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if object.name.as_ref().is_some_and(|name| !name.is_empty()) {
        return;
    }
    // Much that lies beside manifests has a group and a kind and no name; only known kinds need one for sure.
    if !super::judge(object, cx).is_some_and(|judge| judge.built_in) || super::is_partial(object, cx) {
        return;
    }
    let root = object.fields();
    let Some(metadata) = super::metadata(&root) else {
        return;
    };
    let name = metadata.child("name");
    let given = |text: Option<std::borrow::Cow<'_, str>>| text.is_none_or(|text| !text.is_empty());
    if given(name.text()) || given(metadata.child("generateName").text()) {
        return;
    }
    if object.group().is_empty() && object.kind == "LimitRange" {
        let message = "this LimitRange has no name: the server makes one up each time it is created, \
                       and `kubectl apply` refuses it";
        cx.report_at(&name, message).help("give it a `metadata.name`");
        return;
    }
    cx.report_at(
        &name,
        format!(
            "this {} has no name, and without one it cannot be created",
            object.kind
        ),
    )
    .refusal(ErrorType::Required, name.path())
    .help("give it a `metadata.name`, or a `metadata.generateName` that the server makes one from");
}
