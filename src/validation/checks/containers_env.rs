//! Environment variables of containers, and the fields and resources they may show.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::{self, Quantity};
use crate::manifest::Field;
use crate::names::{self, Faults};
use crate::quote::quote;
use crate::validation::constraints::{choose, fault};

use super::containers::{judged, shown};

/// Fields of the pod that a variable can show.
const VARIABLE_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// Where a variable's value comes from.
pub fn source<'t>(source: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !source.is_set() {
        return;
    }
    let mut sources = 0;
    let field = source.child("fieldRef");
    if field.is_set() {
        sources += 1;
        field_ref(&field, &VARIABLE_FIELDS, cx);
    }
    let resource = source.child("resourceFieldRef");
    if resource.is_set() {
        sources += 1;
        resource_ref(&resource, false, cx);
    }
    // Before 1.35 the server drops a `fileKeyRef` unread.
    let others: &[&str] = if cx.kube().minor() >= 35 {
        &["configMapKeyRef", "secretKeyRef", "fileKeyRef"]
    } else {
        &["configMapKeyRef", "secretKeyRef"]
    };
    let names = ["configMapKeyRef", "secretKeyRef", "fileKeyRef"];
    sources += names
        .iter()
        .filter(|name| others.contains(name) && source.child(name).is_set())
        .count();
    let valued = source
        .parent()
        .is_some_and(|variable| judged(&variable.child("value"), cx).is_some_and(|text| !text.is_empty()));
    if sources == 0 {
        fault(cx, source, ErrorType::Invalid, "`valueFrom` names no source").help(format!(
            "add one of `fieldRef`, `resourceFieldRef`, `{}`",
            others.join("`, `")
        ));
    } else if valued {
        let message = "a variable has either `value` or `valueFrom`, not both";
        fault(cx, source, ErrorType::Invalid, message).help("remove one of them");
    } else if sources > 1 {
        let message = format!("`valueFrom` names {sources} sources, but a variable has one value");
        fault(cx, source, ErrorType::Invalid, message).help("keep one of them");
    }
}

/// An item of `envFrom`.
pub fn from<'t>(item: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let map = item.child("configMapRef").is_set();
    let secret = item.child("secretRef").is_set();
    let message = match (map, secret) {
        (false, false) => "an item of `envFrom` names no source",
        (true, true) => "an item of `envFrom` names two sources",
        _ => return,
    };
    // The server reports it at the list.
    let Some(list) = item.parent() else { return };
    let span = item.place();
    // It is told of what is misspelt.
    let misspelt = ["configMap", "secret", "configMapKeyRef", "secretKeyRef"];
    let misspelt = misspelt.map(|name| item.child(name).key_node());
    let misspelt = misspelt.into_iter().flatten().next().map(|key| key.span());
    fault(cx, list, ErrorType::Invalid, message)
        .at(span)
        .help("give it one of `configMapRef` and `secretRef`")
        .follows(misspelt);
}

/// The name of a ConfigMap or Secret that may end in `-`, as a name to be completed may.
pub fn generated_name<'t>(name: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = judged(name, cx).filter(|text| !text.is_empty()) else {
        return;
    };
    // What stands before the `-` may be anything: the server puts a letter in the place of both.
    let start = text.strip_suffix('-').and_then(|rest| {
        let (last, _) = rest.char_indices().next_back()?;
        rest.get(..last)
    });
    let faults = match start {
        Some(start) => names::dns1123_subdomain(&format!("{start}a")),
        None => names::dns1123_subdomain(&text),
    };
    bad_names(name, faults, cx);
}

/// The name of a ConfigMap or Secret; an empty one is refused for its form.
pub fn object_name<'t>(name: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(text) = judged(name, cx) {
        bad_names(name, names::dns1123_subdomain(&text), cx);
    }
}

fn bad_names<'t>(name: &Field<'_, 't>, faults: Faults, cx: &mut Cx<'t>) {
    for reason in faults {
        let message = format!("{} cannot be the name of an object: it {reason}", shown(name, cx));
        fault(cx, name, ErrorType::Invalid, message).help("use the name of a ConfigMap or Secret");
    }
}

/// `metadata.labels['app']` is `metadata.labels` and `app`.
fn subscript(path: &str) -> Option<(&str, &str)> {
    path.strip_suffix("']")?
        .split_once("['")
        .filter(|(map, _)| !map.is_empty())
}

/// A reference to a field of the pod, which is one of `known`.
pub(super) fn field_ref<'t>(reference: &Field<'_, 't>, known: &[&str], cx: &mut Cx<'t>) {
    let version = reference.child("apiVersion");
    let field = reference.child("fieldPath");
    let (Some(v), Some(path)) = (judged(&version, cx), judged(&field, cx)) else {
        return;
    };
    if path.is_empty() {
        fault(cx, &field, ErrorType::Required, "`fieldPath` is required")
            .help("add the path of a field of the pod, such as `metadata.name`");
        return;
    }
    if !v.is_empty() && v != "v1" {
        let message = format!(
            "`fieldPath` is read in API version {}, which no pod has",
            shown(&version, cx)
        );
        let span = version.place();
        fault(cx, &field, ErrorType::Invalid, message)
            .at(span)
            .help("remove `apiVersion`, or use `v1`");
        return;
    }
    if let Some((map, key)) = subscript(&path) {
        let faults = match map {
            "metadata.annotations" => names::qualified_name(&key.to_lowercase()),
            "metadata.labels" => names::qualified_name(key),
            _ => {
                let message = format!("{} has no entries that could be named in brackets", quote(map));
                fault(cx, &field, ErrorType::Invalid, message)
                    .help("use `metadata.labels['KEY']` or `metadata.annotations['KEY']`");
                return;
            }
        };
        for reason in faults {
            let span = field.place();
            let message = format!("{} is no key of {map}: it {reason}", quote(key));
            fault(cx, reference, ErrorType::Invalid, message)
                .at(span)
                .help("use a key such as `app` or `example.com/app`");
        }
        return;
    }
    let minor = cx.kube().minor();
    if path == "status.hostIPs" && minor < 29 {
        let kind = if minor < 28 {
            ErrorType::Invalid
        } else {
            ErrorType::Forbidden
        };
        let place = if minor < 28 { &field } else { reference };
        let span = field.place();
        fault(
            cx,
            place,
            kind,
            "`status.hostIPs` can be shown since Kubernetes 1.29",
        )
        .at(span)
        .help("use `status.hostIP`");
        return;
    }
    if known.contains(&&*path) || (path == "spec.host" && known.contains(&"spec.nodeName")) {
        return;
    }
    // The server knows some more fields, but not for this use.
    let kind = match &*path {
        "metadata.annotations"
        | "metadata.labels"
        | "metadata.name"
        | "metadata.namespace"
        | "metadata.uid"
        | "spec.nodeName"
        | "spec.host"
        | "spec.restartPolicy"
        | "spec.serviceAccountName"
        | "spec.schedulerName"
        | "status.phase"
        | "status.hostIP"
        | "status.hostIPs"
        | "status.podIP"
        | "status.podIPs" => ErrorType::NotSupported,
        _ => ErrorType::Invalid,
    };
    let help = choose(known, &path);
    let message = format!(
        "{} is no field of a pod that can be shown here",
        shown(&field, cx)
    );
    fault(cx, &field, kind, message).help(help);
}

/// A reference to a resource of a container; in a volume the container must be named.
pub(super) fn resource_ref<'t>(reference: &Field<'_, 't>, in_volume: bool, cx: &mut Cx<'t>) {
    let container = reference.child("containerName");
    let field = reference.child("resource");
    let Some(resource) = judged(&field, cx) else {
        return;
    };
    let bare = resource
        .strip_prefix("limits.")
        .or_else(|| resource.strip_prefix("requests."))
        .unwrap_or_default();
    let huge = bare.starts_with("hugepages-");
    if in_volume && container.text().is_some_and(|name| name.is_empty()) {
        fault(
            cx,
            &container,
            ErrorType::Required,
            "`containerName` is required in a volume",
        )
        .help("add the name of the container whose resource is meant");
    } else if resource.is_empty() {
        fault(cx, &field, ErrorType::Required, "`resource` is required")
            .help("add a resource such as `limits.memory`");
    } else if !huge && !matches!(bare, "cpu" | "memory" | "ephemeral-storage") {
        let message = format!("`resource` does not know {}", shown(&field, cx));
        fault(cx, &field, ErrorType::NotSupported, message).help(
            "use `limits.` or `requests.` with `cpu`, `memory`, `ephemeral-storage` or `hugepages-SIZE`",
        );
    }
    let divisor = reference.child("divisor");
    let known = huge || matches!(bare, "cpu" | "memory" | "ephemeral-storage");
    let zero = Quantity::of(&divisor).is_none_or(Quantity::is_zero);
    let unit = |text: &str| quantity::is_unit(text, bare == "cpu");
    if known && !zero && !quantity::text(&divisor).is_some_and(|text| unit(&text)) {
        let message = format!("{bare} cannot be divided by {}", shown(&divisor, cx));
        let help = match bare {
            "cpu" => "use `1` or `1m`",
            _ => "use `1`, `1k` to `1E`, or `1Ki` to `1Ei`",
        };
        fault(cx, &divisor, ErrorType::Invalid, message).help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::subscript;

    #[test]
    fn keys_stand_in_brackets_and_quotes() {
        assert_eq!(
            subscript("metadata.labels['app']"),
            Some(("metadata.labels", "app"))
        );
        assert_eq!(subscript("a['b['c']"), Some(("a", "b['c")));
        for no in [
            "metadata.labels",
            "metadata.labels[app]",
            "['app']",
            "a']",
            "a['b'].c",
        ] {
            assert_eq!(subscript(no), None, "{no}");
        }
    }
}
