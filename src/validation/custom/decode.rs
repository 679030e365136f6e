//! Reading a custom resource as the API server does: fields that its definition does not know are refused, nulls
//! that it does not want are dropped, defaults are filled in. What comes out is what the server validates.

use std::borrow::Cow;

use super::place::{Part, Place};
use super::schema::{Additional, Schema, Types};
use super::value::{self, Budget, Data, Value};
use super::words;
use crate::catalogue::ids;
use crate::context::{Cx, Reach};
use crate::diagnostic::{ErrorType, Severity};
use crate::near::nearest;
use crate::validation::elsewhere::Elsewhere;
use crate::validation::fault::{joined, respelling};
use crate::yaml::{Entry, Kind, Node};

/// One object being read.
pub(super) struct Reader<'k, 't> {
    pub cx: &'k mut Cx<'t>,
    /// `Rollout`, for messages.
    pub kind: &'k str,
    /// Beside each finding: whose definition it is.
    pub label: &'k str,
    /// The definition keeps unknown fields, wherever they are (CRDs of v1beta1).
    pub preserve: bool,
    pub budget: Budget,
}

/// Fields that every object has.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Schemas around a field, innermost first.
pub(super) struct Around<'p, 'c, 't> {
    up: Option<&'p Around<'p, 'c, 't>>,
    schema: &'p Schema<'c>,
    place: &'p Place<'p, 't>,
}

impl<'t> Reader<'_, 't> {
    /// Reads the object.
    pub(super) fn object<'c: 't>(&mut self, root: Node<'t>, schema: &Schema<'c>) -> Value<'t> {
        let place = Place::root(root);
        let data = self.map(&place, root, schema, None, false);
        Value {
            key: None,
            node: Some(root),
            data,
        }
    }

    fn raw(&mut self, place: &Place<'_, 't>, node: Node<'t>) -> Value<'t> {
        let cx = &*self.cx;
        Value::of(node, place.key, &|text| cx.is_unrendered(text), &mut self.budget)
    }

    fn value<'c: 't>(
        &mut self,
        place: &Place<'_, 't>,
        node: Node<'t>,
        schema: &Schema<'c>,
        around: &Around<'_, 'c, 't>,
        skip: bool,
    ) -> Value<'t> {
        let data = if !self.budget.take() {
            Data::Open
        } else if node.kind() == Kind::Map {
            if self.mismatched(place, node, schema, Types::OBJECT, skip) {
                Data::Open
            } else {
                self.map(place, node, schema, Some(around), skip)
            }
        } else if node.kind() == Kind::Seq {
            if self.mismatched(place, node, schema, Types::ARRAY, skip) {
                Data::Open
            } else {
                self.list(place, node, schema, around, skip)
            }
        } else {
            let cx = &*self.cx;
            value::scalar(node, &|text| cx.is_unrendered(text))
        };
        Value {
            key: place.key,
            node: Some(node),
            data,
        }
    }

    fn list<'c: 't>(
        &mut self,
        place: &Place<'_, 't>,
        node: Node<'t>,
        schema: &Schema<'c>,
        around: &Around<'_, 'c, 't>,
        skip: bool,
    ) -> Data<'t> {
        self.budget.depth -= 1;
        let mut items = Vec::new();
        for (i, item) in node.items().enumerate() {
            let place = Place {
                up: Some(place),
                part: Part::Index(i as u32),
                key: None,
                value: Some(item),
            };
            items.push(match schema.item() {
                // Nulls stay where they are in a list, unless a default takes their place.
                Some(inner)
                    if item.is_null()
                        && !inner.nullable
                        && let Some(default) = self.default(inner, None, Some(item)) =>
                {
                    default
                }
                Some(inner) => self.value(&place, item, inner, around, skip || schema.preserve),
                None => self.raw(&place, item),
            });
        }
        self.budget.depth += 1;
        Data::List(items)
    }

    fn map<'c: 't>(
        &mut self,
        place: &Place<'_, 't>,
        node: Node<'t>,
        schema: &Schema<'c>,
        around: Option<&Around<'_, 'c, 't>>,
        skip: bool,
    ) -> Data<'t> {
        self.budget.depth -= 1;
        let of_object = place.is_root() || schema.embedded;
        let around = Around {
            up: around,
            schema,
            place,
        };
        let mut map: Vec<(Cow<'t, str>, Value<'t>)> = Vec::new();
        for (name, entry) in value::entries(node) {
            let inner = Place {
                up: Some(place),
                part: Part::Name(&name),
                key: Some(entry.key),
                value: Some(entry.value),
            };
            let value = if of_object && META.contains(&&*name) {
                let mut value = self.raw(&inner, entry.value);
                if !place.is_root() {
                    self.embedded(&inner, &value.data, entry.value, &name);
                }
                if name == "metadata" && matches!(value.data, Data::Null) {
                    // Read into a struct and written out again, it is an empty mapping.
                    value.data = Data::Map(Vec::new());
                }
                Some(value)
            } else if let Some(property) = schema.property(&name) {
                self.field(&inner, entry.value, property, &around)
            } else if let Some(free) = schema.additional_schema() {
                let inner = Place {
                    part: Part::Key(&name),
                    ..inner
                };
                self.field(&inner, entry.value, free, &around)
            } else if !matches!(schema.additional, Additional::Unsaid) && !self.preserve {
                Some(self.undescribed(&inner, entry.value))
            } else if schema.preserve || skip || self.preserve {
                Some(self.raw(&inner, entry.value))
            } else {
                self.unknown(&name, entry, place, &around);
                None
            };
            if let Some(value) = value {
                map.push((name.clone(), value));
            }
        }
        for property in schema.properties.defaulted() {
            if !map.iter().any(|(known, _)| *known == property.name)
                && let Some(value) = self.default(property.schema(), None, None)
            {
                map.push((property.name.clone(), value));
            }
        }
        self.budget.depth += 1;
        Data::Map(map)
    }

    /// A value that `additionalProperties: true` allows and nothing describes: fields within it are not kept.
    fn undescribed(&mut self, place: &Place<'_, 't>, node: Node<'t>) -> Value<'t> {
        let kind = node.kind();
        if !self.budget.take() || !matches!(kind, Kind::Map | Kind::Seq) {
            return self.raw(place, node);
        }
        self.budget.depth -= 1;
        let data = if kind == Kind::Map {
            for (name, entry) in value::entries(node) {
                if self.cx.is_unrendered(&name) {
                    continue;
                }
                let whole = place.path();
                let text = words::unknown_field(self.kind, &whole, entry.key);
                self.cx
                    .report_as(ids::SCHEMA_UNKNOWN_FIELD, entry.key.span(), text)
                    .severity(Severity::Error)
                    .label(self.label)
                    .help(
                        "write a plain value; `additionalProperties: true` in the definition keeps no fields of \
                         mappings, `additionalProperties: {x-kubernetes-preserve-unknown-fields: true}` does",
                    )
                    .refusal(ErrorType::UnknownField, format!("{whole}.{name}"));
            }
            Data::Map(Vec::new())
        } else {
            let items = node.items().enumerate().map(|(i, item)| {
                let inner = Place {
                    up: Some(place),
                    part: Part::Index(i as u32),
                    key: None,
                    value: Some(item),
                };
                self.undescribed(&inner, item)
            });
            Data::List(items.collect())
        };
        self.budget.depth += 1;
        Value {
            key: place.key,
            node: Some(node),
            data,
        }
    }

    /// A declared value; `None` for a null that is dropped.
    fn field<'c: 't>(
        &mut self,
        place: &Place<'_, 't>,
        node: Node<'t>,
        schema: &Schema<'c>,
        around: &Around<'_, 'c, 't>,
    ) -> Option<Value<'t>> {
        if !schema.nullable && node.is_null() {
            if schema.default.is_some() {
                return self.default(schema, place.key, Some(node));
            }
            if !self.preserve {
                return None;
            }
        }
        Some(self.value(place, node, schema, around, false))
    }

    /// What a default brings, with the defaults of what is within it.
    fn default<'c: 't>(
        &mut self,
        schema: &Schema<'c>,
        key: Option<Node<'t>>,
        node: Option<Node<'t>>,
    ) -> Option<Value<'t>> {
        let mut value = Value::of_definition(schema.default?);
        self.fill(&mut value, schema);
        value.key = key;
        value.node = node;
        Some(value)
    }

    fn fill<'c: 't>(&mut self, value: &mut Value<'t>, schema: &Schema<'c>) {
        if !self.budget.take() {
            return;
        }
        self.budget.depth -= 1;
        match &mut value.data {
            Data::Map(entries) => {
                for (name, value) in entries.iter_mut() {
                    if let Some(inner) = schema.property(name).or_else(|| schema.additional_schema()) {
                        self.fill(value, inner);
                    }
                }
                for property in schema.properties.defaulted() {
                    if !entries.iter().any(|(known, _)| *known == property.name)
                        && let Some(value) = self.default(property.schema(), None, None)
                    {
                        entries.push((property.name.clone(), value));
                    }
                }
            }
            Data::List(items) => {
                if let Some(inner) = schema.item() {
                    items.iter_mut().for_each(|item| self.fill(item, inner));
                }
            }
            _ => {}
        }
        self.budget.depth += 1;
    }

    /// A mapping or list where neither belongs: the server finds unknown fields in it before it gets to types.
    fn mismatched(
        &mut self,
        place: &Place<'_, 't>,
        node: Node<'t>,
        schema: &Schema<'_>,
        own: Types,
        skip: bool,
    ) -> bool {
        let lenient = schema.preserve || skip || self.preserve;
        let loose = !matches!(schema.additional, Additional::Unsaid) || !schema.properties.is_empty();
        if lenient || schema.types.is_any() || schema.types.has(own) || (own == Types::OBJECT && loose) {
            return false;
        }
        let mut paths = Vec::new();
        unknown_paths(node, &mut place.path(), &mut paths, 0);
        if paths.is_empty() {
            return false; // left to the check of types
        }
        let wrong = words::mismatch(self.cx, &words::subject(&place.path()), node, schema.types);
        for path in paths {
            let report = self
                .cx
                .report_as(ids::SCHEMA_TYPE, place.span(), wrong.text.clone())
                .label(self.label)
                .refusal(ErrorType::UnknownField, path);
            if let Some(help) = &wrong.help {
                report.help(help.clone());
            }
        }
        true
    }

    fn unknown(&mut self, name: &str, entry: Entry<'t>, at: &Place<'_, 't>, around: &Around<'_, '_, '_>) {
        if self.cx.is_unrendered(name) {
            return;
        }
        // What SOPS encrypted is decrypted, and its own key removed, before it is applied.
        if name == "sops" && at.is_root() && !self.cx.settings.no_skip {
            return;
        }
        let whole = at.path();
        let path = joined(whole.clone(), name);
        let schema = around.schema;
        let near = nearest(name, schema.names());
        let fix = near.and_then(|near| {
            let means_it = |other: &str| {
                let known = schema.names().any(|name| name == other);
                !known && nearest(other, schema.names()) == Some(near)
            };
            respelling(at.value?, entry, name, near, means_it)
        });
        let (help, meant) = match near {
            Some(near) => (
                format!("did you mean `{near}`?"),
                Some(joined(whole.clone(), near)),
            ),
            None => match elsewhere(name, &whole, around) {
                Some(elsewhere) => (elsewhere.help, Some(elsewhere.field)),
                None => (listing(around.schema), None),
            },
        };
        if let Some(field) = meant {
            self.cx.cause(entry.key.span(), Reach::Holder, || field);
        }
        let text = words::unknown_field(self.kind, &whole, entry.key);
        let report = self
            .cx
            .report_as(ids::SCHEMA_UNKNOWN_FIELD, entry.key.span(), text)
            .severity(Severity::Error)
            .label(self.label)
            .help(help)
            .refusal(ErrorType::UnknownField, path);
        if let Some((title, safe, edits)) = fix {
            report.fix(title, safe, edits);
        }
    }
}

/// Where an unknown field belongs: to something around it, or to something just below.
fn elsewhere(name: &str, whole: &str, around: &Around<'_, '_, '_>) -> Option<Elsewhere> {
    let mut up = around.up;
    while let Some(here) = up {
        if here.schema.names().any(|known| known == name) {
            let path = here.place.path();
            return Some(Elsewhere {
                in_empty: false,
                help: match &*path {
                    "" => "it belongs to the object itself: indent it less".into(),
                    path => format!("it belongs to `{path}`: indent it less"),
                },
                field: joined(path, name),
            });
        }
        up = here.up;
    }
    let schema = around.schema;
    let mut below = schema.names().filter(|below| {
        let inner = schema.property(below);
        *below != "status" && inner.is_some_and(|inner| inner.names().any(|known| known == name))
    });
    match (below.next(), below.next()) {
        (Some(below), None) => Some(Elsewhere {
            in_empty: false,
            help: format!("it belongs to `{below}.{name}`: mend the indentation or move it there"),
            field: joined(joined(whole.into(), below), name),
        }),
        _ => None,
    }
}

/// The fields that there are, when they are few.
fn listing(schema: &Schema<'_>) -> String {
    let mut names: Vec<String> = schema.names().map(|name| format!("`{name}`")).collect();
    names.sort();
    match names.len() {
        0 => "remove it; no fields are declared there".into(),
        1..=8 => format!("remove it; there is {}", names.join(", ")),
        _ => "remove it, or look the field up: it may belong elsewhere".into(),
    }
}

/// The fields in a value that nothing is declared for.
fn unknown_paths(node: Node<'_>, path: &mut String, found: &mut Vec<String>, depth: u32) {
    if depth > 20 || found.len() > 50 {
        return;
    }
    if node.is_map() {
        for (name, _) in value::entries(node) {
            found.push(format!("{path}.{name}"));
        }
    }
    for (i, item) in node.items().enumerate() {
        let length = path.len();
        path.push_str(&format!("[{i}]"));
        unknown_paths(item, path, found, depth + 1);
        path.truncate(length);
    }
}
