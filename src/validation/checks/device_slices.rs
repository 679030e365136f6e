//! Devices that a driver offers.

use std::borrow::Cow;
use std::collections::HashSet;

use super::devices::{
    SHARING, duplicates, name, place_of_key, qualified, required_name, since, taint, text, too_many,
};
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, is_set, of_format};

/// A node by its name; 1 when there is one.
fn a_node<'t>(node: &Field<'_, 't>, cx: &mut Cx<'t>) -> u32 {
    if text(node).is_empty() {
        fault(cx, node, ErrorType::Invalid, "the name of a node is not empty")
            .help("remove it, or name a node");
        return 0;
    }
    of_format(Format::DnsSubdomain, node, node, cx);
    1
}

/// Where the devices of a slice are: one of four ways to say it.
pub fn nodes<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (node, selector) = (spec.child("nodeName"), spec.child("nodeSelector"));
    // In v1beta1 an empty name and false are the same as none.
    let pointers = spec
        .parent()
        .and_then(|root| root.child("apiVersion").text())
        .is_none_or(|version| version != "resource.k8s.io/v1beta1");
    let mut ways = 0;
    if is_set(&node, pointers) {
        ways += a_node(&node, cx);
    }
    if selector.is_set() {
        ways += 1;
        let terms = selector.child("nodeSelectorTerms");
        if terms.items().count() != 1 {
            fault(
                cx,
                &terms,
                ErrorType::Invalid,
                "the selector of a slice has exactly one term",
            )
            .help("write one term");
        }
    }
    for flag in [
        spec.child("allNodes"),
        since(SHARING, spec, "perDeviceNodeSelection", cx),
    ] {
        if pointers || flag.name() != "allNodes" || flag.bool() == Some(true) {
            ways += only_true(&flag, cx);
        }
    }
    const HELP: &str = "set one of `nodeName`, `nodeSelector`, `allNodes` and `perDeviceNodeSelection`";
    let wrong = match ways {
        0 => Some((
            ErrorType::Required,
            "the slice does not say where its devices are",
        )),
        1 => None,
        _ => Some((
            ErrorType::Invalid,
            "the slice says in several ways where its devices are",
        )),
    };
    if let Some((kind, message)) = wrong {
        fault(cx, spec, kind, message).help(HELP);
    }
    if since(SHARING, spec, "sharedCounters", cx).is_set() && spec.child("devices").is_set() {
        let message = "a slice holds either devices or counters that they share";
        fault(cx, spec, ErrorType::Invalid, message).help("make two slices of it");
    }
}

/// A flag that is set to true or not at all; 1 when it is.
fn only_true<'t>(flag: &Field<'_, 't>, cx: &mut Cx<'t>) -> u32 {
    if !flag.is_set() {
        return 0;
    }
    if flag.bool() == Some(true) {
        return 1;
    }
    fault(cx, flag, ErrorType::Invalid, "it can only be true or absent").help("remove it");
    0
}

/// A part of a device, which v1beta1 has below `basic`.
struct Device<'f, 'p, 't> {
    field: &'f Field<'p, 't>,
    basic: Field<'f, 't>,
}

impl<'f, 'p, 't> Device<'f, 'p, 't> {
    fn of(field: &'f Field<'p, 't>) -> Self {
        let basic = field.child("basic");
        Device { field, basic }
    }

    fn part(&self, name: &'static str) -> Field<'f, 't> {
        match self.basic.is_set() {
            true => self.field.renamed(name, &self.basic.child(name)),
            false => self.field.child(name),
        }
    }

    /// A part that only devices have which are shared, split or tainted.
    fn shared(&self, name: &'static str, cx: &Cx<'t>) -> Field<'f, 't> {
        match cx.kube().minor() >= SHARING {
            true => self.part(name),
            false => self.field.child_found(name, None),
        }
    }
}

/// The devices of a slice.
pub fn devices<'t>(list: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let costly = list.items().any(|item| {
        let device = Device::of(&item);
        device.shared("taints", cx).is_filled() || device.shared("consumesCounters", cx).is_filled()
    });
    if too_many(list, if costly { 64 } else { 128 }, cx) {
        return;
    }
    let per_device = list
        .parent()
        .is_some_and(|spec| since(SHARING, spec, "perDeviceNodeSelection", cx).bool() == Some(true));
    for item in list.items() {
        device(&item, per_device, cx);
    }
    duplicates(list, "name", cx);
}

fn device<'t>(field: &Field<'_, 't>, per_device: bool, cx: &mut Cx<'t>) {
    let device = Device::of(field);
    let own_name = field.child("name");
    name(Format::DnsLabel, &own_name, &own_name, cx);
    let (attributes, capacity) = (device.part("attributes"), device.part("capacity"));
    let count = attributes.entries().count() + capacity.entries().count();
    if count > 32 {
        let message = format!("the device has {count} attributes and capacities, more than 32");
        fault(cx, field, ErrorType::Invalid, message).help("keep 32 of them at the most");
    }
    for entry in attributes.entries() {
        key(&attributes, &entry, cx);
        attribute(&entry, cx);
    }
    let shared = device.shared("allowMultipleAllocations", cx).bool() == Some(true);
    for entry in capacity.entries() {
        key(&capacity, &entry, cx);
        let policy = since(SHARING, &entry, "requestPolicy", cx);
        if !policy.is_set() {
            continue;
        }
        if shared {
            request_policy(&entry, &policy, cx);
        } else {
            let message = "only a device that is allocated several times has a policy of requests";
            fault(cx, &policy, ErrorType::Forbidden, message).help("set `allowMultipleAllocations: true`");
        }
    }
    let taints = device.shared("taints", cx);
    if !too_many(&taints, 16, cx) {
        for item in taints.items() {
            taint(&item, cx);
        }
    }
    let counters = device.shared("consumesCounters", cx);
    if !too_many(&counters, 2, cx) {
        for item in counters.items() {
            required_name(Format::DnsLabel, &item.child("counterSet"), cx);
            counter_names(&item.child("counters"), cx);
        }
        duplicates(&counters, "counterSet", cx);
    }
    place(&device, per_device, cx);
    conditions(&device, cx);
}

/// The name of an attribute or a capacity.
fn key<'t>(map: &Field<'_, 't>, entry: &Field<'_, 't>, cx: &mut Cx<'t>) {
    match cx.kube().minor() >= 36 {
        true => qualified(entry.name(), map, cx),
        false => qualified(entry.name(), &place_of_key(map, entry), cx),
    }
}

fn place<'t>(device: &Device<'_, '_, 't>, per_device: bool, cx: &mut Cx<'t>) {
    let (node, selector, all) = (
        device.shared("nodeName", cx),
        device.shared("nodeSelector", cx),
        device.shared("allNodes", cx),
    );
    if !per_device {
        if node.is_set() || selector.is_set() || all.is_set() {
            let message = "the slice says where its devices are, so a device may not";
            fault(cx, device.field, ErrorType::Invalid, message)
                .help("set `perDeviceNodeSelection: true` in the slice, or remove it");
        }
        return;
    }
    let mut ways = u32::from(selector.is_set());
    if node.is_set() {
        ways += a_node(&node, cx);
    }
    ways += only_true(&all, cx);
    const HELP: &str = "set one of `nodeName`, `nodeSelector` and `allNodes`";
    let wrong = match ways {
        0 => Some((ErrorType::Required, "the device does not say where it is")),
        1 => None,
        _ => Some((ErrorType::Invalid, "the device says in several ways where it is")),
    };
    if let Some((kind, message)) = wrong {
        fault(cx, device.field, kind, message).help(HELP);
    }
}

fn conditions<'t>(device: &Device<'_, '_, 't>, cx: &mut Cx<'t>) {
    let (ready, failed) = (
        device.shared("bindingConditions", cx),
        device.shared("bindingFailureConditions", cx),
    );
    let mut names = HashSet::new();
    for list in [&ready, &failed] {
        if !too_many(list, 4, cx) {
            for item in list.items() {
                name(Format::QualifiedName, &item, &item, cx);
            }
        }
        duplicates(list, "", cx);
    }
    names.extend(ready.items().map(|item| text(&item)));
    for item in failed.items() {
        if names.contains(&text(&item)) {
            let message = "a condition cannot mean both success and failure";
            fault(cx, &item, ErrorType::Invalid, message).help("remove it from one of the lists");
        }
    }
    const MESSAGE: &str = "conditions of success and of failure need each other";
    if ready.is_filled() && !failed.is_filled() {
        fault(cx, &failed, ErrorType::Invalid, MESSAGE).help("add `bindingFailureConditions`");
    }
    if failed.is_filled() && !ready.is_filled() {
        fault(cx, &ready, ErrorType::Invalid, MESSAGE).help("add `bindingConditions`");
    }
}

fn attribute<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let kinds = ["bool", "int", "string", "version"];
    let (string, version) = (field.child("string"), field.child("version"));
    for value in [&string, &version] {
        if text(value).len() > 64 {
            fault(cx, value, ErrorType::TooLong, "the value has more than 64 bytes").help("shorten it");
        }
    }
    let value = text(&version);
    if version.is_set() && !cx.is_unrendered(&value) && !super::leases::is_semantic(&value) {
        let message = format!("{} is no semantic version", quote(&value));
        fault(cx, &version, ErrorType::Invalid, message).help("write it as `1.2.3`");
    }
    let count = kinds.iter().filter(|kind| field.child(kind).is_set()).count();
    if count != 1 {
        let message = "an attribute has exactly one value";
        let kind = match count {
            0 if cx.kube().minor() < 35 => ErrorType::Required,
            _ => ErrorType::Invalid,
        };
        fault(cx, field, kind, message).help("set one of `bool`, `int`, `string` and `version`");
    }
}

fn counter_names<'t>(counters: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !counters.is_filled() {
        fault(cx, counters, ErrorType::Required, "there are no counters here").help("add `counters`");
        return;
    }
    if too_many(counters, 32, cx) {
        return;
    }
    for entry in counters.entries() {
        for reason in names::dns1123_label(entry.name()) {
            let message = format!("the counter {} {reason}", quote(entry.name()));
            fault(cx, counters, ErrorType::Invalid, message)
                .related(entry.place(), "this one")
                .help("use up to 63 lower-case letters, digits and `-`");
        }
    }
}

/// Counters that devices share.
pub fn shared_counters<'t>(list: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if too_many(list, 8, cx) {
        return;
    }
    for item in list.items() {
        required_name(Format::DnsLabel, &item.child("name"), cx);
        counter_names(&item.child("counters"), cx);
    }
    duplicates(list, "name", cx);
}

/// How much of a capacity may be requested.
fn request_policy<'t>(capacity: &Field<'_, 't>, policy: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (values, range, default) = (
        policy.child("validValues"),
        policy.child("validRange"),
        policy.child("default"),
    );
    if values.is_filled() && range.is_set() {
        let message = "`validValues` and `validRange` exclude each other";
        fault(cx, policy, ErrorType::Forbidden, message).help("keep one of them");
        return;
    }
    if !values.is_filled() && !range.is_set() {
        return;
    }
    if !default.is_set() {
        let message = "what may be requested is limited, so a default is needed";
        fault(cx, &default, ErrorType::Required, message).help("add `default`");
        return;
    }
    let most = Quantity::of(&capacity.child("value")).unwrap_or(Quantity::ZERO);
    let Some(default) = Quantity::of(&default) else {
        return;
    };
    if range.is_set() {
        request_range(&range, default, most, cx);
        return;
    }
    let mut last = None;
    let mut found = false;
    for item in values.items() {
        let Some(value) = Quantity::of(&item) else { return };
        if last.is_some_and(|last| value < last) {
            let message = "the values must stand in ascending order";
            fault(cx, &item, ErrorType::Invalid, message).help("sort them");
        }
        last = Some(value);
    }
    let mut seen: HashSet<Cow<'_, str>> = HashSet::new();
    let listed = !too_many(&values, 10, cx);
    for item in values.items().filter(|_| listed) {
        let Some(value) = Quantity::of(&item) else { return };
        if value > most {
            let message = "the value is more than the device has";
            fault(cx, &item, ErrorType::Invalid, message).help("make it smaller");
        }
        found |= value == default;
        if !seen.insert(value.rounded().to_string().into()) {
            fault(
                cx,
                &item,
                ErrorType::Duplicate,
                "the value stands in the list already",
            )
            .help("remove it");
        }
    }
    if !found {
        let message = "the default is none of these values";
        fault(cx, &values, ErrorType::Invalid, message).help("add it, or choose another default");
    }
}

fn request_range<'t>(range: &Field<'_, 't>, default: Quantity, most: Quantity, cx: &mut Cx<'t>) {
    let (min, max, step) = (range.child("min"), range.child("max"), range.child("step"));
    if !min.is_set() {
        fault(cx, &min, ErrorType::Required, "a range needs its lower end").help("add `min`");
        return;
    }
    let Some(low) = Quantity::of(&min) else { return };
    const HELP: &str = "correct the range, the default or the capacity";
    let mut wrong = |bad: bool, at: &Field<'_, 't>, message: &'static str| {
        if bad {
            fault(cx, at, ErrorType::Invalid, message).help(HELP);
        }
    };
    wrong(low > most, &min, "the lower end is above the capacity");
    wrong(default < low, &min, "the default is below the lower end");
    let high = Quantity::of(&max).filter(|_| max.is_set());
    if let Some(high) = high {
        wrong(low > high, &max, "the upper end is below the lower one");
        wrong(high > most, &max, "the upper end is above the capacity");
        wrong(default > high, &max, "the default is above the upper end");
    }
    let Some(size) = Quantity::of(&step).filter(|_| step.is_set()) else {
        return;
    };
    wrong(
        low.plus(size) > most,
        &step,
        "one step from the lower end is above the capacity",
    );
    let off = |value: Quantity| {
        let step = size.rounded();
        step != 0 && (value.rounded() - low.rounded()) % step != 0
    };
    wrong(
        off(default),
        &step,
        "the default is no whole number of steps from the lower end",
    );
    wrong(
        high.is_some_and(off),
        &step,
        "the upper end is no whole number of steps from the lower one",
    );
}
