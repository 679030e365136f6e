//! What the server does not get to, because it refuses the object for something else before.

use super::checks::cluster_ips;
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, ErrorType, Refusal, Stage};
use crate::hash::{HashMap, HashSet};

/// Kinds whose own checks leave the metadata out, so that the server judges it only once nothing else is wrong.
const METADATA_LAST: [(&str, &str); 2] = [("", "Event"), ("policy", "PodDisruptionBudget")];

/// Takes the refusals off what the server does not name along with what else is wrong in an object. It is wrong all the
/// same: the server names it the next time. `start` is the first finding of the document, `rules` the first of the rules
/// about its objects.
pub fn judge_order(start: usize, rules: usize, cx: &mut Cx<'_>) {
    let file = cx.file;
    let (mut services, mut stopped) = (HashSet::default(), HashSet::default());
    for (index, refusal) in cx.found.iter().skip(start).filter_map(refused) {
        let Some(object) = file.objects.get(index as usize) else {
            continue;
        };
        if object.is("", "Service") {
            services.insert(index);
        } else if !is_in_metadata(refusal) && METADATA_LAST.contains(&(object.group(), &*object.kind)) {
            stopped.insert(index);
        }
    }
    let mut answers: HashMap<u32, HashSet<(String, ErrorType)>> = HashMap::default();
    for index in services {
        let answer = cluster_ips::answer_before_all(&file.objects[index as usize].fields(), cx);
        if !answer.is_empty() {
            answers.insert(index, answer.into_iter().collect());
        }
    }
    if answers.is_empty() && stopped.is_empty() {
        return; // nearly always
    }
    for (at, found) in cx.found.iter_mut().enumerate().skip(start) {
        let Some((index, refusal)) = refused(found) else {
            continue;
        };
        let is_hidden = match answers.get(&index) {
            Some(answer) => !answer.contains(&(refusal.field.clone(), refusal.kind)),
            None => at >= rules && is_in_metadata(refusal) && stopped.contains(&index),
        };
        if is_hidden {
            found.refusal = None;
        }
    }
}

fn is_in_metadata(refusal: &Refusal) -> bool {
    refusal.field.starts_with("metadata")
}

/// The object that the server refuses once it has read it, and why.
fn refused(found: &Diagnostic) -> Option<(u32, &Refusal)> {
    let refusal = found.refusal.as_ref()?;
    (refusal.stage == Stage::Validation).then_some((found.object?, refusal))
}
