//! Names of a CustomResourceDefinition.

use std::borrow::Cow;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::url;
use crate::validation::constraints::fault;

fn text<'t>(field: &Field<'_, 't>) -> Cow<'t, str> {
    field.text().unwrap_or_default()
}

/// The name is made of plural and group; groups of the Kubernetes project need a permit.
pub fn metadata<'t>(root: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let spec = root.child("spec");
    let group = text(&spec.child("group"));
    let names = spec.child("names");
    let plural_field = names.child("plural");
    let plural = text(&plural_field);
    let metadata = root.child("metadata");
    let rendered = !cx.is_unrendered(&group) && !cx.is_unrendered(&plural);
    let matches = |name: &str| {
        name.strip_suffix(&*group)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|rest| rest == plural)
    };
    let (name, prefix) = (metadata.child("name"), metadata.child("generateName"));
    let (name_text, prefix_text) = (text(&name), text(&prefix));
    if rendered && !cx.is_unrendered(&name_text) {
        let wanted = crate::quote::quote(&format!("{plural}.{group}"));
        if !name_text.is_empty() && !matches(&name_text) {
            let message = "the name of a CustomResourceDefinition must be its plural, a dot and its group";
            fault(cx, &name, ErrorType::Invalid, message)
                .help(format!("name it {wanted}"))
                .follows(plural_field.is_set().then(|| plural_field.place()));
        }
        if !prefix_text.is_empty() && !matches(&prefix_text) {
            let message = "the name of a CustomResourceDefinition is fixed, so that none can be generated";
            fault(cx, &prefix, ErrorType::Invalid, message).help(format!("set `name` to {wanted} instead"));
            if name_text.is_empty() {
                fault(cx, &name, ErrorType::Invalid, message).help(format!("set `name` to {wanted}"));
            }
        }
    }
    if rendered && is_protected(&group) {
        approval(&metadata, cx);
    }
}

fn is_protected(group: &str) -> bool {
    ["k8s.io", "kubernetes.io"].iter().any(|domain| {
        group
            .strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn approval<'t>(metadata: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const HELP: &str = "use a group of your own; only for an API of the Kubernetes project link its approval in this annotation";
    let annotations = metadata.child("annotations");
    let annotation = annotations.key("api-approved.kubernetes.io");
    let value = text(&annotation);
    if value.is_empty() {
        fault(
            cx,
            &annotation,
            ErrorType::Required,
            "groups under `k8s.io` and `kubernetes.io` belong to the Kubernetes project: the server wants the annotation `api-approved.kubernetes.io`",
        )
        .help(HELP);
    } else if !value.starts_with("unapproved")
        && !url::read(&value).is_some_and(|url| url.is_absolute())
        && !cx.is_unrendered(&value)
    {
        fault(
            cx,
            &annotation,
            ErrorType::Invalid,
            "the annotation must hold the URL of the API's approval, or start with `unapproved`",
        )
        .help(HELP);
    }
}

/// One error for a name that is no DNS label that starts with a letter, however many faults it has.
pub(super) fn one_label<'t>(field: &Field<'_, 't>, name: &str, cx: &mut Cx<'t>) {
    if let Some(reason) = names::dns1035_label(name).first()
        && !cx.is_unrendered(name)
    {
        let shown = crate::quote::quote(name);
        fault(cx, field, ErrorType::Invalid, format!("{shown} {reason}"))
            .help("use up to 63 lower-case letters, digits and `-`, starting with a letter");
    }
}

/// A DNS label that starts with a letter.
pub fn label<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(name) = field.text() {
        one_label(field, &name, cx);
    }
}

/// A kind: as a label, but in mixed case.
pub fn mixed_case<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(name) = field.text().filter(|name| !name.is_empty()) {
        one_label(field, &name.to_lowercase(), cx);
    }
}

/// The API group: a domain with a dot.
pub fn group<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let group = text(field);
    if group.is_empty() || cx.is_unrendered(&group) {
        return;
    }
    let fault_text = match names::dns1123_subdomain(&group).first() {
        Some(reason) => *reason,
        None if !group.contains('.') => "needs at least one dot",
        None => return,
    };
    let shown = crate::quote::quote(&group);
    fault(
        cx,
        field,
        ErrorType::Invalid,
        format!("the group {shown} {fault_text}"),
    )
    .help("use a domain of yours, such as `example.com`");
}

/// The names; singular and list kind are filled in from the kind.
pub fn resource_names<'t>(names: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (plural, singular) = (names.child("plural"), names.child("singular"));
    let (kind, list_kind) = (names.child("kind"), names.child("listKind"));
    let kind_text = text(&kind);
    let mut singular_text = text(&singular);
    if singular_text.is_empty() {
        singular_text = Cow::Owned(kind_text.to_lowercase());
    }
    let mut list_text = text(&list_kind);
    if list_text.is_empty() && !kind_text.is_empty() {
        list_text = Cow::Owned(format!("{kind_text}List"));
    }
    for (field, value, mixed) in [
        (&plural, text(&plural), false),
        (&singular, singular_text, false),
        (&kind, kind_text.clone(), true),
        (&list_kind, list_text.clone(), true),
    ] {
        if value.is_empty() {
            let message = format!("`{}` is required", field.name());
            fault(cx, field, ErrorType::Required, message).help(format!("add `{}`", field.name()));
        } else if mixed {
            one_label(field, &value.to_lowercase(), cx);
        } else {
            one_label(field, &value, cx);
        }
    }
    if !kind_text.is_empty() && kind_text == list_text {
        fault(
            cx,
            &list_kind,
            ErrorType::Invalid,
            "`listKind` is the same as `kind`, so that lists could not be told from single objects",
        )
        .help("drop `listKind`: the server appends `List` to the kind");
    }
    for name in ["shortNames", "categories"] {
        for item in names.child(name).items() {
            label(&item, cx);
        }
    }
}
