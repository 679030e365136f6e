//! Events, in both groups.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{fault, is_set};

/// The names that a field has in the core group and in events.k8s.io.
fn renamed<'s, 't>(event: &'s Field<'s, 't>, old: &'static str, new: &'static str) -> Field<'s, 't> {
    if is_new(event) {
        event.child(new)
    } else {
        event.child(old)
    }
}

fn is_new(event: &Field<'_, '_>) -> bool {
    let version = event.child("apiVersion").text();
    version.is_some_and(|version| version.starts_with("events.k8s.io/"))
}

/// Checks of both groups.
pub fn event<'t>(event: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let metadata = event.child("metadata");
    let own = metadata.child("namespace");
    let object = renamed(event, "involvedObject", "regarding");
    let (Some(namespace), Some(about)) = (own.text(), object.child("namespace").text()) else {
        return;
    };
    let timed = event.child("eventTime").is_set();
    // Without a namespace the event gets that of the request, which is not known here.
    let fits = if namespace.is_empty() || cx.is_unrendered(&namespace) || cx.is_unrendered(&about) {
        true
    } else if timed {
        !about.is_empty() || matches!(&*namespace, "default" | "kube-system")
    } else if about.is_empty() {
        namespace == "default"
    } else {
        namespace == about
    };
    if !fits {
        let place = object.child("namespace").place();
        let shown = event.child("involvedObject");
        let message = "an Event must be in the namespace of the object that it is about";
        fault(cx, &shown.child("namespace"), ErrorType::Invalid, message)
            .at(place)
            .help("make the two namespaces equal");
    }
    if timed {
        reporter(event, cx);
    }
    if !cx.is_unrendered(&namespace) && !namespace.is_empty() {
        for reason in names::dns1123_subdomain(&namespace) {
            let message = format!("{} is no valid namespace: it {reason}", quote(&namespace));
            let place = own.place();
            fault(cx, &event.child("namespace"), ErrorType::Invalid, message)
                .at(place)
                .help("use lower-case letters, digits and `-`");
        }
    }
}

/// What an event must say once it has an exact time.
fn reporter<'t>(event: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let controller = renamed(event, "reportingComponent", "reportingController");
    let Some(name) = controller.text() else { return };
    if name.is_empty() {
        required(&controller, cx);
    }
    if !cx.is_unrendered(&name) {
        for reason in names::qualified_name(&name) {
            let message = format!("{} is no valid name of a controller: it {reason}", quote(&name));
            fault(cx, &controller, ErrorType::Invalid, message)
                .help("use a name such as `example.com/controller`");
        }
    }
    for name in ["reportingInstance", "action", "reason"] {
        let field = event.child(name);
        if field.text().is_some_and(|text| text.is_empty()) {
            required(&field, cx);
        }
        too_long(&field, &field, 128, cx);
    }
    too_long(
        &renamed(event, "message", "note"),
        &event.child("message"),
        1024,
        cx,
    );
}

fn required<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let name = field.name();
    let message = format!("an Event with an `eventTime` needs `{name}`");
    fault(cx, field, ErrorType::Required, message).help(format!("add `{name}`"));
}

fn too_long<'t>(field: &Field<'_, 't>, shown: &Field<'_, 't>, most: usize, cx: &mut Cx<'t>) {
    if field.text().is_some_and(|text| text.len() > most) {
        let place = field.place();
        let message = format!("`{}` has more than {most} bytes", field.name());
        fault(cx, shown, ErrorType::Invalid, message)
            .at(place)
            .help(format!("shorten it to {most} bytes"));
    }
}

/// Checks of events.k8s.io, whose fields of the past must stay empty.
pub fn new_event<'t>(event: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let series = event.child("series");
    if series.is_set() {
        let (count, last) = (series.child("count"), series.child("lastObservedTime"));
        if count.int().is_some_and(|count| count < 2) {
            let message = "a series has two events at the least";
            fault(cx, &count, ErrorType::Invalid, message).help("use 2 or more, or remove `series`");
        }
        if !last.is_set() {
            let message = "a series needs the time of its last event";
            fault(cx, &last, ErrorType::Required, message).help("add `lastObservedTime`");
        }
    }
    let kind = event.child("type");
    if let Some(text) = kind.text().filter(|text| !cx.is_unrendered(text))
        && !matches!(&*text, "Normal" | "Warning")
    {
        let message = format!("an Event cannot be of type {}", quote(&text));
        fault(cx, &kind, ErrorType::Invalid, message).help("use `Normal` or `Warning`");
    }
    let past: [(&'static str, &'static str); 4] = [
        ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedCount", "count"),
        ("deprecatedSource", "source"),
    ];
    for (name, shown) in past {
        let field = event.child(name);
        if is_set(&field, false) && filled(&field) {
            let place = field.place();
            let message = format!("`{name}` is of the old kind of Events, and must stay empty");
            fault(cx, &event.child(shown), ErrorType::Invalid, message)
                .at(place)
                .help("remove it");
        }
    }
}

/// A struct whose fields are all empty equals none.
fn filled(field: &Field<'_, '_>) -> bool {
    field.entries().next().is_none() || field.entries().any(|entry| is_set(&entry, false))
}
