//! HorizontalPodAutoscaler: `v2` has a `target` where `v2beta1` has fields for each kind of target.

use crate::diagnostic::Edit;
use crate::edit;
use crate::manifest::Object;
use crate::yaml::{Kind, Node, Style};

/// Metrics of resources; other ones of `v2beta1` name their metric in another way as well, and are left to their
/// author. In `v2beta2` the old fields are a mistake that is made.
pub(super) fn to_v2(object: &Object<'_>) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let Some(metrics) = object.path(&["spec", "metrics"]) else {
        return Some(edits);
    };
    for metric in metrics.items() {
        let is_resource = metric.get("type")?.str()? == "Resource";
        let resource = metric.get("resource").filter(|_| is_resource);
        match resource {
            Some(resource) if resource.get("target").is_none() => edits.extend(target(resource)?),
            _ if object.version() == "v2beta2" => {}
            _ => return None,
        }
    }
    Some(edits)
}

fn target(resource: Node<'_>) -> Option<Vec<Edit>> {
    let utilization = resource.entry("targetAverageUtilization");
    let value = resource.entry("targetAverageValue");
    let (entry, kind, name) = match (utilization, value) {
        (Some(entry), None) => (entry, "Utilization", "averageUtilization"),
        (None, Some(entry)) => (entry, "AverageValue", "averageValue"),
        _ => return None,
    };
    let key = entry.key.span();
    let one_line = entry.value.raw().kind == Kind::Scalar && !entry.value.source().contains('\n');
    if !one_line || entry.value.span().is_empty() {
        return None;
    }
    if resource.is_json() || resource.raw().style == Style::Flow {
        let word = edit::key_in_flow(resource, entry.key)?;
        let open = format!(
            "{}: {{{}: {}, {}",
            word("target"),
            word("type"),
            word(kind),
            word(name)
        );
        let close = edit::insert(entry.value.span().end, "}");
        return Some(vec![edit::replace(key.start, key.end, open), close]);
    }
    let column = edit::column(entry.key)? as usize;
    let newline = edit::break_near(entry.key);
    let indent = " ".repeat(column + 2);
    let text = format!("target:{newline}{indent}type: {kind}{newline}{indent}{name}");
    Some(vec![edit::replace(key.start, key.end, text)])
}
