//! Workloads that the server takes, and whose pods it refuses: each is tried again and again, and nothing ever runs.

use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::Field;

/// A pod of a StatefulSet has the name of the set's revision as a label: the set's own name, a dash, and a hash of up
/// to ten characters. A label holds 63.
const LONGEST: usize = 63 - 1 - 10;

/// The longest name that a server takes for a StatefulSet.
const LONGEST_TAKEN: usize = 63;

/// The name of a StatefulSet leaves room for what its pods' label adds to it.
pub fn revision_label<'t>(object: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let metadata = object.child("metadata");
    let name = metadata.child("name");
    let Some(text) = name.text() else { return };
    if !(LONGEST + 1..=LONGEST_TAKEN).contains(&text.len()) || cx.is_unrendered(&text) {
        return;
    }
    // Most hashes have ten characters, few less than nine.
    let outcome = match text.len() - LONGEST {
        1 | 2 => "may get",
        _ => "gets",
    };
    let message = format!(
        "a StatefulSet with a name of {} characters {outcome} no pods: the label `controller-revision-hash` adds a hash \
         to it, and labels end at {LONGEST_TAKEN}",
        text.len()
    );
    cx.report_as(ids::POD_NEVER_CREATED, name.place(), message)
        .help(format!("shorten it to {LONGEST} characters"));
}

/// A key of `matchLabelKeys` that `labelSelector` has as well, in a template.
pub(super) fn key_is_selected_already<'t>(key: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let message = "the API server adds this label of each pod to `labelSelector`, which has it already, and refuses \
                   the pod";
    cx.report_as(ids::POD_NEVER_CREATED, key.place(), message)
        .help("name the key in one place only");
}
