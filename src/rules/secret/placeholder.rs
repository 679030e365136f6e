//! Values that are still to be filled in.

use super::content::filler::Filler;
use super::{DATA, Object, STRING_DATA};
use crate::diagnostic::Severity;
use crate::placeholder;
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
            let form = cx.unrendered_secret(&text);
            if let Some(form) = form.filter(|_| map == DATA || placeholder::is_whole(&text)) {
                let span = entry.value.span();
                let place = if entry.value.source().contains('\n') {
                    entry.key.span()
                } else {
                    span
                };
                found.push((Filler::of(form), place));
            }
        }
    }
    let Some(&(filler, place)) = found
        .iter()
        .max_by_key(|(filler, place)| (*filler, std::cmp::Reverse(*place)))
    else {
        return;
    };
    // `<password>` is for argocd-vault-plugin where an annotation tells it the path of what to put there.
    let root = secret.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    let for_vault = || {
        annotations
            .entries()
            .any(|one| one.name().starts_with("avp.kubernetes.io/"))
    };
    let filler = match filler {
        Filler::Person if for_vault() => Filler::Vault,
        filler => filler,
    };
    let (one, many, help) = match filler {
        Filler::Sops => (
            "is encrypted with SOPS",
            "are encrypted with SOPS",
            "nothing to do, if SOPS or Flux decrypts it before it is applied",
        ),
        Filler::Vault => (
            "is filled in by argocd-vault-plugin",
            "are filled in by argocd-vault-plugin",
            "nothing to do, if Argo CD applies it with that plugin",
        ),
        Filler::Template => (
            "is filled in by a template",
            "are filled in by a template",
            "check the rendered manifests too",
        ),
        Filler::Variables => (
            "is filled in from variables",
            "are filled in from variables",
            "nothing to do, if Flux, envsubst or their like replaces them before it is applied",
        ),
        Filler::Person => (
            "is still a placeholder",
            "are still placeholders",
            "fill in the real value, or keep it out of the manifest with a Secret that is made elsewhere",
        ),
    };
    let what = match found.len() {
        1 => format!("a value of this Secret {one}"),
        n => format!("{n} values of this Secret {many}"),
    };
    if filler == Filler::Person {
        let message =
            format!("{what}: applied like this, the Secret is refused or holds the placeholder itself");
        cx.report(place, message).help(help).severity(Severity::Warning);
    } else {
        cx.report(place, format!("{what}: what it will hold is not judged"))
            .help(help);
    }
}
