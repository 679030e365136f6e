//! Terms of affinity and spread constraints that name no pods: a missing selector fits none, where `{}` fits all.

use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::Field;

const HELP: &str = "name the pods in `labelSelector`; `{}` stands for all";

/// A term of affinity or anti-affinity between pods.
pub fn affinity_term<'t>(term: &Field<'_, 't>, cx: &mut Cx<'t>) {
    // A weighted term is a field of an item, a required one is an item.
    let required = term.name().is_empty();
    let mut up = term.parent();
    if !required {
        up = up.and_then(Field::parent);
    }
    let affinity = up.and_then(Field::parent);
    let apart = affinity.is_some_and(|affinity| affinity.name() == "podAntiAffinity");
    let outcome = match (required, apart) {
        (true, false) => "and this one must run beside one of them: it is never scheduled",
        _ => "so that it changes nothing",
    };
    tell(term, outcome, cx);
}

/// A rule for spreading pods.
pub fn spread_constraint<'t>(constraint: &Field<'_, 't>, cx: &mut Cx<'t>) {
    tell(constraint, "so that nothing is spread", cx);
}

fn tell<'t>(term: &Field<'_, 't>, outcome: &str, cx: &mut Cx<'t>) {
    if !term.value().is_some_and(|value| value.is_map()) || term.child("labelSelector").is_set() {
        return;
    }
    let place = term.child("topologyKey").handle();
    let message = format!("without `labelSelector` this is about no pods, {outcome}");
    cx.report_as(ids::POD_MISSING_LABEL_SELECTOR, place, message)
        .help(HELP);
}
