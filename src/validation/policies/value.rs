//! An object as the expressions of a policy see it: typed, with what the API server has filled in by then. What only the
//! cluster knows, and what tools may add on the way to it, is not known.

use std::borrow::Cow;
use std::cell::Cell;

use super::added;
use crate::cel::{Stop, Val};
use crate::formats::quantity;
use crate::graph::Changes;
use crate::manifest::{handle_of, place_of};
use crate::placeholder::unrendered;
use crate::schema::{Empty, Fills, Shape, Ty, TypeId, table};
use crate::source::Span;
use crate::validation::custom::value::{self, Data};
use crate::version::KubeVersion;
use crate::yaml::{Entry, Node};

/// The namespace of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace<'v> {
    /// Objects of its kind are in none.
    None,
    /// Its name.
    Named(&'v str),
    /// It is said elsewhere.
    Open,
}

/// What there is to know of an object besides its text.
#[derive(Clone)]
pub(super) struct Around<'v> {
    pub kube: KubeVersion,
    /// Texts may wait to be filled in.
    pub placeholders: bool,
    pub namespace: Namespace<'v>,
    /// What kustomizations may change.
    pub changes: Changes,
    /// Its name is not known: a kustomization or the server gives it another one.
    pub renamed: bool,
    /// It is a pod, which admission adds things to.
    pub is_pod: bool,
    /// It is a pod that is made from a template, at which the object stands.
    pub is_made: bool,
    /// A LimitRange may say what its containers take.
    pub is_limited: bool,
    /// What it names lies in another namespace than it says.
    pub is_moved: bool,
    /// A kustomization builds it.
    pub is_built: bool,
    /// Its annotations are about AppArmor, and the server makes fields of them.
    pub has_profiles: bool,
    /// Without labels it takes those of its template.
    pub takes_labels: bool,
    /// What was read last, for the mark.
    pub last: Cell<Option<Span>>,
}

/// A value of an object.
#[derive(Clone, Copy)]
pub(super) struct Value<'v> {
    pub around: &'v Around<'v>,
    pub key: Option<Node<'v>>,
    /// `None`: it stands nowhere.
    pub node: Option<Node<'v>>,
    /// The place of what is above, for what stands nowhere.
    pub above: Span,
    pub what: What<'v>,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum What<'v> {
    /// A whole object.
    Root(TypeId),
    Struct(TypeId),
    Typed(Ty),
    /// Of a type that is not known here.
    Raw,
    /// The metadata of the object, or of a template in it.
    Metadata {
        own: bool,
    },
    /// Labels or annotations.
    Notes {
        own: bool,
        labels: bool,
    },
    /// A list or map that admission adds to.
    Grown(Ty),
    Text(&'v str),
    Bool(bool),
    Int(i64),
    Open,
}

impl<'v> Value<'v> {
    /// An object of a known type, or of none that is known.
    pub(super) fn object(root: Node<'v>, ty: Option<TypeId>, around: &'v Around<'v>) -> Value<'v> {
        Value {
            around,
            key: None,
            node: Some(root),
            above: Span::default(),
            what: ty.map_or(What::Raw, What::Root),
        }
    }

    pub(super) fn with(self, entry: Option<Entry<'v>>, what: What<'v>) -> Value<'v> {
        Value {
            key: entry.map(|entry| entry.key),
            node: entry.map(|entry| entry.value),
            above: self.place(),
            what,
            ..self
        }
    }

    /// Where it stands, or what it is missing from.
    pub(super) fn place(self) -> Span {
        let is_root = self.above == Span::default();
        let handle = || handle_of(self.key, self.node, (!is_root).then_some(|| self.above));
        match self.node {
            Some(node) => place_of(Some(node), handle),
            None => self.above,
        }
    }

    /// The last of a repeated key; null is nothing.
    pub(super) fn entry(self, name: &str) -> Option<Entry<'v>> {
        let node = self.node?;
        let found = match node.has_unique_keys() {
            true => node.entry(name),
            false => {
                let entries = value::entries(node).into_iter();
                let mut named = entries.filter(|(key, _)| key == name);
                named.next().map(|(_, entry)| entry)
            }
        };
        found.filter(|entry| !entry.value.is_null())
    }

    /// An entry of a map of texts. The server makes an empty one of null.
    pub(super) fn pair(self, key: &str) -> Result<Option<Entry<'v>>, Stop> {
        let found = self.entry(key);
        let entries = || self.node.into_iter().flat_map(Node::entries);
        let is_open = |entry: Entry<'v>| {
            let name = entry.key.key_text();
            name.is_none_or(|name| name == key || self.is_open_text(&name))
        };
        match found {
            None if entries().any(is_open) => Err(Stop::Unknown),
            found => Ok(found),
        }
    }

    fn is_open_text(self, text: &str) -> bool {
        self.around.placeholders && unrendered(text)
    }

    pub(super) fn scalar(self) -> Data<'v> {
        match self.node {
            Some(node) => value::scalar(node, &|text| self.is_open_text(text)),
            None => Data::Open,
        }
    }

    pub(super) fn typed(self, ty: Ty) -> What<'v> {
        match ty.shape() {
            Shape::Struct(id) if id == table::OBJECT_META => What::Metadata { own: false },
            Shape::Struct(id) => What::Struct(id),
            Shape::Any => What::Raw,
            _ => What::Typed(ty),
        }
    }

    /// A field of a struct.
    pub(super) fn member(self, id: TypeId, name: &str) -> Result<Option<Self>, Stop> {
        let own = matches!(self.what, What::Root(_));
        if own && self.around.is_made {
            match name {
                "apiVersion" => return Ok(Some(self.with(None, What::Text("v1")))),
                "kind" => return Ok(Some(self.with(None, What::Text("Pod")))),
                "status" => return Err(Stop::Unknown),
                _ => {}
            }
        }
        let Some(info) = id.field(name, self.around.kube) else {
            return Ok(None);
        };
        let what = match self.typed(info.ty) {
            What::Metadata { .. } => What::Metadata { own },
            what => what,
        };
        let changes = self.around.changes;
        let found = self.entry(name);
        if matches!((id.short_name(), name), (_, "replicas") if changes.images)
            || (name == "image" && changes.images && found.is_some())
            || (matches!(name, "data" | "stringData") && id.short_name() == "Secret" && self.entry("stringData").is_some())
            // What controllers say, and what the server says of a claim in a template.
            || (own && name == "status")
            || (!own && matches!(name, "apiVersion" | "kind") && id.is_kind())
            || (self.around.is_built && names_what_is_generated(id.short_name(), name))
            || (changes.labels && matches!(name, "matchLabels" | "selector" | "labelSelector"))
            || (self.around.is_moved && name == "namespace")
            || (self.around.has_profiles && name == "securityContext" && found.is_none())
        {
            return Err(Stop::Unknown);
        }
        if self.around.is_pod {
            let grown = match id.short_name() {
                "PodSpec" => {
                    matches!(
                        name,
                        "volumes" | "tolerations" | "imagePullSecrets" | "nodeSelector"
                    )
                }
                "Container" => name == "volumeMounts" || (name == "env" && self.around.is_made),
                _ => false,
            };
            // A class that pods have by default, and what controllers give the pods that they make.
            let is_given = match name {
                "priorityClassName" => true,
                "affinity" | "hostname" | "subdomain" | "nodeName" => self.around.is_made,
                _ => false,
            };
            if id.short_name() == "PodSpec" && is_given && found.is_none() {
                return Err(Stop::Unknown);
            }
            if grown {
                return Ok(Some(self.with(found, What::Grown(info.ty))));
            }
            // The server gives a pod the requests that it only has limits for.
            let is_given =
                || self.around.is_limited || (name == "requests" && self.entry("limits").is_some());
            if id.short_name() == "ResourceRequirements" && is_given() {
                return Ok(Some(self.with(found, What::Grown(info.ty))));
            }
        }
        let Some(entry) = found else {
            return self.missing(id, name, what);
        };
        if !is_empty(entry.value) || matches!(what, What::Struct(_) | What::Metadata { .. }) {
            return Ok(Some(self.with(Some(entry), what)));
        }
        match id.admitted(name) {
            Some((_, Empty::Kept)) => Ok(Some(self.with(Some(entry), what))),
            // A default takes its place.
            Some((Fills::Nothing, Empty::Dropped)) => {
                self.around.last.set(Some(entry.value.span()));
                Ok(None)
            }
            _ => Err(Stop::Unknown),
        }
    }

    /// A field that is not said.
    fn missing(self, id: TypeId, name: &str, what: What<'v>) -> Result<Option<Self>, Stop> {
        let filled = match id.admitted(name).ok_or(Stop::Unknown)?.0 {
            _ if matches!(what, What::Metadata { .. }) => what,
            Fills::Something => return Err(Stop::Unknown),
            Fills::Struct => what,
            Fills::Bool(value) => What::Bool(value),
            Fills::Int(value) => What::Int(value),
            Fills::Text(text) => What::Text(text),
            Fills::Nothing => {
                self.around.last.set(Some(self.place()));
                return Ok(None);
            }
        };
        Ok(Some(self.with(None, filled)))
    }

    /// A field of metadata.
    pub(super) fn of_metadata(self, own: bool, name: &str) -> Result<Option<Self>, Stop> {
        let found = self.entry(name);
        let around = self.around;
        let own_name = own && !around.renamed && !around.is_made;
        match name {
            "labels" | "annotations" => {
                let labels = name == "labels";
                Ok(Some(self.with(found, What::Notes { own, labels })))
            }
            "namespace" if own => match around.namespace {
                Namespace::None => Ok(None),
                Namespace::Named(name) => Ok(Some(self.with(found, What::Text(name)))),
                Namespace::Open => Err(Stop::Unknown),
            },
            // The server makes up a name before policies are asked.
            "name" if found.is_some() && (own_name || !own) => Ok(found.map(|found| self.text(found))),
            "generateName" | "finalizers" | "ownerReferences" if own && !around.is_made => match found {
                Some(found) if name == "generateName" => Ok(Some(self.text(found))),
                Some(_) => Err(Stop::Unknown),
                None if name == "finalizers" => Err(Stop::Unknown),
                None => Ok(None),
            },
            _ => Err(Stop::Unknown),
        }
    }

    fn text(self, entry: Entry<'v>) -> Value<'v> {
        self.with(Some(entry), What::Raw)
    }

    /// Whether a tool on the way to the cluster, or the cluster, may add a label or annotation.
    fn may_be_added(self, own: bool, labels: bool, key: &str) -> bool {
        let changes = self.around.changes;
        (if labels {
            changes.labels
        } else {
            changes.annotations
        }) || (own && added::by_tools(key))
            || (labels && added::by_controllers(key))
            || (own && labels && self.around.takes_labels && self.node.is_none())
    }

    /// A label or annotation.
    pub(super) fn note(self, own: bool, labels: bool, key: &str) -> Result<Option<Self>, Stop> {
        let changes = self.around.changes;
        match self.pair(key)? {
            Some(_) if labels && changes.labels || !labels && changes.annotations => Err(Stop::Unknown),
            Some(entry) => Ok(Some(self.text(entry))),
            None if self.may_be_added(own, labels, key) => Err(Stop::Unknown),
            None => {
                self.around.last.set(Some(self.place()));
                Ok(None)
            }
        }
    }

    pub(super) fn read_typed(self, ty: Ty) -> Result<Val<'v, Self>, Stop> {
        let node = self.node.ok_or(Stop::Unknown)?;
        match (ty.shape(), self.scalar()) {
            (Shape::List(_), _) if node.is_seq() => Ok(Val::Tree(self)),
            (Shape::Map(_), _) if node.is_map() => Ok(Val::Tree(self)),
            (Shape::String, Data::Str(text)) => Ok(Val::Str(text)),
            (Shape::Bool, Data::Bool(value)) => Ok(Val::Bool(value)),
            (Shape::Int32 | Shape::Int64 | Shape::IntOrString, Data::Int(value)) => Ok(Val::Int(value)),
            (Shape::IntOrString, Data::Str(text)) => Ok(Val::Str(text)),
            (Shape::Quantity, Data::Str(text)) => written(&text),
            (Shape::Quantity, Data::Int(value)) => written(&value.to_string()),
            (Shape::Quantity, Data::Float(value)) => written(&value.to_string()),
            _ => Err(Stop::Unknown),
        }
    }
}

/// Whether a field names a ConfigMap or Secret.
fn names_what_is_generated(of: &str, field: &str) -> bool {
    let named = [
        "ConfigMapVolumeSource",
        "ConfigMapProjection",
        "ConfigMapKeySelector",
        "ConfigMapEnvSource",
        "SecretProjection",
        "SecretKeySelector",
        "SecretEnvSource",
    ];
    field == "secretName" || (field == "name" && named.contains(&of))
}

/// A quantity as the server writes it.
fn written<'v>(text: &str) -> Result<Val<'v, Value<'v>>, Stop> {
    let text = quantity::normal_form(text).ok_or(Stop::Unknown)?;
    Ok(Val::Str(Cow::Owned(text)))
}

/// Whether a value is `false`, 0, "" or has nothing in it.
pub(super) fn is_empty(node: Node<'_>) -> bool {
    match value::scalar(node, &|_| false) {
        Data::Bool(value) => !value,
        Data::Int(value) => value == 0,
        Data::Float(value) => value == 0.0,
        Data::Str(text) => text.is_empty(),
        _ if node.is_map() => node.entries().next().is_none(),
        _ if node.is_seq() => node.items().next().is_none(),
        _ => false,
    }
}
