//! What the server takes, though with a warning: it is hardly ever meant.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::catalogue::ids;
use crate::context::Cx;
use crate::edit;
use crate::formats::quantity::{self, Quantity};
use crate::manifest::Field;
use crate::quote::quote;
use crate::source::Span;

/// Variables that hide earlier ones.
pub fn duplicate_env<'t>(env: &Field<'_, 't>, cx: &mut Cx<'t>) {
    // Most containers have a few, and one cannot be twice.
    if env.items().nth(1).is_none() {
        return;
    }
    let mut seen: HashMap<Cow<'t, str>, Span> = HashMap::new();
    for variable in env.items() {
        let name = variable.child("name");
        let named = |text: &Cow<'_, str>| !text.is_empty() && !cx.is_unrendered(text);
        let Some(text) = name.text().filter(named) else {
            continue;
        };
        let Some(first) = seen.insert(text.clone(), name.place()) else {
            continue;
        };
        // What is built on the value before may well stand twice.
        let own = format!("$({text})");
        let value = variable.child("value");
        if value
            .text()
            .is_some_and(|value| value.contains(&own) && value != own)
        {
            continue;
        }
        let message = format!("{} is set twice; the last one counts", quote(&text));
        cx.report_as(ids::POD_DUPLICATE_ENV, name.place(), message)
            .related(first, "set here before")
            .help("remove one of them");
    }
}

/// Amounts of memory and storage that are parts of bytes.
pub fn fractional_bytes<'t>(amounts: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for amount in amounts.entries() {
        let name = amount.name();
        if !matches!(name, "memory" | "ephemeral-storage" | "storage") && !name.starts_with("hugepages-") {
            continue;
        }
        let (Some(quantity), Some(text)) = (Quantity::of(&amount), quantity::text(&amount)) else {
            continue;
        };
        if quantity.is_whole() || quantity.is_negative() {
            continue;
        }
        let message = format!(
            "{} of {} is no whole number of bytes; the API server warns about it",
            quote(text.trim()),
            quote(name)
        );
        let number = text.trim().strip_suffix('m');
        let whole = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let report = cx.report_as(ids::POD_FRACTIONAL_BYTES, amount.place(), message);
        let Some(number) = whole else {
            report.help("write a whole number of bytes, such as `512Mi`");
            continue;
        };
        let meant = format!("{number}Mi");
        let report = report.help(format!("`m` is for thousandths: write `{meant}`, or `{number}M`"));
        let edit = amount.value().and_then(|node| edit::replace_scalar(node, &meant));
        if let Some(edit) = edit {
            report.fix(format!("write `{meant}`"), false, vec![edit]);
        }
    }
}

/// A port that a container has.
struct Taken<'t> {
    place: Span,
    container: Cow<'t, str>,
    /// The node's address that it is reached at; may be empty.
    address: Cow<'t, str>,
}

/// Ports that two containers of a pod want at once.
pub fn port_conflicts<'t>(containers: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = containers.parent() else { return };
    let sidecars = spec.child("initContainers");
    // Most pods have a single container.
    if containers.items().chain(sidecars.items()).nth(1).is_none() {
        return;
    }
    let mut taken: HashMap<(i64, Cow<'t, str>), Taken<'t>> = HashMap::new();
    let runs_on = |container: &Field<'_, 't>| {
        let policy = container.child("restartPolicy").text();
        policy.is_some_and(|policy| policy == "Always")
    };
    let all = sidecars.items().filter(runs_on).chain(containers.items());
    for container in all {
        let name = container.child("name").text().unwrap_or_default();
        for port in container.child("ports").items() {
            let number = port.child("containerPort");
            let Some(value) = number.int() else { continue };
            let protocol = port.child("protocol").text().filter(|text| !text.is_empty());
            let key = (value, protocol.unwrap_or(Cow::Borrowed("TCP")));
            let here = Taken {
                place: number.place(),
                container: name.clone(),
                address: port.child("hostIP").text().unwrap_or_default(),
            };
            let Some(first) = taken.get(&key) else {
                taken.insert(key, here);
                continue;
            };
            // On the network of the node each may listen at an address of its own.
            let apart =
                !here.address.is_empty() && !first.address.is_empty() && here.address != first.address;
            if first.container == name || apart {
                continue;
            }
            let message = format!(
                "the container {} has port {value} too, but the containers of a pod share one address: only one of them can listen there",
                quote(&first.container)
            );
            let other = first.place;
            cx.report_as(ids::POD_PORT_CONFLICT, here.place, message)
                .related(other, "the other one")
                .help("give each its own port, or write the one that it listens on");
        }
    }
}

/// Secrets for pulling images that are not named: templates leave them so when a value is not set.
pub fn pull_secrets<'t>(secrets: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for secret in secrets.items() {
        let name = secret.child("name");
        let is_empty = match name.text() {
            Some(text) => text.is_empty(),
            // Another type than a text is told elsewhere.
            None => !name.is_set(),
        };
        if is_empty && secret.value().is_some_and(|value| value.is_map()) {
            let place = if name.is_set() {
                name.place()
            } else {
                secret.place()
            };
            cx.report_as(
                ids::SCHEMA_NO_EFFECT,
                place,
                "this item has no effect: it names no Secret",
            )
            .help("name a Secret, or remove the item");
        }
    }
}
