//! Storage classes and drivers.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{fault, is_set};

/// How many parameters a class may have, and how many bytes they may take.
const MOST_PARAMETERS: usize = 512;
const MOST_BYTES: usize = 256 * 1024;

/// More repeated terms than these are not reported.
const MOST_REPEATS: usize = 40_000;

/// The parameters of a class.
pub fn parameters<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let count = field.entries().count();
    if count > MOST_PARAMETERS {
        let message = format!("`parameters` has {count} entries, more than {MOST_PARAMETERS}");
        fault(cx, field, ErrorType::TooLong, message).help("drop what the driver does not need");
        return;
    }
    let mut bytes = 0;
    for entry in field.entries() {
        let name = entry.name();
        if name.is_empty() {
            let at = entry.key_node().map_or(field.place(), |key| key.span());
            fault(cx, field, ErrorType::Invalid, "a parameter has an empty name")
                .related(at, "this one")
                .help("name it, or remove it");
        }
        bytes += name.len() + entry.text().map_or(0, |text| text.len());
    }
    if bytes > MOST_BYTES {
        let message = format!("`parameters` takes {bytes} bytes, more than {MOST_BYTES}");
        fault(cx, field, ErrorType::TooLong, message).help("drop what the driver does not need");
    }
}

/// The topologies that a class allows: no key twice in a term, no term twice.
pub fn topologies<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut terms = HashMap::new();
    let mut left = MOST_REPEATS;
    for term in field.items() {
        let list = term.child("matchLabelExpressions");
        let mut meaning = BTreeMap::new();
        for expression in list.items() {
            let key = expression.child("key");
            let text = key.text().unwrap_or_default().into_owned();
            let values = expression.child("values");
            let values: BTreeSet<String> = values
                .items()
                .filter_map(|value| value.text().map(|text| text.into_owned()))
                .collect();
            if meaning.insert(text, values).is_some() {
                let message = "this key stands in the term already";
                fault(cx, &key, ErrorType::Duplicate, message).help("put all values under one key");
            }
        }
        // The server compares each two terms, and reports each two that are equal; it begins with an empty one
        // for each term.
        let is_empty = meaning.is_empty();
        let empty = if is_empty { field.items().count() } else { 0 };
        let equals = terms.entry(meaning).or_insert(empty);
        for _ in 0..(*equals).min(left) {
            let (message, help) = match is_empty {
                true => (
                    "the term names no topology, and counts as one more of the same",
                    "add `matchLabelExpressions`",
                ),
                false => ("an earlier term allows the same topology", "remove one of them"),
            };
            fault(cx, &list, ErrorType::Duplicate, message).help(help);
        }
        left -= (*equals).min(left);
        *equals += 1;
    }
}

/// What a VolumeAttachment attaches: a volume by name or one written out.
pub fn attachment_source<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let name = field.child("persistentVolumeName");
    let inline = field.child("inlineVolumeSpec");
    match (is_set(&name, true), is_set(&inline, true)) {
        (false, false) => {
            let message = "`source` names no volume to attach";
            fault(cx, field, ErrorType::Required, message).help("add `persistentVolumeName`");
        }
        (true, true) => {
            let message = "`persistentVolumeName` and `inlineVolumeSpec` exclude each other";
            fault(cx, field, ErrorType::Forbidden, message).help("keep one of them");
        }
        _ => {}
    }
}

/// How a driver's volumes live.
pub fn lifecycle_modes<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for mode in field.items() {
        let Some(text) = mode.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        if !matches!(&*text, "Persistent" | "Ephemeral") {
            let message = format!("{} is no lifecycle of a volume", quote(&text));
            fault(cx, field, ErrorType::NotSupported, message)
                .related(mode.place(), "this one")
                .help("use `Persistent` or `Ephemeral`");
        }
    }
}

/// The labels by which a driver tells where a node is; the server reports them at the driver.
pub fn topology_keys<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(driver) = field.parent() else { return };
    let mut seen = HashSet::new();
    for key in field.items() {
        let Some(text) = key.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        if text.is_empty() {
            fault(cx, driver, ErrorType::Required, "a topology key is empty")
                .related(key.place(), "this one")
                .help("use the name of a node's label");
        }
        for reason in names::qualified_name(&text) {
            let message = format!("{} is no valid label key: it {reason}", quote(&text));
            fault(cx, driver, ErrorType::Invalid, message)
                .related(key.place(), "this one")
                .help("use a name such as `topology.example.com/zone`");
        }
        if !seen.insert(text) {
            fault(
                cx,
                driver,
                ErrorType::Duplicate,
                "this key stands in the list already",
            )
            .related(key.place(), "this one")
            .help("remove one of them");
        }
    }
}

/// A size that may be nothing.
pub fn not_negative<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if Quantity::of(field).is_some_and(Quantity::is_negative) {
        let message = format!("`{}` is negative", field.name());
        fault(cx, field, ErrorType::Invalid, message).help("use a size such as `10Gi`");
    }
}

/// Tokens that a driver asks for: one for each audience, of which one may be the API server's own, "".
pub fn token_requests<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen = HashSet::new();
    for request in field.items() {
        let (audience, seconds) = (request.child("audience"), request.child("expirationSeconds"));
        let Some(text) = audience.text() else { continue };
        if !seen.insert(text) {
            let message = "another token is for the same audience";
            fault(cx, &audience, ErrorType::Duplicate, message).help("ask for one token for each audience");
        } else if seconds
            .int()
            .is_some_and(|n| seconds.is_set() && !(600..=1 << 32).contains(&n))
        {
            let message = "a token is good for 600 seconds at least, and for 4294967296 at the most";
            fault(cx, &seconds, ErrorType::Invalid, message).help("use 3600, for example");
        }
    }
}
