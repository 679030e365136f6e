//! `metadata.ownerReferences`: each names a whole owner, and one at most is the controller.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::diagnostic::ErrorType;
use crate::manifest::{Field, Object};
use crate::rules::{Check, Cx};
use crate::source::Span;

pub const CHECK: Check = Check::Object(check);

/// One reference as Go holds it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Owner<'t> {
    api_version: Cow<'t, str>,
    kind: Cow<'t, str>,
    name: Cow<'t, str>,
    uid: Cow<'t, str>,
    controller: Option<bool>,
    block: Option<bool>,
}

impl<'t> Owner<'t> {
    /// `None` when a part is of a type that does not decode.
    fn read(item: &Field<'_, 't>) -> Option<Self> {
        let value = item.value()?;
        if !value.is_map() && !value.is_null() {
            return None;
        }
        let pointer = |name| {
            let field = item.child(name);
            Some(if field.is_set() { Some(field.bool()?) } else { None })
        };
        Some(Owner {
            api_version: item.child("apiVersion").text()?,
            kind: item.child("kind").text()?,
            name: item.child("name").text()?,
            uid: item.child("uid").text()?,
            controller: pointer("controller")?,
            block: pointer("blockOwnerDeletion")?,
        })
    }

    /// Whether `apiVersion` parses and has a version: `v1`, `apps/v1`, `/v1`.
    fn has_version(&self) -> bool {
        let version = match self.api_version.split_once('/') {
            None => &*self.api_version,
            Some((_, version)) => version,
        };
        !version.is_empty() && !version.contains('/')
    }

    fn is_core_event(&self) -> bool {
        self.kind == "Event" && self.api_version.strip_prefix('/').unwrap_or(&self.api_version) == "v1"
    }
}

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    if !object.has_metadata("ownerReferences") {
        return;
    }
    let root = object.fields();
    let metadata = root.child("metadata");
    let owners = metadata.child("ownerReferences");
    if !owners.is_filled() || super::judge(object, cx).is_none() {
        return;
    }
    let mut kept: Vec<(Field<'_, 't>, Owner<'t>)> = Vec::new();
    let mut seen = HashSet::new();
    for item in owners.items() {
        let Some(owner) = Owner::read(&item) else {
            return;
        };
        // The server drops repeated entries before it judges the rest.
        if seen.insert(owner.clone()) {
            kept.push((item, owner));
        }
    }
    let mut controller: Option<Span> = None;
    for (index, (item, owner)) in kept.iter().enumerate() {
        let at = Place {
            owners: &owners,
            item,
            index,
        };
        at.parts(owner, cx);
        if owner.is_core_event() {
            at.report(
                cx,
                "",
                ErrorType::Invalid,
                "an Event cannot own other objects: it is deleted within hours".into(),
            )
            .help("let the object that the Event is about be the owner");
        }
        if owner.controller == Some(true) {
            let place = item.child("controller").place();
            match controller {
                None => controller = Some(place),
                Some(first) => {
                    cx.report(
                        owners.handle(),
                        "more than one owner says `controller: true`; an object obeys one controller",
                    )
                    .refusal(ErrorType::Invalid, owners.path())
                    .related(first, "the first controller")
                    .related(place, "another one")
                    .help("leave `controller: true` with the owner that manages this object");
                }
            }
        }
    }
}

/// Where the faults of one reference are reported: up to 1.36 the server names the list, from 1.37 the entry.
struct Place<'a, 'p, 't> {
    owners: &'a Field<'p, 't>,
    item: &'a Field<'p, 't>,
    /// Among the entries left after repeated ones are dropped.
    index: usize,
}

impl<'t> Place<'_, '_, 't> {
    fn parts(&self, owner: &Owner<'t>, cx: &mut Cx<'t>) {
        let empty = |cx: &Cx<'_>| {
            if cx.kube().minor() >= 37 {
                ErrorType::Required
            } else {
                ErrorType::Invalid
            }
        };
        if owner.api_version.is_empty() {
            let kind = empty(cx);
            self.missing("apiVersion", kind, cx);
        } else if !owner.has_version() && !cx.is_unrendered(&owner.api_version) {
            self.report(
                cx,
                "apiVersion",
                ErrorType::Invalid,
                "the owner's `apiVersion` has no version: it is written `version` or `group/version`".into(),
            )
            .help("write it as in the owner's own manifest: `v1`, `apps/v1`");
        }
        for (part, text) in [("kind", &owner.kind), ("name", &owner.name), ("uid", &owner.uid)] {
            if text.is_empty() {
                let kind = empty(cx);
                self.missing(part, kind, cx);
            }
        }
    }

    fn missing(&self, part: &'static str, kind: ErrorType, cx: &mut Cx<'t>) {
        let message = format!("an owner reference lacks `{part}`; it needs apiVersion, kind, name and uid");
        let help = if part == "uid" {
            "a uid is known only once the owner exists: remove the reference and let the owner's controller set it"
        } else {
            "copy it from the owner, or remove the reference and let the owner's controller set it"
        };
        self.report(cx, part, kind, message).help(help);
    }

    fn report<'c>(
        &self,
        cx: &'c mut Cx<'t>,
        part: &'static str,
        kind: ErrorType,
        message: String,
    ) -> crate::diagnostic::Report<'c> {
        let (field, place) = if part.is_empty() {
            (String::new(), self.item.handle())
        } else {
            (format!(".{part}"), self.item.child(part).place())
        };
        let list = self.owners.path();
        if cx.kube().minor() >= 37 {
            let path = format!("{list}[{}]{field}", self.index);
            return cx.report(place, message).refusal(kind, path);
        }
        cx.report(self.owners.handle(), message)
            .refusal(kind, format!("{list}{field}"))
            .related(place, "in this entry")
    }
}
