//! Jobs and the job templates of CronJobs.

use std::borrow::Cow;

use super::matching::{self, Verdict};
use super::workloads;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::{Format, fault};

/// Where the server adds the job's name to its pods' labels.
const NAME_LABELS: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];
/// Where it adds the job's uid.
const UID_LABELS: [&str; 2] = ["controller-uid", "batch.kubernetes.io/controller-uid"];

/// The version from which on those labels have a domain, too: before, only the first of each counts.
const DOMAINS: u8 = 27;

/// A uid that nobody can have written.
const UID: &str = "\0";

/// Whether a JobSpec is that of a Job, not of a CronJob's template.
pub(super) fn is_job(spec: &Field<'_, '_>) -> bool {
    spec.parent().is_some_and(|object| object.parent().is_none())
}

/// The name that the object will have; of a generated one the random end is made up.
fn object_name<'t>(object: &Field<'_, 't>) -> Option<Cow<'t, str>> {
    let metadata = object.child("metadata");
    let name = metadata.child("name").text()?;
    let base = metadata.child("generateName").text()?;
    if !name.is_empty() || base.is_empty() {
        return Some(name);
    }
    // 63 characters at the most, five of them random.
    let kept = base
        .char_indices()
        .take_while(|(at, c)| at + c.len_utf8() <= 58)
        .map(|(_, c)| c);
    Some(Cow::Owned(kept.chain("x0000".chars()).collect()))
}

/// The controller that a job is left to.
pub fn managed_by<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field
        .text()
        .filter(|text| field.is_set() && !cx.is_unrendered(text))
    else {
        return;
    };
    if text.is_empty() {
        let message = "an empty `managedBy` names no controller";
        fault(cx, field, ErrorType::Required, message)
            .help("name one, such as `example.com/controller`, or remove it");
    }
    for reason in Format::DomainPath
        .faults(&text, cx.kube())
        .into_iter()
        .filter(|_| !text.is_empty())
    {
        let message = format!("{} is no name of a controller: it {reason}", quote(&text));
        fault(cx, field, ErrorType::Invalid, message)
            .help("use a domain and a path, such as `example.com/controller`");
    }
    if text.len() > 63 {
        let message = "`managedBy` has more than 63 bytes";
        fault(cx, field, ErrorType::TooLong, message).help("shorten it to 63 bytes");
    }
}

/// Limits of the numbers of an indexed job.
pub fn limits<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (completions, parallelism) = (spec.child("completions"), spec.child("parallelism"));
    // Of a feature that was off the server drops the fields.
    let since_29 = |name| match cx.kube().minor() {
        ..=28 => spec.child_found(name, None),
        _ => spec.child(name),
    };
    let (most_failed, per_index) = (since_29("maxFailedIndexes"), since_29("backoffLimitPerIndex"));
    let number = |field: &Field<'_, 't>| field.int().filter(|_| field.is_set());
    let total = number(&completions).or((is_job(spec) && !parallelism.is_set()).then_some(1));
    let mut over = |field: &Field<'_, 't>, limit: i64, why: &str| {
        if let Some(value) = number(field).filter(|value| *value > limit) {
            let message = format!("`{}` is {value}, more than {limit}{why}", field.name());
            fault(cx, field, ErrorType::Invalid, message).help(format!("use {limit} at the most"));
        }
    };
    over(&parallelism, 100_000, ", the most of an indexed job");
    if let Some(total) = total {
        over(&most_failed, total, ", the number of completions");
    }
    over(&most_failed, 100_000, ", the most of an indexed job");
    if total.is_some_and(|total| total > 100_000) && per_index.is_set() {
        let why =
            ", the most of an indexed job with more than 100000 completions and a backoff limit per index";
        over(&parallelism, 10_000, why);
        over(&most_failed, 10_000, why);
        if !most_failed.is_set() {
            let message = "a job of more than 100000 completions with a backoff limit per index must say how many may fail";
            fault(cx, &most_failed, ErrorType::Required, message)
                .help("add `maxFailedIndexes`, 10000 at the most");
        }
    }
}

/// The pods of a job end, so they cannot always restart.
pub fn restart_policy<'t>(policy: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = policy.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let help = "set `restartPolicy: OnFailure` or `restartPolicy: Never`";
    match &*text {
        "OnFailure" | "Never" => {}
        "" => {
            let message =
                "a job must say when its pods restart: the default, `Always`, is not for pods that end";
            fault(cx, policy, ErrorType::Required, message).help(help);
        }
        "Always" => {
            let message = "the pods of a job end, so they cannot restart `Always`";
            fault(cx, policy, ErrorType::Required, message).help(help);
        }
        other => {
            let message = format!("`restartPolicy` does not know {}", quote(other));
            fault(cx, policy, ErrorType::NotSupported, message).help(help);
        }
    }
}

/// A pod failure policy counts failed pods, so containers may not restart within.
pub fn never_restarts<'t>(policy: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if policy.text().is_some_and(|text| text == "OnFailure") {
        let message = "with a pod failure policy the pods must not restart";
        fault(cx, policy, ErrorType::Invalid, message).help("set `restartPolicy: Never`");
    }
}

/// A CronJob's jobs have selectors written by the server.
pub fn no_manual_selector<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.bool() == Some(true) {
        let message = "the jobs of a CronJob cannot bring a selector of their own";
        fault(cx, field, ErrorType::NotSupported, message).help("remove `manualSelector`");
    }
}

/// The type of a pod's condition, which cannot be left out.
pub fn condition_type<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    for reason in names::qualified_name(&text) {
        let message = format!("{} is no type of a pod's condition: it {reason}", quote(&text));
        fault(cx, field, ErrorType::Invalid, message).help("use a type such as `DisruptionTarget`");
    }
}

/// The selector of a Job, which the server writes itself unless told otherwise.
pub fn selector<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(object) = spec.parent().filter(|_| is_job(spec)) else {
        return;
    };
    let selector = spec.child("selector");
    let template = spec.child("template");
    let metadata = template.child("metadata");
    let labels = metadata.child("labels");
    if spec.child("manualSelector").bool() == Some(true) {
        if !selector.is_set() {
            let message = "with `manualSelector` the job must bring its selector";
            fault(cx, &selector, ErrorType::Required, message)
                .help("add `selector`, or remove `manualSelector`");
        }
        if matching::selects(&selector, &labels, cx) == Verdict::Differs {
            workloads::differs(spec, cx);
        }
        return;
    }
    // Of the labels with the job's uid the server selects by the newest.
    let labelled = if cx.kube().minor() >= DOMAINS { 2 } else { 1 };
    let (uids, names) = (&UID_LABELS[..labelled], &NAME_LABELS[..labelled]);
    for label in uids {
        let label = labels.key(label);
        if label.is_set() {
            generated(&label, cx);
        }
    }
    let name = object_name(object).unwrap_or_default();
    let meta = object.child("metadata");
    // Labels that the job has not itself are those of its template: one map, which the server then adds to.
    let shared = labels.is_filled() && !meta.child("labels").is_filled();
    for key in names {
        let label = labels.key(key);
        if !label.is_set() {
            added_name(object, &template, shared, &name, cx);
        } else if label
            .text()
            .is_some_and(|text| text != name && !cx.is_unrendered(&text))
        {
            generated(&label, cx);
        }
    }
    let selected = uids.last().copied().unwrap_or_default();
    let elsewhere = labels.key(selected).is_set() && !selector.child("matchLabels").key(selected).is_set();
    if !selector.is_set() {
        if elsewhere {
            workloads::differs(spec, cx);
        }
        return;
    }
    let uids = uids.iter().map(|key| (*key, UID));
    let added: Vec<(&str, &str)> = uids.chain(names.iter().map(|key| (*key, &*name))).collect();
    if elsewhere || matching::selects_with(&selector, &labels, &added, cx) == Verdict::Differs {
        workloads::differs(spec, cx);
    }
    let nothing = labels.child("");
    if matching::selects_with(&selector, &nothing, &added, cx) == Verdict::Differs {
        let message = "the server writes a job's selector itself; this one does not select the job's pods";
        fault(cx, &selector, ErrorType::Invalid, message).help("remove `selector`");
    }
}

/// A label that the server gives the pods itself.
fn generated<'t>(label: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let message = "the server sets this label itself, to another value";
    fault(cx, label, ErrorType::Invalid, message).help("remove it");
}

/// Faults of the name as the value of a label of the pods.
fn added_name<'t>(
    object: &Field<'_, 't>,
    template: &Field<'_, 't>,
    shared: bool,
    name: &str,
    cx: &mut Cx<'t>,
) {
    if cx.is_unrendered(name) {
        return;
    }
    let metadata = object.child("metadata");
    let place = metadata.child("name").place();
    // A name that is none is reported at its own place already.
    let is_name = names::dns1123_subdomain(name).is_empty();
    for reason in names::label_value(name) {
        let message = format!(
            "the job's name becomes a label of its pods, but {} {reason}",
            quote(name)
        );
        let labels = template.child("labels");
        let report = fault(cx, &labels, ErrorType::Invalid, message.clone())
            .help("use a name of 63 characters at the most")
            .follows(place);
        if is_name {
            report.at(place);
        } else {
            report.related(place, "this name");
        }
        if shared {
            fault(cx, &metadata.child("labels"), ErrorType::Invalid, message)
                .at(place)
                .help("use a name of 63 characters at the most");
        }
    }
}

/// The pods of an indexed job are called after it.
pub fn name<'t>(object: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let spec = object.child("spec");
    if spec.child("completionMode").text().as_deref() != Some("Indexed") {
        return;
    }
    let completions = spec.child("completions");
    let total = match completions.int() {
        Some(total) if completions.is_set() => total,
        _ if !spec.child("parallelism").is_set() => 1,
        _ => return,
    };
    let Some(name) = object_name(object).filter(|name| total > 0 && !cx.is_unrendered(name)) else {
        return;
    };
    let host = format!("{name}-{}", total - 1);
    if let Some(reason) = names::dns1123_label(&host).first() {
        let metadata = object.child("metadata");
        let message = format!(
            "the last pod of the job would be called {}, which {reason}",
            quote(&host)
        );
        let name = metadata.child("name");
        fault(cx, &name, ErrorType::Invalid, message)
            .help("use a name without dots, short enough for the index after it")
            .follows(name.place());
    }
}

/// The jobs of a CronJob are called after it, with 11 characters more.
pub fn cron_name<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(object) = spec.parent() else { return };
    if object_name(object).is_some_and(|name| name.len() > 52) {
        let metadata = object.child("metadata");
        let message = "the name has more than 52 characters; the jobs add 11 to it, and 63 is the limit";
        fault(cx, &metadata.child("name"), ErrorType::Invalid, message).help("shorten it to 52 characters");
    }
}
