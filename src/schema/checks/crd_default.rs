//! Defaults in the schema of a CustomResourceDefinition, which the schema itself must accept.

use super::crd_equal;
use super::crd_parts::{Parts, Type, is_filled, is_true, schema};
use super::crd_schema::{DEPTH, Walker};
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::schema::constraints::fault;
use crate::yaml::{Kind, Node, Scalar};

/// What a schema describes a part of: the defaults of metadata follow other rules.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum In {
    Object,
    Meta,
}

/// Checks the default of a schema `s`, which is that of the object itself where it is the `root`.
pub(super) fn check<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, p: &Parts<'t>, of: In, root: bool) {
    let Some(entry) = p.default() else { return };
    let object = root || is_true(p.embedded());
    let mut judge = Judge {
        faults: Vec::new(),
        budget: &mut walker.budget,
    };
    if of == In::Meta && !object {
        // Only what cannot be put into metadata at all.
        let wanted = match s.name() {
            "kind" | "apiVersion" => entry.value.str().is_some(),
            "metadata" => entry.value.is_map(),
            _ => true,
        };
        if !wanted {
            judge.say(ErrorType::Invalid, "", "makes no metadata of an object");
        }
    } else {
        if has_unknown(entry.value, p, object, &mut *judge.budget, 0) {
            judge.say(ErrorType::Invalid, "", "has fields that the schema does not know");
        }
        let before = judge.faults.len();
        if object && entry.value.is_map() {
            for name in ["apiVersion", "kind"] {
                let given = entry.value.get(name);
                if given.is_none_or(|value| value.str().is_some_and(|text| text.is_empty())) {
                    judge.say(
                        ErrorType::Required,
                        &format!(".{name}"),
                        "is an object without its type",
                    );
                }
            }
        }
        if judge.faults.len() == before {
            judge.value(entry.value, p, &mut String::new(), 0);
        }
    }
    let faults = judge.faults;
    let at = s.child_entry("default", entry);
    for (kind, below, message) in faults {
        let path = format!("{}{below}", at.path());
        fault(walker.cx, &at, kind, format!("the default {message}"))
            .refusal(kind, path)
            .help("give a default that its own schema accepts");
    }
}

/// Whether the server would drop fields of a value.
fn has_unknown(value: Node<'_>, p: &Parts<'_>, object: bool, budget: &mut u32, depth: u32) -> bool {
    *budget = budget.saturating_sub(1);
    if depth > DEPTH || *budget == 0 {
        return false;
    }
    match value.kind() {
        Kind::Map => value.entries().any(|entry| {
            let key = entry.key.key_text().unwrap_or_default();
            if object && matches!(&*key, "apiVersion" | "kind" | "metadata") {
                return false;
            }
            let property = p.properties().and_then(|properties| properties.value.get(&key));
            if let Some(property) = property {
                let inner = Parts::of(property);
                let object = is_true(inner.embedded());
                return has_unknown(entry.value, &inner, object, budget, depth + 1);
            }
            match p.additional_properties() {
                Some(additional) if additional.value.is_map() => has_unknown(
                    entry.value,
                    &Parts::of(additional.value),
                    false,
                    budget,
                    depth + 1,
                ),
                Some(additional) if additional.value.scalar() == Some(Scalar::Bool(true)) => false,
                _ => !is_true(p.preserve()),
            }
        }),
        Kind::Seq => schema(p.items()).is_some_and(|items| {
            let inner = Parts::of(items.value);
            let object = is_true(inner.embedded());
            value
                .items()
                .any(|item| has_unknown(item, &inner, object, budget, depth + 1))
        }),
        _ => false,
    }
}

/// A value against a schema, as kube-openapi validates it; formats and patterns are taken on trust.
struct Judge<'b> {
    faults: Vec<(ErrorType, String, &'static str)>,
    budget: &'b mut u32,
}

impl Judge<'_> {
    fn say(&mut self, kind: ErrorType, path: &str, message: &'static str) {
        self.faults.push((kind, path.to_string(), message));
    }

    fn value(&mut self, value: Node<'_>, p: &Parts<'_>, path: &mut String, depth: u32) {
        *self.budget = self.budget.saturating_sub(1);
        if depth > DEPTH || *self.budget == 0 || value.is_null() {
            return;
        }
        self.kind(value, p, path);
        if is_filled(p.listed())
            && !p.listed().is_some_and(|listed| {
                let mut items = listed.value.items();
                items.any(|item| crd_equal::same_json(item, value))
            })
        {
            self.say(ErrorType::NotSupported, path, "is none of the values in `enum`");
        }
        let number = |name: &str| match p.other(name).and_then(|node| node.scalar()) {
            Some(Scalar::Int(n)) => Some(n as f64),
            Some(Scalar::Float(n)) => Some(n),
            _ => None,
        };
        let flag = |name: &str| p.other(name).and_then(|node| node.scalar()) == Some(Scalar::Bool(true));
        match value.kind() {
            Kind::Map => self.object(value, p, path, depth, &number),
            Kind::Seq => {
                let count = value.items().count() as f64;
                if number("minItems").is_some_and(|min| count < min) {
                    self.say(ErrorType::Invalid, path, "has fewer items than `minItems`");
                }
                if number("maxItems").is_some_and(|max| count > max) {
                    self.say(ErrorType::TooMany, path, "has more items than `maxItems`");
                }
                if let Some(items) = schema(p.items()) {
                    let items = Parts::of(items.value);
                    for (i, item) in value.items().enumerate() {
                        let length = path.len();
                        path.push_str(&format!(".[{i}]"));
                        self.value(item, &items, path, depth + 1);
                        path.truncate(length);
                    }
                }
            }
            _ => match value.scalar() {
                Some(Scalar::Str(string)) => {
                    let count = string.chars().count() as f64;
                    if number("maxLength").is_some_and(|max| count > max) {
                        self.say(ErrorType::TooLong, path, "is longer than `maxLength`");
                    }
                    if number("minLength").is_some_and(|min| count < min) {
                        self.say(ErrorType::Invalid, path, "is shorter than `minLength`");
                    }
                }
                Some(Scalar::Int(n)) => self.number(n as f64, &number, &flag, path),
                Some(Scalar::Float(n)) => self.number(n, &number, &flag, path),
                _ => {}
            },
        }
        self.junctors(value, p, path, depth);
    }

    fn kind(&mut self, value: Node<'_>, p: &Parts<'_>, path: &str) {
        let scalar = value.scalar();
        let whole = match &scalar {
            Some(Scalar::Int(_) | Scalar::Uint(_)) => true,
            Some(Scalar::Float(n)) => n.fract() == 0.0,
            _ => false,
        };
        let is_string = matches!(scalar, Some(Scalar::Str(_)));
        let is_float = matches!(scalar, Some(Scalar::Float(_)));
        let right = match p.said() {
            Type::Unsaid => !is_true(p.int_or_string()) || whole || is_string,
            Type::String => is_string,
            Type::Integer => whole,
            Type::Number => whole || is_float,
            Type::Boolean => matches!(scalar, Some(Scalar::Bool(_))),
            Type::Array => value.is_seq(),
            Type::Object => value.is_map(),
            Type::Unknown => false,
        };
        if p.said() == Type::Integer && !right && is_float {
            self.say(
                ErrorType::Invalid,
                "",
                "has a fraction where the schema says an integer",
            );
        }
        if !right {
            self.say(
                ErrorType::TypeInvalid,
                path,
                "is not of the type that the schema says",
            );
        }
    }

    fn number(
        &mut self,
        n: f64,
        number: &dyn Fn(&str) -> Option<f64>,
        flag: &dyn Fn(&str) -> bool,
        path: &str,
    ) {
        if number("minimum").is_some_and(|min| n < min || (n == min && flag("exclusiveMinimum"))) {
            self.say(ErrorType::Invalid, path, "is below the minimum");
        }
        if number("maximum").is_some_and(|max| n > max || (n == max && flag("exclusiveMaximum"))) {
            self.say(ErrorType::Invalid, path, "is above the maximum");
        }
        if let Some(factor) = number("multipleOf")
            && (factor <= 0.0 || (n / factor).fract() != 0.0)
        {
            self.say(ErrorType::Invalid, path, "is no multiple of `multipleOf`");
        }
    }

    fn object(
        &mut self,
        value: Node<'_>,
        p: &Parts<'_>,
        path: &mut String,
        depth: u32,
        number: &dyn Fn(&str) -> Option<f64>,
    ) {
        let count = value.entries().count() as f64;
        if number("minProperties").is_some_and(|min| count < min) {
            self.say(ErrorType::Invalid, path, "has fewer fields than `minProperties`");
        }
        if number("maxProperties").is_some_and(|max| count > max) {
            self.say(ErrorType::TooMany, path, "has more fields than `maxProperties`");
        }
        for name in p
            .required()
            .into_iter()
            .flat_map(|required| required.value.items())
        {
            let Some(name) = name.str() else { continue };
            if value.entry(&name).is_none() {
                self.say(
                    ErrorType::Required,
                    &format!("{path}.{name}"),
                    "lacks a required field",
                );
            }
        }
        for entry in value.entries() {
            let name = entry.key.key_text().unwrap_or_default();
            let property = p.properties().and_then(|properties| properties.value.get(&name));
            let additional = schema(p.additional_properties()).map(|entry| entry.value);
            if let Some(schema) = property.or(additional).filter(|node| node.is_map()) {
                let length = path.len();
                path.push('.');
                path.push_str(&name);
                self.value(entry.value, &Parts::of(schema), path, depth + 1);
                path.truncate(length);
            }
        }
    }

    /// The server reports these at the whole default, wherever they lie within it.
    fn junctors(&mut self, value: Node<'_>, p: &Parts<'_>, path: &mut String, depth: u32) {
        let passes = |judge: &mut Self, schema: Node<'_>| {
            let mut inner = Judge {
                faults: Vec::new(),
                budget: &mut *judge.budget,
            };
            inner.value(value, &Parts::of(schema), &mut String::new(), depth + 1);
            inner.faults.is_empty()
        };
        for schema in p.all_of().into_iter().flat_map(|list| list.value.items()) {
            self.value(value, &Parts::of(schema), path, depth + 1);
        }
        if let Some(any_of) = p.any_of().filter(|_| is_filled(p.any_of())) {
            let found = any_of.value.items().any(|schema| passes(self, schema));
            if !found {
                self.say(ErrorType::Invalid, "", "fits none of `anyOf`");
            }
        }
        if let Some(one_of) = p.one_of().filter(|_| is_filled(p.one_of())) {
            let found = one_of
                .value
                .items()
                .filter(|schema| passes(self, *schema))
                .count();
            if found != 1 {
                self.say(ErrorType::Invalid, "", "does not fit exactly one of `oneOf`");
            }
        }
        // A pattern or format in `not` may be what it fails, and those are not judged.
        if let Some(not) = schema(p.not())
            && not.value.get("pattern").is_none()
            && not.value.get("format").is_none()
            && passes(self, not.value)
        {
            self.say(ErrorType::Invalid, "", "fits what `not` excludes");
        }
    }
}
