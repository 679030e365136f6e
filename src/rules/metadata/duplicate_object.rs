//! The same object twice in a run.

use crate::diagnostic::Severity;
use crate::graph::{Facts, ObjectFact, Role};
use crate::hash::HashMap;
use crate::placeholder::unrendered;
use crate::rules::{Check, RunCx, quote};

/// The check.
pub const CHECK: Check = Check::Run(check);

/// What makes two objects the same: versions of a group are views of one object.
type Id<'r> = (&'r str, &'r str, &'r str, &'r str);

fn check(cx: &mut RunCx<'_>) {
    let files = cx.index.files;
    for (file, facts) in (0..).zip(files) {
        if facts.objects.len() < 2 || facts.role != Role::Checked {
            continue;
        }
        let mut first = HashMap::with_capacity_and_hasher(facts.objects.len(), Default::default());
        for (i, object) in (0..).zip(&facts.objects) {
            let Some(id) = id(facts, object) else { continue };
            if let Some(before) = first.insert(id, object.span)
                && counts(id)
            {
                let report = cx.report(
                    file,
                    object.document,
                    Some(i),
                    object.span,
                    again(id, "in this file"),
                );
                report
                    .severity(Severity::Warning)
                    .help("remove one of the two, or give it another name")
                    .related(before, "it is defined here first");
            }
        }
    }
    for (kustomization, listed) in cx.index.listed() {
        let mut first: HashMap<Id<'_>, (u32, &ObjectFact)> = HashMap::default();
        for &file in listed {
            let facts = &files[file as usize];
            for (i, object) in (0..).zip(&facts.objects) {
                let Some(id) = id(facts, object) else { continue };
                match first.get(&id) {
                    Some((other, before)) if *other != file && counts(id) => {
                        let place =
                            format!("in what {} takes in", quote(&files[*kustomization as usize].file));
                        cx.report(file, object.document, Some(i), object.span, again(id, &place))
                            .severity(Severity::Warning)
                            .help("remove one of the two, or give it another name; kustomize takes each object once")
                            .related_in(*other, before.span, "it is defined here first");
                    }
                    Some(_) => {}
                    None => _ = first.insert(id, (file, object)),
                }
            }
        }
    }
}

fn id<'r>(facts: &'r Facts, object: &ObjectFact) -> Option<Id<'r>> {
    let name = facts.str(object.name);
    (!name.is_empty()).then(|| {
        (
            facts.str(object.group),
            facts.str(object.kind),
            facts.str(object.namespace),
            name,
        )
    })
}

/// Whether two objects with this identity get in each other's way.
fn counts((group, _, namespace, name): Id<'_>) -> bool {
    // Requests such as a SubjectAccessReview are answered, not stored; placeholders may become two names.
    !matches!(group, "authorization.k8s.io" | "authentication.k8s.io")
        && !unrendered(name)
        && !unrendered(namespace)
}

fn again((_, kind, namespace, name): Id<'_>, place: &str) -> String {
    let within = if namespace.is_empty() {
        String::new()
    } else {
        format!(" of namespace {}", quote(namespace))
    };
    format!(
        "{kind} {}{within} is defined twice {place}; only the last one stays",
        quote(name)
    )
}
