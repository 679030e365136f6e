//! Defaults in the schema of a CustomResourceDefinition, which the schema itself must accept.

use super::crd_equal;
use super::crd_parts::{Parts, is_filled, is_true, schema, text};
use super::crd_schema::{DEPTH, Walker};
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::schema::constraints::fault;
use crate::yaml::{Kind, Node, Scalar};

/// Whether a schema stands in the metadata of an object, whose defaults follow other rules.
#[derive(Clone, Copy, PartialEq)]
enum In {
    Object,
    Meta,
}

/// Checks all defaults of a schema that is structural.
pub(super) fn check<'t>(walker: &mut Walker<'_, 't>, root: &Field<'_, 't>) {
    // A walk over the whole schema is spared where nothing can be a default.
    let may_hold = |node: Node<'_>| {
        let source = node.source();
        node.is_indirect()
            || source.contains("default:")
            || source.contains("default\"")
            || source.contains("default'")
    };
    if !root.value().is_some_and(may_hold) {
        return;
    }
    visit(walker, root, In::Object, 0);
}

fn visit<'t>(walker: &mut Walker<'_, 't>, s: &Field<'_, 't>, place: In, depth: u32) {
    let Some(node) = s.value().filter(|node| node.is_map()) else {
        return;
    };
    if depth > DEPTH || !walker.spend() {
        return;
    }
    let p = Parts::of(node);
    let object = depth == 0 || is_true(p.embedded());
    let place = if object { In::Object } else { place };
    if let Some(entry) = p.default() {
        let mut faults = Vec::new();
        if place == In::Meta {
            // Only what cannot be put into metadata at all.
            let wanted = match s.name() {
                "kind" | "apiVersion" => entry.value.str().is_some(),
                "metadata" => entry.value.is_map(),
                _ => true,
            };
            if !wanted {
                faults.push((
                    ErrorType::Invalid,
                    String::new(),
                    "makes no metadata of an object",
                ));
            }
        } else {
            let mut judge = Judge {
                faults: Vec::new(),
                budget: &mut walker.budget,
            };
            if has_unknown(entry.value, &p, object, &mut *judge.budget, 0) {
                let message = "has fields that the schema does not know";
                judge.faults.push((ErrorType::Invalid, String::new(), message));
            }
            let before = judge.faults.len();
            if object && entry.value.is_map() {
                for name in ["apiVersion", "kind"] {
                    if entry
                        .value
                        .get(name)
                        .is_none_or(|value| value.str().is_some_and(|text| text.is_empty()))
                    {
                        judge.faults.push((
                            ErrorType::Required,
                            format!(".{name}"),
                            "is an object without its type",
                        ));
                    }
                }
            }
            if judge.faults.len() == before {
                judge.value(entry.value, node, &mut String::new(), 0);
            }
            faults = judge.faults;
        }
        let at = s.child_entry("default", entry);
        for (kind, below, message) in faults {
            let path = format!("{}{below}", at.path());
            fault(walker.cx, &at, kind, format!("the default {message}"))
                .refusal(kind, path)
                .help("give a default that its own schema accepts");
        }
    }
    if let Some(items) = schema(p.items()) {
        visit(walker, &s.child_entry("items", items), place, depth + 1);
    }
    if let Some(properties) = p.properties() {
        for property in s.child_entry("properties", properties).entries() {
            let meta = object && matches!(property.name(), "metadata" | "kind" | "apiVersion");
            visit(walker, &property, if meta { In::Meta } else { place }, depth + 1);
        }
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

    fn value(&mut self, value: Node<'_>, schema_node: Node<'_>, path: &mut String, depth: u32) {
        *self.budget = self.budget.saturating_sub(1);
        if depth > DEPTH || *self.budget == 0 || value.is_null() {
            return;
        }
        let p = Parts::of(schema_node);
        self.kind(value, &p, path);
        if is_filled(p.listed())
            && !p.listed().is_some_and(|listed| {
                let mut items = listed.value.items();
                items.any(|item| crd_equal::same_json(item, value))
            })
        {
            self.say(ErrorType::NotSupported, path, "is none of the values in `enum`");
        }
        let number = |name: &str| match schema_node.get(name).and_then(|node| node.scalar()) {
            Some(Scalar::Int(n)) => Some(n as f64),
            Some(Scalar::Float(n)) => Some(n),
            _ => None,
        };
        let flag =
            |name: &str| schema_node.get(name).and_then(|node| node.scalar()) == Some(Scalar::Bool(true));
        match value.kind() {
            Kind::Map => self.object(value, &p, path, depth, &number),
            Kind::Seq => {
                let count = value.items().count() as f64;
                if number("minItems").is_some_and(|min| count < min) {
                    self.say(ErrorType::Invalid, path, "has fewer items than `minItems`");
                }
                if number("maxItems").is_some_and(|max| count > max) {
                    self.say(ErrorType::TooMany, path, "has more items than `maxItems`");
                }
                if let Some(items) = schema(p.items()) {
                    for (i, item) in value.items().enumerate() {
                        let length = path.len();
                        path.push_str(&format!(".[{i}]"));
                        self.value(item, items.value, path, depth + 1);
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
        self.junctors(value, &p, path, depth);
    }

    fn kind(&mut self, value: Node<'_>, p: &Parts<'_>, path: &str) {
        let wanted = text(p.kind());
        let scalar = value.scalar();
        let whole = match &scalar {
            Some(Scalar::Int(_) | Scalar::Uint(_)) => true,
            Some(Scalar::Float(n)) => n.fract() == 0.0,
            _ => false,
        };
        let is_string = matches!(scalar, Some(Scalar::Str(_)));
        let right = match &*wanted {
            "" => !is_true(p.int_or_string()) || whole || is_string,
            "string" => is_string,
            "integer" => whole,
            "number" => whole || matches!(scalar, Some(Scalar::Float(_))),
            "boolean" => matches!(scalar, Some(Scalar::Bool(_))),
            "array" => value.is_seq(),
            "object" => value.is_map(),
            _ => false,
        };
        if wanted == "integer" && !right && matches!(scalar, Some(Scalar::Float(_))) {
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
                self.value(entry.value, schema, path, depth + 1);
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
            inner.value(value, schema, &mut String::new(), depth + 1);
            inner.faults.is_empty()
        };
        for schema in p.all_of().into_iter().flat_map(|list| list.value.items()) {
            self.value(value, schema, path, depth + 1);
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
