//! What an expression can name: variables and their fields.

use std::borrow::Cow;
use std::rc::Rc;

use super::types::{Simple, Type};
use crate::yaml::Node;

/// A message's fields.
pub enum Struct<'t> {
    /// Declared here.
    Fields(Vec<(&'static str, Type)>),
    /// Variables, each with the type of its expression.
    Variables(Vec<(String, Type)>),
    /// The properties of a schema; whether it is that of a whole object.
    Schema(Node<'t>, bool),
}

/// All that an expression can name.
pub struct Env<'t> {
    pub(super) variables: Vec<(&'static str, Type)>,
    pub(super) structs: Vec<Struct<'t>>,
    /// The minor version of Kubernetes.
    pub(super) minor: u8,
    /// Whether messages can be made for patches.
    pub(super) patch: bool,
    /// Whether `cel.bind` is there.
    pub(super) bind: bool,
    /// The schema of `self`, and whether it is that of a whole object, where costs are to be told.
    pub(super) of_self: Option<(Node<'t>, bool)>,
}

const STRING: Type = Type::STRING;

impl<'t> Env<'t> {
    /// An environment with nothing but the functions of a minor version.
    pub fn empty(minor: u8) -> Self {
        Env {
            variables: Vec::new(),
            structs: Vec::new(),
            minor,
            patch: false,
            bind: false,
            of_self: None,
        }
    }

    /// That of admission: the object, the request and what is around them.
    pub fn admission(minor: u8) -> Self {
        let mut env = Env::empty(minor);
        env.declare("object", Type::DYN);
        env.declare("oldObject", Type::DYN);
        let request = env.request();
        env.declare("request", request);
        let namespace = env.namespace();
        env.declare("namespaceObject", namespace);
        env
    }

    /// The authorizer, for checks of what the user may do.
    pub fn with_authorizer(mut self) -> Self {
        self.declare("authorizer", Type::Is(Simple::Opaque("Authorizer")));
        self.declare(
            "authorizer.requestResource",
            Type::Is(Simple::Opaque("ResourceCheck")),
        );
        self
    }

    /// The parameters of a policy.
    pub fn with_params(mut self) -> Self {
        self.declare("params", Type::DYN);
        self
    }

    /// Messages for patches.
    pub fn with_patches(mut self) -> Self {
        self.patch = true;
        self
    }

    /// Variables that were declared by expressions.
    pub fn with_variables(mut self, variables: Vec<(String, Type)>) -> Self {
        let message = self.message(Struct::Variables(variables));
        self.declare("variables", message);
        self
    }

    /// A device that a claim selects.
    pub fn device(minor: u8) -> Self {
        let mut env = Env::empty(minor);
        env.bind = true;
        let mut fields = vec![
            ("driver", STRING),
            ("attributes", Type::Is(Simple::Any).map().map()),
            ("capacity", Type::Is(Simple::Opaque("Quantity")).map().map()),
        ];
        if minor >= 36 {
            fields.push(("allowMultipleAllocations", Type::BOOL));
        }
        let device = env.message(Struct::Fields(fields));
        env.declare("device", device);
        env
    }

    /// Takes all variables away.
    pub fn forget(&mut self) {
        self.variables.clear();
    }

    /// Says what schema `self` has, so that costs are told.
    pub fn of_self(&mut self, schema: Node<'t>, root: bool) {
        self.of_self = Some((schema, root));
    }

    /// Declares a variable.
    pub fn declare(&mut self, name: &'static str, kind: Type) {
        self.variables.push((name, kind));
    }

    /// Adds a message.
    pub fn message(&mut self, message: Struct<'t>) -> Type {
        self.structs.push(message);
        Type::Struct(self.structs.len() as u32 - 1)
    }

    fn request(&mut self) -> Type {
        let versioned = |last| vec![("group", STRING), ("version", STRING), (last, STRING)];
        let kind = self.message(Struct::Fields(versioned("kind")));
        let resource = self.message(Struct::Fields(versioned("resource")));
        let user = self.message(Struct::Fields(vec![
            ("username", STRING),
            ("uid", STRING),
            ("groups", STRING.list()),
            ("extra", STRING.list().map()),
        ]));
        self.message(Struct::Fields(vec![
            ("kind", kind.clone()),
            ("resource", resource.clone()),
            ("subResource", STRING),
            ("requestKind", kind),
            ("requestResource", resource),
            ("requestSubResource", STRING),
            ("name", STRING),
            ("namespace", STRING),
            ("operation", STRING),
            ("userInfo", user),
            ("dryRun", Type::BOOL),
            ("options", Type::DYN),
        ]))
    }

    fn namespace(&mut self) -> Type {
        let time = Type::Is(Simple::Timestamp);
        let spec = self.message(Struct::Fields(vec![("finalizers", STRING.list())]));
        let condition = self.message(Struct::Fields(vec![
            ("status", STRING),
            ("type", STRING),
            ("lastTransitionTime", time.clone()),
            ("message", STRING),
            ("reason", STRING),
        ]));
        let status = self.message(Struct::Fields(vec![
            ("conditions", condition.list()),
            ("phase", STRING),
        ]));
        let metadata = self.message(Struct::Fields(vec![
            ("name", STRING),
            ("generateName", STRING),
            ("namespace", STRING),
            ("labels", STRING.map()),
            ("annotations", STRING.map()),
            ("UID", STRING),
            ("creationTimestamp", time.clone()),
            ("deletionGracePeriodSeconds", Type::INT),
            ("deletionTimestamp", time),
            ("generation", Type::INT),
            ("resourceVersion", STRING),
            ("finalizers", STRING.list()),
        ]));
        self.message(Struct::Fields(vec![
            ("metadata", metadata),
            ("spec", spec),
            ("status", status),
        ]))
    }

    /// The names of a message's fields, to suggest one.
    pub(super) fn fields(&self, message: u32) -> Vec<String> {
        match self.structs.get(message as usize) {
            Some(Struct::Fields(fields)) => fields.iter().map(|(name, _)| name.to_string()).collect(),
            Some(Struct::Variables(fields)) => fields.iter().map(|(name, _)| name.clone()).collect(),
            Some(Struct::Schema(node, _)) => {
                let properties = node.get("properties").into_iter();
                let keys = properties.flat_map(|map| map.entries());
                keys.filter_map(|entry| entry.key.key_text())
                    .map(|key| escaped(&key))
                    .collect()
            }
            None => Vec::new(),
        }
    }

    /// The type of a field of a message; `None`: it has none of that name.
    pub(super) fn field(&mut self, message: u32, name: &str) -> Option<Type> {
        let (node, root) = match self.structs.get(message as usize)? {
            Struct::Fields(fields) => {
                return fields
                    .iter()
                    .find(|(this, _)| *this == name)
                    .map(|(_, kind)| kind.clone());
            }
            Struct::Variables(fields) => {
                return fields
                    .iter()
                    .rev()
                    .find(|(this, _)| this == name)
                    .map(|(_, kind)| kind.clone());
            }
            Struct::Schema(node, root) => (*node, *root),
        };
        if root {
            match name {
                "apiVersion" | "kind" => return Some(STRING),
                "metadata" => {
                    let names = vec![("name", STRING), ("generateName", STRING)];
                    return Some(self.message(Struct::Fields(names)));
                }
                _ => {}
            }
        }
        // Words that CEL keeps for itself are fields as they stand since 1.32; before, only as `__namespace__`.
        if self.minor < 32 && super::parse::RESERVED.contains(&name) {
            return None;
        }
        self.schema(property(node, name)?, false, 0)
    }

    /// The type that a schema describes; `None`: expressions do not see it.
    pub fn schema(&mut self, schema: Node<'t>, root: bool, depth: u32) -> Option<Type> {
        if depth > 32 {
            return Some(Type::DYN);
        }
        let is_true = |name: &str| {
            schema
                .get(name)
                .is_some_and(|node| node.scalar() == Some(crate::yaml::Scalar::Bool(true)))
        };
        if is_true("x-kubernetes-int-or-string") {
            return Some(Type::DYN);
        }
        let text = |name: &str| schema.get(name).and_then(|node| node.str()).unwrap_or_default();
        match &*text("type") {
            "array" => {
                let items = schema.get("items").filter(|items| items.is_map())?;
                self.schema(items, false, depth + 1).map(Type::list)
            }
            "object" => {
                if !root
                    && let Some(values) = schema
                        .get("additionalProperties")
                        .filter(|values| values.is_map())
                {
                    return self.schema(values, false, depth + 1).map(Type::map);
                }
                let root = root || is_true("x-kubernetes-embedded-resource");
                Some(self.of_schema(schema, root))
            }
            "string" => Some(Type::Is(match &*text("format") {
                "byte" => Simple::Bytes,
                "duration" => Simple::Duration,
                "date" | "date-time" => Simple::Timestamp,
                _ => Simple::String,
            })),
            "boolean" => Some(Type::BOOL),
            "number" => Some(Type::Is(Simple::Double)),
            "integer" => Some(Type::INT),
            _ => None,
        }
    }

    fn of_schema(&mut self, node: Node<'t>, root: bool) -> Type {
        let known = self.structs.iter().position(
            |this| matches!(this, Struct::Schema(other, whole) if *other == node && *whole == root),
        );
        match known {
            Some(i) => Type::Struct(i as u32),
            None => self.message(Struct::Schema(node, root)),
        }
    }

    /// A message of this name that a patch can make.
    pub(super) fn patch(&self, name: &str) -> Option<Type> {
        let known = name == "JSONPatch" || name == "Object" || name.starts_with("Object.");
        (self.patch && known).then(|| Type::Patch(Rc::from(name)))
    }
}

/// The schema of a property by the name that expressions have for it.
pub(super) fn property<'t>(schema: Node<'t>, name: &str) -> Option<Node<'t>> {
    let properties = schema.get("properties")?;
    let property = match name.contains("__") {
        false if properties.has_unique_keys() => properties.entry(name)?,
        _ => properties.entries().find(|entry| {
            let key = entry.key.key_text().unwrap_or_default();
            match reads_otherwise(&key) {
                true => escaped(&key) == name,
                false => key == name,
            }
        })?,
    };
    Some(property.value)
}

/// Whether expressions write a property's name in another way.
fn reads_otherwise(name: &str) -> bool {
    name.contains(['.', '-', '/']) || name.contains("__") || super::parse::RESERVED.contains(&name)
}

/// A property's name as expressions write it.
fn escaped(name: &str) -> String {
    if super::parse::RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    name.replace("__", "\0")
        .replace('.', "__dot__")
        .replace('-', "__dash__")
        .replace('/', "__slash__")
        .replace('\0', "__underscores__")
}

/// The property that expressions write like this.
pub(crate) fn unescaped(name: &str) -> Cow<'_, str> {
    if !name.as_bytes().windows(2).any(|pair| pair == b"__") {
        return Cow::Borrowed(name);
    }
    let inner = name.strip_prefix("__").and_then(|name| name.strip_suffix("__"));
    if let Some(word) = inner.filter(|word| super::parse::RESERVED.contains(word)) {
        return Cow::Borrowed(word);
    }
    let plain = name
        .replace("__underscores__", "\0")
        .replace("__dot__", ".")
        .replace("__dash__", "-")
        .replace("__slash__", "/")
        .replace('\0', "__");
    Cow::Owned(plain)
}
