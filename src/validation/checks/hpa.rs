//! HorizontalPodAutoscalers.

use super::resource_names;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::formats::quantity::Quantity;
use crate::manifest::Field;
use crate::quote::quote;
use crate::validation::constraints::{fault, meant_word};

/// The numbers of replicas, and what scaling to none needs.
pub fn replicas<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (min, max) = (spec.child("minReplicas"), spec.child("maxReplicas"));
    let lowest = if min.is_set() { min.int() } else { Some(1) };
    if let Some(most) = max.int().filter(|most| *most < 1) {
        if most == 0 && cx.kube().minor() >= 36 {
            let message = "`maxReplicas` is required, and at least 1";
            fault(cx, &max, ErrorType::Required, message).help("add `maxReplicas`");
        } else {
            let message = format!("`maxReplicas` is {most}, but it must be at least 1");
            fault(cx, &max, ErrorType::Invalid, message).help("use 1 or more");
        }
    }
    if let (Some(lowest), Some(most)) = (lowest, max.int())
        && most < lowest
    {
        let message = match max.is_set() {
            true => format!("`maxReplicas` is {most}, less than `minReplicas`, {lowest}"),
            false => format!("without `maxReplicas` there is no room for `minReplicas`, {lowest}"),
        };
        fault(cx, &max, ErrorType::Invalid, message)
            .help("make `maxReplicas` at least `minReplicas` (which is 1 when left out)");
    }
    let metrics = spec.child("metrics");
    let scales_from_outside = || {
        metrics.items().any(|metric| {
            matches!(
                metric.child("type").text().as_deref(),
                Some("Object" | "External")
            )
        })
    };
    if min.is_set() && lowest == Some(0) && !scales_from_outside() {
        let message = "pods that do not run have no load, so scaling from none needs a metric from elsewhere";
        fault(cx, &metrics, ErrorType::Forbidden, message)
            .help("add a metric of type `Object` or `External`, or let `minReplicas` be 1");
    }
}

/// The one metric of version v1.
pub fn cpu_target<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(percent) = field.int().filter(|percent| field.is_set() && *percent < 1) {
        let message = format!("`{}` is {percent}, but it must be at least 1", field.name());
        fault(cx, field, ErrorType::Invalid, message)
            // Where it stands in the newer version, by which the server judges.
            .refusal(
                ErrorType::Invalid,
                String::from("spec.metrics[0].resource.target.averageUtilization"),
            )
            .help("use a percentage such as 80");
    }
}

/// What is scaled must be found: its kind alone is not enough.
pub fn api_group<'t>(target: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let version = target.child("apiVersion");
    let grouped =
        |text: &str| text.split_once('/').is_some_and(|(group, _)| !group.is_empty()) || text.contains("//");
    let controller = target.child("kind").text().as_deref() == Some("ReplicationController");
    if let Some(text) = version.text()
        && !grouped(&text)
        && !controller
        && !cx.is_unrendered(&text)
    {
        let message = "without an API group the server does not find what to scale";
        fault(cx, &version, ErrorType::Invalid, message)
            .help("write group and version, such as `apiVersion: apps/v1`");
    }
}

/// `group/version`, or a version alone.
pub fn group_version<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(text) = field.text()
        && text.matches('/').count() > 1
        && !cx.is_unrendered(&text)
    {
        let message = format!("{} is no group and version", quote(&text));
        fault(cx, field, ErrorType::Invalid, message).help("write it with one `/`, such as `apps/v1`");
    }
}

/// A list of policies that is empty allows no scaling; one that is missing is the server's own.
pub fn policies<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.is_set() && !field.is_filled() {
        let message = "an empty list of policies allows no scaling";
        fault(cx, field, ErrorType::Required, message)
            .help("add a policy, or remove `policies`, or set `selectPolicy: Disabled`");
    }
}

/// The type of a scaling policy.
pub fn policy_type<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    if !matches!(&*text, "Pods" | "Percent") {
        let message = format!("a scaling policy cannot be of type {}", quote(&text));
        const TYPES: [&str; 2] = ["Pods", "Percent"];
        meant_word(fault(cx, field, ErrorType::NotSupported, message), field, &TYPES);
    }
}

/// A number that must be there, and more than 0.
pub fn from_one<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(number) = field.int().filter(|number| *number < 1) {
        let message = format!("`{}` is {number}, but it must be greater than 0", field.name());
        fault(cx, field, ErrorType::Invalid, message).help("use 1 or more");
    }
}

/// A quantity of 0 or more.
pub fn not_negative<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.is_set() && Quantity::of(field).is_some_and(Quantity::is_negative) {
        let message = format!("`{}` cannot be negative", field.name());
        fault(cx, field, ErrorType::Invalid, message).help("use 0 or more");
    }
}

/// A quantity of more than 0.
pub fn positive<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let wrong = |value: Quantity| value.is_negative() || value.is_zero();
    if field.is_set() && Quantity::of(field).is_some_and(wrong) {
        let message = format!("`{}` must be greater than 0", field.name());
        fault(cx, field, ErrorType::Invalid, message).help("use a quantity of more than 0");
    }
}

/// How a target is measured.
pub fn target_type<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    if !matches!(&*text, "Utilization" | "Value" | "AverageValue") {
        let message = match text.is_empty() {
            true => "a target must say of which type it is".to_string(),
            false => format!("a target cannot be of type {}", quote(&text)),
        };
        const TYPES: [&str; 3] = ["Utilization", "Value", "AverageValue"];
        meant_word(fault(cx, field, ErrorType::Invalid, message), field, &TYPES);
    }
}

/// Types of metrics, and the fields that they are described in, in the order that the server looks at them.
const SOURCES: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];

/// A metric has one source, that of its type.
pub fn metric<'t>(metric: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let kind = metric.child("type");
    let Some(text) = kind.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let expected = SOURCES
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, field)| *field);
    if text.is_empty() {
        let message = "a metric must say of which type it is";
        fault(cx, &kind, ErrorType::Required, message).help("add `type`, such as `type: Resource`");
    }
    if expected.is_none() {
        for _ in 0..2 {
            let message = format!("a metric cannot be of type {}", quote(&text));
            const TYPES: [&str; 5] = ["Resource", "ContainerResource", "Pods", "Object", "External"];
            let report = meant_word(fault(cx, &kind, ErrorType::NotSupported, message), &kind, &TYPES);
            if matches!(&*text, "cpu" | "memory") {
                report.help(format!("write `type: Resource`, and `{text}` as its name"));
            }
        }
    }
    if let Some(name) = expected {
        let source = metric.child(name);
        if !source.is_set() {
            let message = format!("a metric of type `{text}` is described in `{name}`");
            fault(cx, &source, ErrorType::Required, message).help(format!("add `{name}`"));
        }
    }
    let present = SOURCES
        .iter()
        .filter(|(_, name)| metric.child(name).is_set())
        .count();
    if present > 1 {
        for (_, name) in SOURCES {
            let source = metric.child(name);
            if source.is_set() && Some(name) != expected {
                let message = format!("a metric has one source, so `{name}` may not be set here");
                fault(cx, &source, ErrorType::Forbidden, message)
                    .help("remove it, or make it a metric of its own");
            }
        }
    }
}

/// The resource of a container: `cpu`, `memory`, or one with its domain.
pub fn resource_name<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field
        .text()
        .filter(|text| !text.is_empty() && !cx.is_unrendered(text))
    else {
        return;
    };
    for reason in resource_names::container_faults(&text) {
        let message = format!("{} is no name of a resource: it {reason}", quote(&text));
        fault(cx, field, ErrorType::Invalid, message).help(resource_names::meant(&text));
    }
}
