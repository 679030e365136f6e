//! The values that a schema of texts lists: `on` is none.

use super::crd_parts::{Parts, Type};
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::Severity;
use crate::edit;
use crate::yaml::{Kind, Scalar, Style};

/// Reports what YAML reads as a boolean or a number, and no text can equal.
pub(super) fn texts<'t>(p: &Parts<'t>, cx: &mut Cx<'t>) {
    let Some(listed) = p.listed().filter(|_| p.said() == Type::String) else {
        return;
    };
    for value in listed.value.items() {
        let is_text = matches!(value.scalar(), None | Some(Scalar::Str(_) | Scalar::Null));
        if is_text || value.raw().kind == Kind::Alias || value.raw().style != Style::Plain || value.is_json()
        {
            continue;
        }
        let span = value.span();
        let text = format!(
            "the schema is one of strings, but YAML 1.1 reads {} as none, so that no value can equal it",
            cx.shown(value)
        );
        let report = cx.report_as(ids::YAML_IMPLICIT_TYPING, span, text);
        let report = report.severity(Severity::Warning).help("quote the value");
        report.fix("quote the value", true, edit::quote(span));
    }
}
