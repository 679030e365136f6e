//! What patches fill in, or put another value in the place of.
//!
//! Only what is sure counts: whatever is built of the file has to get the field. Where one build does not, its server
//! refuses the object, and the finding stays what it is, with a word on that build.

use std::borrow::Cow;

use super::note;
use super::place::{Place, Step};
use crate::diagnostic::{Diagnostic, ErrorType, Refusal, Related};
use crate::engine::ObjectInfo;
use crate::graph::{Build, Fill, digest};
use crate::manifest::Object;
use crate::source::Span;

/// As many builds are named that are left with a fault.
const MOST_NAMED: usize = 3;

/// Whether a patch could make good what is found.
pub(super) fn may_fill(found: &Diagnostic) -> bool {
    use ErrorType::*;
    let kind = found.refusal.as_ref().map(|refusal| refusal.kind);
    matches!(
        kind,
        Some(Required | Invalid | NotSupported | NotFound | TypeMismatch | Quantity | Base64 | TimeFormat)
    )
}

/// What is known of an object with findings, and of what is built of its file.
pub(super) struct Patches<'p, 'r> {
    builds: &'p [Build<'p, 'r>],
    kind: &'p str,
    names: Vec<Cow<'p, str>>,
}

impl<'p, 'r> Patches<'p, 'r> {
    /// Of an object, the patches for it; `affixes` are what kustomizations put around names, since whom a patch is for
    /// may be said by the name that one below has made.
    pub(super) fn new(
        builds: &'p [Build<'p, 'r>],
        object: &'p ObjectInfo,
        affixes: &[(Cow<'_, str>, Cow<'_, str>)],
    ) -> Option<Self> {
        let name = object.name.as_deref()?;
        let made = affixes.iter();
        let made = made.map(|(prefix, suffix)| Cow::Owned(format!("{prefix}{name}{suffix}")));
        Some(Patches {
            builds,
            kind: &object.kind,
            names: std::iter::once(Cow::Borrowed(name)).chain(made).collect(),
        })
    }

    /// Makes an `info` of a finding that no build is left with.
    pub(super) fn judge(&self, found: &mut Diagnostic, object: &Object<'_>) {
        let Some(refusal) = found.refusal.clone() else {
            return;
        };
        let lacks: Vec<Lack<'_>> = lacks(&refusal, found.span, object);
        let is_filled = |build: &&Build<'_, '_>| {
            let mut fills = build.fills.iter().copied().flatten();
            fills.any(|fill| self.is_for(fill) && lacks.iter().any(|lack| lack.is_met_by(fill)))
        };
        let (filled, left): (Vec<_>, Vec<_>) = self.builds.iter().partition(is_filled);
        if filled.is_empty() {
            return;
        }
        let replaces = lacks.iter().all(|lack| matches!(lack, Lack::Replaced(_)));
        if left.is_empty() {
            let why = match replaces {
                true => "a patch puts another value there wherever a kustomization takes this file in",
                false => "a patch fills it in wherever a kustomization takes this file in",
            };
            return note(found, why);
        }
        let message = match replaces {
            true => "what this builds still has this value: no patch here puts another one there",
            false => "what this builds still lacks it: no patch here fills it in",
        };
        found
            .related
            .extend(left.iter().take(MOST_NAMED).map(|build| Related {
                message: message.into(),
                file: Some(build.by),
                span: Span::default(),
            }));
    }

    fn is_for(&self, fill: &Fill<'_>) -> bool {
        fill.is_for(self.kind, &self.names)
    }
}

/// What it takes for a finding to be made good; any one of several does.
enum Lack<'t> {
    /// The field gets a value, or something in it does.
    Missing(Place<'t>),
    /// The field gets a value.
    Unset(Place<'t>),
    /// Another value takes the place of the one there.
    Replaced(Place<'t>),
    /// An item of a list has this value.
    Listed(Place<'t>),
}

/// How a path that is written lies to a field.
#[derive(PartialEq, Eq)]
enum Lies {
    /// There.
    At,
    /// Below it.
    Below,
    /// Above it.
    Above,
    /// Elsewhere.
    Apart,
}

impl Lack<'_> {
    fn is_met_by(&self, fill: &Fill<'_>) -> bool {
        match self {
            Lack::Missing(place) => match lies(fill, &place.steps) {
                Lies::At | Lies::Below => true,
                Lies::Above => fill.value.is_none(),
                Lies::Apart => false,
            },
            Lack::Unset(place) => match lies(fill, &place.steps) {
                Lies::At => true,
                Lies::Above => fill.value.is_none(),
                Lies::Below | Lies::Apart => false,
            },
            Lack::Replaced(place) => {
                lies(fill, &place.steps) == Lies::At && fill.value != place.value.map(digest)
            }
            Lack::Listed(place) => {
                lies(fill, &place.steps) == Lies::At && fill.value == place.value.map(digest)
            }
        }
    }
}

fn lies(fill: &Fill<'_>, steps: &[Step<'_>]) -> Lies {
    let (mut own, mut others) = (steps.iter(), fill.steps());
    loop {
        match (own.next(), others.next()) {
            (None, None) => return Lies::At,
            (None, Some(_)) => return Lies::Below,
            (Some(_), None) => return Lies::Above,
            (Some(step), Some(other)) if !step.is(&other) => return Lies::Apart,
            _ => {}
        }
    }
}

/// What a refusal of an object takes to be made good; nothing where no patch is known to do it.
fn lacks<'t>(refusal: &Refusal, span: Span, object: &Object<'t>) -> Vec<Lack<'t>> {
    use ErrorType::*;
    let root = object.root;
    let at = |field: &str| Place::of_field(root, field);
    match refusal.kind {
        NotFound => mounted(object, at(&refusal.field)),
        // It is one of two that is missing.
        Invalid if object.is("networking.k8s.io", "Ingress") && refusal.field == "spec" => {
            let fields = ["spec.rules", "spec.defaultBackend"];
            fields.map(|field| Lack::Missing(at(field))).into()
        }
        Required | Invalid | NotSupported => spellings(&refusal.field, &object.kind)
            .map(|field| at(&field))
            .map(|place| match (place.is_empty(), refusal.kind) {
                (false, _) => Lack::Replaced(place),
                // What all of it lacks is not made good by a part.
                (true, Required) if place.steps.len() > 1 => Lack::Missing(place),
                (true, _) => Lack::Unset(place),
            })
            .collect(),
        // The server does not name the field of what it cannot read.
        _ => Place::of_value(root, span)
            .map(Lack::Replaced)
            .into_iter()
            .collect(),
    }
}

/// How files spell a field that the server names.
fn spellings<'f>(field: &'f str, kind: &str) -> impl Iterator<Item = Cow<'f, str>> + use<'f> {
    let other = match (
        field.strip_suffix("resources[storage]"),
        field.strip_prefix("data["),
    ) {
        (Some(above), _) => Some(format!("{above}resources.requests.storage")),
        (_, Some(key)) if kind == "Secret" => Some(format!("stringData[{key}")),
        _ => None,
    };
    std::iter::once(Cow::Borrowed(field)).chain(other.map(Cow::Owned))
}

/// A volume that a container mounts by the name at a place may be added.
fn mounted<'t>(object: &Object<'t>, name: Place<'t>) -> Vec<Lack<'t>> {
    let is = |step: &Step<'_>, keys: &[&str]| keys.iter().any(|key| step.is(key));
    // `containers[0].volumeMounts[0].name`
    let above = name.steps.len().saturating_sub(5);
    let (pod, [containers, _, mounts, _, last]) = name.steps.split_at(above) else {
        return Vec::new();
    };
    if !is(containers, &["containers", "initContainers"])
        || !is(mounts, &["volumeMounts", "volumeDevices"])
        || !is(last, &["name"])
    {
        return Vec::new();
    }
    let key = |key: &'static str| Step::Key(key.into());
    let listed = |steps| {
        Lack::Listed(Place {
            steps,
            value: name.value,
        })
    };
    let mut lacks = vec![listed([pod, &[key("volumes"), Step::Any, key("name")]].concat())];
    if object.is("apps", "StatefulSet") {
        let claim = ["spec", "volumeClaimTemplates", "*", "metadata", "name"];
        lacks.push(listed(
            claim
                .map(|step| match step {
                    "*" => Step::Any,
                    step => key(step),
                })
                .into(),
        ));
    }
    lacks
}
