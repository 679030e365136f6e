//! Tests that refuse nothing: what the server takes, mostly with a warning, and nobody means.

use std::borrow::Cow;
use std::collections::HashMap;

use super::MergeKey;
use super::faults::named;
use super::run::text;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::RuleId;
use crate::manifest::Field;
use crate::quote::listed;
use crate::source::Span;

/// Says something of a field that is set, or of these texts of it only.
pub(super) fn told<'t>(rule: RuleId, what: &str, texts: &[&str], field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (subject, span) = if texts.is_empty() {
        (named(field), field.handle())
    } else {
        let value = field.text();
        let Some(text) = texts.iter().find(|text| value.as_deref() == Some(**text)) else {
            return;
        };
        (format!("`{}: {text}`", field.name()), field.place())
    };
    cx.report_as(rule, span, format!("{subject} {what}"))
        .help("remove it");
}

/// Items that those who apply a manifest by merging take for one: they have the same one or two keys.
pub(super) fn merged_by<'t>(keys: &[MergeKey], field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    // Most lists are short, and one item is no second one.
    if field.items().nth(1).is_none() {
        return;
    }
    let mut seen: HashMap<[Cow<'t, str>; 2], Span> = HashMap::new();
    for item in field.items() {
        let part = |at: usize| keys.get(at).map(|key| merge_key(&item, *key));
        let key = [part(0).unwrap_or_default(), part(1).unwrap_or_default()];
        let parts = || key.iter().take(keys.len());
        if parts().any(|part| part.is_empty() || cx.is_unrendered(part)) {
            continue;
        }
        let place = keys
            .first()
            .map_or(item.place(), |(name, _)| item.child(name).place());
        let Some(first) = seen.get(&key) else {
            seen.insert(key, place);
            continue;
        };
        let first = *first;
        let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
        let fields = listed(&names, "and");
        let message = format!(
            "{} has an item with the same {fields} already: `kubectl apply` may lose one of the two, and server-side apply refuses them",
            named(field)
        );
        cx.report_as(ids::SCHEMA_DUPLICATE_MERGE_KEY, place, message)
            .help("keep one of them")
            .related(first, "the first one");
    }
}

/// A key's text, or what the server fills in.
fn merge_key<'t>(item: &Field<'_, 't>, (name, default): MergeKey) -> Cow<'t, str> {
    let text = text(&item.child(name));
    if text.is_empty() {
        Cow::Borrowed(default)
    } else {
        text
    }
}
