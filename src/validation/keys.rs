//! Keys that YAML 1.1 turns into other keys: what becomes JSON has strings for keys, and `no` is not `"no"` there.

use super::duplicates::owner_of;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::edit;
use crate::hash::HashSet;
use crate::manifest::Document;
use crate::quote::quote;
use crate::source::Span;
use crate::yaml::{Kind, Node, Style, may_be_typed};

/// Reports the keys of a document that are read as others than they look. `from` is the number of findings before this
/// document: what is wrong with a key for another reason is said already.
pub(super) fn check<'t>(document: &Document<'t>, root: Node<'t>, from: usize, cx: &mut Cx<'t>) {
    if root.is_json() || !cx.settings.rules.has(ids::YAML_IMPLICIT_KEY) {
        return;
    }
    let mut told: Option<HashSet<Span>> = None;
    let objects = document.objects.start as usize..document.objects.end as usize;
    let objects = cx.file.objects.get(objects).unwrap_or_default();
    for map in root.tree().with_typed_keys(document.chunk) {
        for entry in root.with_id(*map).raw_entries() {
            let Some(becomes) = becomes(entry.key) else {
                continue;
            };
            let found = || cx.found.iter().skip(from).map(|finding| finding.span).collect();
            let span = entry.key.span();
            if !told.get_or_insert_with(found).contains(&span) {
                cx.object = owner_of(entry.key.id(), objects).map(|at| objects[at].index);
                report(entry.key, &becomes, cx);
            }
        }
    }
}

/// What a key is read as, where that is not what is written.
fn becomes(key: Node<'_>) -> Option<String> {
    let raw = key.raw();
    let bare = raw.kind == Kind::Scalar && raw.style == Style::Plain && raw.flags == 0;
    if !bare || !may_be_typed(key.bytes()) {
        return None;
    }
    let text = key.key_text()?;
    (text != key.source()).then(|| text.into_owned())
}

fn report<'t>(key: Node<'t>, becomes: &str, cx: &mut Cx<'t>) {
    let span = key.span();
    let text = match cx.is_masked(span) {
        true => "YAML 1.1 reads this key as another one, which is what the API server gets".to_string(),
        false => format!(
            "YAML 1.1 reads the key {} as {}, which is what the API server gets",
            quote(key.source()),
            quote(becomes)
        ),
    };
    // Unsafe, since the server takes the object as it stands: quotes change what the cluster has.
    cx.report_as(ids::YAML_IMPLICIT_KEY, span, text)
        .help("quote the key")
        .fix("quote the key", false, edit::quote(span));
}

/// A key for messages, as it is written: what it is read as stands nowhere in the file.
pub(super) fn written(key: Node<'_>) -> std::borrow::Cow<'_, str> {
    match becomes(key) {
        Some(_) => std::borrow::Cow::Borrowed(key.source()),
        None => key.key_text().unwrap_or_default(),
    }
}

/// A key for messages about what it is read as.
pub(super) fn told(key: Node<'_>) -> String {
    match becomes(key) {
        Some(read) => format!(
            "{}, which YAML 1.1 reads as {}",
            quote(key.source()),
            quote(&read)
        ),
        None => quote(&key.key_text().unwrap_or_default()),
    }
}
