//! Deployments and their like: `apps/v1` has no default for the selector.

use crate::diagnostic::Edit;
use crate::edit;
use crate::manifest::Object;
use crate::yaml::{Kind, Node};

/// What `apps/v1` no longer has.
const GONE: [&str; 2] = ["rollbackTo", "templateGeneration"];

/// The selector must be there; without one the old versions took the labels of the template.
pub(super) fn to_v1(object: &Object<'_>) -> Option<Vec<Edit>> {
    let spec = object.root.get("spec")?;
    if GONE.iter().any(|key| spec.entry(key).is_some()) {
        return None;
    }
    let labels = spec.path(&["template", "metadata", "labels"])?;
    match spec.entry("selector") {
        None => Some(vec![selector(spec, labels)?]),
        Some(entry) if super::is_filled(entry.value.get("matchExpressions")) => Some(Vec::new()),
        Some(entry) => {
            // A selector that does not match is refused; before, it was the same.
            let wanted = entry.value.get("matchLabels")?;
            let matches = wanted.raw_entries().all(|want| {
                want.key
                    .key_text()
                    .is_some_and(|key| has(labels, &key, want.value))
            });
            super::when(super::is_filled(Some(wanted)) && matches)
        }
    }
}

fn has(labels: Node<'_>, key: &str, value: Node<'_>) -> bool {
    labels.get(key).is_some_and(|own| own.scalar() == value.scalar())
}

/// `selector: {matchLabels: …}` with the labels as they are written, before the template.
fn selector(spec: Node<'_>, labels: Node<'_>) -> Option<Edit> {
    let written: Vec<(&str, &str)> = labels
        .raw_entries()
        .map(|entry| (entry.key.source(), entry.value.source()))
        .collect();
    let simple = labels.raw_entries().all(|entry| {
        let value = entry.value;
        value.raw().kind == Kind::Scalar
            && value.str().is_some()
            && !value.source().contains('\n')
            && !entry.key.source().contains('\n')
    });
    if written.is_empty() || !simple {
        return None;
    }
    let flat = || {
        let key = edit::encode("matchLabels", edit::style_in(spec), spec.is_json());
        let pairs = written.iter().map(|(key, value)| format!("{key}: {value}"));
        format!("{{{key}: {{{}}}}}", pairs.collect::<Vec<_>>().join(", "))
    };
    let template = spec.entry("template")?;
    let is_flow = spec.is_json() || spec.raw().style == crate::yaml::Style::Flow;
    if is_flow {
        // Another entry may stand before the template, or none.
        return edit::insert_first(spec, "selector", &flat());
    }
    let first = edit::column(spec.raw_entries().next()?.key)? as usize;
    if edit::column(template.key)? as usize != first {
        return None;
    }
    let newline = edit::break_near(template.key);
    // In the steps that the author takes.
    let step = object_step(spec, first).unwrap_or(2);
    let mut text = format!(
        "selector:{newline}{}matchLabels:{newline}",
        " ".repeat(first + step)
    );
    for (key, value) in written {
        text.push_str(&format!(
            "{}{key}: {value}{newline}",
            " ".repeat(first + 2 * step)
        ));
    }
    text.push_str(&" ".repeat(first));
    Some(edit::insert(template.key.span().start, text))
}

/// How much further the fields of the template are indented than those of `spec`.
fn object_step(spec: Node<'_>, column: usize) -> Option<usize> {
    let inner = spec.get("template")?.raw_entries().next()?.key;
    (edit::column(inner)? as usize)
        .checked_sub(column)
        .filter(|step| (1..=8).contains(step))
}
