//! Deployments, StatefulSets, DaemonSets, ReplicaSets and ReplicationControllers.

use super::matching::{self, Verdict};
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::quote::quote;
use crate::source::Span;
use crate::validation::constraints::{fault, meant_word, percent};
use crate::yaml::Kind;

/// Whether the spec's selector is malformed; the server then leaves the template alone.
pub fn selector_is_invalid<'t>(spec: &Field<'_, 't>, cx: &Cx<'t>) -> bool {
    !matching::is_valid(&spec.child("selector"), cx)
}

/// The selector of a spec must be well-formed, not empty, and select the template's labels.
pub fn selector<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let selector = spec.child("selector");
    let empty = selector.is_set()
        && !selector.child("matchLabels").is_filled()
        && !selector.child("matchExpressions").is_filled();
    if empty {
        empty_selector(&selector, cx);
    }
    match judge(spec, cx) {
        Verdict::Invalid => {
            let message = "the selector is malformed, so it cannot be compared with the template's labels";
            fault(cx, &selector, ErrorType::Invalid, message)
                .help("correct its keys, operators and values")
                .follows(selector.value().map(|value| value.span()));
        }
        Verdict::Differs => differs(spec, cx),
        Verdict::Matches | Verdict::Unknown => {}
    }
}

/// A DaemonSet's selector: one that is missing or malformed is no fault of its own here.
pub fn daemon_selector<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let selector = spec.child("selector");
    if selector.is_set()
        && !selector.child("matchLabels").is_filled()
        && !selector.child("matchExpressions").is_filled()
    {
        empty_selector(&selector, cx);
    }
    if judge(spec, cx) == Verdict::Differs {
        differs(spec, cx);
    }
}

/// A ReplicationController's selector is a plain map; the template's labels stand in for a missing one.
pub fn controller_selector<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let template = spec.child("template");
    let metadata = template.child("metadata");
    if template.is_set()
        && matching::map_selects(&spec.child("selector"), &metadata.child("labels"), cx) == Verdict::Differs
    {
        differs(spec, cx);
    }
}

fn judge<'t>(spec: &Field<'_, 't>, cx: &Cx<'t>) -> Verdict {
    let template = spec.child("template");
    let metadata = template.child("metadata");
    matching::selects(&spec.child("selector"), &metadata.child("labels"), cx)
}

fn empty_selector<'t>(selector: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let message = "the selector is empty, so it would select every pod of the namespace";
    fault(cx, selector, ErrorType::Invalid, message).help("name the template's labels under `matchLabels`");
}

/// The label that the selector asks for and that is another one.
fn contradicting(selector: &Field<'_, '_>, labels: &Field<'_, '_>) -> Option<Span> {
    let asked = selector.child("matchLabels");
    asked.entries().take(32).find_map(|pair| {
        let own = labels.key(pair.name());
        own.value()
            .filter(|_| own.text() != pair.text())
            .map(|value| value.span())
    })
}

/// Reports that the template's labels are not what the selector wants.
pub(super) fn differs<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let selector = spec.child("selector");
    let template = spec.child("template");
    let metadata = template.child("metadata");
    let message = if selector.is_set() {
        "the selector does not select the template's labels, so the pods would not belong to this object"
    } else {
        "without a selector no pod of this template belongs to this object"
    };
    let related = selector.handle();
    let labels = metadata.child("labels");
    if !selector.is_set() {
        fault(cx, &labels, ErrorType::Invalid, message)
            .help("add `selector: {matchLabels: …}` with labels of the template")
            .follows(selector.place());
        return;
    }
    fault(cx, &labels, ErrorType::Invalid, message)
        .help("give the template every label that the selector asks for")
        .related(related, "the selector")
        .follows(contradicting(&selector, &labels));
}

/// The same for a template that the server leaves alone when the selector is malformed.
pub fn judged_template_restarts_always<'t>(pod: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let spec = pod.parent().and_then(Field::parent);
    if !spec.is_some_and(|spec| selector_is_invalid(spec, cx)) {
        template_restarts_always(pod, cx);
    }
}

/// Pods of a controller that keeps them running always restart, and have no deadline.
pub fn template_restarts_always<'t>(pod: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let policy = pod.child("restartPolicy");
    let deadline = pod.child("activeDeadlineSeconds");
    let other = policy.text().filter(|text| !text.is_empty() && text != "Always");
    if let Some(other) = other.filter(|other| !cx.is_unrendered(other)) {
        let message = format!(
            "this controller keeps its pods running, so they cannot restart {}",
            quote(&other)
        );
        fault(cx, &policy, ErrorType::NotSupported, message).help("use `Always`, or a Job for pods that end");
    }
    if deadline.is_set() {
        let message = "this controller keeps its pods running, so they cannot have a deadline";
        fault(cx, &deadline, ErrorType::Forbidden, message).help("remove it, or use a Job");
    }
}

/// A rollout must be given more time than a pod needs to count as available.
pub fn progress_deadline<'t>(deadline: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = deadline.parent() else { return };
    let ready = spec.child("minReadySeconds");
    // 600 seconds when it is not set.
    let value = if deadline.is_set() {
        deadline.int()
    } else {
        Some(600)
    };
    if let (Some(value), Some(ready_after)) = (value, ready.int())
        && value <= ready_after
    {
        let message = format!(
            "the rollout fails after {value} seconds, before a pod counts as available after {ready_after}"
        );
        fault(cx, deadline, ErrorType::Invalid, message)
            .help("make `progressDeadlineSeconds` greater than `minReadySeconds`");
    }
}

/// The number of an int-or-percent as the server weighs it; what is neither counts as 0.
fn weight(field: &Field<'_, '_>, default: i64) -> i64 {
    if !field.is_set() {
        return default;
    }
    if let Some(number) = field.int() {
        return number;
    }
    let text = field.text().unwrap_or_default();
    percent(&text).or_else(|| text.parse().ok()).unwrap_or_default()
}

/// Faults of one int-or-percent: neither a number nor a percentage, or below 0.
fn int_or_percent<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let name = field.name();
    if let Some(number) = field.int().filter(|number| *number < 0) {
        let message = format!("`{name}` is {number}, but it cannot be negative");
        fault(cx, field, ErrorType::Invalid, message).help("use 0 or more, or a percentage");
    } else if field.int().is_none()
        && let Some(text) = field.text()
        && percent(&text).is_none()
        && !cx.is_unrendered(&text)
    {
        let shown = quote(&text);
        let message = format!("{shown} is neither a number nor a percentage");
        fault(cx, field, ErrorType::Invalid, message)
            .help(format!("write `{name}` as `1` without quotes, or as `25%`"));
    }
}

fn at_most_100_percent<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(text) = field.value().and_then(|_| field.text())
        && percent(&text).is_some_and(|number| number > 100)
    {
        let message = format!("`{}` is more than all pods", field.name());
        fault(cx, field, ErrorType::Invalid, message).help("use `100%` at the most");
    }
}

fn waits<'t>(field: &Field<'_, 't>, cx: &Cx<'t>) -> bool {
    field.text().is_some_and(|text| cx.is_unrendered(&text))
}

/// How a Deployment replaces pods.
pub fn rolling_deployment<'t>(rolling: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (unavailable, surge) = (rolling.child("maxUnavailable"), rolling.child("maxSurge"));
    int_or_percent(&unavailable, cx);
    int_or_percent(&surge, cx);
    if weight(&unavailable, 25) == 0
        && weight(&surge, 25) == 0
        && !waits(&unavailable, cx)
        && !waits(&surge, cx)
    {
        let message = "with `maxSurge` at 0 too, no pod could ever be replaced";
        fault(cx, &unavailable, ErrorType::Invalid, message)
            .help("let `maxUnavailable` or `maxSurge` be at least 1")
            .follows(surge.is_set().then(|| surge.place()));
    }
    at_most_100_percent(&unavailable, cx);
}

/// How a DaemonSet replaces pods.
pub fn rolling_daemons<'t>(rolling: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (unavailable, surge) = (rolling.child("maxUnavailable"), rolling.child("maxSurge"));
    int_or_percent(&unavailable, cx);
    int_or_percent(&surge, cx);
    at_most_100_percent(&unavailable, cx);
    at_most_100_percent(&surge, cx);
    if waits(&unavailable, cx) || waits(&surge, cx) {
        return;
    }
    match (weight(&unavailable, 1) != 0, weight(&surge, 0) != 0) {
        (true, true) => {
            let message = "`maxSurge` may not be set while `maxUnavailable` is not 0 (it is 1 when left out)";
            fault(cx, &surge, ErrorType::Invalid, message)
                .help("set `maxUnavailable: 0`, or remove `maxSurge`");
        }
        (false, false) => {
            let message = "with `maxUnavailable` and `maxSurge` at 0 no pod could ever be replaced";
            fault(cx, &unavailable, ErrorType::Required, message)
                .help("make one of them at least 1")
                .follows(surge.is_set().then(|| surge.place()));
        }
        _ => {}
    }
}

/// How many pods of a StatefulSet may be away at once.
pub fn stateful_unavailable<'t>(unavailable: &Field<'_, 't>, cx: &mut Cx<'t>) {
    int_or_percent(unavailable, cx);
    if !waits(unavailable, cx) && weight(unavailable, 1) == 0 {
        let message = "with none that may be away no pod could ever be replaced";
        fault(cx, unavailable, ErrorType::Invalid, message).help("use 1, the default, or more");
    }
    at_most_100_percent(unavailable, cx);
}

/// The order in which a StatefulSet starts pods; of another type than the usual for a choice.
pub fn pod_management<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    choice(field, field, &["OrderedReady", "Parallel"], cx);
}

/// How a StatefulSet replaces pods; reported at the strategy.
pub fn stateful_strategy<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if let Some(strategy) = field.parent() {
        choice(field, strategy, &["RollingUpdate", "OnDelete"], cx);
    }
}

fn choice<'t>(field: &Field<'_, 't>, at: &Field<'_, 't>, allowed: &[&str], cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !text.is_empty()) else {
        return;
    };
    if !allowed.contains(&&*text) && !cx.is_unrendered(&text) {
        let message = format!("`{}` does not know {}", field.name(), quote(&text));
        let place = field.place();
        meant_word(
            fault(cx, at, ErrorType::Invalid, message).at(place),
            field,
            allowed,
        );
    }
}

/// What a ControllerRevision keeps is an object.
pub fn revision_data<'t>(data: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if data.value().is_some_and(|value| value.kind() != Kind::Map) {
        let message = "`data` must be an object: the state that the revision keeps";
        fault(cx, data, ErrorType::Required, message).help("write it as a mapping");
    }
}
