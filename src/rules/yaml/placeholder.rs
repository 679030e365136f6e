//! Values that a tool fills in before the manifest is applied: said once, not judged.

use crate::manifest::{Document, Object};
use crate::placeholder::{self, Form};
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::{Kind, Style};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    if !cx.fills_in() || document.skip.is_some() {
        return;
    }
    let text = cx.file.text.get(document.chunk.span.range()).unwrap_or_default();
    let begins = begins(text.as_bytes(), document.chunk.span.start);
    if begins.is_empty() {
        return;
    }
    let objects = &cx.file.objects[document.objects.start as usize..document.objects.end as usize];
    let (mut first, mut others, mut kinds) = (None, 0, Vec::new());
    for object in objects {
        each_placeholder(object, &begins, |span, kind| {
            match first {
                None => first = Some((object.index, span)),
                Some(_) => others += 1,
            }
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        });
    }
    let Some((object, span)) = first else {
        return;
    };
    let kinds = kinds.join(", ");
    let message = match others {
        0 => format!("this value waits to be filled in ({kinds}), so it is not judged"),
        1 => format!(
            "this value and another one of this document wait to be filled in ({kinds}), so they are not judged"
        ),
        n => format!(
            "this value and {n} others of this document wait to be filled in ({kinds}), so they are not judged"
        ),
    };
    cx.object = Some(object);
    cx.report(span, message)
        .help("check what comes out as well, for example with `… | kubeproof check -`");
}

/// Where placeholders may begin in a text that starts at the given offset, in order.
fn begins(text: &[u8], offset: u32) -> Vec<u32> {
    let is_open =
        |at: &usize| text[*at] != b'<' || text.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace());
    let begins = placeholder::begins(text).filter(is_open);
    let mut begins: Vec<u32> = begins.map(|at| offset + at as u32).collect();
    begins.sort_unstable();
    begins
}

/// Calls `found` for each value that is not judged because it holds a placeholder.
fn each_placeholder(object: &Object<'_>, begins: &[u32], mut found: impl FnMut(Span, &'static str)) {
    let own = is_own(object.group());
    let secret = object.is("", "Secret");
    let class = object.kind.ends_with("Class") && object.group().ends_with("storage.k8s.io");
    let mut rest = vec![(object.root, false)];
    while let Some((node, hidden)) = rest.pop() {
        let span = node.span();
        let first = begins.partition_point(|at| *at < span.start);
        if begins.get(first).is_none_or(|at| *at >= span.end) {
            continue;
        }
        // Aliases stay closed: what they name is looked at where it stands.
        match node.raw().kind {
            Kind::Alias => {}
            Kind::Map => {
                let entries: Vec<_> = node.raw_entries().collect();
                let at_root = node == object.root;
                for entry in entries.iter().rev() {
                    let key = entry.key.source().trim_matches(['"', '\'']);
                    let skipped = if at_root {
                        // Of a custom resource's body nothing is judged, of a ConfigMap's data neither.
                        matches!(key, "data" | "stringData") && !secret || !own && key != "metadata"
                    } else {
                        FREE.contains(&key)
                    };
                    if !skipped {
                        let of_secret = at_root && secret && matches!(key, "data" | "stringData");
                        rest.push((entry.value, hidden || of_secret));
                    }
                }
            }
            Kind::Seq => {
                let items: Vec<_> = node.items().collect();
                rest.extend(items.into_iter().rev().map(|item| (item, hidden)));
            }
            Kind::Scalar => {
                if matches!(node.raw().style, Style::Literal | Style::Folded) {
                    continue; // a text, not a name or number
                }
                let Some(text) = node.str() else { continue };
                let form = match hidden {
                    true => placeholder::form_of_secret(&text),
                    false => placeholder::form(&text),
                };
                let Some(form) = form else { continue };
                // What SOPS hides in a Secret is said by secret/placeholder; a class of volumes may leave names to the
                // claims.
                let said = secret && form == Form::Encrypted;
                if !(said || class && is_of_claims(&text)) {
                    found(node.span(), form.shown());
                }
            }
        }
    }
}

/// Whether all placeholders are those that drivers of volumes fill in themselves: `${pvc.name}`, `${pv.name}`.
fn is_of_claims(text: &str) -> bool {
    const OWN: [&str; 4] = ["pvc.", "pv.", "volumesnapshot", "volumegroupsnapshot"];
    let mut filled = text.split("${").skip(1).peekable();
    filled.peek().is_some() && filled.all(|rest| OWN.iter().any(|own| rest.starts_with(own)))
}

/// Fields of free text, or where `$(NAME)` is Kubernetes' own.
const FREE: [&str; 8] = [
    "annotations",
    "args",
    "command",
    "description",
    "message",
    "subPathExpr",
    "value",
    "values",
];

/// Whether a group is of Kubernetes itself, so that its objects are judged in full.
fn is_own(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io")
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn most_texts_are_seen_to_hold_none() {
        for text in [
            "a: ${B}",
            "a: {{b}}",
            "a: $(b)",
            "a: ENC[x]",
            "a: <b>",
            "a: $B",
            "a: @B@",
        ] {
            assert_eq!(begins(text.as_bytes(), 10), [13], "{text}");
        }
        for text in ["a: {b: c}", "a: $b", "a: b@c", "a: b < c", "a: [ENC]", ""] {
            assert!(begins(text.as_bytes(), 0).is_empty(), "{text}");
        }
        assert_eq!(begins(b"[ENC[a], ${b}]", 0), [1, 9]);
    }
}
