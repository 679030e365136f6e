//! What else is to be said of a finding, by what is around its field: whether all that holds it is missing, and which
//! other field decided that it is one.

use super::base::Base;
use super::faults::named;
use super::run::of_condition;
use super::{Is, Op, Test};
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, ErrorType};
use crate::manifest::Field;
use crate::validation::dashes;

/// Says more of the findings from one on, which a test made of a field.
pub(super) fn tell<'t>(
    test: &Test,
    field: &Field<'_, 't>,
    base: &Base<'_, '_, 't>,
    from: usize,
    cx: &mut Cx<'t>,
) {
    if let Some(holder) = missing_holder(field) {
        tell_of_holder(holder, from, cx);
        dashes::tell_of_pair(field, from, cx);
    }
    decided_by(test, base, from, cx);
}

/// The outermost of what a field is in that is missing, the field itself included.
fn missing_holder<'f, 'p, 't>(field: &'f Field<'p, 't>) -> Option<&'f Field<'p, 't>>
where
    'p: 'f,
{
    let up = std::iter::successors(Some(field), |field| field.parent());
    up.take_while(|field| !field.is_set() && field.parent().is_some())
        .last()
}

/// What is wrong in something that is missing is told as that.
fn tell_of_holder<'t>(holder: &Field<'_, 't>, from: usize, cx: &mut Cx<'t>) {
    let path = holder.path();
    let name = named(holder);
    let is_there = holder.key_node().is_some() || holder.value().is_some();
    let (state, help) = match is_there {
        true => ("empty", format!("fill in {name}")),
        false => ("missing", format!("add {name}")),
    };
    for finding in cx.found.iter_mut().skip(from) {
        let refusal = finding.refusal.as_ref();
        let rest = refusal.and_then(|refusal| refusal.field.strip_prefix(&*path));
        if rest.is_some_and(|rest| rest.starts_with('.')) {
            finding.message = format!("{name} is {state}: {}", finding.message);
            finding.only_missing = false;
            finding.help = Some(help.clone());
            finding.related.clear();
        }
    }
}

/// Where a word decides that there is a fault, the fault follows from whatever is wrong with the word.
fn decided_by<'t>(test: &Test, base: &Base<'_, '_, 't>, from: usize, cx: &mut Cx<'t>) {
    let words = test
        .when
        .iter()
        .filter(|cond| matches!(cond.is, Is::Equal(_) | Is::Not(_)));
    let mut place = None;
    for cond in words {
        of_condition(cond, base, &mut |field| {
            if place.is_none() && field.key_node().is_some() {
                place = Some(field.place());
            }
        });
    }
    let is_about_presence = |finding: &Diagnostic| {
        let refusal = finding.refusal.as_ref();
        let kind = refusal.map(|refusal| refusal.kind);
        matches!(kind, Some(ErrorType::Required | ErrorType::Forbidden))
            || matches!(test.op, Op::Invalid | Op::Check(..))
    };
    // The form of a value is wrong whatever the word is.
    for finding in cx
        .found
        .iter_mut()
        .skip(from)
        .filter(|finding| is_about_presence(finding))
    {
        finding.follows = finding.follows.or(place);
    }
}
