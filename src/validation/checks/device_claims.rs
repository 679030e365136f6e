//! Claims of devices.

use std::collections::{HashMap, HashSet};

use super::devices::{
    CHOOSING, SHARING, configuration, duplicates, known, name, qualified, required_name, selectors, since,
    text, too_many,
};
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault, is_set, of_format};

/// The version from which on requests of v1beta1 can have alternatives.
const PRIORITIZED: u8 = 33;

type Requests = HashMap<String, HashSet<String>>;

/// What is claimed.
pub fn claim<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (requests, constraints, config) = (
        field.child("requests"),
        field.child("constraints"),
        field.child("config"),
    );
    let mut known = Requests::new();
    for request in requests.items() {
        let inner = since(CHOOSING, &request, "firstAvailable", cx);
        let names = inner.items().map(|sub| text(&sub.child("name")).into_owned());
        known.insert(text(&request.child("name")).into_owned(), names.collect());
    }
    if !too_many(&requests, 32, cx) {
        for item in requests.items() {
            request(&item, cx);
        }
        duplicates(&requests, "name", cx);
    }
    if !too_many(&constraints, 32, cx) {
        for constraint in constraints.items() {
            references(&constraint.child("requests"), &known, cx);
            let (same, distinct) = (
                constraint.child("matchAttribute"),
                of_claim(&constraint, "distinctAttribute", cx),
            );
            if same.is_set() {
                attribute(&same, cx);
            } else if distinct.is_set() {
                attribute(&distinct, cx);
            } else {
                // Where an attribute is all that there is, it is named.
                let at = match cx.kube().minor() >= SHARING {
                    true => &constraint,
                    false => &same,
                };
                fault(cx, at, ErrorType::Required, "a constraint is on an attribute")
                    .help("add `matchAttribute`");
            }
        }
    }
    if !too_many(&config, 32, cx) {
        for item in config.items() {
            references(&item.child("requests"), &known, cx);
            configuration(&item, cx);
        }
    }
}

/// A field of a claim that came with sharing and taints of devices: 1.35 drops it, 1.34 failed to.
fn of_claim<'s, 't>(of: &'s Field<'_, 't>, name: &'static str, cx: &Cx<'t>) -> Field<'s, 't> {
    match cx.kube().minor() {
        35 => of.child_found(name, None),
        _ => of.child(name),
    }
}

fn attribute<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let value = text(field);
    if cx.is_unrendered(&value) {
        return;
    }
    qualified(&value, field, cx);
    if !value.contains('/') {
        let message = "the attribute's name needs its domain";
        fault(cx, field, ErrorType::Invalid, message).help("write it as `example.com/name`");
    }
}

fn references<'t>(list: &Field<'_, 't>, known: &Requests, cx: &mut Cx<'t>) {
    if too_many(list, 32, cx) {
        return;
    }
    for item in list.items() {
        let value = text(&item);
        if cx.is_unrendered(&value) {
            continue;
        }
        const HELP: &str = "name a request of this claim, or `request/subrequest`";
        let segments: Vec<&str> = value.split('/').collect();
        if segments.len() <= 2 {
            for segment in &segments {
                for reason in names::dns1123_label(segment) {
                    fault(
                        cx,
                        &item,
                        ErrorType::Invalid,
                        format!("{} {reason}", quote(segment)),
                    )
                    .help(HELP);
                }
            }
        }
        let found = match segments[..] {
            [request] => known.contains_key(request),
            [request, sub] => known.get(request).is_some_and(|subs| subs.contains(sub)),
            _ => false,
        };
        if !found {
            let message = format!("{} is no request of this claim", quote(&value));
            fault(cx, &item, ErrorType::Invalid, message).help(HELP);
        }
    }
    duplicates(list, "", cx);
}

fn request<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let own_name = field.child("name");
    name(Format::DnsLabel, &own_name, &own_name, cx);
    let first = since(CHOOSING, field, "firstAvailable", cx);
    let mut exactly = field.child("exactly");
    // v1beta1 has the fields in the request itself.
    const FLAT: [&str; 3] = ["deviceClassName", "allocationMode", "count"];
    // Of these it counts that they are there.
    const FLAT_IF_EMPTY: [&str; 4] = ["selectors", "adminAccess", "tolerations", "capacity"];
    let mut defaults = true;
    if !exactly.is_set()
        && (FLAT.iter().any(|name| is_set(&field.child(name), false))
            || FLAT_IF_EMPTY.iter().any(|name| field.child(name).is_set()))
    {
        exactly = field.renamed("exactly", field);
        // Without a class it is taken for one with alternatives, of which nothing is filled in.
        defaults = cx.kube().minor() < PRIORITIZED || is_set(&field.child("deviceClassName"), false);
    }
    match (exactly.is_set(), first.is_filled()) {
        (false, false) => {
            let message = "a request needs either `exactly` or `firstAvailable`";
            fault(cx, field, ErrorType::Required, message).help("add one of them");
        }
        (true, true) => {
            let message = "a request needs either `exactly` or `firstAvailable`, not both";
            fault(cx, field, ErrorType::Invalid, message).help("keep one of them");
        }
        (true, false) => wanted(&exactly, defaults, cx),
        (false, true) => {
            if too_many(&first, 8, cx) {
                return;
            }
            for sub in first.items() {
                let sub_name = sub.child("name");
                name(Format::DnsLabel, &sub_name, &sub_name, cx);
                wanted(&sub, true, cx);
            }
            duplicates(&first, "name", cx);
        }
    }
}

/// Which devices, and how many; `defaults` tells whether the server fills in one device where nothing is said.
fn wanted<'t>(field: &Field<'_, 't>, defaults: bool, cx: &mut Cx<'t>) {
    required_name(Format::DnsSubdomain, &field.child("deviceClassName"), cx);
    selectors(&field.child("selectors"), cx);
    let (mode, count) = (field.child("allocationMode"), field.child("count"));
    match &*text(&mode) {
        "All" => {
            if is_set(&count, false) {
                let message = "a request for all devices has no count";
                fault(cx, &count, ErrorType::Invalid, message).help("remove `count`");
            }
        }
        mode if mode == "ExactCount" || (mode.is_empty() && defaults) => {
            let least = if defaults { 0 } else { 1 };
            if count.int().is_some_and(|count| count < least) {
                let message = "at least one device must be requested";
                fault(cx, &count, ErrorType::Invalid, message).help("use a number above zero");
            }
        }
        "" => {
            let message = "without a class of devices the server fills in no `allocationMode`, and needs one";
            fault(cx, &mode, ErrorType::NotSupported, message).help("add `deviceClassName`");
        }
        _ => known(&mode, &["All", "ExactCount"], cx),
    }
    for item in of_claim(field, "tolerations", cx).items() {
        toleration(&item, cx);
    }
}

fn toleration<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (key, value, operator) = (field.child("key"), field.child("value"), field.child("operator"));
    if is_set(&key, false) {
        of_format(Format::QualifiedName, &key, &key, cx);
    }
    match &*text(&operator) {
        "Exists" => {
            if is_set(&value, false) {
                fault(cx, &value, ErrorType::Invalid, "`Exists` asks for the key alone")
                    .help("remove `value`");
            }
        }
        "" | "Equal" => {
            if is_set(&value, false) {
                of_format(Format::LabelValue, &value, &value, cx);
            }
        }
        _ => known(&operator, &["Equal", "Exists"], cx),
    }
    known(&field.child("effect"), &["NoExecute", "NoSchedule", "None"], cx);
}
