//! What the server does not get to, because it refuses the object for something else before.

use super::checks::cluster_ips;
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Refusal, Stage};
use crate::manifest::Object;

/// Kinds whose own checks leave the metadata out, so that the server judges it only once nothing else is wrong.
const METADATA_LAST: [(&str, &str); 2] = [("", "Event"), ("policy", "PodDisruptionBudget")];

/// Takes the refusals off what the server does not name along with what else is wrong. It is wrong all the same: the
/// server names it the next time. `from` is the first finding of the rules about the object.
pub fn judge_order<'t>(object: &Object<'t>, from: usize, cx: &mut Cx<'t>) {
    if cx.found.is_empty() {
        return; // nearly always
    }
    if object.is("", "Service") {
        addresses_first(object, cx);
    } else if METADATA_LAST.contains(&(object.group(), &*object.kind)) {
        metadata_last(object, from, cx);
    }
}

fn metadata_last<'t>(object: &Object<'t>, from: usize, cx: &mut Cx<'t>) {
    let of = |d: &Diagnostic, metadata: bool| {
        refused(d, object).is_some_and(|refusal| refusal.field.starts_with("metadata") == metadata)
    };
    let in_metadata = cx.found.iter().skip(from).any(|d| of(d, true));
    if in_metadata && cx.found.iter().any(|d| of(d, false)) {
        for found in cx.found.iter_mut().skip(from).filter(|d| of(d, true)) {
            found.refusal = None;
        }
    }
}

fn addresses_first<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    let answer = cluster_ips::answer_before_all(&object.fields(), cx);
    if answer.is_empty() {
        return;
    }
    let is_told = |refusal: &Refusal| {
        let mut answer = answer.iter();
        answer.any(|(field, kind)| *field == refusal.field && *kind == refusal.kind)
    };
    for found in &mut cx.found {
        if refused(found, object).is_some_and(|refusal| !is_told(refusal)) {
            found.refusal = None;
        }
    }
}

/// Why the server refuses the object once it has read it.
fn refused<'d>(found: &'d Diagnostic, object: &Object<'_>) -> Option<&'d Refusal> {
    let refusal = found
        .refusal
        .as_ref()
        .filter(|_| found.object == Some(object.index));
    refusal.filter(|refusal| refusal.stage == Stage::Validation)
}
