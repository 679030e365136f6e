//! Values that are still to be filled in.

use super::content::filler::Filler;
use super::{DATA, Object, STRING_DATA};
use crate::diagnostic::Severity;
use crate::rules::{Check, Cx};
use crate::source::Span;

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let mut found: Vec<(Filler, Span)> = Vec::new();
    for map in [DATA, STRING_DATA] {
        for entry in secret.root.get(map).into_iter().flat_map(|map| map.entries()) {
            let Some(text) = entry.value.str() else { continue };
            // Under stringData `${x}` may be meant: in a script, or in a configuration that fills itself in.
            if cx.is_unrendered(&text) && (map == DATA || is_whole(&text)) {
                let span = entry.value.span();
                let place = if entry.value.source().contains('\n') {
                    entry.key.span()
                } else {
                    span
                };
                found.push((Filler::of(&text).unwrap_or(Filler::Person), place));
            }
        }
    }
    let Some(&(filler, place)) = found
        .iter()
        .max_by_key(|(filler, place)| (*filler, std::cmp::Reverse(*place)))
    else {
        return;
    };
    let count = match found.len() {
        1 => "a value of this Secret is".to_string(),
        n => format!("{n} values of this Secret are"),
    };
    let (what, help) = match filler {
        Filler::Sops => (
            "encrypted with SOPS: what they hold is not judged",
            "nothing to do, if SOPS or Flux decrypts it before it is applied",
        ),
        Filler::Vault => (
            "filled in by argocd-vault-plugin: what they will hold is not judged",
            "nothing to do, if Argo CD applies it with that plugin",
        ),
        Filler::Template => (
            "filled in by a template: what they will hold is not judged",
            "check the rendered manifests too",
        ),
        Filler::Variables => (
            "filled in from variables: what they will hold is not judged",
            "nothing to do, if Flux, envsubst or their like replaces them before it is applied",
        ),
        Filler::Person => (
            "still a placeholder: applied like this, the Secret is refused or holds the placeholder itself",
            "fill in the real value, or keep it out of the manifest with a Secret that is made elsewhere",
        ),
    };
    let report = cx.report(place, format!("{count} {what}")).help(help);
    if filler == Filler::Person {
        report.severity(Severity::Warning);
    }
}

/// Whether a text is nothing but a placeholder: one line, from its opening to its closing sign.
fn is_whole(text: &str) -> bool {
    let text = text.trim();
    if text.starts_with("ENC[") {
        return text.ends_with(']');
    }
    let inner = [("${", "}"), ("{{", "}}"), ("$(", ")"), ("<", ">")]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inner.is_some_and(|inner| {
        inner.starts_with("path:")
            || inner.len() <= 80 && !inner.contains(['\n', '<', '>', '/', '{', '}', '(', ')', '='])
    })
}
