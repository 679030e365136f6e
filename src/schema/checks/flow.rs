//! Priority and fairness of requests.

use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::rules::{Cx, quote};
use crate::schema::constraints::fault;

fn has_star(field: &Field<'_, '_>) -> bool {
    field
        .items()
        .any(|item| item.text().is_some_and(|text| text == "*"))
}

/// Verbs that the server knows.
pub fn verbs<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const VERBS: [&str; 9] = [
        "create",
        "delete",
        "deletecollection",
        "get",
        "list",
        "patch",
        "proxy",
        "update",
        "watch",
    ];
    if has_star(field) {
        return;
    }
    let unknown = field.items().find_map(|item| {
        let text = item.text()?;
        (!VERBS.contains(&&*text) && !cx.is_unrendered(&text)).then(|| (item.place(), text))
    });
    if let Some((place, text)) = unknown {
        let message = format!("{} is no verb of the API", quote(&text));
        fault(cx, field, ErrorType::NotSupported, message)
            .related(place, "this one")
            .help(format!("use `*`, or of {}", VERBS.join(", ")));
    }
}

/// Paths that are no resources.
pub fn paths<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if has_star(field) {
        return;
    }
    for item in field.items() {
        let Some(text) = item.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        let reason = match &*text {
            "/" => continue,
            "" => "is empty",
            path if !path.starts_with('/') => "must start with `/`",
            path if path.contains(' ') => "must not contain spaces",
            path if path.contains("//") => "must not contain `//`",
            path => match path.matches('*').count() {
                0 => continue,
                1 if path.ends_with("/*") => continue,
                _ => "may have one `*`, as its last part",
            },
        };
        fault(
            cx,
            &item,
            ErrorType::Invalid,
            format!("the path {} {reason}", quote(&text)),
        )
        .help("write it as `/healthz` or `/healthz/*`");
    }
}

/// Namespaces by name.
pub fn namespaces<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if has_star(field) {
        return;
    }
    for item in field.items() {
        let Some(text) = item.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        for reason in names::dns1123_label(&text) {
            fault(
                cx,
                &item,
                ErrorType::Invalid,
                format!("the namespace {} {reason}", quote(&text)),
            )
            .help("name a namespace, or use `*` alone");
        }
    }
}

/// An annotation that only the server itself writes, for its own old version.
pub fn annotations<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const OWN: &str = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";
    let own = field.key(OWN);
    if own.value().is_some() {
        let message = format!("the annotation {} is kept for v1beta3", quote(OWN));
        fault(cx, field, ErrorType::Forbidden, message)
            .related(own.place(), "this one")
            .help("remove it");
    }
}

/// How many queues a flow is dealt: no more than there are, and few enough to be drawn from one hash.
pub fn hand<'t>(queuing: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let number = |name: &'static str, default: i64| match queuing.child(name).int() {
        Some(0) => Some(default),
        other => other,
    };
    let (Some(hand), Some(queues)) = (number("handSize", 8), number("queues", 64)) else {
        return;
    };
    let field = queuing.child("handSize");
    if hand <= 0 {
        fault(cx, &field, ErrorType::Invalid, "the hand must be positive").help("use 8, the default");
    } else if hand > queues {
        let message = format!("the hand is {hand}, but there are {queues} queues only");
        fault(cx, &field, ErrorType::Invalid, message).help("make the hand smaller");
    } else if entropy_bits(queues, hand) > 60 {
        let message =
            format!("a hand of {hand} of {queues} queues cannot be dealt: it takes more than 60 bits");
        fault(cx, &field, ErrorType::Invalid, message).help("make the hand smaller, or have fewer queues");
    }
}

/// Bits that choosing `hand` of `queues` in order takes.
fn entropy_bits(queues: i64, hand: i64) -> i64 {
    let mut bits = 0.0;
    for i in 0..hand {
        bits += ((queues - i) as f64).log2();
        if bits > 100.0 {
            break;
        }
    }
    bits.ceil() as i64
}
