//! A key that a mapping holds more than once.

use std::fmt::Write as _;

use crate::diagnostic::{ErrorType, Severity};
use crate::manifest::Document;
use crate::rules::{Check, Cx, quote};
use crate::yaml::tree::NodeId;
use crate::yaml::{self, DuplicateKind, Kind, Node};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some(root) = document.root.filter(|_| document.skip.is_none()) else {
        return;
    };
    let duplicates = yaml::duplicates(cx.file.text, cx.file.tree, document.chunk);
    if duplicates.is_empty() {
        return;
    }
    // Of the keys that come again because a `---` is missing, the other rule speaks.
    let mut elsewhere: Vec<NodeId> = Vec::new();
    if !super::missing_separator::starts(root).is_empty() {
        elsewhere.extend(root.raw_entries().map(|entry| entry.key.id()));
    }
    for duplicate in duplicates {
        let (first, again) = (root.with_id(duplicate.first), root.with_id(duplicate.again));
        if elsewhere.binary_search(&again.id()).is_ok() {
            continue;
        }
        let key = again.key_text().unwrap_or_default();
        let named = if cx.is_masked(again.span()) {
            "this key".to_string()
        } else {
            format!("the key {}", quote(&key))
        };
        super::about_object_at(document, again.span(), cx);
        match duplicate.kind {
            DuplicateKind::Merged => {} // an override, which is what merging is for
            DuplicateKind::Collision => {
                cx.report(
                    again.span(),
                    format!("{named} stands here twice, once as text and once not; which of the values kubectl takes is left to chance"),
                )
                .related(first.span(), "the same key")
                .severity(Severity::Warning)
                .help("remove one of the two");
            }
            DuplicateKind::Written => {
                let field = if document.chunk.json {
                    path(root, again)
                } else {
                    key.to_string()
                };
                cx.report(
                    again.span(),
                    format!("{named} stands here twice: the API server refuses that, and kubectl drops the first value without a word"),
                )
                .related(first.span(), "its value is dropped")
                .refusal(ErrorType::DuplicateField, field)
                .help("remove one of the two, or join their values");
            }
        }
    }
}

/// The path of a key as the server's JSON decoder prints it: map keys join with dots.
fn path<'t>(root: Node<'t>, key: Node<'t>) -> String {
    let holds = |node: Node<'t>| node.id() <= key.id() && key.id() < node.raw().next;
    let (mut out, mut node) = (String::new(), root);
    loop {
        let next = match node.raw().kind {
            Kind::Map => {
                let Some(entry) = node.raw_entries().find(|e| e.key == key || holds(e.value)) else {
                    return out;
                };
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&entry.key.key_text().unwrap_or_default());
                if entry.key == key {
                    return out;
                }
                entry.value
            }
            _ => {
                let Some((i, item)) = node.items().enumerate().find(|(_, item)| holds(*item)) else {
                    return out;
                };
                let _ = write!(out, "[{i}]"); // into a String, which cannot fail
                item
            }
        };
        node = next;
    }
}
