//! What the server does not get to, because it refuses the object for something else before.

use super::checks::cluster_ips;
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Stage};
use crate::manifest::Object;

/// Kinds whose own checks leave the metadata out, so that the server judges it only once nothing else is wrong.
const METADATA_LAST: [(&str, &str); 2] = [("", "Event"), ("policy", "PodDisruptionBudget")];

/// Takes the refusals off what was found in an object's metadata, from the given finding on, where the server names only
/// what else is wrong. It is wrong all the same: the server names it the next time.
pub fn judge_metadata_last<'t>(object: &Object<'t>, from: usize, cx: &mut Cx<'t>) {
    let of = |d: &Diagnostic, metadata: bool| {
        let refusal = d
            .refusal
            .as_ref()
            .filter(|refusal| refusal.stage == Stage::Validation);
        d.object == Some(object.index)
            && refusal.is_some_and(|refusal| refusal.field.starts_with("metadata") == metadata)
    };
    if !cx.found.iter().skip(from).any(|d| of(d, true)) {
        return;
    }
    let stops = if METADATA_LAST.contains(&(object.group(), &*object.kind)) {
        cx.found.iter().any(|d| of(d, false))
    } else {
        object.is("", "Service") && cluster_ips::is_refused_early(&object.fields(), cx)
    };
    if stops {
        for found in cx.found.iter_mut().skip(from).filter(|d| of(d, true)) {
            found.refusal = None;
        }
    }
}
