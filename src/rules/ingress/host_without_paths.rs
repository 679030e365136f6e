//! One rule that was written as two: its host, and then its paths for any host.

use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let root = ingress.fields();
    let spec = root.child("spec");
    let rules = spec.child("rules");
    let mut items = rules.items().peekable();
    while let Some(rule) = items.next() {
        let Some(next) = items.peek() else { return };
        let is_host_alone = rule.child("host").is_set() && !rule.child("http").is_set();
        let has_no_host = !next.child("host").is_set() && next.child("http").is_set();
        if is_host_alone && has_no_host {
            let message =
                "this host has no paths, and the next rule has paths for every host: they look like one rule";
            cx.report(rule.child("host").place(), message)
                .help("remove the `- ` before the `http` below, and indent it like `host`")
                .related(next.handle(), "a rule of its own begins here");
        }
    }
}
