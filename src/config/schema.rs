//! The JSON Schema of `kubeproof.yaml`, for editors, made from the table that the reader goes by.

use serde_json::{Map, Value, json};

use super::shape::{KEYS, Key, SEVERITIES, Shape};
use crate::catalogue::RULES;
use crate::graph;
use crate::version::KubeVersion;

/// The schema, as it is kept in `schemas/kubeproof.schema.json`.
pub fn text() -> String {
    let mut schema = keys(KEYS);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
        object.insert("title".into(), json!("kubeproof.yaml"));
        object.insert("definitions".into(), definitions());
    }
    let mut out = serde_json::to_string_pretty(&schema).unwrap_or_default();
    out.push('\n');
    out
}

fn definitions() -> Value {
    let mut categories: Vec<&str> = RULES.iter().map(|rule| rule.category).collect();
    categories.dedup();
    let mut names: Vec<&str> = categories;
    names.extend(RULES.iter().map(|rule| rule.id));
    let table = graph::standard();
    let targets: Vec<&str> = table.targets.iter().map(|target| table.str(*target)).collect();
    json!({
        "rule": {"enum": names},
        "target": {"enum": targets},
    })
}

fn keys(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        let mut schema = shape(key.shape);
        if let Some(object) = schema.as_object_mut() {
            object.insert("description".into(), json!(key.about));
        }
        properties.insert(key.name.into(), schema);
    }
    let required: Vec<&str> = keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let mut out = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        out["required"] = json!(required);
    }
    out
}

fn shape(shape_: Shape) -> Value {
    match shape_ {
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Word(words) => json!({"enum": words}),
        Shape::KubeVersion => {
            let known: Vec<String> = KubeVersion::known().map(|version| version.to_string()).collect();
            // Unquoted, a version is a number to YAML.
            json!({"anyOf": [
                {"enum": known},
                {"type": "string", "pattern": r"^v?1\.\d+(\.\d+)?$"},
                {"type": "number"},
            ]})
        }
        Shape::Rule => json!({"$ref": "#/definitions/rule"}),
        Shape::Target => json!({"$ref": "#/definitions/target"}),
        Shape::Path | Shape::Glob | Shape::Name => json!({"type": "string", "minLength": 1}),
        Shape::Kind => json!({"type": "string", "pattern": "^([A-Za-z0-9.-]+/)?[A-Za-z0-9]+$"}),
        Shape::Field => json!({"type": "string", "pattern": r"^[^\s#,|=]+$"}),
        Shape::List(item) => {
            let list = json!({"type": "array", "items": shape(*item)});
            match item {
                Shape::Map(_) => list,
                single => json!({"anyOf": [list, shape(*single)]}),
            }
        }
        Shape::Map(entries) => keys(entries),
        // `off` is a boolean to YAML 1.1, and a text to editors that go by 1.2.
        Shape::Severities => json!({
            "type": "object",
            "propertyNames": {"$ref": "#/definitions/rule"},
            "additionalProperties": {"enum": SEVERITIES.iter().map(|word| json!(word)).chain([json!(false)]).collect::<Vec<_>>()},
        }),
        Shape::Options => {
            let mut properties = Map::new();
            for rule in RULES.iter().filter(|rule| !rule.options.is_empty()) {
                let options: Map<String, Value> = rule
                    .options
                    .iter()
                    .map(|option| {
                        let schema = json!({
                            "type": "integer",
                            "minimum": 0,
                            "default": option.default,
                            "description": format!("{} {}.", option.name, option.about),
                        });
                        (option.name.to_string(), schema)
                    })
                    .collect();
                let schema = json!({"type": "object", "additionalProperties": false, "properties": options});
                properties.insert(rule.id.into(), schema);
            }
            json!({"type": "object", "additionalProperties": false, "properties": properties})
        }
    }
}
