//! Where values come from: the way to them that the server follows through the schema, in its own odd manner.
//!
//! It takes the first step of every way for the name of a variable that holds `self`. So the items of a list that an
//! expression made are taken to be as long as `self`: what has no way of its own begins one with its items.

use super::sizes::{Size, WITHIN, elements, is_true, text, values};
use crate::cel::declare::property;
use crate::yaml::Node;

/// Names of objects are no longer, which the server knows since 1.37.
const NAME: u64 = 253;
const NAME_SINCE: u8 = 37;

/// Where a value comes from.
#[derive(Clone, Copy)]
pub(super) enum Place<'t> {
    /// From nowhere.
    Made,
    /// A value of a schema; of one for a whole object where the flag says so.
    Schema(Node<'t>, bool),
    /// The metadata of an object, whose schema says nothing of it.
    Metadata,
    /// A name in metadata.
    Name,
    /// A string as long as a request.
    Text,
    /// A key of a map, whose length is taken for none.
    Key,
    /// A way that leads to nothing that the server knows.
    Astray,
    /// Not followed here.
    Untold,
}

/// A step from a value into it.
#[derive(Clone, Copy)]
pub(super) enum Step<'s> {
    Field(&'s str),
    Keys,
    /// The items of a list, or the values of a map.
    Inner,
    /// The numbers of a list's items.
    Numbers,
}

impl<'t> Place<'t> {
    /// One step on. `of_self` is where `self` stands.
    pub fn step(self, step: Step<'_>, of_self: Place<'t>) -> Place<'t> {
        match (self, step) {
            (Place::Made, _) => of_self,
            (Place::Untold, _) => Place::Untold,
            (Place::Metadata, Step::Field("name" | "generateName")) => Place::Name,
            (Place::Schema(schema, _), _) if is_true(schema, "x-kubernetes-int-or-string") => Place::Astray,
            (Place::Schema(schema, root), step) => within(schema, root, step),
            _ => Place::Astray,
        }
    }

    /// How long its values can be; `None`: the server cannot tell.
    pub fn size(self, minor: u8) -> Option<Size> {
        Some(match self {
            Place::Made | Place::Astray => return None,
            Place::Schema(schema, root) => Size::up_to(elements(schema, root)),
            Place::Name if minor >= NAME_SINCE => Size::up_to(NAME),
            Place::Text | Place::Name => Size::up_to(WITHIN),
            Place::Metadata | Place::Key => Size::up_to(0),
            Place::Untold => Size::UNTOLD,
        })
    }
}

fn within<'t>(schema: Node<'t>, root: bool, step: Step<'_>) -> Place<'t> {
    let kind = text(schema, "type");
    let inner = match &*kind {
        "array" => schema.get("items").filter(|node| node.is_map()),
        "object" if !root => values(schema),
        _ => None,
    };
    match step {
        Step::Inner => inner.map_or(Place::Astray, of),
        Step::Keys if kind == "object" && inner.is_some() => Place::Key,
        Step::Field(name) if kind == "object" && inner.is_none() => field(schema, root, name),
        _ => Place::Astray,
    }
}

fn field<'t>(schema: Node<'t>, root: bool, name: &str) -> Place<'t> {
    if root && matches!(name, "apiVersion" | "kind" | "metadata") {
        let own = |name| property(schema, name);
        let is_text = |node: Option<Node<'_>>| node.is_some_and(|node| text(node, "type") == "string");
        let names_metadata = own("metadata").is_some_and(|metadata| {
            text(metadata, "type") == "object"
                && is_text(property(metadata, "name"))
                && is_text(property(metadata, "generateName"))
        });
        // A schema that says all of it counts; else the server puts its own in the place of all three.
        return match name {
            _ if names_metadata && is_text(own("apiVersion")) && is_text(own("kind")) => {
                own(name).map_or(Place::Astray, of)
            }
            "metadata" => Place::Metadata,
            _ => Place::Text,
        };
    }
    property(schema, name).map_or(Place::Astray, of)
}

fn of(schema: Node<'_>) -> Place<'_> {
    Place::Schema(schema, is_true(schema, "x-kubernetes-embedded-resource"))
}
