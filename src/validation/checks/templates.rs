//! Labels and annotations of pod templates.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::source::Span;
use crate::validation::constraints::fault;
use crate::yaml::Node;

/// Marks the copy of a pod that a node runs by itself.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// The labels and annotations of a template. The server reports them at `template.labels`, without `metadata`.
pub fn metadata<'t>(template: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let metadata = template.child("metadata");
    let labels = metadata.child("labels");
    let object = labels_become_objects(template);
    let times = times(template, cx);
    for label in labels.entries() {
        let keys = names::qualified_name(label.name());
        let values = label
            .text()
            .map(|text| names::label_value(&text))
            .unwrap_or_default();
        let at = |span: Option<Span>| span.unwrap_or_else(|| label.handle());
        let key = at(label.key_node().map(|key| key.span()));
        let value = at(label.value().map(|value| value.span()));
        let report = |reason: &str, text: &str, part: &str, at: Span, help: &str, cx: &mut Cx<'t>| {
            if cx.is_unrendered(text) {
                return;
            }
            let message = format!("{} is no valid {part} of a label: it {reason}", quote(text));
            for _ in 0..times {
                fault(cx, &template.child("labels"), ErrorType::Invalid, message.clone())
                    .at(at)
                    .help(help);
            }
            if let Some(object) = object {
                let metadata = object.child("metadata");
                fault(cx, &metadata.child("labels"), ErrorType::Invalid, message)
                    .at(at)
                    .help(help);
            }
        };
        for reason in keys {
            report(
                reason,
                label.name(),
                "key",
                key,
                "use a name such as `app` or `example.com/app`",
                cx,
            );
        }
        for reason in values {
            let text = label.text().unwrap_or_default();
            report(
                reason,
                &text,
                "value",
                value,
                "use up to 63 letters, digits, `-`, `_` and `.`",
                cx,
            );
        }
    }
    too_large(template, times, cx);
    for annotation in metadata.child("annotations").entries() {
        if cx.is_unrendered(annotation.name()) {
            continue;
        }
        for reason in names::qualified_name(&annotation.name().to_lowercase()) {
            let at = annotation.handle();
            let message = format!(
                "{} is no valid key of an annotation: it {reason}",
                quote(annotation.name())
            );
            for _ in 0..times {
                fault(
                    cx,
                    &template.child("annotations"),
                    ErrorType::Invalid,
                    message.clone(),
                )
                .at(at)
                .help("use a name such as `example.com/note`");
            }
        }
        let pod = template.child("spec");
        if annotation.name() == MIRROR && pod.child("nodeName").text().is_none_or(|name| name.is_empty()) {
            let at = annotation.handle();
            let message = "only a pod that already has its node can be a mirror";
            for _ in 0..times {
                fault(
                    cx,
                    &template.child("annotations").key(MIRROR),
                    ErrorType::Invalid,
                    message,
                )
                .at(at)
                .help("remove the annotation");
            }
        }
    }
}

/// All annotations together have a limit.
fn too_large<'t>(template: &Field<'_, 't>, times: usize, cx: &mut Cx<'t>) {
    let metadata = template.child("metadata");
    let annotations = metadata.child("annotations");
    // Without aliases the text is about as long as its source.
    let may_be = |map: Node<'t>| map.is_indirect() || map.span().len() as usize > names::MOST_ANNOTATED / 8;
    if !annotations.value().is_some_and(may_be) {
        return;
    }
    let length = |one: Field<'_, 't>| one.name().len() + one.text().map_or(0, |text| text.len());
    let size: usize = annotations.entries().map(length).sum();
    if size <= names::MOST_ANNOTATED {
        return;
    }
    for _ in 0..times {
        let message = format!(
            "the annotations hold {size} bytes; keys and values together may have {}",
            names::MOST_ANNOTATED
        );
        fault(cx, &template.child("annotations"), ErrorType::TooLong, message)
            .at(annotations.handle())
            .help("keep large data in a ConfigMap, and annotate its name");
    }
}

/// Before 1.34 the server looked at no more of a StatefulSet's template than this.
pub fn of_unread_stateful_set<'t>(template: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let spec = template.parent();
    if spec.is_some_and(|spec| !super::workloads::selector_is_invalid(spec, cx)) {
        metadata(template, cx);
        let metadata = template.child("metadata");
        super::annotations::of_template(&metadata.child("annotations"), cx);
    }
}

/// How often the server reports a fault of a template's labels and annotations: since 1.34 it looks twice at those of
/// a StatefulSet.
pub(super) fn times(template: &Field<'_, '_>, cx: &Cx<'_>) -> usize {
    let object = template.parent().and_then(Field::parent);
    let stateful = object.is_some_and(|object| object.child("kind").text().as_deref() == Some("StatefulSet"));
    if stateful && cx.kube().minor() >= 34 { 2 } else { 1 }
}

/// A Job or ReplicationController without labels takes those of its template.
fn labels_become_objects<'f, 't>(template: &Field<'f, 't>) -> Option<&'f Field<'f, 't>> {
    let object = template.parent()?.parent()?;
    let kind = object.child("kind").text()?;
    let metadata = object.child("metadata");
    (object.parent().is_none()
        && matches!(&*kind, "Job" | "ReplicationController")
        && !metadata.child("labels").is_filled())
    .then_some(object)
}
