//! Two IngressClasses that both claim to be the default.

use crate::manifest::{File, Object};
use crate::rules::{Check, Cx};
use crate::source::Span;

/// The check.
pub const CHECK: Check = Check::File(check);

fn check<'t>(file: &File<'t>, cx: &mut Cx<'t>) {
    let mut first: Option<(&Object<'t>, Span)> = None;
    for class in &file.objects {
        if !class.is("networking.k8s.io", "IngressClass") {
            continue;
        }
        let Some(span) = default_mark(class) else {
            continue;
        };
        match first {
            None => first = Some((class, span)),
            // The same class twice is another rule's matter.
            Some((other, _)) if other.name == class.name => {}
            Some((other, at)) => {
                cx.document = file
                    .documents
                    .get(class.document as usize)
                    .map_or(0, |d| d.chunk.document);
                cx.object = Some(class.index);
                let message = format!(
                    "{} is the default class too; an Ingress without a class gets whichever was created last",
                    other.describe()
                );
                cx.report(span, message)
                    .related(at, "the first default")
                    .help("mark one IngressClass of a cluster as its default");
            }
        }
    }
}

/// Where a class says that it is the default.
fn default_mark(class: &Object<'_>) -> Option<Span> {
    let root = class.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    let mark = annotations.key(super::DEFAULT_ANNOTATION);
    (mark.text().as_deref() == Some("true")).then(|| mark.place())
}
