//! Makes `schemas/types/*.txt` from the JSON schemas in the PyPI package `kubernetes-validate`.
//!
//! ```text
//! pip download --no-deps kubernetes-validate && unzip kubernetes_validate-*.whl -d /tmp/kv
//! cargo run --features dev --bin kubeproof-schemas -- /tmp/kv/kubernetes_validate/kubernetes-json-schema
//! ```
//!
//! Every folder `v1.NN.0-local` there becomes one minor version; versions that the text has and the package
//! lacks any more are kept. Facts only are taken: names, types, what is required, list types, kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use serde_json::Value;

#[path = "../../build/schema_text.rs"]
#[allow(dead_code, missing_docs)]
mod text;

use text::{Field, Groups, Type};

/// The types of one version: group → type → its fields, and whether it is a kind.
type Snapshot = BTreeMap<String, BTreeMap<String, (bool, BTreeMap<String, Field>)>>;

/// Kinds that are no objects of their own: parts of the protocol, and subresources.
const PROTOCOL: [(&str, &str); 6] = [
    ("", "APIGroup"),
    ("", "APIVersions"),
    ("", "Status"),
    ("authentication.k8s.io", "TokenRequest"),
    ("autoscaling", "Scale"),
    ("policy", "Eviction"),
];

/// Definitions with their own way to be read from JSON.
const BUILT_IN: [(&str, &str); 10] = [
    ("api.resource.Quantity", "quantity"),
    ("util.intstr.IntOrString", "int-or-string"),
    ("meta.v1.Time", "time"),
    ("meta.v1.MicroTime", "microtime"),
    ("meta.v1.FieldsV1", "any"),
    ("pkg.runtime.RawExtension", "any"),
    ("apiextensions.v1.JSON", "any"),
    (
        "apiextensions.v1.JSONSchemaPropsOrArray",
        "v1.JSONSchemaProps|[]v1.JSONSchemaProps",
    ),
    (
        "apiextensions.v1.JSONSchemaPropsOrBool",
        "bool|v1.JSONSchemaProps",
    ),
    (
        "apiextensions.v1.JSONSchemaPropsOrStringArray",
        "v1.JSONSchemaProps|[]string",
    ),
];

fn main() {
    let mut args = env::args_os().skip(1).map(PathBuf::from);
    let Some(folder) = args.next() else {
        eprintln!("usage: kubeproof-schemas FOLDER [SCHEMAS]");
        eprintln!("  FOLDER   the package's kubernetes-json-schema");
        eprintln!("  SCHEMAS  what to write to; the default is schemas/ of this repository");
        process::exit(2);
    };
    let here = || Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let schemas = args.next().unwrap_or_else(here);
    let mut versions = known(&schemas);
    for (minor, path) in published(&folder) {
        versions.insert(minor, snapshot(&path));
    }
    let (Some(&oldest), Some(&newest)) = (versions.keys().next(), versions.keys().last()) else {
        eprintln!(
            "{}: no folder v1.NN.0-local with _definitions.json",
            folder.display()
        );
        process::exit(2);
    };
    let groups = compress(&versions);
    write(&schemas, &groups, oldest, newest);
}

/// `v1.NN.0-local` folders, by minor version.
fn published(folder: &Path) -> BTreeMap<u8, PathBuf> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let minor = name
            .strip_prefix("v1.")
            .and_then(|rest| rest.strip_suffix(".0-local"))
            .and_then(|minor| minor.parse().ok());
        let path = entry.path().join("_definitions.json");
        if let Some(minor) = minor
            && path.exists()
        {
            found.insert(minor, path);
        }
    }
    found
}

/// The versions that the text holds already.
fn known(schemas: &Path) -> BTreeMap<u8, Snapshot> {
    let mut versions = BTreeMap::new();
    let Ok(range) = fs::read_to_string(schemas.join("versions.txt")) else {
        return versions;
    };
    let (oldest, newest) = text::versions(&range);
    for minor in oldest..=newest {
        versions.insert(minor, Snapshot::new());
    }
    for entry in fs::read_dir(schemas.join("types"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = entry.path();
        let group = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let content = fs::read_to_string(&path).expect("a file of types can be read");
        for (name, ty) in text::read(&path.display().to_string(), &content, oldest, newest) {
            for minor in ty.since..=ty.until {
                let at = versions
                    .entry(minor)
                    .or_default()
                    .entry(group.clone())
                    .or_default();
                let (kind, fields) = at.entry(name.clone()).or_default();
                *kind = ty.kind;
                for (field, rows) in &ty.fields {
                    if let Some(row) = rows.iter().find(|row| (row.since..=row.until).contains(&minor)) {
                        fields.insert(field.clone(), row.clone());
                    }
                }
            }
        }
    }
    versions
}

/// The types of one published version that objects can hold.
fn snapshot(path: &Path) -> Snapshot {
    let json: Value = serde_json::from_str(&fs::read_to_string(path).expect("the schema can be read"))
        .expect("the schema is JSON");
    let definitions = json["$defs"].as_object().expect("the schema has $defs");
    let groups = group_names(definitions);
    let mut wanted: Vec<&str> = definitions
        .iter()
        .filter(|(_, ty)| is_kind(ty))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut seen: BTreeSet<&str> = wanted.iter().copied().collect();
    let mut out = Snapshot::new();
    while let Some(full) = wanted.pop() {
        let definition = &definitions[full];
        let (group, name) = split(full, &groups);
        let mut fields = BTreeMap::new();
        for (field, schema) in definition["properties"].as_object().into_iter().flatten() {
            let mut refs = Vec::new();
            let ty = expression(schema, &group, &groups, &mut refs);
            for r in refs {
                // Types behind the built-in unions are reached by their own names.
                if let Some((key, _)) = definitions.get_key_value(r)
                    && seen.insert(key)
                {
                    wanted.push(key);
                }
            }
            let required = definition["required"]
                .as_array()
                .is_some_and(|r| r.iter().any(|name| name == field));
            fields.insert(
                field.clone(),
                Field {
                    ty,
                    required,
                    list: list_type(schema),
                    since: 0,
                    until: 0,
                },
            );
        }
        out.entry(group)
            .or_default()
            .insert(name, (is_kind(definition), fields));
    }
    out
}

fn is_kind(definition: &Value) -> bool {
    match definition["x-kubernetes-group-version-kind"]
        .as_array()
        .map(Vec::as_slice)
    {
        Some([only]) => {
            let word = |key: &str| only[key].as_str().unwrap_or_default();
            !word("kind").ends_with("List") && !PROTOCOL.contains(&(word("group"), word("kind")))
        }
        _ => false,
    }
}

/// Go package → API group, learnt from the kinds in it: `networking` → `networking.k8s.io`.
fn group_names(definitions: &serde_json::Map<String, Value>) -> BTreeMap<String, String> {
    let mut groups = BTreeMap::new();
    for (full, definition) in definitions {
        let kinds = definition["x-kubernetes-group-version-kind"].as_array();
        if let Some([only]) = kinds.map(Vec::as_slice)
            && let Some(group) = only["group"].as_str()
            && let Some(package) = package(full)
        {
            let group = if group.is_empty() { "core" } else { group };
            groups.entry(package.to_string()).or_insert(group.to_string());
        }
    }
    groups.insert("meta".to_string(), "meta".to_string());
    groups
}

/// `io.k8s.api.networking.v1.Ingress` → `networking`.
fn package(full: &str) -> Option<&str> {
    full.rsplit('.').nth(2)
}

/// `io.k8s.api.networking.v1.Ingress` → (`networking.k8s.io`, `v1.Ingress`).
fn split(full: &str, groups: &BTreeMap<String, String>) -> (String, String) {
    let mut parts = full.rsplitn(4, '.');
    let (name, version, package) = (parts.next(), parts.next(), parts.next());
    let (Some(name), Some(version), Some(package)) = (name, version, package) else {
        panic!("`{full}` is not PACKAGE.VERSION.TYPE");
    };
    let group = groups
        .get(package)
        .unwrap_or_else(|| panic!("`{full}`: no kind tells the group of package `{package}`"));
    (group.clone(), format!("{version}.{name}"))
}

/// The type expression of a schema; what it refers to is added to `refs`.
fn expression<'j>(
    schema: &'j Value,
    own: &str,
    groups: &BTreeMap<String, String>,
    refs: &mut Vec<&'j str>,
) -> String {
    if let Some(target) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
        if let Some((_, built_in)) = BUILT_IN.iter().find(|(name, _)| target.ends_with(name)) {
            return built_in.to_string();
        }
        refs.push(target);
        let (group, name) = split(target, groups);
        return if group == own {
            name
        } else {
            format!("{group}/{name}")
        };
    }
    // `"string"` and `["string", "null"]` both stand for a string: null is accepted everywhere.
    let ty = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).find(|t| *t != "null"),
        other => other.as_str(),
    };
    match (ty, schema["format"].as_str()) {
        (Some("string"), None) => "string".into(),
        (Some("string"), Some("byte")) => "bytes".into(),
        (Some("boolean"), None) => "bool".into(),
        (Some("integer"), Some(format @ ("int32" | "int64"))) => format.into(),
        (Some("number"), Some("double")) => "float".into(),
        (Some("array"), None) => format!("[]{}", expression(&schema["items"], own, groups, refs)),
        (Some("object"), None) if !schema["additionalProperties"].is_null() => {
            let value = expression(&schema["additionalProperties"], own, groups, refs);
            format!("map[string]{value}")
        }
        (ty, format) => panic!("no type is known for {ty:?} with format {format:?} in {own}: {schema}"),
    }
}

fn list_type(schema: &Value) -> Option<String> {
    match schema["x-kubernetes-list-type"].as_str()? {
        "map" => {
            let keys = schema["x-kubernetes-list-map-keys"].as_array()?;
            let keys: Vec<&str> = keys.iter().filter_map(Value::as_str).collect();
            Some(keys.join(","))
        }
        // On a byte string the list type says nothing.
        other => (!schema["items"].is_null()).then(|| other.to_string()),
    }
}

/// One row per type and field, with the range of versions that have it.
fn compress(versions: &BTreeMap<u8, Snapshot>) -> Groups {
    let mut groups = Groups::new();
    for (&minor, snapshot) in versions {
        for (group, types) in snapshot {
            for (name, (kind, fields)) in types {
                let ty = groups
                    .entry(group.clone())
                    .or_default()
                    .entry(name.clone())
                    .or_insert_with(|| Type {
                        since: minor,
                        until: minor,
                        ..Type::default()
                    });
                assert!(
                    minor - ty.until <= 1,
                    "{group} {name} was gone and came back in 1.{minor}"
                );
                ty.kind = *kind;
                ty.until = minor;
                for (field, new) in fields {
                    let rows = ty.fields.entry(field.clone()).or_default();
                    match rows.last_mut() {
                        // What is required and how lists merge only describes; the newest word holds.
                        Some(row) if row.ty == new.ty && row.until + 1 == minor => {
                            row.until = minor;
                            row.required = new.required;
                            row.list = new.list.clone();
                        }
                        _ => rows.push(Field {
                            since: minor,
                            until: minor,
                            ..new.clone()
                        }),
                    }
                }
            }
        }
    }
    groups
}

fn write(schemas: &Path, groups: &Groups, oldest: u8, newest: u8) {
    let folder = schemas.join("types");
    fs::create_dir_all(&folder).expect("schemas/types can be made");
    fs::write(
        schemas.join("versions.txt"),
        format!("# The minor versions that types/ covers; written by kubeproof-schemas.\noldest 1.{oldest}\nnewest 1.{newest}\n"),
    )
    .expect("schemas/versions.txt can be written");
    for (group, types) in groups {
        let mut out =
            format!("# Types of {group}. Written by kubeproof-schemas; ../README.md explains it.\n");
        for (name, ty) in types {
            let _ = write!(out, "\ntype {name}");
            if ty.kind {
                out.push_str(" kind");
            }
            range(&mut out, (ty.since, ty.until), (oldest, newest));
            out.push('\n');
            for (field, rows) in &ty.fields {
                for row in rows {
                    let _ = write!(out, "  {field} {}", row.ty);
                    if row.required {
                        out.push_str(" required");
                    }
                    if let Some(list) = &row.list {
                        let _ = write!(out, " list={list}");
                    }
                    range(&mut out, (row.since, row.until), (ty.since, ty.until));
                    out.push('\n');
                }
            }
        }
        fs::write(folder.join(format!("{group}.txt")), out).expect("a file of types can be written");
    }
}

/// What differs from the range of what holds it.
fn range(out: &mut String, own: (u8, u8), outer: (u8, u8)) {
    if own.0 != outer.0 {
        let _ = write!(out, " since=1.{}", own.0);
    }
    if own.1 != outer.1 {
        let _ = write!(out, " until=1.{}", own.1);
    }
}
