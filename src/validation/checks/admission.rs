//! Webhooks and admission policies.

use std::collections::HashSet;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::fault;

/// The name of a webhook: a domain of three parts or more.
pub fn full_name<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(name) = field
        .text()
        .filter(|name| !name.is_empty() && !cx.is_unrendered(name))
    else {
        return;
    };
    let reason = match names::dns1123_subdomain(&name).first() {
        Some(reason) => *reason,
        None if name.split('.').count() < 3 => "needs at least three parts between dots",
        None => return,
    };
    fault(
        cx,
        field,
        ErrorType::Invalid,
        format!("the name {} {reason}", quote(&name)),
    )
    .help("use a name below a domain of yours, such as `check.example.com`");
}

/// Resources and subresources: no entry may be part of another.
pub fn resources<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (mut all_subs, mut all_resources) = (HashSet::new(), HashSet::new());
    let (mut everything, mut star, mut plain) = (false, false, false);
    let mut count = 0;
    for item in field.items() {
        count += 1;
        let Some(text) = item.text() else { return };
        if text.is_empty() {
            fault(cx, &item, ErrorType::Required, "the name of a resource is empty")
                .help("name it, or use `*`");
            continue;
        }
        everything |= text == "*/*";
        star |= text == "*";
        let Some((resource, sub)) = text.split_once('/') else {
            // As the server does it, only the last one counts.
            plain = text != "*";
            continue;
        };
        let (resource, sub) = (resource.to_string(), sub.to_string());
        const HELP: &str = "remove it, or the entry with the `*`";
        if all_subs.contains(&resource) {
            let message = format!("{} is part of `{resource}/*`", quote(&text));
            fault(cx, &item, ErrorType::Invalid, message).help(HELP);
        }
        if all_resources.contains(&sub) {
            let message = format!("{} is part of `*/{sub}`", quote(&text));
            fault(cx, &item, ErrorType::Invalid, message).help(HELP);
        }
        if sub == "*" {
            all_subs.insert(resource.clone());
        }
        if resource == "*" {
            all_resources.insert(sub);
        }
    }
    if count > 1 && everything {
        let message = "`*/*` stands for all resources, so nothing else may stand beside it";
        fault(cx, field, ErrorType::Invalid, message).help("keep only `*/*`, or remove it");
    }
    if star && plain {
        let message = "`*` stands for all resources, so no other may stand beside it";
        fault(cx, field, ErrorType::Invalid, message).help("keep only `*` and subresources, or remove it");
    }
}

/// Operations that a policy can change objects in; the server reports them without their index.
pub fn mutating_operations<'t>(rules: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for rule in rules.items() {
        for operation in rule.child("operations").items() {
            let Some(text) = operation.text().filter(|text| !cx.is_unrendered(text)) else {
                continue;
            };
            if !matches!(&*text, "*" | "CONNECT" | "CREATE" | "UPDATE") {
                let at = rules.renamed("operations", &operation);
                let message = format!("a policy changes nothing in the operation {}", quote(&text));
                fault(cx, &at, ErrorType::NotSupported, message)
                    .help("use `CREATE`, `UPDATE`, `CONNECT` or `*`");
            }
        }
    }
}

/// The apiVersion of a policy's parameters.
pub fn group_version<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field
        .text()
        .filter(|text| !text.is_empty() && !cx.is_unrendered(text))
    else {
        return;
    };
    const HELP: &str = "write it as in the objects: `v1`, `example.com/v1`";
    let (group, version) = match text.split_once('/') {
        Some((_, rest)) if rest.contains('/') => {
            fault(
                cx,
                field,
                ErrorType::Invalid,
                "an apiVersion has one `/` at the most",
            )
            .help(HELP);
            return;
        }
        Some((group, version)) => (group, version),
        None => ("", &*text),
    };
    if !group.is_empty()
        && let Some(reason) = names::dns1123_subdomain(group).first()
    {
        fault(
            cx,
            field,
            ErrorType::Invalid,
            format!("the group {} {reason}", quote(group)),
        )
        .help(HELP);
    }
    if version.is_empty() {
        fault(cx, field, ErrorType::Invalid, "the apiVersion has no version").help(HELP);
    } else if let Some(reason) = names::dns1035_label(version).first() {
        fault(
            cx,
            field,
            ErrorType::Invalid,
            format!("the version {} {reason}", quote(version)),
        )
        .help(HELP);
    }
}

/// A name that an expression can use.
pub fn cel_identifier<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let shaped = text
        .bytes()
        .enumerate()
        .all(|(i, b)| b == b'_' || b.is_ascii_alphabetic() || (i > 0 && b.is_ascii_digit()));
    if !shaped || crate::cel::RESERVED.contains(&&*text) {
        let message = format!("{} is no name that an expression can use", quote(&text));
        fault(cx, field, ErrorType::Invalid, message)
            .help("use letters, digits and `_`, not starting with a digit, and no word of CEL");
    }
}

/// A text that is not blank, if there is one.
pub fn not_only_blank<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field
        .text()
        .is_some_and(|text| !text.is_empty() && text.trim().is_empty())
    {
        fault(cx, field, ErrorType::Invalid, "it is blank").help("remove it, or write something");
    }
}

/// The message of a validation: one line.
pub fn message<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    not_only_blank(field, cx);
    if field
        .text()
        .is_some_and(|text| text.trim().contains(['\n', '\r']))
    {
        let message = "the message may not have line breaks";
        fault(cx, field, ErrorType::Invalid, message).help("write it on one line, without `|`");
    }
}

/// Annotations for the audit log: few, with keys of their own that make names with the policy's.
pub fn audit_annotations<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let count = field.items().count();
    if count > 20 {
        let message = format!("there are {count} audit annotations, more than 20");
        fault(cx, field, ErrorType::Invalid, message).help("keep 20 of them at the most");
    }
    let policy = field
        .parent()
        .and_then(|spec| spec.parent())
        .map(|root| root.child("metadata"));
    let name = policy
        .as_ref()
        .and_then(|metadata| {
            let name = metadata.child("name").text()?;
            (!name.is_empty()).then_some(name)
        })
        .unwrap_or_default();
    let nameless = name.is_empty()
        && policy.as_ref().is_none_or(|metadata| {
            metadata
                .child("generateName")
                .text()
                .is_none_or(|prefix| prefix.is_empty())
        });
    let mut seen = HashSet::new();
    for annotation in field.items() {
        let (key, value) = (annotation.child("key"), annotation.child("valueExpression"));
        let Some(text) = key.text() else { continue };
        if nameless {
            let message = "the key needs the policy's name before it, but the policy has none";
            fault(cx, &key, ErrorType::Invalid, message).help("add `metadata.name`");
        } else if !name.is_empty() && !cx.is_unrendered(&text) && !cx.is_unrendered(&name) {
            for reason in names::qualified_name(&format!("{name}/{text}")) {
                let message = format!("the key, after the policy's name and `/`, {reason}");
                fault(cx, &key, ErrorType::Invalid, message).help("use letters, digits, `-`, `_` and `.`");
            }
        }
        if !seen.insert(text) {
            fault(cx, &key, ErrorType::Duplicate, "the key is used twice").help("give each its own");
        }
        let Some(text) = value.text() else { continue };
        if text.trim().is_empty() {
            let message = "the expression of the annotation's value is required";
            fault(cx, &value, ErrorType::Required, message).help("add `valueExpression`");
        } else if text.trim().len() > 5120 {
            fault(
                cx,
                &value,
                ErrorType::Required,
                "the expression has more than 5120 bytes",
            )
            .help("shorten it");
        }
    }
}

/// What happens to a request that a policy refuses.
pub fn actions<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let has = |word: &str| {
        field
            .items()
            .any(|item| item.text().is_some_and(|text| text == word))
    };
    if has("Deny") && has("Warn") {
        let message = "a request that is denied needs no warning as well";
        fault(cx, field, ErrorType::Invalid, message).help("keep `Deny` or `Warn`");
    }
}
