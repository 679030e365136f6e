//! Objects within a custom resource (`x-kubernetes-embedded-resource`): they must say what they are.

use super::place::{Part, Place};
use super::validate::{Fault, Validator};
use super::value::{Data, Value};
use crate::diagnostic::ErrorType;
use crate::names;
use crate::rules::ids;

impl<'t> Validator<'_, 't> {
    /// `apiVersion` and `kind` of an embedded object: present, filled, and well formed.
    pub(super) fn type_meta(&mut self, value: &Value<'t>, place: &Place<'_, 't>) {
        for name in ["apiVersion", "kind"] {
            let found = value.get(name);
            let here = Place {
                up: Some(place),
                part: Part::Name(name),
                key: found.and_then(|value| value.key),
                value: found.and_then(|value| value.node),
            };
            let path = here.path();
            let (kind, what) = match found.map(|value| &value.data) {
                None => (
                    ErrorType::Required,
                    format!("`{}` is an object and needs `{name}`", place.path()),
                ),
                Some(Data::Str(text)) if text.is_empty() => {
                    (ErrorType::Required, format!("`{path}` must not be empty"))
                }
                Some(Data::Str(text)) if !well_formed(name, text) => {
                    (ErrorType::Invalid, format!("`{path}` is not well formed"))
                }
                // What is no string cannot even be read, which is reported elsewhere.
                _ => continue,
            };
            let rule = match kind {
                ErrorType::Required => ids::SCHEMA_REQUIRED,
                _ => ids::SCHEMA_INVALID,
            };
            self.say(Fault {
                rule,
                kind,
                span: here.span(),
                path: here.bracketed(),
                text: format!("{what}; the API server refuses the object"),
                help: Some(match name {
                    "kind" => "write the kind of the object, for example `kind: Pod`".into(),
                    _ => "write its `apiVersion`, for example `v1`".into(),
                }),
            });
        }
    }
}

fn well_formed(name: &str, text: &str) -> bool {
    match name {
        "kind" => names::dns1035_label(&text.to_lowercase()).is_empty(),
        _ => text.matches('/').count() <= 1,
    }
}
