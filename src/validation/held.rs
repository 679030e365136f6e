//! What a namespace asks of what runs pods in it, as the API server's own admission does: the Pod Security Standard that
//! the Namespace enforces, and what its ResourceQuotas and LimitRanges want.
//!
//! Admission asks the pods themselves: a Deployment is taken, and each of its pods is refused. What somebody else puts
//! into pods before they are judged is not known here.

use super::checks::containers::LISTS;
use super::{limits, standards};
use crate::context::Cx;
use crate::diagnostic::Report;
use crate::graph::{Held, way_to_pods};
use crate::manifest::{Field, File, Object};
use crate::yaml::Entry;

/// Checks what runs pods in one file, by what is asked of each of them.
pub fn check<'t>(file: &'t File<'t>, held: &[Held<'_>], cx: &mut Cx<'t>) {
    for held in held.chunk_by(|one, other| one.object == other.object) {
        let at = held.first().map_or(usize::MAX, |one| one.object as usize);
        let Some(object) = file.objects.get(at) else {
            continue;
        };
        let document = file.documents.get(object.document as usize);
        // Of what does not parse only a part is known.
        let Some(document) = document.filter(|document| document.chunk.error.is_none()) else {
            continue;
        };
        cx.document = document.chunk.document;
        cx.object = Some(object.index);
        judge(object, held, cx);
    }
    cx.object = None;
}

fn judge<'t>(object: &Object<'t>, held: &[Held<'_>], cx: &mut Cx<'t>) {
    let Some(way) = way_to_pods(object.group(), &object.kind) else {
        return;
    };
    let outcome = match way.is_empty() {
        true => "the API server refuses the pod".to_string(),
        false => format!("the pods of this {} are refused", object.kind),
    };
    follow(&object.fields(), way, &mut |pod| {
        for held in held {
            standards::check(pod, held, &outcome, cx);
        }
        limits::check(&pod.child("spec"), held, &outcome, cx);
    });
}

/// Follows the way from an object to what a pod is.
fn follow<'t>(from: &Field<'_, 't>, way: &[&'static str], at_end: &mut dyn FnMut(&Field<'_, 't>)) {
    match way.split_first() {
        Some((step, rest)) => follow(&from.child(step), rest, at_end),
        None => at_end(from),
    }
}

/// Every container of a pod, of whatever sort.
pub(super) fn each_container<'t>(spec: &Field<'_, 't>, f: &mut dyn FnMut(&Field<'_, 't>)) {
    for list in LISTS {
        for container in spec.child(list).items() {
            f(&container);
        }
    }
}

/// Points at what asks.
pub(super) fn asked_by<'a>(report: Report<'a>, held: &Held<'_>, words: &str) -> Report<'a> {
    match held.by == held.file {
        true => report.related(held.asking.span, words),
        false => report.related_in(held.by, held.asking.span, words),
    }
}

/// Whether it is not known what is in a struct: something is to be filled in.
pub(super) fn is_open<'t>(field: &Field<'_, 't>, cx: &Cx<'t>) -> bool {
    let is_placeholder = |entry: Entry<'t>| entry.key.key_text().is_some_and(|key| cx.is_unrendered(&key));
    let value = field.value().filter(|_| field.is_set());
    value.is_some_and(|value| !value.is_map() || value.entries().any(is_placeholder))
}
