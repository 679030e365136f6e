//! Classes of devices, and what claims, classes and slices share.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{expressions, json_length};
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, is_set, of_format};
use crate::yaml::Entry;

/// The version that has the features on which a device is shared, split or tainted by. Before, they are off where
/// nobody turns them on, and the server drops their fields before it looks at them (its feature gates
/// `DRAConsumableCapacity`, `DRAPartitionableDevices`, `DRADeviceTaints`, `DRADeviceBindingConditions` and
/// `DRAExtendedResource`).
pub(super) const SHARING: u8 = 36;
/// The same for alternatives in a request (`DRAPrioritizedList`) and access to devices in use (`DRAAdminAccess`).
pub(super) const CHOOSING: u8 = 34;

/// A field that the server knows from a version on; before, it is as if it were not there.
pub(super) fn since<'s, 't>(
    minor: u8,
    of: &'s Field<'_, 't>,
    name: &'static str,
    cx: &Cx<'t>,
) -> Field<'s, 't> {
    match cx.kube().minor() >= minor {
        true => of.child(name),
        false => of.child_found(name, None),
    }
}

pub(super) fn text<'t>(field: &Field<'_, 't>) -> Cow<'t, str> {
    field.text().unwrap_or_default()
}

/// Whether a list has more items than it may have and nothing else of it is looked at then: since 1.35.
pub(super) fn too_many<'t>(field: &Field<'_, 't>, most: usize, cx: &mut Cx<'t>) -> bool {
    let count = field
        .value()
        .map_or(0, |value| value.items().count() + value.entries().count());
    if count > most {
        let message = format!("there are {count} of them, more than {most}");
        fault(cx, field, ErrorType::TooMany, message).help(format!("keep {most} of them at the most"));
    }
    count > most && cx.kube().minor() >= 35
}

/// Reports each fault of a name; an empty one is a fault as well.
pub(super) fn name<'t>(format: Format, field: &Field<'_, 't>, at: &Field<'_, 't>, cx: &mut Cx<'t>) {
    of_format(format, field, at, cx);
}

/// A name that is required.
pub(super) fn required_name<'t>(format: Format, field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if text(field).is_empty() {
        let message = format!("`{}` is required", field.name());
        fault(cx, field, ErrorType::Required, message).help(format!("add `{}`", field.name()));
    } else {
        of_format(format, field, field, cx);
    }
}

/// Items whose key is that of an earlier one. Up to 1.34 the server names their keys, not them.
pub(super) fn duplicates<'t>(list: &Field<'_, 't>, key: &'static str, cx: &mut Cx<'t>) {
    let mut seen = HashSet::new();
    for item in list.items() {
        let own_key = item.child(key);
        let (value, at) = match key {
            "" => (text(&item), &item),
            _ if cx.kube().minor() < 35 => (text(&own_key), &own_key),
            _ => (text(&own_key), &item),
        };
        if !seen.insert(value) {
            fault(cx, at, ErrorType::Duplicate, "it stands in the list already")
                .help("give each its own name");
        }
    }
}

/// A driver: a DNS name of up to 63 bytes, in any case.
pub fn driver<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let value = text(field);
    if cx.is_unrendered(&value) {
        return;
    }
    if value.is_empty() {
        fault(
            cx,
            field,
            ErrorType::Required,
            "the name of the driver is required",
        )
        .help("add `driver`");
        if cx.kube().minor() >= 35 {
            return;
        }
    }
    driver_name(field, &value, cx);
}

fn driver_name<'t>(field: &Field<'_, 't>, value: &str, cx: &mut Cx<'t>) {
    const HELP: &str = "use a DNS name of up to 63 bytes, such as `gpu.example.com`";
    if value.len() > 63 {
        fault(
            cx,
            field,
            ErrorType::TooLong,
            "the name of the driver has more than 63 bytes",
        )
        .help(HELP);
    }
    for reason in names::dns1123_subdomain(&value.to_lowercase()) {
        let message = format!("the driver {} {reason}", quote(value));
        fault(cx, field, ErrorType::Invalid, message).help(HELP);
    }
}

/// The same, where it is set.
pub fn driver_if_set<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.is_set() {
        driver(field, cx);
    }
}

/// A pool: DNS names with slashes between.
pub fn pool<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let value = text(field);
    if cx.is_unrendered(&value) {
        return;
    }
    const HELP: &str = "use DNS names with `/` between, up to 253 bytes";
    if value.is_empty() {
        fault(cx, field, ErrorType::Required, "the name of the pool is required").help("add its name");
        return;
    }
    if value.len() > 253 {
        fault(
            cx,
            field,
            ErrorType::TooLong,
            "the name of the pool has more than 253 bytes",
        )
        .help(HELP);
    }
    for part in value.split('/') {
        for reason in names::dns1123_subdomain(part) {
            fault(
                cx,
                field,
                ErrorType::Invalid,
                format!("a part of the pool's name {reason}"),
            )
            .help(HELP);
        }
    }
}

/// The same, where it is set.
pub fn pool_if_set<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.is_set() {
        pool(field, cx);
    }
}

/// Where the key of a map is reported: at the map, up to 1.35 at its entry. The server shortens a long one there.
pub(super) fn place_of_key<'s, 't>(map: &'s Field<'_, 't>, entry: &Field<'_, 't>) -> Field<'s, 't> {
    const LONGEST: usize = 96;
    const DOTS: &str = "...";
    let key = entry.name();
    let mut shown = Cow::from(key.to_string());
    if key.len() > LONGEST {
        let around = LONGEST - DOTS.len();
        let (head, tail) = (around.div_ceil(2), key.len() - around / 2);
        if let (Some(head), Some(tail)) = (key.get(..head), key.get(tail..)) {
            shown = format!("{head}{DOTS}{tail}").into();
        }
    }
    let found = entry.key_node().zip(entry.value());
    map.key_entry(shown, found.map(|(key, value)| Entry { key, value }))
}

/// A C identifier, after a domain and a slash or alone.
pub(super) fn qualified<'t>(value: &str, at: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const HELP: &str = "use `name` or `example.com/name`, the name being of letters, digits and `_`";
    // That something is missing is a kind of its own up to 1.34.
    let missing = match cx.kube().minor() {
        ..35 => ErrorType::Required,
        _ => ErrorType::Invalid,
    };
    let parts: Vec<&str> = value.split('/').collect();
    let identifier = match parts[..] {
        [name] => name,
        [domain, name] => {
            if domain.is_empty() {
                fault(cx, at, missing, "the domain before the `/` is empty").help(HELP);
            } else {
                driver_name(at, domain, cx);
            }
            if name.is_empty() {
                fault(cx, at, missing, "the name after the `/` is empty").help(HELP);
                return;
            }
            name
        }
        _ => return, // taken as it is by 1.36
    };
    if identifier.len() > 32 {
        fault(cx, at, ErrorType::TooLong, "the name has more than 32 bytes").help(HELP);
    }
    for reason in Format::CIdentifier.faults(identifier, cx.kube()) {
        fault(
            cx,
            at,
            ErrorType::Invalid,
            format!("the name {} {reason}", quote(identifier)),
        )
        .help(HELP);
    }
    if identifier.is_empty() {
        fault(cx, at, missing, "the name is empty").help(HELP);
    }
}

/// A taint of devices.
pub fn taint<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (key, value, effect) = (field.child("key"), field.child("value"), field.child("effect"));
    name(Format::QualifiedName, &key, &key, cx);
    if is_set(&value, false) {
        of_format(Format::LabelValue, &value, &value, cx);
    }
    if text(&effect).is_empty() {
        fault(cx, &effect, ErrorType::Required, "a taint needs an effect").help("add `effect: NoSchedule`");
    } else {
        const EFFECTS: [&str; 3] = ["NoExecute", "NoSchedule", "None"];
        let count = if cx.kube().minor() < 35 { 2 } else { 3 };
        known(&effect, &EFFECTS[..count], cx);
    }
}

pub(super) fn known<'t>(field: &Field<'_, 't>, words: &[&str], cx: &mut Cx<'t>) {
    let value = text(field);
    if !value.is_empty() && !words.contains(&&*value) && !cx.is_unrendered(&value) {
        let message = format!("`{}` does not know {}", field.name(), quote(&value));
        fault(cx, field, ErrorType::NotSupported, message).help(format!("use `{}`", words.join("` or `")));
    }
}

/// Which devices: expressions.
pub fn selectors<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if too_many(field, 32, cx) {
        return;
    }
    for selector in field.items() {
        let cel = selector.child("cel");
        if !cel.is_set() {
            fault(cx, &cel, ErrorType::Required, "a selector is an expression").help("add `cel.expression`");
            continue;
        }
        let expression = cel.child("expression");
        if text(&expression).len() > 10_240 {
            fault(
                cx,
                &expression,
                ErrorType::TooLong,
                "the expression has more than 10240 bytes",
            )
            .help("shorten it");
        } else {
            expressions::device_selector(&expression, cx);
        }
    }
}

/// Configuration for drivers, of a class.
pub fn configurations<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !too_many(field, 32, cx) {
        for item in field.items() {
            configuration(&item, cx);
        }
    }
}

pub(super) fn configuration<'t>(item: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const LONGEST: usize = 10_240;
    let opaque = item.child("opaque");
    if !opaque.is_set() {
        fault(cx, &opaque, ErrorType::Required, "there is no configuration here").help("add `opaque`");
        return;
    }
    driver(&opaque.child("driver"), cx);
    let parameters = opaque.child("parameters");
    match parameters.value().filter(|value| !value.is_null()) {
        None => {
            let message = "the driver's parameters are required";
            fault(cx, &parameters, ErrorType::Required, message).help("add `parameters`");
        }
        Some(value) if json_length::of(value, LONGEST) > LONGEST => {
            let message = format!("the driver's parameters have more than {LONGEST} bytes");
            fault(cx, &parameters, ErrorType::TooLong, message).help("shorten them");
        }
        Some(value) if !value.is_map() => {
            let message = "the driver's parameters must be an object";
            fault(cx, &parameters, ErrorType::Invalid, message).help("write fields with values");
        }
        _ => {}
    }
}

/// The name of a resource that pods can request instead of claiming a device.
pub fn extended_resource<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let value = text(field);
    if field.is_set() && !super::resource_names::is_extended(&value) && !cx.is_unrendered(&value) {
        let message = format!("{} is no name of an extended resource", quote(&value));
        fault(cx, field, ErrorType::Invalid, message)
            .help("use a domain and a name, such as `example.com/gpu`");
    }
}

/// Metadata of claims to be made: labels and annotations only.
pub fn template_metadata<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const FORBIDDEN: [(&str, &str); 13] = [
        ("name", "name"),
        ("generateName", "generateName"),
        ("uid", "uID"),
        ("resourceVersion", "resourceVersion"),
        ("generation", "generation"),
        ("selfLink", "selfLink"),
        ("deletionTimestamp", "deletionTimestamp"),
        ("deletionGracePeriodSeconds", "deletionGracePeriodSeconds"),
        ("creationTimestamp", "creationTimestamp"),
        ("ownerReferences", "ownerReferences"),
        ("finalizers", "finalizers"),
        ("managedFields", "managedFields"),
        ("namespace", "namespace"),
    ];
    for (name, reported) in FORBIDDEN {
        let child = field.child(name);
        let list = matches!(name, "managedFields" | "finalizers" | "ownerReferences");
        let pointer = list || name.starts_with("deletion");
        if is_set(&child, pointer) {
            let at = field.renamed(reported, &child);
            let message = format!("`{name}` of a claim is set when it is made");
            fault(cx, &at, ErrorType::Forbidden, message).help("keep labels and annotations only");
        }
    }
    super::selectors::labels(&field.child("labels"), cx);
    let annotations = field.child("annotations");
    for entry in annotations.entries() {
        for reason in names::qualified_name(&entry.name().to_lowercase()) {
            let message = format!("the annotation {} {reason}", quote(entry.name()));
            fault(cx, &annotations, ErrorType::Invalid, message)
                .related(entry.place(), "this one")
                .help("use a name such as `example.com/note`");
        }
    }
}
