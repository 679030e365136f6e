//! Which faults follow from others: a field that is misspelt is missed where it belongs, and what has a wrong type is
//! judged as if it were empty. The server names them all, or the first stage of them; people want to hear of the cause.

use crate::context::{Cause, Cx, Reach};
use crate::diagnostic::{Diagnostic, ErrorType, Refusal, Stage};
use crate::hash::HashMap;
use crate::source::Span;

/// With more causes in one document, nothing is said to follow from any of the rest.
const MOST: usize = 1_000;

/// Fields of which the word decides what else may be set beside them.
const DECIDES: [(&str, &[&str]); 6] = [
    (
        "completionMode",
        &["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"],
    ),
    ("operator", &["value", "values"]),
    (
        "restartPolicy",
        &["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"],
    ),
    (
        "type",
        &[
            "allocateLoadBalancerNodePorts",
            "default",
            "LoadBalancerSourceRanges",
            "externalName",
            "externalTrafficPolicy",
            "healthCheckNodePort",
            "loadBalancerClass",
            "loadBalancerSourceRanges",
            "rollingUpdate",
            "x-kubernetes-list-type",
            "x-kubernetes-map-type",
        ],
    ),
    ("whenUnsatisfiable", &["minDomains"]),
    ("x-kubernetes-list-type", &["x-kubernetes-list-map-keys"]),
];

/// Notes of each finding of a document which fault it follows from; `start` is the first of them.
pub fn mark_following(start: usize, cx: &mut Cx<'_>) {
    let mut causes = std::mem::take(&mut cx.causes);
    let found = cx.found.get_mut(start..).unwrap_or_default();
    causes.extend(found.iter().filter_map(refused).flat_map(leaves_open));
    if causes.is_empty() {
        return; // nearly always
    }
    causes.truncate(MOST);
    let causes = Causes::of(&causes);
    for finding in found.iter_mut().filter(|finding| finding.follows.is_none()) {
        if let Some((_, refusal)) = refused(finding) {
            finding.follows = causes.behind(finding.object, &refusal.field);
        }
    }
}

/// Where faults are told that others follow from, by the objects and fields that they leave in doubt.
#[derive(Default)]
struct Causes<'c> {
    /// What is inside a field.
    inside: HashMap<(Option<u32>, &'c str), Span>,
    /// A field itself.
    at: HashMap<(Option<u32>, &'c str), Span>,
}

impl<'c> Causes<'c> {
    fn of(causes: &'c [Cause]) -> Causes<'c> {
        let mut all = Causes::default();
        for cause in causes {
            let field = &*cause.field;
            all.inside.entry((cause.object, field)).or_insert(cause.span);
            let own = (cause.reach != Reach::Inside).then_some(field);
            let above = match cause.reach {
                Reach::Inside | Reach::Field => 0,
                Reach::Holder => 1,
                Reach::Around => usize::MAX,
            };
            for field in own.into_iter().chain(holders(field).rev().take(above)) {
                all.at.entry((cause.object, field)).or_insert(cause.span);
            }
        }
        all
    }

    /// The place of the fault that something wrong with a field follows from.
    fn behind(&self, object: Option<u32>, field: &str) -> Option<Span> {
        let around = || holders(field).find_map(|holder| self.inside.get(&(object, holder)));
        around().or_else(|| self.at.get(&(object, field))).copied()
    }
}

/// What the server refuses once it has read the object.
fn refused(finding: &Diagnostic) -> Option<(&Diagnostic, &Refusal)> {
    let refusal = finding.refusal.as_ref()?;
    (refusal.stage == Stage::Validation).then_some((finding, refusal))
}

/// What a fault leaves open: what is to be removed takes with it what is in it, and a word that is none of those allowed
/// does not decide what it is to decide.
fn leaves_open<'d>(
    (finding, refusal): (&'d Diagnostic, &'d Refusal),
) -> impl Iterator<Item = Cause> + use<'d> {
    let field = &*refusal.field;
    let cause = |field: String, reach: Reach| Cause {
        object: finding.object,
        span: finding.span,
        field,
        reach,
    };
    let to_be_removed = refusal.kind == ErrorType::Forbidden;
    let removed = to_be_removed.then(|| cause(field.to_string(), Reach::Inside));
    let unknown = refusal.kind == ErrorType::NotSupported;
    let name = field.rsplit('.').next().unwrap_or_default();
    let row = DECIDES.iter().find(|(decides, _)| unknown && *decides == name);
    let rest = row.map_or(&[][..], |(_, rest)| rest);
    let holder = field.strip_suffix(name).unwrap_or_default();
    let undecided = rest
        .iter()
        .map(move |beside| cause(format!("{holder}{beside}"), Reach::Field));
    removed.into_iter().chain(undecided)
}

/// The fields around another, the outermost first.
fn holders(field: &str) -> impl DoubleEndedIterator<Item = &str> {
    let steps = field
        .char_indices()
        .filter(|(at, c)| *at > 0 && matches!(c, '.' | '['));
    steps.map(|(at, _)| &field[..at])
}
