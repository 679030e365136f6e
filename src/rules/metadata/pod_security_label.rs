//! Labels of a Namespace that say which pods may run in it.

use crate::manifest::Object;
use crate::near::nearest;
use crate::rules::{Check, Cx, quote};

/// The check.
pub const CHECK: Check = Check::Object(check);

const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

fn check<'t>(namespace: &Object<'t>, cx: &mut Cx<'t>) {
    let root = namespace.fields();
    let metadata = root.child("metadata");
    for label in metadata.child("labels").entries() {
        let Some(what) = label.name().strip_prefix("pod-security.kubernetes.io/") else {
            continue;
        };
        let Some(text) = label.text().filter(|text| !cx.is_unrendered(text)) else {
            continue;
        };
        let (mode, is_version) = match what.strip_suffix("-version") {
            Some(mode) => (mode, true),
            None => (what, false),
        };
        if !matches!(mode, "enforce" | "audit" | "warn") {
            continue;
        }
        let (message, help) = if is_version && !is_release(&text) {
            (
                format!("{} is no version of the Pod Security Standards", quote(&text)),
                "write `latest`, or a minor version such as `v1.34`".to_string(),
            )
        } else if !is_version && !LEVELS.contains(&&*text) {
            let near = nearest(&text, LEVELS.into_iter());
            (
                format!("there is no Pod Security Standard {}", quote(&text)),
                match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "use `privileged`, `baseline` or `restricted`".to_string(),
                },
            )
        } else {
            continue;
        };
        let message =
            format!("{message}: the admission of pods, which is on by default, refuses the Namespace");
        cx.report(label.place(), message).help(help);
    }
}

/// `latest`, or `v1.` and a number.
fn is_release(text: &str) -> bool {
    let minor = text.strip_prefix("v1.").unwrap_or_default();
    let is_number = !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
    text == "latest" || is_number && (minor == "0" || !minor.starts_with('0'))
}
