//! What the API server takes, and no node can run.

use std::borrow::Cow;

use super::containers::LISTS;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::Field;
use crate::near::nearest;
use crate::quote::quote;

/// Pods with more containers are not looked into.
const MOST: usize = 256;

/// The container whose resources are told: one of the pod's.
pub fn container<'t>(name: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = name.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let mut up = std::iter::successors(name.parent(), |field| field.parent());
    let Some(pod) = up.find(|field| field.child("containers").is_filled()) else {
        return;
    };
    let mut names: Vec<Cow<'t, str>> = Vec::new();
    for list in LISTS.into_iter().filter(|list| *list != "ephemeralContainers") {
        let list = pod.child(list);
        names.extend(list.items().filter_map(|one| one.child("name").text()).take(MOST));
    }
    // No node runs so many, and each is compared with each reference.
    if names.len() >= MOST {
        return;
    }
    if names.iter().any(|name| *name == text || cx.is_unrendered(name)) {
        return;
    }
    let message = format!(
        "the pod has no container called {}: what is to be told of its resources does not start",
        quote(&text)
    );
    let help = match nearest(&text, names.iter().map(|name| &**name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a container of the pod".to_string(),
    };
    cx.report_as(ids::POD_UNKNOWN_CONTAINER, name.place(), message)
        .help(help);
}

/// What an empty folder is kept on: the node's disk (`""`), its memory, or huge pages of a size.
pub fn medium<'t>(medium: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = medium.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    if text.is_empty() || text == "Memory" || text.starts_with("HugePages") {
        return;
    }
    let message = format!(
        "no node knows the medium {}, so that the pod does not start",
        quote(&text)
    );
    let help = match nearest(&text, ["Memory", "HugePages"].into_iter()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "use `Memory`, `HugePages-SIZE`, or none for the disk of the node".to_string(),
    };
    cx.report_as(ids::POD_UNKNOWN_MEDIUM, medium.place(), message)
        .help(help);
}
