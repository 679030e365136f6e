//! Kinds of Kubernetes that nothing can scale.

use crate::manifest::Object;
use crate::near::nearest;
use crate::rules::{Check, Cx, quote};
use crate::schema;

/// The check.
pub const CHECK: Check = Check::Object(check);

/// The kinds with a scale, by group.
const SCALABLE: [(&str, &str); 4] = [
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("", "ReplicationController"),
];

fn check<'t>(scaler: &Object<'t>, cx: &mut Cx<'t>) {
    let root = scaler.fields();
    let spec = root.child("spec");
    let target = spec.child("scaleTargetRef");
    let (version, kind) = (target.child("apiVersion"), target.child("kind"));
    let (Some(of), Some(name)) = (version.text(), kind.text()) else {
        return;
    };
    // Without a group or a kind the server refuses it.
    let group = match of.split_once('/') {
        Some((group, _)) => group,
        None if of == "v1" => "",
        None => return,
    };
    if name.is_empty() || cx.is_unrendered(&of) || cx.is_unrendered(&name) || !schema::is_built_in(group) {
        return;
    }
    let mut own = SCALABLE.iter().filter(|(own, _)| *own == group);
    if own.any(|(_, known)| *known == name) {
        return;
    }
    let message = format!(
        "nothing of the kind {} in {} can be scaled",
        quote(&name),
        quote(&of)
    );
    let known = SCALABLE.iter().find(|(_, known)| *known == name);
    let help = match (known, nearest(&name, SCALABLE.iter().map(|(_, kind)| *kind))) {
        (Some(("", _)), _) => "write `apiVersion: v1`".to_string(),
        (Some((group, _)), _) => format!("write `apiVersion: {group}/v1`"),
        (None, Some(near)) => format!("did you mean `{near}`?"),
        (None, None) => "name a Deployment, a StatefulSet, or a custom resource with a scale".to_string(),
    };
    let place = match known {
        Some(_) => version.place(),
        None => kind.place(),
    };
    cx.report(place, message).help(help);
}
