//! The Pod Security Standards, as the API server's own admission holds pods to them where a Namespace asks for it.
//!
//! It asks the pods themselves: a Deployment is taken, and each of its pods is refused. Which of the standards' parts
//! counts from which version on is left aside where a later version only allows more; so is what somebody puts into
//! pods before they are judged.

mod baseline;
mod missing;
mod restricted;

use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::Fix;
use crate::graph::{Held, Level, RUNNING};
use crate::manifest::{Field, File, Object};
use crate::quote::quote;
use crate::source::Span;
use crate::validation::checks::containers::LISTS;

/// Checks what runs pods in one file, as far as a Namespace holds it to a standard.
pub fn check<'t>(file: &'t File<'t>, held: &[Held<'_>], cx: &mut Cx<'t>) {
    for held in held {
        let Some(object) = file.objects.get(held.object as usize) else {
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

fn judge<'t>(object: &Object<'t>, held: &Held<'_>, cx: &mut Cx<'t>) {
    let kind = (object.group(), &*object.kind);
    let Some((.., way)) = RUNNING.iter().find(|(group, name, _)| (*group, *name) == kind) else {
        return;
    };
    let outcome = match way.is_empty() {
        true => "the API server refuses the pod".to_string(),
        false => format!("the pods of this {} are refused", object.kind),
    };
    let mut teller = Teller {
        cx,
        held,
        outcome,
        told: 0,
    };
    follow(&object.fields(), way, &mut |pod| {
        let spec = pod.child("spec");
        baseline::check(pod, &spec, &mut teller);
        if held.enforcing.level == Level::Restricted {
            restricted::check(&spec, &mut teller);
        }
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
fn each_container<'t>(spec: &Field<'_, 't>, f: &mut dyn FnMut(&Field<'_, 't>)) {
    for list in LISTS {
        for container in spec.child(list).items() {
            f(&container);
        }
    }
}

/// Whether the pod says that it is for Windows, where parts of the standards mean nothing.
fn is_for_windows(spec: &Field<'_, '_>) -> bool {
    spec.child("os").child("name").text().as_deref() == Some("windows")
}

/// Whether the users of the pod are not those of the node, so that its root is nobody.
fn has_own_users(spec: &Field<'_, '_>) -> bool {
    let host_users = spec.child("hostUsers");
    host_users.is_set() && host_users.bool() == Some(false)
}

/// Tells what a standard does not allow.
struct Teller<'c, 't, 'h> {
    cx: &'c mut Cx<'t>,
    held: &'h Held<'h>,
    outcome: String,
    /// How many faults of this pod are told.
    told: usize,
}

impl<'t> Teller<'_, 't, '_> {
    /// One fault, in words that end with the standard.
    fn tell(&mut self, place: Span, fault: &str, help: &str, fix: Option<Fix>) {
        self.told += 1;
        let namespace = quote(self.held.namespace);
        let message = format!("{fault}; namespace {namespace} enforces it, and {}", self.outcome);
        let report = self.cx.report_as(ids::POD_SECURITY_STANDARD, place, message);
        let (span, here) = (self.held.enforcing.span, "it is enforced here");
        let report = match self.held.by == self.held.file {
            true => report.related(span, here),
            false => report.related_in(self.held.by, span, here),
        };
        let report = report.help(help);
        if let Some(fix) = fix {
            report.fix(fix.title, fix.safe, fix.edits);
        }
    }

    /// The standard, in words.
    fn standard(&self) -> String {
        format!("the Pod Security Standard `{}`", self.held.enforcing.level.name())
    }

    /// Whether the standard is this one, and none that asks for more.
    fn is_of(&self, level: Level) -> bool {
        self.held.enforcing.level == level
    }

    /// The minor version of Kubernetes whose standards count.
    fn minor(&self) -> u8 {
        let cluster = self.cx.kube().minor();
        self.held
            .enforcing
            .minor
            .map_or(cluster, |minor| minor.min(cluster))
    }

    /// A value that must not stand there.
    fn forbidden(&mut self, field: &Field<'_, 't>, what: &str, help: &str) {
        self.forbidden_at(field.place(), what, help);
    }

    fn forbidden_at(&mut self, place: Span, what: &str, help: &str) {
        self.tell(
            place,
            &format!("{what} is not allowed by {}", self.standard()),
            help,
            None,
        );
    }

    /// A text that is none of those allowed, unless it waits to be filled in.
    fn text(&mut self, field: &Field<'_, 't>, name: &str, allowed: &[&str], help: &str) {
        if let Some(text) = field.text().filter(|text| !text.is_empty())
            && !allowed.contains(&&*text)
            && !self.cx.is_unrendered(&text)
        {
            self.forbidden(field, &format!("{name} {}", quote(&text)), help);
        }
    }
}
