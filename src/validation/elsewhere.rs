//! Where a field belongs that stands at a wrong place: further out, or in something beside it.

use super::fault::joined;
use super::path::{Part, Place};
use crate::schema::suggest::stability;
use crate::schema::{Shape, TypeId, table};
use crate::version::KubeVersion;
use crate::yaml::Entry;

/// Where a field belongs.
pub(super) struct Elsewhere {
    /// What to do, as an order.
    pub help: String,
    /// Its path there, as the server spells it; `[]` for an item of which it is not known which one.
    pub field: String,
    /// Whether what it belongs to is there, and empty.
    pub in_empty: bool,
}

/// Tells where a field belongs that the type at a place does not have.
pub(super) fn elsewhere(
    key: &str,
    entry: Entry<'_>,
    at: &Place<'_, '_>,
    kube: KubeVersion,
) -> Option<Elsewhere> {
    inside_empty(key, entry, at, kube)
        .or_else(|| property(key, entry, at))
        .or_else(|| above(key, at, kube))
        .or_else(|| other_version(key, at, kube))
        .or_else(|| in_metadata(key, at, kube))
        .or_else(|| namesake(key, at, kube))
        .or_else(|| beside(key, at, kube))
}

/// A field of one that stands above it and is empty: it is not indented.
fn inside_empty(key: &str, entry: Entry<'_>, at: &Place<'_, '_>, kube: KubeVersion) -> Option<Elsewhere> {
    /// Further up nobody means it to be.
    const MOST: usize = 64;
    let Shape::Struct(ty) = at.shape else { return None };
    let above = at.value.raw_entries().take(MOST);
    let above = above.take_while(|other| other.key.id() < entry.key.id());
    let empty = above.filter(|other| other.value.span().is_empty());
    let holders = empty.filter_map(|other| {
        let name = other.key.key_text()?;
        let field = ty.field(&name, kube)?;
        let has = matches!(field.ty.shape(), Shape::Struct(inner) if inner.field(key, kube).is_some());
        has.then_some(field.name)
    });
    let holder = holders.last()?;
    Some(Elsewhere {
        help: format!(
            "indent it, so that it belongs to `{}`",
            joined(at.written(), holder)
        ),
        field: joined(joined(at.full(), holder), key),
        in_empty: true,
    })
}

/// A field that the same type has in another version of its API.
fn other_version(key: &str, at: &Place<'_, '_>, kube: KubeVersion) -> Option<Elsewhere> {
    let Shape::Struct(ty) = at.shape else { return None };
    // Of the object itself or of its spec; what is further in has less to do with a version.
    // And nobody writes so many fields that it pays to look through all types for each.
    let is_long = at.value.raw_entries().nth(256).is_some();
    if is_long || at.up.is_some_and(|up| up.up.is_some()) {
        return None;
    }
    let others = table::types().filter(|other| {
        let is_same = other.group() == ty.group() && other.short_name() == ty.short_name();
        is_same && *other != ty && other.field(key, kube).is_some()
    });
    let other = others.max_by_key(|other| stability(version_of(*other)))?;
    let version = version_of(other);
    let is_served = !ty.group().is_empty() && stability(version) > stability(version_of(ty));
    is_served.then(|| Elsewhere {
        help: format!("write `apiVersion: {}/{version}`, which has it", ty.group()),
        field: joined(at.full(), key),
        in_empty: false,
    })
}

fn version_of(ty: TypeId) -> &'static str {
    ty.name().split_once('.').map_or("", |(version, _)| version)
}

/// A property of a schema that stands beside `properties`.
fn property(key: &str, entry: Entry<'_>, at: &Place<'_, '_>) -> Option<Elsewhere> {
    let is_schema = matches!(at.shape, Shape::Struct(ty) if ty.short_name() == "JSONSchemaProps");
    let holder = joined(at.full(), "properties");
    (is_schema && entry.value.is_map()).then(|| Elsewhere {
        help: "write it under `properties`".into(),
        field: joined(holder, key),
        in_empty: false,
    })
}

/// The structs around a place, the nearest first.
fn around<'p, 't>(at: &'p Place<'p, 't>) -> impl Iterator<Item = (&'p Place<'p, 't>, TypeId)> {
    let up = std::iter::successors(at.up, |place| place.up);
    up.filter_map(|place| match place.shape {
        Shape::Struct(ty) => Some((place, ty)),
        _ => None,
    })
}

/// A field of something around the place: the key is indented too far.
fn above(key: &str, at: &Place<'_, '_>, kube: KubeVersion) -> Option<Elsewhere> {
    let (place, _) = around(at).find(|(_, ty)| ty.field(key, kube).is_some())?;
    let path = place.written();
    Some(Elsewhere {
        help: if path.is_empty() {
            "it belongs to the object itself: indent it less".into()
        } else {
            format!("it belongs to `{path}`: indent it less")
        },
        field: joined(place.full(), key),
        in_empty: false,
    })
}

/// A field of the metadata that stand beside it: only those that people write.
fn in_metadata(key: &str, at: &Place<'_, '_>, kube: KubeVersion) -> Option<Elsewhere> {
    let Shape::Struct(ty) = at.shape else { return None };
    let written = ["annotations", "generateName", "labels", "name", "namespace"];
    let metadata = ty.field("metadata", kube)?.ty.innermost()?;
    let has = written.contains(&key) && metadata.field(key, kube).is_some();
    has.then(|| moved(at, "metadata", key))
}

/// A field of what has the same name and another type: pods and containers have a `securityContext` each.
fn namesake(key: &str, at: &Place<'_, '_>, kube: KubeVersion) -> Option<Elsewhere> {
    let Part::Field(own) = at.part else { return None };
    let name = own.name();
    let has = |ty: TypeId| {
        let field = ty.field(name, kube);
        let inner = field.and_then(|field| field.ty.innermost());
        inner.is_some_and(|inner| inner.field(key, kube).is_some())
    };
    if let Some((place, _)) = around(at).skip(1).find(|(_, ty)| has(*ty)) {
        return Some(moved(place, name, key));
    }
    // Further in only where there is no doubt: all pods have containers.
    let (place, ty) = around(at).next()?;
    let mut inside = ty.fields(kube).filter(|field| field.required);
    let list = inside.find(|field| field.ty.innermost().is_some_and(has))?;
    Some(moved(place, &format!("{}[].{name}", list.name), key))
}

/// What may hold a field that was written beside it, or into what stands beside it. Not so the one source of a volume
/// what was meant for another.
const BESIDE: [&str; 2] = ["spec", "securityContext"];

/// A field of what stands beside the place or something around it: `replicas` under `metadata`.
fn beside(key: &str, at: &Place<'_, '_>, kube: KubeVersion) -> Option<Elsewhere> {
    let has = |ty: TypeId| ty.field(key, kube).is_some();
    around(at).find_map(|(place, ty)| {
        let name = BESIDE.into_iter().find(|name| {
            let field = ty.field(name, kube);
            field.is_some_and(|field| field.ty.innermost().is_some_and(has))
        });
        Some(moved(place, name?, key))
    })
}

/// The field belongs into another one of what is at a place.
fn moved(place: &Place<'_, '_>, other: &str, key: &str) -> Elsewhere {
    Elsewhere {
        help: format!(
            "it belongs to `{}`: move it there",
            joined(place.written(), other)
        ),
        field: joined(joined(place.full(), other), key),
        in_empty: false,
    }
}
