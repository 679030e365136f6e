//! Ingress and IngressClass.
//!
//! Each check follows the API server's validation of `networking.k8s.io/v1`; the order of its checks matters
//! only where one hides another, and the walks below hide the same: a path without `pathType` is not looked
//! into any further, nor is a backend with both a service and a resource.

pub(super) mod backend_conflict;
pub(super) mod backend_missing;
pub(super) mod backend_port;
pub(super) mod backend_resource;
pub(super) mod backend_service_name;
pub(super) mod bad_wildcard_host;
pub(super) mod class_annotation;
pub(super) mod class_conflict;
pub(super) mod class_controller;
pub(super) mod class_parameters;
pub(super) mod class_scope;
pub(super) mod default_class_value;
pub(super) mod duplicate_path;
pub(super) mod duplicate_tls_host;
pub(super) mod empty_paths;
pub(super) mod forbidden_path_sequence;
mod host;
pub(super) mod host_is_ip;
pub(super) mod host_without_paths;
pub(super) mod invalid_class_name;
pub(super) mod invalid_host;
pub(super) mod invalid_tls_host;
pub(super) mod invalid_tls_secret_name;
pub(super) mod multiple_defaults;
pub(super) mod no_rules;
pub(crate) mod path_type_missing;
pub(super) mod regex_path;
pub(super) mod relative_path;
pub(super) mod rewrite_missing_group;
pub(super) mod tls_host_unserved;
pub(super) mod unknown_path_type;

use std::borrow::Cow;

use crate::diagnostic::ErrorType::{Invalid, Required};
use crate::manifest::{Field, Object};
use crate::names::{self, Faults};
use crate::rules::{Cx, quote};
use crate::yaml::Kind;

/// How the class was named before `spec.ingressClassName`.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// What makes an IngressClass the default one.
const DEFAULT_ANNOTATION: &str = "ingressclass.kubernetes.io/is-default-class";

/// Whether the object is of the one version that is still served. Older ones are refused for their version
/// alone, before anything in them is validated.
fn is_v1(object: &Object<'_>) -> bool {
    object.version() == "v1"
}

/// Whether a field decodes into a struct: absent, null or a mapping. Of anything else nothing can be said.
fn is_struct(field: &Field<'_, '_>) -> bool {
    field.value().is_none_or(|v| v.is_map() || v.is_null())
}

/// Whether a list field decodes and has no items: absent, null or `[]`.
fn is_empty_list(field: &Field<'_, '_>) -> bool {
    field
        .value()
        .is_none_or(|v| v.is_null() || (v.kind() == Kind::Seq && v.items().next().is_none()))
}

/// Whether a mapping has a key that the server does not know. What seems to be missing there is then most
/// likely under that key, which is reported as unknown.
fn has_unknown_key(map: &Field<'_, '_>, known: &[&str]) -> bool {
    map.entries().any(|entry| !known.contains(&entry.name()))
}

/// The text of a field, unless it does not decode or still waits to be filled in.
fn judged<'t>(field: &Field<'_, 't>, cx: &Cx<'t>) -> Option<Cow<'t, str>> {
    field.text().filter(|text| !cx.is_unrendered(text))
}

/// The field's value in backquotes, for messages.
fn shown<'t>(field: &Field<'_, 't>, cx: &Cx<'t>) -> Cow<'static, str> {
    field.value().map_or(Cow::Borrowed("``"), |value| cx.shown(value))
}

/// Visits every item of `spec.rules` that is a rule.
fn each_rule<'t>(ingress: &Object<'t>, mut visit: impl FnMut(&Field<'_, 't>)) {
    let root = ingress.fields();
    let spec = root.child("spec");
    let rules = spec.child("rules");
    rules.items().filter(is_struct).for_each(|rule| visit(&rule));
}

/// Visits every path of a rule.
fn each_path_of<'t>(rule: &Field<'_, 't>, mut visit: impl FnMut(&Field<'_, 't>)) {
    let http = rule.child("http");
    let paths = http.child("paths");
    paths.items().filter(is_struct).for_each(|path| visit(&path));
}

/// Visits every path of every rule.
fn each_path<'t>(ingress: &Object<'t>, mut visit: impl FnMut(&Field<'_, 't>)) {
    each_rule(ingress, |rule| each_path_of(rule, &mut visit));
}

/// Visits `spec.defaultBackend`, where there is one, and the backend of every path that has a `pathType`.
fn each_backend<'t>(ingress: &Object<'t>, mut visit: impl FnMut(&Field<'_, 't>)) {
    let root = ingress.fields();
    let spec = root.child("spec");
    let default = spec.child("defaultBackend");
    if default.is_set() && is_struct(&default) {
        visit(&default);
    }
    each_path(ingress, |path| {
        let backend = path.child("backend");
        if path.child("pathType").is_set() && is_struct(&backend) {
            visit(&backend);
        }
    });
}

/// Visits the service of every backend that has one and no resource beside it.
fn each_service<'t>(ingress: &Object<'t>, mut visit: impl FnMut(&Field<'_, 't>, &Field<'_, 't>)) {
    each_backend(ingress, |backend| {
        let service = backend.child("service");
        if service.is_set() && is_struct(&service) && !backend.child("resource").is_set() {
            visit(backend, &service);
        }
    });
}

/// Visits every item of `spec.tls`.
fn each_tls<'t>(ingress: &Object<'t>, mut visit: impl FnMut(&Field<'_, 't>)) {
    let root = ingress.fields();
    let spec = root.child("spec");
    let tls = spec.child("tls");
    tls.items().filter(is_struct).for_each(|tls| visit(&tls));
}

/// Visits every host of every rule that names one.
fn each_host<'t>(
    ingress: &Object<'t>,
    cx: &mut Cx<'t>,
    mut visit: impl FnMut(&Field<'_, 't>, &str, &mut Cx<'t>),
) {
    each_rule(ingress, |rule| {
        let host = rule.child("host");
        if let Some(text) = judged(&host, cx).filter(|text| !text.is_empty()) {
            visit(&host, &text, cx);
        }
    });
}

/// The value of an annotation: `None` where it is absent or no string.
fn annotation<'t>(object: &Object<'t>, key: &str) -> Option<Cow<'t, str>> {
    let root = object.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    let entry = annotations.key(key);
    entry.value().and_then(|_| entry.text())
}

/// The class that the Ingress asks for.
fn class<'t>(ingress: &Object<'t>) -> Option<Cow<'t, str>> {
    let root = ingress.fields();
    let spec = root.child("spec");
    let named = spec.child("ingressClassName").text();
    named.or_else(|| annotation(ingress, "kubernetes.io/ingress.class"))
}

/// Reports each fault of a name: the server counts them one by one.
fn report_faults<'t>(field: &Field<'_, 't>, what: &str, faults: Faults, help: &str, cx: &mut Cx<'t>) {
    for fault in faults {
        let message = format!("the {what} {} {fault}", shown(field, cx));
        cx.report_at(field, message)
            .refusal(Invalid, field.path())
            .help(help);
    }
}

/// Checks a reference to an object of any kind in the same place: `apiGroup`, `kind` and `name`.
fn check_reference<'t>(reference: &Field<'_, 't>, known: &[&str], cx: &mut Cx<'t>) {
    let group = reference.child("apiGroup");
    if group.is_set()
        && let Some(text) = judged(&group, cx)
    {
        let help = match text.split_once('/') {
            _ if text.is_empty() => "leave `apiGroup` out for the core group",
            Some(_) => "name the group alone, without its version",
            None => "write the group as a lower-case DNS name, such as `example.com`",
        };
        report_faults(&group, "API group", names::dns1123_subdomain(&text), help, cx);
    }
    for name in ["kind", "name"] {
        let field = reference.child(name);
        let Some(text) = judged(&field, cx) else {
            continue;
        };
        if !text.is_empty() {
            let help = "it becomes a part of a URL: write the bare name";
            report_faults(&field, name, names::path_segment(&text), help, cx);
        } else if field.is_set() || !has_unknown_key(reference, known) {
            cx.report_at(
                &field,
                format!("the reference has no `{name}`, so that it leads nowhere"),
            )
            .refusal(Required, field.path())
            .help(format!("add the `{name}` of the object that is meant"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine;
    use crate::manifest::Surroundings;
    use crate::settings::Settings;
    use crate::source;
    use crate::yaml::Tree;

    /// An alias can carry a Secret's value into an Ingress of the same List: it is judged, never quoted.
    #[test]
    fn quotes_no_value_of_a_secret() {
        let text = "
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Secret
    metadata: {name: s}
    stringData:
      host: &host https://Hunter2.example.com/x
      path: &path hunter2/*
      wild: &wild /hunter2/*
      group: &group /hunter2
      service: &service hunter2.example
  - apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: i
      annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$1}
    spec:
      tls: [{hosts: [*host, '*.example.org']}]
      rules:
        - host: *host
          http:
            paths:
              - {path: *path, pathType: Exact, backend: {service: {name: *service, port: {number: 80}}}}
              - {path: *wild, pathType: Prefix, backend: {service: {name: *service, port: {name: *wild}}}}
              - {path: *group, pathType: *wild, backend: {resource: {kind: *wild, name: a}}}
";
        let source = source::decode(text.as_bytes().to_vec());
        let (mut tree, around, settings) = (Tree::default(), Surroundings::default(), Settings::default());
        let found = engine::check_file("list.yaml", &source, &mut tree, &around, &settings).diagnostics;
        let rules: std::collections::BTreeSet<_> = found.iter().map(|d| d.rule.rule().id).collect();
        assert!(rules.len() >= 7, "{rules:?}");
        for finding in &found {
            let said = format!("{} {:?} {:?}", finding.message, finding.help, finding.related);
            assert!(!said.to_lowercase().contains("hunter2"), "{said}");
        }
    }
}
