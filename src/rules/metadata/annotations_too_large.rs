//! All annotations of an object together have a limit.

use crate::diagnostic::ErrorType;
use crate::manifest::Object;
use crate::names;
use crate::rules::{Check, Cx};

pub const CHECK: Check = Check::Object(check);

pub(super) const LIMIT: usize = names::MOST_ANNOTATED;

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.may_have_metadata("annotations") {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    // Without aliases the text is about as long as its source, so that most maps need no look at all.
    let Some(map) = annotations.value().filter(|map| map.is_map()) else {
        return;
    };
    if !map.is_indirect() && (map.span().len() as usize) < LIMIT / 8 {
        return;
    }
    let entries = super::entries(&annotations);
    let size: usize = entries
        .iter()
        .map(|entry| entry.name().len() + entry.text().map_or(0, |text| text.len()))
        .sum();
    if size <= LIMIT || super::judge(object, cx).is_none() {
        return;
    }
    let largest = entries
        .iter()
        .max_by_key(|entry| entry.text().map_or(0, |text| text.len()));
    let report = cx
        .report(
            annotations.handle(),
            format!("the annotations hold {size} bytes; keys and values together may have {LIMIT}"),
        )
        .refusal(ErrorType::TooLong, annotations.path())
        .help("keep large data in a ConfigMap, or where it is made, and annotate its name");
    if let Some(key) = largest.and_then(|entry| entry.key_node()) {
        report.related(key.span(), "the largest one");
    }
}
