//! Priority and fairness of requests.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{fault, is_set};

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

/// What both of the server's own FlowSchemas hold for.
const ALL_REQUESTS: [&str; 8] = [
    "rules[0].nonResourceRules[0].nonResourceURLs[0]=*",
    "rules[0].nonResourceRules[0].verbs[0]=*",
    "rules[0].resourceRules[0].apiGroups[0]=*",
    "rules[0].resourceRules[0].clusterScope=true",
    "rules[0].resourceRules[0].namespaces[0]=*",
    "rules[0].resourceRules[0].resources[0]=*",
    "rules[0].resourceRules[0].verbs[0]=*",
    "rules[0].subjects[0].kind=Group",
];

/// The objects that the server makes by itself, whose spec is fixed; but how much the level `exempt` lends is not.
pub fn mandatory<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(root) = spec.parent() else { return };
    let name = root.child("metadata").child("name").text().unwrap_or_default();
    let kind = root.child("kind").text().unwrap_or_default();
    let (own, common): (&[&str], &[&str]) = match (&*kind, &*name) {
        ("PriorityLevelConfiguration", "exempt") => (&["type=Exempt"], &[]),
        ("PriorityLevelConfiguration", "catch-all") => (
            &[
                "limited.limitResponse.type=Reject",
                "limited.nominalConcurrencyShares=5",
                "type=Limited",
            ],
            &[],
        ),
        ("FlowSchema", "exempt") => (
            &[
                "matchingPrecedence=1",
                "priorityLevelConfiguration.name=exempt",
                "rules[0].subjects[0].group.name=system:masters",
            ],
            &ALL_REQUESTS,
        ),
        ("FlowSchema", "catch-all") => (
            &[
                "distinguisherMethod.type=ByUser",
                "matchingPrecedence=10000",
                "priorityLevelConfiguration.name=catch-all",
                "rules[0].subjects[0].group.name=system:unauthenticated",
                "rules[0].subjects[1].group.name=system:authenticated",
                "rules[0].subjects[1].kind=Group",
            ],
            &ALL_REQUESTS,
        ),
        _ => return,
    };
    let mut said = Vec::new();
    flatten(spec, &mut String::new(), 0, &mut said);
    if &*name == "exempt" {
        said.retain(|line| !line.starts_with("exempt."));
    }
    // Versions before v1 call the shares otherwise.
    let mut said: Vec<String> = said
        .into_iter()
        .map(|line| line.replace("assuredConcurrencyShares", "nominalConcurrencyShares"))
        .collect();
    said.sort_unstable();
    let mut wanted: Vec<&str> = own.iter().chain(common).copied().collect();
    wanted.sort_unstable();
    if said != wanted && !said.iter().any(|line| cx.is_unrendered(line)) {
        let message = format!(
            "the {kind} {} is the server's own, whose spec is fixed",
            quote(&name)
        );
        fault(cx, spec, ErrorType::Invalid, message)
            .help("leave it as the server made it, or choose another name");
    }
}

/// What is in a field as lines `path=value`, without what is zero.
fn flatten(field: &Field<'_, '_>, path: &mut String, depth: u32, out: &mut Vec<String>) {
    // The deepest list of a FlowSchema is the fifth level.
    if depth > 8 {
        return;
    }
    let length = path.len();
    for entry in field.entries() {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(entry.name());
        flatten(&entry, path, depth + 1, out);
        path.truncate(length);
    }
    for (i, item) in field.items().enumerate() {
        path.push_str(&format!("[{i}]"));
        flatten(&item, path, depth + 1, out);
        path.truncate(length);
    }
    // Of a pointer or an item, zero is not the same as nothing.
    let kept = path.ends_with("borrowingLimitPercent") || path.ends_with(']');
    if is_set(field, kept)
        && let Some(value) = field.value().filter(|value| value.scalar().is_some())
    {
        let text = field.text().unwrap_or_else(|| value.source().into());
        out.push(format!("{path}={text}"));
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

/// Bits that choosing `hand` of `queues` takes, as the server estimates them: as if each could be chosen again.
fn entropy_bits(queues: i64, hand: i64) -> i64 {
    ((queues as f64).log2() * hand as f64).ceil() as i64
}
