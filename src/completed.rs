//! What a file lacks and a kustomization that takes it in fills in: judged by itself the object would be refused,
//! built it is whole. Such findings tell no more than that.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, ErrorType, Severity};
use crate::engine::ObjectInfo;
use crate::graph::Index;

/// The kinds that `commonLabels`, and `labels` with `includeSelectors`, give a selector to.
const SELECTING: [&str; 4] = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

/// Makes an `info` of what the kustomizations around a file fill in.
pub(crate) fn by_kustomizations(
    index: &Index<'_>,
    file: u32,
    objects: &[ObjectInfo],
    diagnostics: &mut [Diagnostic],
) {
    let (selectors, namespace) = (index.sets_selectors(file), index.sets_namespace(file));
    if !selectors && !namespace {
        return;
    }
    // The template's labels do not fit a selector that is missing: one thing, and the server says it twice.
    let mut completed: HashSet<Option<u32>> = HashSet::new();
    for found in diagnostics.iter() {
        let object = found.object.and_then(|at| objects.get(at as usize));
        if selectors
            && is(found, ErrorType::Required, |field| field == "spec.selector")
            && object.is_some_and(|object| SELECTING.contains(&&*object.kind))
        {
            completed.insert(found.object);
        }
    }
    for found in diagnostics {
        let template = |field: &str| field == "spec.template.metadata.labels";
        let whole = completed.contains(&found.object)
            && (is(found, ErrorType::Required, |field| field == "spec.selector")
                || is(found, ErrorType::Invalid, template));
        if whole {
            note(
                found,
                "a kustomization that takes this file in sets it with its labels",
            );
        } else if namespace && is(found, ErrorType::Required, is_subject) {
            note(
                found,
                "a kustomization that takes this file in sets the namespaces of its ServiceAccounts",
            );
        }
    }
}

fn is(found: &Diagnostic, kind: ErrorType, field: impl Fn(&str) -> bool) -> bool {
    let refusal = found.refusal.as_ref();
    refusal.is_some_and(|refusal| refusal.kind == kind && field(&refusal.field))
}

/// `subjects[0].namespace`
fn is_subject(field: &str) -> bool {
    field.starts_with("subjects[") && field.ends_with("].namespace")
}

fn note(found: &mut Diagnostic, why: &str) {
    found.severity = Severity::Info;
    found.message.push_str("; ");
    found.message.push_str(why);
    found.help = Some("check what `kustomize build` prints".into());
}
