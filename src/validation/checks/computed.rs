//! What admission computes for a pod from classes: with another value there, it refuses the pod.

use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::Field;

/// The classes that each cluster has, with their priorities.
const BUILT_IN: [(&str, i64); 2] = [
    ("system-cluster-critical", 2_000_000_000),
    ("system-node-critical", 2_000_001_000),
];

/// The priority, the preemption policy and the overhead of a pod follow from its classes.
pub fn by_classes<'t>(pod: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (priority, preemption) = (pod.child("priority"), pod.child("preemptionPolicy"));
    if priority.is_set() || preemption.is_set() {
        of_priority(&pod.child("priorityClassName"), &priority, &preemption, cx);
    }
    let overhead = pod.child("overhead");
    if overhead.is_filled() && is_empty(&pod.child("runtimeClassName")) {
        let message = "a cluster refuses a pod with `overhead` and without `runtimeClassName`: admission takes the \
                       overhead from that class";
        cx.report_as(ids::POD_COMPUTED_BY_ADMISSION, overhead.handle(), message)
            .help("name the class, or remove `overhead`");
    }
}

fn of_priority<'t>(
    class: &Field<'_, 't>,
    priority: &Field<'_, 't>,
    preemption: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) {
    // What other classes say is in their own objects.
    let name = class.text().unwrap_or_default();
    let built_in = BUILT_IN.iter().find(|(known, _)| *known == name);
    let (computed, whose) = match built_in {
        Some((name, priority)) => (*priority, format!("that of `{name}`")),
        None if is_empty(class) => (0, "without `priorityClassName`".to_string()),
        None => return,
    };
    if let Some(value) = priority.int().filter(|value| *value != computed) {
        let message = format!(
            "a cluster refuses a pod with the priority {value}: admission computes {computed}, {whose}",
        );
        let help = match built_in {
            Some(_) => "remove `priority`: the class says it",
            None => "name a PriorityClass with this value in `priorityClassName`, and remove `priority`",
        };
        cx.report_as(ids::POD_COMPUTED_BY_ADMISSION, priority.place(), message)
            .help(help);
    }
    if preemption.text().is_some_and(|policy| policy == "Never") {
        let message = format!(
            "a cluster refuses a pod with this `preemptionPolicy`: admission computes `PreemptLowerPriority`, {whose}",
        );
        cx.report_as(ids::POD_COMPUTED_BY_ADMISSION, preemption.place(), message)
            .help("name a PriorityClass that says `preemptionPolicy: Never`");
    }
}

/// Whether a class is surely not named.
fn is_empty(class: &Field<'_, '_>) -> bool {
    !class.is_set() || class.text().is_some_and(|name| name.is_empty())
}
