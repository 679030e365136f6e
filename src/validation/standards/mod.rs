//! The Pod Security Standards, as the API server's own admission holds pods to them where a Namespace asks for it.
//!
//! From which version on something is allowed is left aside; since when it is asked for is not.

mod baseline;
mod missing;
mod restricted;

use super::held::{asked_by, each_container, is_open};
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::Fix;
use crate::graph::{Asks, Held, Level};
use crate::manifest::Field;
use crate::quote::quote;
use crate::source::Span;

/// Checks a pod, an object or a template, by a standard, if one is asked for. `outcome` is what comes of one that does not
/// keep to it.
pub(super) fn check<'t>(pod: &Field<'_, 't>, held: &Held<'_>, outcome: &str, cx: &mut Cx<'t>) {
    let Asks::Standard { level, minor } = held.asking.asks else {
        return;
    };
    let cluster = cx.kube().minor();
    let mut teller = Teller {
        cx,
        held,
        outcome,
        level,
        minor: minor.map_or(cluster, |minor| minor.min(cluster)),
        forbids: false,
    };
    let spec = pod.child("spec");
    baseline::check(pod, &spec, &mut teller);
    if level == Level::Restricted {
        restricted::check(pod, &spec, &mut teller);
    }
}

/// Whether the pod may be for Windows, where parts of the standards mean nothing.
fn may_be_for_windows<'t>(spec: &Field<'_, 't>, cx: &Cx<'t>) -> bool {
    let os = spec.child("os");
    let name = os.child("name").text().unwrap_or_default();
    is_open(&os, cx) || name == "windows" || cx.is_unrendered(&name)
}

/// Whether the users of the pod may be others than those of the node, so that its root is nobody there.
fn may_have_own_users(spec: &Field<'_, '_>) -> bool {
    let host_users = spec.child("hostUsers");
    host_users.is_set() && host_users.bool() != Some(true)
}

/// Tells what a standard does not allow.
struct Teller<'c, 't, 'h> {
    cx: &'c mut Cx<'t>,
    held: &'h Held<'h>,
    outcome: &'h str,
    level: Level,
    /// The minor version of Kubernetes whose standards count.
    minor: u8,
    /// Whether something is told that must not stand there.
    forbids: bool,
}

impl<'t> Teller<'_, 't, '_> {
    /// One fault, in words that end with the standard.
    fn tell(&mut self, place: Span, fault: &str, help: &str, fix: Option<Fix>) {
        let namespace = quote(self.held.namespace);
        let message = format!("{fault}; namespace {namespace} enforces it, and {}", self.outcome);
        let report = self.cx.report_as(ids::POD_SECURITY_STANDARD, place, message);
        let report = asked_by(report, self.held, "it is enforced here").help(help);
        if let Some(fix) = fix {
            report.fix(fix.title, fix.safe, fix.edits);
        }
    }

    /// The standard, in words.
    fn standard(&self) -> String {
        format!("the Pod Security Standard `{}`", self.level.name())
    }

    /// A value that must not stand there.
    fn forbidden(&mut self, field: &Field<'_, 't>, what: &str, help: &str) {
        self.forbidden_at(field.place(), what, help);
    }

    fn forbidden_at(&mut self, place: Span, what: &str, help: &str) {
        self.forbids = true;
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
