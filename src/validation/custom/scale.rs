//! What the scale subresource reads of an object: numbers of replicas, and a selector.

use std::borrow::Cow;

use super::place::{Part, Place};
use super::validate::{Fault, Validator, at};
use super::value::{Data, Value};
use super::words;
use crate::catalogue::ids;
use crate::diagnostic::ErrorType;
use crate::yaml::Node;

/// The paths that a definition gives, `.spec.replicas`.
#[derive(Default)]
pub(super) struct Scale<'c> {
    pub replicas: Option<Cow<'c, str>>,
    pub now: Option<Cow<'c, str>>,
    pub selector: Option<Cow<'c, str>>,
}

/// What has to stand at a path.
#[derive(Clone, Copy)]
enum Wanted {
    Replicas,
    Text,
}

impl<'c> Scale<'c> {
    pub(super) fn of(node: Node<'c>) -> Scale<'c> {
        let text = |name: &str| node.get(name)?.str().filter(|text| !text.is_empty());
        Scale {
            replicas: text("specReplicasPath"),
            now: text("statusReplicasPath"),
            selector: text("labelSelectorPath"),
        }
    }

    pub(super) fn check<'t>(
        &self,
        value: &Value<'t>,
        root: &Place<'_, 't>,
        validator: &mut Validator<'_, 't>,
    ) {
        for (path, wanted) in [
            (&self.replicas, Wanted::Replicas),
            (&self.now, Wanted::Replicas),
            (&self.selector, Wanted::Text),
        ] {
            let Some(path) = path else { continue };
            let names: Vec<&str> = path.trim_start_matches('.').split('.').collect();
            walk(value, &names, path, root, wanted, validator);
        }
    }
}

fn walk<'t>(
    value: &Value<'t>,
    names: &[&str],
    path: &str,
    place: &Place<'_, 't>,
    wanted: Wanted,
    validator: &mut Validator<'_, 't>,
) {
    let wrong = match (names.split_first(), &value.data, wanted) {
        (_, Data::Open, _) | (Some(_), Data::Null, _) => return,
        (Some((first, rest)), Data::Map(_), _) => {
            if let Some(inner) = value.get(first) {
                let here = at(place, Part::Name(first), inner);
                walk(inner, rest, path, &here, wanted, validator);
            }
            return;
        }
        (Some(_), ..) => "must be a mapping",
        (None, Data::Int(n), Wanted::Replicas) if *n < 0 => "must not be negative",
        (None, Data::Int(n), Wanted::Replicas) if *n > i64::from(i32::MAX) => "must be at most 2147483647",
        (None, Data::Int(_), Wanted::Replicas) | (None, Data::Str(_), Wanted::Text) => return,
        (None, _, Wanted::Replicas) => "must be a whole number",
        (None, _, Wanted::Text) => "must be a string",
    };
    let what = match wanted {
        Wanted::Replicas => "the number of replicas",
        Wanted::Text => "the selector of its pods",
    };
    let text = format!(
        "{} {wrong}: the scale subresource reads {what} there; the API server refuses the object",
        words::subject(&place.path())
    );
    validator.say(Fault {
        rule: ids::SCHEMA_INVALID,
        kind: ErrorType::Invalid,
        span: place.span(),
        path: path.to_string(),
        text,
        help: None,
    });
}
