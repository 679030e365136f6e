//! Rules for a direction that the policy says nothing about.

use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(policy: &Object<'t>, cx: &mut Cx<'t>) {
    let root = policy.fields();
    let spec = root.child("spec");
    let types = spec.child("policyTypes");
    // Without types the server fills in those that there are rules for.
    if !types.is_filled() {
        return;
    }
    let named: Vec<_> = types.items().filter_map(|one| one.text()).collect();
    // Other words are refused, or wait to be filled in.
    if !named.iter().all(|name| matches!(&**name, "Ingress" | "Egress")) {
        return;
    }
    for (field, name) in [("ingress", "Ingress"), ("egress", "Egress")] {
        let rules = spec.child(field);
        if rules.is_filled() && !named.iter().any(|one| **one == *name) {
            let message = format!("`policyTypes` does not name `{name}`, so that nobody heeds these rules");
            cx.report(rules.handle(), message)
                .help(format!("add `{name}` to `policyTypes`, or remove the rules"))
                .related(types.handle(), "the types");
        }
    }
}
