//! Lists and documents that are no objects: what kubectl makes of them before anything is sent.

use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::{ErrorType, Stage};
use crate::manifest::Document;
use crate::quote::quote;
use crate::source::Span;
use crate::yaml::{Kind, Node, Style};

/// Whether the root is `kind: List`, which may hold objects of any kind.
pub(super) fn is_generic(root: Node<'_>) -> bool {
    root.get("kind").is_some_and(is_list)
}

fn is_list(kind: Node<'_>) -> bool {
    // A number or boolean is never called so, and this does not read the whole kind.
    kind.key_is("List")
}

/// Reports what kubectl refuses about the document as a whole.
pub(super) fn check<'t>(document: &Document<'t>, root: Node<'t>, cx: &mut Cx<'t>) {
    if !root.is_map() {
        return not_an_object(root, cx);
    }
    let generic = is_generic(root);
    if generic && !document.list {
        let span = super::served::head(root);
        return no_items(span, "the List has no `items`", WRITE_ITEMS, cx);
    }
    if !document.list {
        return;
    }
    let api_version = root
        .get("apiVersion")
        .and_then(|value| value.str())
        .unwrap_or_default();
    if generic && api_version != "v1" {
        if api_version.is_empty() {
            let help = || "add `apiVersion: v1`".to_string();
            super::served::missing_in(root, "apiVersion", "List", help, cx);
        } else {
            let text = format!(
                "there is no List in {}; kubectl refuses the whole file",
                quote(&api_version)
            );
            let span = super::served::value_span(root, "apiVersion");
            cx.report_as(ids::SCHEMA_NOT_SERVED, span, text)
                .help("use `apiVersion: v1`")
                .refusal_at(Stage::Client, ErrorType::NotServed, "apiVersion");
        }
    }
    let Some(items) = root.entry("items") else {
        return;
    };
    if items.value.kind() != Kind::Seq {
        let span = place(items.key, items.value);
        let what = if items.value.is_null() {
            "null"
        } else {
            "not a list"
        };
        return no_items(span, &format!("`items` of the List is {what}"), WRITE_ITEMS, cx);
    }
    let mut count = 0;
    for item in items.value.items() {
        count += 1;
        if !item.is_map() {
            let span = if item.span().is_empty() {
                items.key.span()
            } else {
                item.span()
            };
            let (what, help) = match item.is_null() {
                true => (
                    "an item of the List is empty",
                    "remove it, or write an object there",
                ),
                false => ("an item of the List is no object", WRITE_ITEMS),
            };
            no_items(span, what, help, cx);
        } else if let (Some(kind), true) = (item.entry("kind"), item.get("items").is_some())
            && is_list(kind.value)
        {
            let text = "a List stands in a List; kubectl does not take it apart and refuses it";
            cx.report_as(ids::SCHEMA_NESTED_LIST, kind.value.span(), text)
                .help("move the items of the inner List into the outer one")
                .refusal(ErrorType::NestedList, "");
        }
    }
    // Beside other objects an empty List does no harm.
    if count == 0 && cx.file.objects.is_empty() {
        let text = "the List is empty, so the file holds no object; kubectl ends with an error";
        cx.report_as(ids::SCHEMA_NO_OBJECTS, items.key.span(), text)
            .help("add an item, or remove the file")
            .refusal(ErrorType::NoObjects, "");
    }
}

const WRITE_ITEMS: &str = "write each object as an item of `items`, after a `- `";

fn no_items(span: Span, what: &str, help: &'static str, cx: &mut Cx<'_>) {
    let text = format!("{what}; kubectl refuses the whole List");
    cx.report_as(ids::SCHEMA_TYPE, span, text).help(help).refusal_at(
        Stage::Client,
        ErrorType::TypeMismatch,
        "items",
    );
}

fn not_an_object<'t>(root: Node<'t>, cx: &mut Cx<'t>) {
    let what = match root.kind() {
        Kind::Seq => "a list",
        _ => "a single value",
    };
    let text = format!("the document is {what}, not an object; kubectl refuses it");
    let first = root.source().lines().next().unwrap_or_default().trim_end();
    let span = Span::new(root.span().start, root.span().start + first.len() as u32);
    cx.report_as(ids::SCHEMA_NOT_AN_OBJECT, span, text)
        .help("write a mapping with `apiVersion`, `kind` and `metadata`; several objects go into documents of their own, after `---`")
        .refusal_at(Stage::Client, ErrorType::TypeMeta, "");
}

/// A value in one line, else its key.
fn place(key: Node<'_>, value: Node<'_>) -> Span {
    let raw = value.raw();
    let block = matches!(raw.kind, Kind::Map | Kind::Seq) && raw.style != Style::Flow;
    if block || value.span().is_empty() {
        key.span()
    } else {
        value.span()
    }
}
