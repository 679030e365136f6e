//! What patches fill in, or put another value in the place of.
//!
//! Only what is sure counts: whatever is built of the file has to get the field. Where one build does not, its server
//! refuses the object, and the finding stays what it is, with a word on that build.

use std::borrow::Cow;

use super::note;
use super::place::{Place, Step};
use crate::diagnostic::{Diagnostic, ErrorType, Refusal, Related};
use crate::engine::ObjectInfo;
use crate::graph::{Build, Fill, Given, Had, Means, Patch, Sort, Who, digest};
use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::Node;

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

/// Names that an object may have on its way; more than these are not followed.
const MOST_NAMES: usize = 32;

/// Patches that are, perhaps or surely, for an object.
type Meant<'p, 'r> = Vec<(Means, &'p Patch<'r>)>;

/// What is known of an object with findings, and of what is built of its file.
pub(super) struct Patches<'p, 'r> {
    builds: &'p [Build<'p, 'r>],
    /// The patches that may be for it, by build and stage.
    patches: Vec<Vec<Meant<'p, 'r>>>,
}

impl<'p, 'r> Patches<'p, 'r> {
    /// Of an object, the patches for it.
    pub(super) fn new(builds: &'p [Build<'p, 'r>], object: &'p ObjectInfo) -> Option<Self> {
        let name = object.name.as_deref()?;
        let (group, version) = object
            .api_version
            .split_once('/')
            .unwrap_or(("", &object.api_version));
        let kind = &object.kind;
        let who = Who { group, version, kind };
        let namespace = object.namespace.as_deref().unwrap_or("default");
        let patches = builds.iter().map(|build| patches(build, &who, (name, namespace)));
        Some(Patches {
            builds,
            patches: patches.collect(),
        })
    }

    /// Makes an `info` of a finding that no build is left with.
    pub(super) fn judge(&self, found: &mut Diagnostic, object: &Object<'_>) {
        let Some(refusal) = found.refusal.clone() else {
            return;
        };
        let lacks: Vec<Lack<'_>> = lacks(&refusal, found.span, object);
        let builds = self.builds.iter().zip(&self.patches);
        let (filled, left): (Vec<_>, Vec<_>) =
            builds.partition(|(build, patches)| lacks.iter().any(|lack| lack.is_made_good(build, patches)));
        if filled.is_empty() {
            return;
        }
        let replaces = lacks.iter().all(|lack| matches!(lack, Lack::Replaced(..)));
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
        let mut left: Vec<u32> = left.iter().map(|(build, _)| build.by).collect();
        left.dedup();
        found
            .related
            .extend(left.into_iter().take(MOST_NAMED).map(|by| Related {
                message: message.into(),
                file: Some(by),
                span: Span::default(),
            }));
    }
}

/// Of each stage of a build, the patches for an object. Whom a patch is for may be said by any name and namespace that
/// the object had by then.
fn patches<'p, 'r>(
    build: &'p Build<'p, 'r>,
    who: &Who<'_>,
    (name, namespace): (&str, &'p str),
) -> Vec<Meant<'p, 'r>> {
    let mut before: Vec<Had<'_>> = Vec::with_capacity(build.stages.len());
    let mut all = Vec::with_capacity(build.stages.len());
    for stage in &build.stages {
        let mut had = Had {
            names: vec![Cow::Borrowed(name)],
            namespaces: vec![namespace],
            is_sure: stage.after.len() + usize::from(stage.is_first) <= 1,
        };
        for earlier in stage.after.iter().filter_map(|at| before.get(*at)) {
            add(&mut had.names, earlier.names.iter().cloned());
            for one in &earlier.namespaces {
                if !had.namespaces.contains(one) {
                    had.namespaces.push(*one);
                }
            }
            had.is_sure &= earlier.is_sure;
        }
        let [of_components, own] = &stage.affixes;
        let patches = stage.patches.iter();
        let names = had.names.len();
        affix(&mut had.names, of_components);
        // Whether a component renames before or after one that patches is not followed.
        let is_sure = had.is_sure;
        had.is_sure &= names == had.names.len();
        all.push(patches.flat_map(|one| one.of(who, &had)).collect());
        had.is_sure = is_sure;
        affix(&mut had.names, own);
        for one in &stage.namespaces {
            had.namespaces.retain(|other| other != one || *one == namespace);
            had.namespaces.push(one);
        }
        before.push(had);
    }
    all
}

/// Adds what names become with something around them.
fn affix(names: &mut Vec<Cow<'_, str>>, affixes: &[[&str; 2]]) {
    for [prefix, suffix] in affixes {
        let made = names.iter().map(|name| format!("{prefix}{name}{suffix}"));
        let made: Vec<String> = made.collect();
        add(names, made.into_iter().map(Cow::Owned));
    }
}

/// Adds names that are not known yet: many ways through few kustomizations make the same ones.
fn add<'n>(names: &mut Vec<Cow<'n, str>>, more: impl Iterator<Item = Cow<'n, str>>) {
    for name in more {
        if names.len() < MOST_NAMES && !names.contains(&name) {
            names.push(name);
        }
    }
}

/// What it takes for a finding to be made good; any one of several does.
enum Lack<'t> {
    /// The field gets a value, or something in it does.
    Missing(Place<'t>),
    /// The field gets a value.
    Unset(Place<'t>),
    /// Another value takes the place of the one there; where that is of a wrong sort, one of another sort.
    Replaced(Place<'t>, Option<Sort>),
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
    /// Whether it is made good whichever way a build takes. In which order patches act is not followed: what another one
    /// undoes, before or after, is not made good surely.
    fn is_made_good(&self, build: &Build<'_, '_>, patches: &[Meant<'_, '_>]) -> bool {
        let mut stages = build.stages.iter().flat_map(|stage| &stage.patches);
        if stages.any(|patches| patches.says_more) {
            return false;
        }
        let mut good: Vec<bool> = Vec::with_capacity(patches.len());
        for (stage, meant) in build.stages.iter().zip(patches) {
            let mut is_good = stage.is_always(|at| good.get(at).copied().unwrap_or(false));
            for (means, patch) in meant {
                let last = patch.fills.iter().rev();
                let last = last.filter_map(|fill| Some((fill, self.after(fill)?))).next();
                match last {
                    Some((_, false)) => return false,
                    None if *means == Means::Surely && self.is_dropped(patch) => is_good = true,
                    Some((fill, true)) if *means == Means::Surely => {
                        let mut others = patches.iter().flatten();
                        is_good |= !others.any(|(_, other)| moves(other, fill, &self.place().steps));
                    }
                    _ => {}
                }
            }
            good.push(is_good);
        }
        good.pop().unwrap_or(false)
    }

    /// Whether a patch replaces a list by a shorter one, without the item in which the value is.
    fn is_dropped(&self, patch: &Patch<'_>) -> bool {
        let Lack::Replaced(place, _) = self else {
            return false;
        };
        let is_list = |fill: &&Fill<'_>| matches!(fill.value, Given::Value(_, Sort::List));
        patch.fills.iter().filter(is_list).any(|list| {
            let depth = list.steps().count();
            let item = place.steps.get(..=depth);
            let through = |fill: &Fill<'_>| {
                fill.steps().count() > depth && item.is_some_and(|item| lies(fill, item) != Lies::Apart)
            };
            lies(list, &place.steps) == Lies::Above
                && matches!(item.and_then(<[_]>::last), Some(Step::Item(..)))
                && !patch.fills.iter().any(through)
        })
    }

    fn place(&self) -> &Place<'_> {
        match self {
            Lack::Missing(place) | Lack::Unset(place) | Lack::Replaced(place, _) | Lack::Listed(place) => {
                place
            }
        }
    }

    /// Whether it is made good by a patch, or is there again after it; `None`: the patch is about something else.
    fn after(&self, fill: &Fill<'_>) -> Option<bool> {
        let place = self.place();
        let lies = lies(fill, &place.steps);
        match (self, fill.value, lies) {
            (_, _, Lies::Apart) | (Lack::Replaced(..), Given::Nothing | Given::Other, Lies::Above) => None,
            (Lack::Listed(_), Given::Nothing, Lies::Above) => takes_all(fill, place).then_some(false),
            (Lack::Missing(_) | Lack::Unset(_), Given::Nothing, Lies::At | Lies::Above) => Some(false),
            (Lack::Missing(_) | Lack::Unset(_), Given::Other, Lies::Above) => Some(true),
            (_, Given::Nothing, _) | (_, _, Lies::Above) => None,
            (Lack::Missing(_), ..) | (Lack::Unset(_), _, Lies::At) => Some(true),
            (_, _, Lies::Below) => None,
            (Lack::Replaced(_, sort), Given::Value(value, new), Lies::At) => {
                Some(Some(value) != place.value.map(digest) && Some(new) != *sort)
            }
            (Lack::Replaced(..), Given::Other, Lies::At) => Some(true),
            (Lack::Listed(_), Given::Value(value, _), Lies::At) => {
                (Some(value) == place.value.map(digest)).then_some(true)
            }
            (Lack::Listed(_), Given::Other, Lies::At) => None,
        }
    }
}

/// Whether what goes is the list in which a value is wanted, or the item that has it, and not just any item.
fn takes_all(fill: &Fill<'_>, place: &Place<'_>) -> bool {
    let any = place.steps.iter().position(|step| matches!(step, Step::Any));
    match any.and_then(|any| fill.steps().nth(any)) {
        None => true,
        Some(item) => {
            let name = place.value.and_then(Node::key_text).unwrap_or_default();
            item == format!("[name={name}]")
        }
    }
}

/// Whether a patch may move an item of a list that a field of another one names by its number.
fn moves(other: &Patch<'_>, fill: &Fill<'_>, place: &[Step<'_>]) -> bool {
    other.fills.iter().any(|one| {
        let depth = one.steps().count();
        for (at, ((step, own), other_step)) in (1..).zip(place.iter().zip(fill.steps()).zip(one.steps())) {
            if let (Step::Item(..), Ok(own)) = (step, own.parse::<usize>()) {
                let number = |text: &str| text.parse().is_ok_and(|at: usize| at <= own);
                let moves = match other_step.strip_prefix('+') {
                    Some(put_in) => number(put_in),
                    // kustomize puts items that it merges in front.
                    None if other_step.starts_with('[') => own > 0 || !step.is(&other_step),
                    // What is taken out lets the next ones move up.
                    None => number(&other_step) && at == depth && other.takes_away(one.path),
                };
                if moves {
                    return true;
                }
            }
            if !step.is(&other_step) {
                return false;
            }
        }
        false
    })
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
        // What is said of labels that no selector asks for is said of the selector.
        Invalid if refusal.field == "spec.template.metadata.labels" && at("spec.selector").is_empty() => {
            vec![Lack::Missing(at("spec.selector"))]
        }
        Required | Invalid | NotSupported => spellings(&refusal.field, &object.kind)
            .map(|field| at(&field))
            .map(|place| match (place.is_empty(), refusal.kind) {
                // Of labels the server names only the map.
                (false, _) if place.value.is_some_and(Node::is_map) => {
                    Lack::Replaced(Place::of_value(root, span).unwrap_or(place), None)
                }
                (false, _) => Lack::Replaced(place, None),
                // What all of it lacks is not made good by a part.
                (true, Required) if place.steps.len() > 1 => Lack::Missing(place),
                (true, _) => Lack::Unset(place),
            })
            .collect(),
        // The server does not name the field of what it cannot read.
        kind => Place::of_value(root, span)
            .map(|place| {
                // One of the same sort could not be read either; what a number may be is another question.
                let sort = place.value.map(Sort::of).filter(|sort| *sort != Sort::Other);
                Lack::Replaced(place, sort.filter(|_| kind == TypeMismatch))
            })
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
