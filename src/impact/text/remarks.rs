//! What is worth knowing of a Secret beside what breaks.

use super::page::Page;
use crate::graph::table::Breaks;
use crate::impact::judge::{Healer, Verdict};
use crate::impact::select::{Chosen, secrets};
use crate::near::nearest;
use crate::report::printable;

/// What is worth knowing of the Secret itself.
pub(super) fn remarks(page: &Page<'_, '_>, verdict: &Verdict<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if !verdict.is_defined() {
        let meant = meant(page, &verdict.secret);
        remarks.push(format!(
            "no manifest or inventory that was read has it; it may live only in the cluster{meant}"
        ));
    }
    if let Some(account) = &verdict.token {
        let of = if account.is_empty() {
            String::new()
        } else {
            format!(" of ServiceAccount {}", printable(account))
        };
        remarks.push(format!(
            "a token{of}: whoever signs in with it, inside the cluster or outside, is locked out at once"
        ));
    }
    remarks.extend(verdict.lost().map(String::from));
    if verdict.immutable {
        remarks.push(
            "immutable: pods that run keep what they have, and notice another Secret of this name only when they \
             restart"
                .to_string(),
        );
    }
    if verdict.heals() && !verdict.links.is_empty() {
        let direct = || verdict.links.iter().filter(|link| link.parent.is_none());
        let users = page.some(direct().map(|link| (link.file, link.object)));
        let what = match direct().all(|link| link.breaks == Breaks::FallsBack) {
            true => "may fall back to a default",
            false => "may fail to start or to read it",
        };
        remarks.push(format!("until it is back, {users} {what}"));
    }
    if !verdict.optional.is_empty() {
        let users = page.some(verdict.optional.iter().copied());
        remarks.push(format!("optional for {users}"));
    }
    remarks
}

/// What was probably meant by the name of a Secret that nothing has.
fn meant(page: &Page<'_, '_>, secret: &Chosen<'_>) -> String {
    // Of many Secrets nobody wrote the names one by one.
    if !page.few {
        return String::new();
    }
    let namesake = secrets(page.index).find(|defined| defined.name == secret.name);
    if let Some(namespace) = namesake.map(|defined| page.index.namespace(defined.file, defined.namespace)) {
        return format!("; one of this name is in namespace `{}`", printable(namespace));
    }
    match nearest(&secret.name, secrets(page.index).map(|defined| defined.name)) {
        Some(name) => format!("; did you mean `{}`?", printable(name)),
        None => String::new(),
    }
}

pub(super) fn healing(page: &Page<'_, '_>, healer: &Healer<'_>, verdict: &Verdict<'_>) -> String {
    let Some(object) = healer.defined.fact.object else {
        return String::new();
    };
    let by = page.object(healer.defined.file, object);
    let at = page.line(healer.defined.file, object, healer.defined.fact.span);
    if healer.broken {
        format!("{by} ({at}) would make it again, but breaks itself")
    } else if !healer.keeps_values {
        format!("{by} ({at}) makes it again, but with other values: what has the old ones is locked out")
    } else if verdict.token.is_some() {
        format!("{by} ({at}) makes it again, with another token")
    } else {
        format!("{by} ({at}) makes it again: the deletion heals itself")
    }
}
