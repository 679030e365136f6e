//! What the API server itself would answer, in the outputs for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{FileReport, ObjectRow};
use crate::diagnostic::{Refusal, Stage};
use crate::engine;

#[derive(Serialize)]
pub(super) struct VerdictRow<'r> {
    file: &'r str,
    document: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectRow<'r>>,
    verdict: Verdict<'r>,
}

#[derive(Serialize)]
struct Verdict<'r> {
    stage: &'static str,
    errors: Vec<ErrorRow<'r>>,
}

#[derive(Serialize)]
struct ErrorRow<'r> {
    r#type: String,
    field: &'r str,
}

/// What the server would answer about each object, and about each document that yields none.
pub(super) fn verdicts(file: &FileReport, mut take: impl FnMut(&VerdictRow<'_>)) {
    // What is refused about a whole document holds for each of its objects.
    let mut of_documents: BTreeMap<u32, Vec<&Refusal>> = BTreeMap::new();
    let mut of_objects: BTreeMap<u32, Vec<&Refusal>> = BTreeMap::new();
    // Neither a comment nor a baseline changes what the server says.
    let held_back = file.suppressed.iter().chain(&file.known);
    for diagnostic in file.diagnostics.iter().chain(held_back) {
        if let Some(refusal) = &diagnostic.refusal {
            let refusals = match diagnostic.object {
                Some(object) => of_objects.entry(object).or_default(),
                None => of_documents.entry(diagnostic.document).or_default(),
            };
            refusals.push(refusal);
        }
    }
    for (index, object) in (0..).zip(&file.objects) {
        let mut refusals = of_objects.remove(&index).unwrap_or_default();
        refusals.extend(of_documents.get(&object.document).into_iter().flatten());
        take(&VerdictRow {
            file: &file.name,
            document: object.document,
            item: object.item,
            object: Some(object.into()),
            verdict: verdict(refusals),
        });
    }
    for object in &file.objects {
        of_documents.remove(&object.document);
    }
    for (document, refusals) in of_documents {
        take(&VerdictRow {
            file: &file.name,
            document,
            item: None,
            object: None,
            verdict: verdict(refusals),
        });
    }
}

fn verdict(mut refusals: Vec<&Refusal>) -> Verdict<'_> {
    let stage = engine::verdict(&mut refusals);
    Verdict {
        stage: stage.map_or("ok", Stage::as_str),
        errors: refusals
            .iter()
            .map(|refusal| ErrorRow {
                r#type: refusal.kind.name(),
                field: &refusal.field,
            })
            .collect(),
    }
}
