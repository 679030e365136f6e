//! The volumes of a pod, as its containers name them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::context::Cx;
use crate::diagnostic::{ErrorType, Stage};
use crate::manifest::Field;
use crate::names;
use crate::near::nearest;
use crate::source::Span;
use crate::validation::constraints::{Format, fault};
use crate::yaml::DuplicateKind;

use super::containers::{judged, shown};

/// What a mount needs to know of a volume.
pub(super) struct Volume {
    /// Where it is, if the server refuses it, so that it counts as missing.
    refused: Option<Span>,
    /// A claim, written out or by name.
    pub(super) claim: bool,
    pub(super) empty_dir: bool,
    /// A claim template of the StatefulSet.
    template: bool,
}

pub(super) struct Volumes<'t> {
    by_name: BTreeMap<Cow<'t, str>, Volume>,
    /// Some name is a placeholder, so that a name that is missing may yet exist.
    vague: bool,
}

impl<'t> Volumes<'t> {
    /// The volumes of a pod's spec, after all that is wrong in them was reported.
    pub(super) fn of(spec: &Field<'_, 't>, cx: &Cx<'t>) -> Self {
        let list = spec.child("volumes");
        let refused = refused(&list, cx);
        let mut volumes = Volumes {
            by_name: BTreeMap::new(),
            vague: false,
        };
        volumes.claims(spec, cx);
        for (index, volume) in list.items().enumerate() {
            let Some(name) = judged(&volume.child("name"), cx) else {
                volumes.vague = true;
                continue;
            };
            let claim = ["persistentVolumeClaim", "ephemeral"];
            // A volume without a source is an empty folder.
            let bare = !volume
                .entries()
                .any(|entry| entry.name() != "name" && entry.is_set());
            let found = Volume {
                refused: volume
                    .value()
                    .filter(|_| refused.contains(&index))
                    .map(|value| value.span()),
                claim: claim.iter().any(|source| volume.child(source).is_set()),
                empty_dir: bare || volume.child("emptyDir").is_set(),
                template: false,
            };
            if volumes
                .by_name
                .get(&name)
                .is_none_or(|earlier| earlier.refused.is_some() && !earlier.template)
            {
                volumes.by_name.insert(name, found);
            }
        }
        volumes
    }

    /// The claims of a StatefulSet are volumes, too, and go before volumes of their names.
    fn claims(&mut self, spec: &Field<'_, 't>, cx: &Cx<'t>) {
        let Some(set) = set_of(spec) else { return };
        let templates = set.child("volumeClaimTemplates");
        for template in templates.items() {
            let metadata = template.child("metadata");
            let own = metadata.child("name");
            let Some(name) = judged(&own, cx) else {
                self.vague = true;
                continue;
            };
            let claim = Volume {
                refused: (!names::dns1123_label(&name).is_empty()).then(|| own.place()),
                claim: true,
                empty_dir: false,
                template: true,
            };
            self.by_name.insert(name, claim);
        }
    }

    /// A volume that containers can use.
    pub(super) fn get(&self, name: &str) -> Option<&Volume> {
        self.by_name
            .get(name)
            .filter(|volume| volume.refused.is_none() && !name.is_empty())
    }

    /// A volume of this name, whatever is wrong with it.
    pub(super) fn any(&self, name: &str) -> Option<&Volume> {
        self.by_name.get(name)
    }

    /// A volume with nearly the same name; not looked for in long lists.
    fn near(&self, name: &str) -> Option<&str> {
        let names = self.by_name.keys().map(|known| &**known);
        nearest(name, names.take(100))
    }

    /// Reports a name that no usable volume has.
    pub(super) fn missing(&self, name: &Field<'_, 't>, text: &str, cx: &mut Cx<'t>) {
        let shown = shown(name, cx);
        let refused = self.by_name.get(text).and_then(|volume| volume.refused);
        let (message, help) = match refused {
            Some(_) => (
                format!("volume {shown} counts as missing, because the server refuses it"),
                "mend the volume".into(),
            ),
            _ if self.vague && !text.is_empty() => return,
            _ => {
                let near = self.near(text);
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "add a volume of that name to the pod's `volumes`".into(),
                };
                (format!("the pod has no volume {shown}, which is used here"), help)
            }
        };
        // Volumes under a misspelt field, or in a container, are missing as well.
        let lists = [".volumes", ".volumeClaimTemplates"];
        let is_name =
            |field: &str| field.ends_with(".metadata.name") && field.contains(".volumeClaimTemplates[");
        let is_astray = |field: &str| lists.iter().any(|list| field.ends_with(list)) || is_name(field);
        let mut causes = cx.causes.iter();
        let astray = causes.find(|cause| cause.object == cx.object && is_astray(&cause.field));
        let cause = refused.or(astray.map(|cause| cause.span));
        let cause = cause.or_else(|| overridden(text, cx));
        fault(cx, name, ErrorType::NotFound, message)
            .help(help)
            .follows(cause);
    }
}

/// The key whose value takes the place of a name, where its mapping has another one.
fn overridden(name: &str, cx: &Cx<'_>) -> Option<Span> {
    let mut documents = cx.file.documents.iter();
    let document = documents.find(|document| document.chunk.document == cx.document)?;
    let root = document.root?;
    let repeated = document.chunk.duplicates.iter();
    let mut repeated = repeated.filter(|found| found.kind == DuplicateKind::Written);
    let lost = repeated.find(|found| {
        let key = root.with_id(found.first);
        let value = root.with_id(key.raw().next);
        key.key_is("name") && value.str().as_deref() == Some(name)
    })?;
    Some(root.with_id(lost.again).span())
}

/// The spec of the StatefulSet whose pods are described.
fn set_of<'p, 't>(spec: &Field<'p, 't>) -> Option<&'p Field<'p, 't>> {
    let set = spec.parent()?.parent()?;
    let is_set = set.parent()?.child("kind").text().as_deref() == Some("StatefulSet");
    is_set.then_some(set)
}

/// The volumes in which a fault was found: the server forgets them.
pub(super) fn refused(volumes: &Field<'_, '_>, cx: &Cx<'_>) -> BTreeSet<usize> {
    let mut refused = BTreeSet::new();
    let here = |d: &&crate::diagnostic::Diagnostic| d.document == cx.document && d.object == cx.object;
    let mut found = cx.found.iter().rev().take_while(here).peekable();
    if found.peek().is_none() || !volumes.is_filled() {
        return refused;
    }
    let list = format!("{}[", volumes.path());
    for refusal in found.filter_map(|d| d.refusal.as_ref()) {
        let index = refusal
            .field
            .strip_prefix(&list)
            .and_then(|rest| rest.split_once(']'));
        if let Some(index) = index.and_then(|(index, _)| index.parse().ok())
            && refusal.stage == Stage::Validation
        {
            refused.insert(index);
        }
    }
    refused
}

/// A StatefulSet's claims take the place of volumes of their names before the server looks at the volumes, and
/// go first: it says nothing of a volume that is replaced, and counts the others from behind the claims.
pub fn behind_claims<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(set) = set_of(spec) else { return };
    let name_of = |item: Field<'_, 't>| item.child("name").text().unwrap_or_default();
    let templates = set.child("volumeClaimTemplates");
    let claims: BTreeSet<_> = (templates
        .items()
        .map(|template| name_of(template.child("metadata"))))
    .collect();
    let volumes = spec.child("volumes");
    let list = format!("{}[", volumes.path());
    let is_here = |d: &&crate::diagnostic::Diagnostic| d.document == cx.document && d.object == cx.object;
    let here = cx.found.iter().rev().take_while(is_here).count();
    let concerned = |finding: &crate::diagnostic::Diagnostic| {
        let refusal = finding.refusal.as_ref();
        refusal.is_some_and(|refusal| refusal.stage == Stage::Validation && refusal.field.starts_with(&list))
    };
    let first = cx.found.len() - here;
    if claims.is_empty() || !cx.found.iter().skip(first).any(concerned) {
        return;
    }
    // Where the server has each volume, if it keeps it.
    let mut next = claims.len();
    let kept = |volume: Field<'_, 't>| {
        let place = (!claims.contains(&name_of(volume))).then_some(next);
        next += usize::from(place.is_some());
        place
    };
    let kept: Vec<_> = volumes.items().map(kept).collect();
    let of_claims = |span: Span| {
        let list = templates.value().map(|list| list.span());
        list.is_some_and(|list| list.start <= span.start && span.end <= list.end)
    };
    let mut latest = cx.found.split_off(first);
    latest.retain_mut(|finding| {
        if !concerned(finding) || of_claims(finding.span) {
            return true;
        }
        let Some(refusal) = &mut finding.refusal else {
            return true;
        };
        let rest = refusal
            .field
            .strip_prefix(&list)
            .and_then(|rest| rest.split_once(']'));
        let Some((index, rest)) = rest else { return true };
        match index.parse().ok().and_then(|index: usize| kept.get(index)) {
            Some(Some(index)) => refusal.field = format!("{list}{index}]{rest}"),
            Some(None) => return false,
            None => {}
        }
        true
    });
    cx.found.append(&mut latest);
}

/// Whether a pod template is a StatefulSet's.
pub fn is_of_set<'t>(template: &Field<'_, 't>, _: &Cx<'t>) -> bool {
    set_of(&template.child("spec")).is_some()
}

/// The names of a StatefulSet's claims, which are those of volumes of its pods.
pub fn claim_names<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(set) = set_of(spec) else { return };
    let volumes = spec.child("volumes");
    let templates = set.child("volumeClaimTemplates");
    for (index, template) in templates.items().enumerate() {
        let metadata = template.child("metadata");
        let name = metadata.child("name");
        let Some(text) = judged(&name, cx) else { continue };
        if text.is_empty() {
            for path in ["name", "persistentVolumeClaim.claimName"] {
                let message = "a volume claim template needs a name, which is the name of the volume";
                fault(cx, &name, ErrorType::Required, message)
                    .help("add `metadata.name`")
                    .follows(template.child("name").key_node().map(|key| key.span()))
                    .refusal(ErrorType::Required, format!("{}[{index}].{path}", volumes.path()));
            }
            continue;
        }
        for reason in names::dns1123_label(&text) {
            let message = format!("{} cannot be the name of a volume: it {reason}", shown(&name, cx));
            fault(cx, &name, ErrorType::Invalid, message)
                .help(format!("use {}", Format::DnsLabel.describe()))
                .refusal(ErrorType::Invalid, format!("{}[{index}].name", volumes.path()));
        }
    }
}
