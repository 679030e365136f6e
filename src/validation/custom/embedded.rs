//! Objects within a custom resource (`x-kubernetes-embedded-resource`): they must say what they are.

use super::decode::Reader;
use super::place::{Part as Step, Place};
use super::schema::Schema;
use super::validate::{Fault, Validator, at};
use super::value::{self, Data, Value};
use crate::catalogue::ids;
use crate::diagnostic::{ErrorType, Stage};
use crate::formats::times::is_time;
use crate::names;
use crate::quote::quote;
use crate::schema::table;
use crate::yaml::Node;

/// A part of what says which object an object is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Part {
    ApiVersion,
    Kind,
    Metadata,
    /// `metadata.name`, and its like that are part of a path.
    Name,
    Labels,
    Annotations,
    /// `metadata.uid`, and other texts.
    Text,
    /// `metadata.generation`, and another whole number.
    Number,
    /// `metadata.creationTimestamp`, and another point in time.
    Time,
    /// `metadata.finalizers`
    Texts,
    /// `metadata.ownerReferences` and `metadata.managedFields`
    Objects,
    /// Anything else within the metadata.
    Other,
}

impl Part {
    /// The part that a field of an object is, where it is any.
    pub(crate) fn of_object(name: &str) -> Option<Part> {
        Some(match name {
            "apiVersion" => Part::ApiVersion,
            "kind" => Part::Kind,
            "metadata" => Part::Metadata,
            _ => return None,
        })
    }

    /// The part that a field of a part is.
    pub(crate) fn field(self, name: &str) -> Part {
        match (self, name) {
            (Part::Metadata, "name" | "generateName") => Part::Name,
            (Part::Metadata, "labels") => Part::Labels,
            (Part::Metadata, "annotations") => Part::Annotations,
            (Part::Metadata, "namespace" | "uid" | "resourceVersion" | "selfLink") => Part::Text,
            (Part::Metadata, "generation" | "deletionGracePeriodSeconds") => Part::Number,
            (Part::Metadata, "creationTimestamp" | "deletionTimestamp") => Part::Time,
            (Part::Metadata, "finalizers") => Part::Texts,
            (Part::Metadata, "ownerReferences" | "managedFields") => Part::Objects,
            _ => Part::Other,
        }
    }

    /// Whether the server can read a value as this part at all.
    pub(super) fn reads(self, data: &Data<'_>) -> bool {
        match (self, data) {
            (Part::Other, _) | (_, Data::Open) => true,
            (Part::ApiVersion | Part::Kind, _) => matches!(data, Data::Str(_)),
            (_, Data::Null) => true,
            (Part::Name | Part::Text, _) => matches!(data, Data::Str(_)),
            (Part::Number, Data::Float(number)) => number.fract() == 0.0,
            (Part::Number, _) => matches!(data, Data::Int(_)),
            (Part::Time, _) => matches!(data, Data::Str(text) if is_time(text, false)),
            (Part::Texts, Data::List(items)) => {
                let is_text = |item: &Value<'_>| matches!(item.data, Data::Str(_) | Data::Null | Data::Open);
                items.iter().all(is_text)
            }
            (Part::Objects, Data::List(items)) => {
                let is_object =
                    |item: &Value<'_>| matches!(item.data, Data::Map(_) | Data::Null | Data::Open);
                items.iter().all(is_object)
            }
            (Part::Texts | Part::Objects, _) => false,
            (Part::Metadata, Data::Map(entries)) => entries
                .iter()
                .all(|(name, value)| self.field(name).reads(&value.data)),
            (Part::Labels | Part::Annotations, Data::Map(entries)) => entries
                .iter()
                .all(|(_, value)| matches!(value.data, Data::Str(_) | Data::Null | Data::Open)),
            (Part::Metadata | Part::Labels | Part::Annotations, _) => false,
        }
    }

    /// What is wrong with a value as this part of an object.
    pub(super) fn fault(self, data: &Data<'_>) -> Option<&'static str> {
        if !self.reads(data) {
            return Some("cannot be read as metadata of an object");
        }
        let right = match (self, data) {
            (Part::ApiVersion, Data::Str(text)) => !text.is_empty() && well_formed("apiVersion", text),
            (Part::Kind, Data::Str(text)) => well_formed("kind", text),
            (Part::Name, Data::Str(text)) => text.is_empty() || names::path_segment(text).is_empty(),
            (Part::Labels, Data::Map(entries)) => entries.iter().all(|(name, value)| {
                let sound = |text: &str| names::label_value(text).is_empty();
                names::qualified_name(name).is_empty()
                    && !matches!(&value.data, Data::Str(text) if !sound(text))
            }),
            (Part::Metadata, Data::Map(entries)) => {
                let mut entries = entries.iter();
                return entries.find_map(|(name, value)| self.field(name).fault(&value.data));
            }
            _ => true,
        };
        (!right).then_some("makes no valid metadata of an object")
    }
}

impl<'t> Reader<'_, 't> {
    /// `apiVersion`, `kind` and `metadata` of an object within the object.
    pub(super) fn embedded(&mut self, place: &Place<'_, 't>, data: &Data<'t>, node: Node<'t>, name: &str) {
        let text = match name {
            "metadata" if node.is_map() && !Part::Metadata.reads(data) => {
                "must be like the metadata of any object: texts for names, labels and annotations, times for times"
            }
            "metadata" if node.is_map() => return self.embedded_metadata(place, node),
            "metadata" if !node.is_null() => "must be a mapping",
            "apiVersion" | "kind" if node.str().is_none() => "must be a string",
            _ => return,
        };
        if node.str().is_some_and(|text| self.cx.is_unrendered(&text)) {
            return;
        }
        let path = place.path();
        let text = format!("`{path}` {text}; the API server cannot read the object");
        let unread = match data {
            Data::Map(entries) if name == "metadata" => entries.iter().find_map(|(name, value)| {
                let part = Part::Metadata.field(name);
                value.node.filter(|_| !part.reads(&value.data))
            }),
            _ => None,
        };
        let span = unread.map_or(place.span(), |node| node.span());
        self.cx
            .report_as(ids::SCHEMA_TYPE, span, text)
            .label(self.label)
            .help("write the embedded object like one of its own")
            .refusal_at(Stage::Decode, ErrorType::TypeMismatch, path);
    }

    fn embedded_metadata(&mut self, place: &Place<'_, 't>, node: Node<'t>) {
        for (name, entry) in value::entries(node) {
            let known = table::OBJECT_META.all_fields().any(|field| field.name == name);
            if !known && !self.cx.is_unrendered(&name) {
                let path = format!("{}.{name}", place.path());
                let text = format!(
                    "metadata has no field {}; the API server refuses the object",
                    quote(&name)
                );
                self.cx
                    .report_as(ids::SCHEMA_UNKNOWN_FIELD, entry.key.span(), text)
                    .label(self.label)
                    .help("remove it")
                    .refusal(ErrorType::UnknownField, path);
            }
        }
    }
}

impl<'t> Validator<'_, 't> {
    /// The objects in a default: first whether all of them can be read, then whether they say what they are.
    pub(super) fn objects(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        whole: bool,
    ) {
        let before = self.cx.count();
        self.each_object(value, schema, place, whole, &mut |validator, value, place| {
            for (name, inner) in value.entries() {
                // The server stops at the first.
                if validator.cx.count() == before
                    && let Some(part) = Part::of_object(name)
                    && !part.reads(&inner.data)
                {
                    let here = at(place, Step::Name(name), inner);
                    let must = "cannot be read as metadata of an object";
                    validator.refuse_object(&here, must);
                }
            }
        });
        if self.cx.count() > before {
            return;
        }
        self.each_object(value, schema, place, whole, &mut |validator, value, place| {
            validator.type_meta(value, place);
            let Some(metadata) = value.get("metadata") else {
                return;
            };
            let here = at(place, Step::Name("metadata"), metadata);
            for (name, inner) in metadata.entries() {
                if let Some(must) = Part::Metadata.field(name).fault(&inner.data) {
                    validator.refuse_object(&at(&here, Step::Name(name), inner), must);
                }
            }
        });
    }

    fn refuse_object(&mut self, here: &Place<'_, 't>, must: &str) {
        let text = format!("{} {must}; the API server refuses the object", self.subject(here));
        self.say(Fault {
            rule: ids::SCHEMA_INVALID,
            kind: ErrorType::Invalid,
            span: here.span(),
            path: self.bracketed(here),
            text,
            help: None,
        });
    }

    /// Calls a function with each object in a value, which is one itself where it is a `whole` one.
    fn each_object(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        whole: bool,
        visit: &mut dyn FnMut(&mut Self, &Value<'t>, &Place<'_, 't>),
    ) {
        match &value.data {
            Data::Map(entries) => {
                if whole || schema.embedded {
                    visit(self, value, place);
                }
                for (name, inner) in entries {
                    if let Some(property) = schema.property(name) {
                        let here = at(place, Step::Name(name), inner);
                        self.each_object(inner, property, &here, false, visit);
                    } else if let Some(free) = schema.additional_schema() {
                        let here = at(place, Step::Key(name), inner);
                        self.each_object(inner, free, &here, false, visit);
                    }
                }
            }
            Data::List(items) => {
                let Some(inner) = schema.item() else { return };
                for (i, item) in items.iter().enumerate() {
                    let here = at(place, Step::Index(i as u32), item);
                    self.each_object(item, inner, &here, false, visit);
                }
            }
            _ => {}
        }
    }

    /// The metadata of an embedded object, as far as it is judged by itself.
    pub(super) fn metadata(&mut self, value: &Value<'t>, place: &Place<'_, 't>) {
        let Some(metadata) = value.get("metadata") else {
            return;
        };
        let holder = at(place, Step::Name("metadata"), metadata);
        for (name, inner) in metadata.entries() {
            let here = at(&holder, Step::Name(name), inner);
            let mut wrong: Vec<(names::Faults, Place<'_, 't>)> = Vec::new();
            match (&**name, &inner.data) {
                ("name" | "generateName", Data::Str(text)) if !text.is_empty() => {
                    wrong.push((names::path_segment(text), here));
                }
                ("namespace", Data::Str(text)) if !text.is_empty() => {
                    wrong.push((names::dns1123_label(text), here));
                }
                ("labels", Data::Map(labels)) => {
                    for (key, value) in labels.iter().filter(|(key, _)| !self.cx.is_unrendered(key)) {
                        wrong.push((names::qualified_name(key), at(&here, Step::Key(key), value)));
                        if let Data::Str(text) = &value.data {
                            wrong.push((names::label_value(text), at(&here, Step::Key(key), value)));
                        }
                    }
                    self.wrong_metadata(&wrong, &self.bracketed(&here));
                    continue;
                }
                ("annotations", Data::Map(annotations)) => {
                    for (key, value) in annotations.iter().filter(|(key, _)| !self.cx.is_unrendered(key)) {
                        let faults = names::qualified_name(&key.to_lowercase());
                        wrong.push((faults, at(&here, Step::Key(key), value)));
                    }
                    self.wrong_metadata(&wrong, &self.bracketed(&here));
                    continue;
                }
                _ => continue,
            }
            let path = wrong.first().map(|(_, here)| self.bracketed(here));
            self.wrong_metadata(&wrong, &path.unwrap_or_default());
        }
    }

    fn wrong_metadata(&mut self, wrong: &[(names::Faults, Place<'_, 't>)], path: &str) {
        for (faults, here) in wrong {
            for fault in faults {
                let text = format!(
                    "{} {fault}; the API server refuses the object",
                    self.subject(here)
                );
                self.say(Fault {
                    rule: ids::SCHEMA_INVALID,
                    kind: ErrorType::Invalid,
                    span: here.span(),
                    path: path.to_string(),
                    text,
                    help: None,
                });
            }
        }
    }

    /// `apiVersion` and `kind` of an embedded object: present, filled, and well formed.
    pub(super) fn type_meta(&mut self, value: &Value<'t>, place: &Place<'_, 't>) {
        for name in ["apiVersion", "kind"] {
            let found = value.get(name);
            let here = Place {
                up: Some(place),
                part: Step::Name(name),
                key: found.and_then(|value| value.key),
                value: found.and_then(|value| value.node),
            };
            let (kind, what) = match found.map(|value| &value.data) {
                None => (
                    ErrorType::Required,
                    format!("{} is an object and needs `{name}`", self.subject(place)),
                ),
                Some(Data::Str(text)) if text.is_empty() => (
                    ErrorType::Invalid,
                    format!("{} must not be empty", self.subject(&here)),
                ),
                Some(Data::Str(text)) if !well_formed(name, text) => (
                    ErrorType::Invalid,
                    format!("{} is not well formed", self.subject(&here)),
                ),
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
                path: self.bracketed(&here),
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
