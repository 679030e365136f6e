//! The schema of a CustomResourceDefinition in a form that is quick to check against. Each part is made when an
//! object first has a value for it: most objects fill in little of what their definition allows.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::properties::{Properties, Property};
use super::rules::{Marks, Rules};
use super::value::Value;
use crate::formats::{Format, Pattern};
use crate::yaml::{Node, Scalar};

/// A schema that is made when it is asked for.
pub(super) struct Lazy<'c> {
    node: Node<'c>,
    made: OnceLock<Box<Schema<'c>>>,
}

impl<'c> Lazy<'c> {
    pub(super) fn new(node: Node<'c>) -> Lazy<'c> {
        Lazy {
            node,
            made: OnceLock::new(),
        }
    }

    pub(super) fn get(&self) -> &Schema<'c> {
        self.made.get_or_init(|| Box::new(Schema::of(self.node)))
    }

    pub(super) fn node(&self) -> Node<'c> {
        self.node
    }
}

/// The types that a schema allows.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const STRING: Types = Types(1);
    pub(super) const INTEGER: Types = Types(2);
    pub(super) const NUMBER: Types = Types(4);
    pub(super) const BOOLEAN: Types = Types(8);
    pub(super) const ARRAY: Types = Types(16);
    pub(super) const OBJECT: Types = Types(32);
    pub(super) const INT_OR_STRING: Types = Types(3);
    /// What is no type: no value is of it.
    pub(super) const UNKNOWN: Types = Types(64);

    fn of(name: &str) -> Types {
        match name {
            "string" => Types::STRING,
            "integer" => Types::INTEGER,
            "number" => Types::NUMBER,
            "boolean" => Types::BOOLEAN,
            "array" => Types::ARRAY,
            "object" => Types::OBJECT,
            _ => Types(0),
        }
    }

    /// Whether nothing is said.
    pub(super) fn is_any(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }
}

/// What a map may hold beside its declared fields.
pub(super) enum Additional<'c> {
    Unsaid,
    Allowed,
    Refused,
    Schema(Lazy<'c>),
}

/// How the items of a list are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ListType {
    #[default]
    Atomic,
    Set,
    Map,
}

/// One schema.
pub(super) struct Schema<'c> {
    pub types: Types,
    /// The types as written: `types` knows what an int-or-string may be, too.
    pub said: Types,
    pub nullable: bool,
    pub preserve: bool,
    pub embedded: bool,
    pub format: Option<Format>,
    /// The format as written, whatever type it stands beside, and whether it is known or not.
    pub said_format: Option<Cow<'c, str>>,
    pub properties: Properties<'c>,
    pub additional: Additional<'c>,
    pub items: Option<Lazy<'c>>,
    pub required: Vec<Cow<'c, str>>,
    pub default: Option<Node<'c>>,
    pub choices: Vec<Value<'c>>,
    pub pattern: Option<Pattern<'c>>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub above_minimum: bool,
    pub below_maximum: bool,
    pub multiple_of: Option<f64>,
    pub min_length: Option<i64>,
    pub max_length: Option<i64>,
    pub min_items: Option<i64>,
    pub max_items: Option<i64>,
    pub min_properties: Option<i64>,
    pub max_properties: Option<i64>,
    pub unique_items: bool,
    pub list: ListType,
    pub keys: Vec<Cow<'c, str>>,
    pub all_of: Vec<Lazy<'c>>,
    pub any_of: Vec<Lazy<'c>>,
    pub one_of: Vec<Lazy<'c>>,
    pub not: Option<Lazy<'c>>,
    /// Says something that is not judged, so that a value that passes may still be refused.
    pub doubtful: bool,
    /// How many fields have to be there that no default brings; `None` if one of them is not declared.
    pub needed: Option<u32>,
    /// There is more to a value than its type: `allOf`, `anyOf`, `oneOf`, `not` or `enum`.
    pub compound: bool,
    /// Any string does.
    pub any_text: bool,
    /// Whether the defaults of the fields are certainly sound.
    pub defaults_fit: OnceLock<bool>,
    /// Where it stands.
    pub node: Option<Node<'c>>,
    rules: OnceLock<Option<Box<Rules<'c>>>>,
}

impl<'c> Schema<'c> {
    fn empty() -> Schema<'c> {
        Schema {
            types: Types::default(),
            said: Types::default(),
            nullable: false,
            preserve: false,
            embedded: false,
            format: None,
            said_format: None,
            properties: Properties::default(),
            additional: Additional::Unsaid,
            items: None,
            required: Vec::new(),
            default: None,
            choices: Vec::new(),
            pattern: None,
            minimum: None,
            maximum: None,
            above_minimum: false,
            below_maximum: false,
            multiple_of: None,
            min_length: None,
            max_length: None,
            min_items: None,
            max_items: None,
            min_properties: None,
            max_properties: None,
            unique_items: false,
            list: ListType::Atomic,
            keys: Vec::new(),
            all_of: Vec::new(),
            any_of: Vec::new(),
            one_of: Vec::new(),
            not: None,
            doubtful: false,
            needed: None,
            compound: false,
            any_text: false,
            defaults_fit: OnceLock::new(),
            node: None,
            rules: OnceLock::new(),
        }
    }

    fn of(node: Node<'c>) -> Schema<'c> {
        let mut schema = Schema::empty();
        schema.node = Some(node);
        let mut int_or_string = false;
        for entry in node.entries() {
            let Some(key) = entry.key.key_text() else { continue };
            let value = entry.value;
            match &*key {
                "type" => {
                    let name = value.str().unwrap_or_default();
                    schema.types = Types::of(&name);
                    schema.said = match schema.types.is_any() && !name.is_empty() {
                        true => Types::UNKNOWN,
                        false => schema.types,
                    };
                }
                "description" => {}
                "properties" => schema.properties = Properties::of(value),
                "items" => schema.items = one(value),
                "required" => schema.required = texts(value),
                "format" => schema.said_format = value.str().filter(|format| !format.is_empty()),
                "pattern" => {
                    schema.pattern = value.str().filter(|text| !text.is_empty()).map(Pattern::new);
                }
                "enum" => schema.choices = value.items().map(Value::of_definition).collect(),
                "default" => schema.default = Some(value).filter(|value| !value.is_null()),
                "nullable" => schema.nullable = value.is_true(),
                "minimum" => schema.minimum = number(value),
                "maximum" => schema.maximum = number(value),
                "exclusiveMinimum" => schema.above_minimum = value.is_true(),
                "exclusiveMaximum" => schema.below_maximum = value.is_true(),
                "multipleOf" => schema.multiple_of = number(value),
                "minLength" => schema.min_length = whole(value),
                "maxLength" => schema.max_length = whole(value),
                "minItems" => schema.min_items = whole(value),
                "maxItems" => schema.max_items = whole(value),
                "minProperties" => schema.min_properties = whole(value),
                "maxProperties" => schema.max_properties = whole(value),
                "uniqueItems" => schema.unique_items = value.is_true(),
                "allOf" => schema.all_of = many(value),
                "anyOf" => schema.any_of = many(value),
                "oneOf" => schema.one_of = many(value),
                "not" => schema.not = one(value),
                "additionalProperties" => {
                    schema.additional = match value.scalar() {
                        Some(Scalar::Bool(true)) => Additional::Allowed,
                        Some(Scalar::Bool(false)) => Additional::Refused,
                        _ => one(value).map_or(Additional::Unsaid, Additional::Schema),
                    };
                }
                "x-kubernetes-preserve-unknown-fields" => schema.preserve = value.is_true(),
                "x-kubernetes-embedded-resource" => schema.embedded = value.is_true(),
                "x-kubernetes-int-or-string" => int_or_string = value.is_true(),
                "x-kubernetes-list-type" => {
                    schema.list = match value.str().as_deref() {
                        Some("set") => ListType::Set,
                        Some("map") => ListType::Map,
                        _ => ListType::Atomic,
                    };
                }
                "x-kubernetes-list-map-keys" => schema.keys = texts(value),
                // What CRDs of v1beta1 could still say.
                "$ref" | "patternProperties" | "dependencies" | "additionalItems" | "definitions" => {
                    schema.doubtful = true;
                }
                _ => {}
            }
        }
        if int_or_string {
            schema.types = Types::INT_OR_STRING;
        }
        if let Some(format) = &schema.said_format
            // Quantities count in the defaults of definitions only.
            && format != "quantity"
            && (schema.types.is_any()
                || schema.types == Types::STRING
                || schema.types == Types::INT_OR_STRING)
        {
            schema.format = Format::named(format);
        }
        schema.needed = schema.properties.need(&schema.required);
        schema.compound = !(schema.any_of.is_empty()
            && schema.one_of.is_empty()
            && schema.all_of.is_empty()
            && schema.choices.is_empty()
            && schema.not.is_none());
        let text = schema.types.is_any() || schema.types.has(Types::STRING);
        let limited = schema.pattern.is_some() || schema.min_length.is_some() || schema.max_length.is_some();
        schema.any_text = text && !limited && !schema.compound && schema.format.is_none();
        schema
    }

    /// The schema of a declared field.
    pub(super) fn property(&self, name: &str) -> Option<&Schema<'c>> {
        self.properties.get(name).map(Property::schema)
    }

    /// The rules in it and below; `marks` tell where in the definition there are some.
    pub(super) fn rules(&self, marks: &Marks) -> Option<&Rules<'c>> {
        self.rules.get_or_init(|| Rules::of(self, marks)).as_deref()
    }

    /// The names of declared fields.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.properties.iter().map(|property| &*property.name)
    }

    /// The schema of a value of a free map.
    pub(super) fn additional_schema(&self) -> Option<&Schema<'c>> {
        match &self.additional {
            Additional::Schema(lazy) => Some(lazy.get()),
            _ => None,
        }
    }

    pub(super) fn item(&self) -> Option<&Schema<'c>> {
        self.items.as_ref().map(Lazy::get)
    }
}

fn one(node: Node<'_>) -> Option<Lazy<'_>> {
    node.is_map().then(|| Lazy::new(node))
}

fn many(node: Node<'_>) -> Vec<Lazy<'_>> {
    node.items().map(Lazy::new).collect()
}

fn texts(node: Node<'_>) -> Vec<Cow<'_, str>> {
    node.items().filter_map(|item| item.str()).collect()
}

fn number(node: Node<'_>) -> Option<f64> {
    match node.scalar()? {
        Scalar::Int(value) => Some(value as f64),
        Scalar::Uint(value) => Some(value as f64),
        Scalar::Float(value) => Some(value),
        _ => None,
    }
}

fn whole(node: Node<'_>) -> Option<i64> {
    super::super::decode::whole(node, &node.scalar()?)
}
