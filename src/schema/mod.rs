//! What the Kubernetes API is made of: kinds, types and fields by version, from the tables that `build.rs`
//! packs out of `schemas/`. Nothing is parsed or allocated at start-up.

mod lookup;
pub mod suggest;
pub(crate) mod table;

use crate::version::KubeVersion;

/// A type of the API, `core/v1.Container`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TypeId(u16);

/// A type expression: what a field, a list's items or a map's values hold.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ty(u16);

/// What a type expression says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A string.
    String,
    /// A boolean.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Any number.
    Float,
    /// Bytes, written as base64.
    Bytes,
    /// A time, RFC 3339.
    Time,
    /// A time, RFC 3339 with six digits of a second's fraction.
    MicroTime,
    /// A quantity such as `500m` or `1Gi`, a string or a number.
    Quantity,
    /// A whole number of 32 bits, or a string.
    IntOrString,
    /// Anything.
    Any,
    /// A list of items.
    List(Ty),
    /// A map with free keys.
    Map(Ty),
    /// A struct with named fields.
    Struct(TypeId),
    /// One type or the other: `bool` or a schema. What is inside is read leniently.
    Either(Ty, Ty),
}

impl Ty {
    /// What it says.
    pub fn shape(self) -> Shape {
        let (tag, a, b) = table::expr(self.0);
        match tag {
            0 => Shape::String,
            1 => Shape::Bool,
            2 => Shape::Int32,
            3 => Shape::Int64,
            4 => Shape::Float,
            5 => Shape::Bytes,
            6 => Shape::Time,
            7 => Shape::MicroTime,
            8 => Shape::Quantity,
            9 => Shape::IntOrString,
            10 => Shape::Any,
            11 => Shape::List(Ty(a)),
            12 => Shape::Map(Ty(a)),
            13 => Shape::Struct(TypeId(a)),
            _ => Shape::Either(Ty(a), Ty(b)),
        }
    }

    /// Whether anything within has constraints.
    pub fn constrained(self) -> bool {
        table::REACHES.get(self.0 as usize).copied().unwrap_or_default()
    }

    /// The struct that stands at the end of lists and maps: of `[]v1.EnvVar` that is `v1.EnvVar`.
    pub fn innermost(self) -> Option<TypeId> {
        let mut ty = self;
        loop {
            match ty.shape() {
                Shape::List(inner) | Shape::Map(inner) => ty = inner,
                Shape::Struct(id) => return Some(id),
                _ => return None,
            }
        }
    }
}

/// One field of a type.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub ty: Ty,
    /// Whether the published schema calls it required.
    pub required: bool,
    /// Of a list `atomic`, `set` or the keys that tell its items apart; else "".
    pub list: &'static str,
    /// First and last minor version that has it with this type.
    pub versions: (u8, u8),
    /// The embedded Go struct whose name the server prints before it, from 1.35 on; else "".
    pub embedded: &'static str,
}

impl From<table::FieldRef> for FieldInfo {
    fn from(row: table::FieldRef) -> FieldInfo {
        FieldInfo {
            name: row.name(),
            ty: row.ty(),
            required: row.required(),
            list: row.list(),
            versions: row.versions(),
            embedded: row.embedded(),
        }
    }
}

impl TypeId {
    /// Its place among all types.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Version and name: `v1.Container`.
    pub fn name(self) -> &'static str {
        table::type_row(self).0
    }

    /// The name alone: `Container`.
    pub fn short_name(self) -> &'static str {
        self.name().split_once('.').map_or(self.name(), |(_, name)| name)
    }

    /// The API group; "" is the core group, `meta` what all groups share.
    pub fn group(self) -> &'static str {
        table::type_row(self).1
    }

    /// First and last minor version that has it.
    pub fn versions(self) -> (u8, u8) {
        table::type_row(self).2
    }

    /// Whether objects of their own have this type.
    pub fn is_kind(self) -> bool {
        table::type_row(self).3
    }

    /// The fields that the type has in a version, by name.
    pub fn fields(self, kube: KubeVersion) -> impl Iterator<Item = FieldInfo> {
        let minor = kube.minor();
        table::fields(self)
            .filter(move |row| (row.versions().0..=row.versions().1).contains(&minor))
            .map(FieldInfo::from)
    }

    /// The fields of all versions, by name.
    pub fn all_fields(self) -> impl Iterator<Item = FieldInfo> {
        table::fields(self).map(FieldInfo::from)
    }

    /// One field, if the type has it in a version.
    pub fn field(self, name: &str, kube: KubeVersion) -> Option<FieldInfo> {
        table::field_named(self, name.as_bytes(), kube.minor()).map(|(_, row)| row.into())
    }

    /// All types.
    pub fn all() -> impl Iterator<Item = TypeId> {
        table::types()
    }

    /// The type of this group (`""`, `apps`, `meta` …) and name (`v1.PodSpec`).
    pub fn find(group: &str, name: &str) -> Option<TypeId> {
        TypeId::all().find(|ty| ty.group() == group && ty.name() == name)
    }
}

/// What the server has filled in for a field of an object that does not say it, when policies of admission see the object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fills {
    /// It is not there.
    Nothing,
    /// Perhaps it is.
    Something,
    /// A struct, with what is filled in of its own.
    Struct,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(&'static str),
}

/// What has become of `false`, 0 or "" by then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Empty {
    /// It is not known here.
    Open,
    /// It is there as it was said.
    Kept,
    /// It is not there.
    Dropped,
}

impl TypeId {
    /// What policies of admission see of a field that is not said, or empty; `None`: it is not known of this type.
    pub fn admitted(self, field: &str) -> Option<(Fills, Empty)> {
        let fields = table::admitted(self)?;
        let found = fields.iter().find(|known| known.name == field);
        Some(found.map_or((Fills::Nothing, Empty::Open), |known| (known.fills, known.empty)))
    }
}

impl std::fmt::Display for Ty {
    /// As in `schemas/`: `[]v1.EnvVar`, `map[string]string`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.shape() {
            Shape::String => f.write_str("string"),
            Shape::Bool => f.write_str("bool"),
            Shape::Int32 => f.write_str("int32"),
            Shape::Int64 => f.write_str("int64"),
            Shape::Float => f.write_str("float"),
            Shape::Bytes => f.write_str("bytes"),
            Shape::Time => f.write_str("time"),
            Shape::MicroTime => f.write_str("microtime"),
            Shape::Quantity => f.write_str("quantity"),
            Shape::IntOrString => f.write_str("int-or-string"),
            Shape::Any => f.write_str("any"),
            Shape::List(item) => write!(f, "[]{item}"),
            Shape::Map(value) => write!(f, "map[string]{value}"),
            Shape::Struct(ty) => f.write_str(ty.short_name()),
            Shape::Either(a, b) => write!(f, "{a}|{b}"),
        }
    }
}

/// Whether objects of a kind live in namespaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// They do.
    Namespaced,
    /// They do not.
    Cluster,
}

/// What the server demands of `metadata.name`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameFormat {
    /// Labels of lower-case letters, digits and `-`, joined with dots; 253 bytes.
    DnsSubdomain,
    /// One label of lower-case letters, digits and `-`; 63 bytes.
    DnsLabel,
    /// A label that starts with a letter.
    Dns1035Label,
    /// Anything without `/` and `%`, but not `.` and `..`.
    PathSegment,
    /// A key of a ConfigMap: letters, digits, `-`, `_`, `.`.
    ConfigKey,
    /// An IP address in its canonical form.
    IpAddress,
    /// `GROUP.RESOURCE`.
    GroupResource,
    /// Objects of the kind are answered and forgotten; metadata is not looked at.
    Unnamed,
}

/// A kind in one version of its group.
#[derive(Clone, Copy, Debug)]
pub struct KindInfo {
    /// The API group; "" is the core group.
    pub group: &'static str,
    /// `v1`, `v1beta1` …
    pub version: &'static str,
    /// `Ingress`.
    pub kind: &'static str,
    /// The type of its objects; `None` for what was removed before the oldest version known.
    pub ty: Option<TypeId>,
    /// First and last minor version whose published schema has it (0 where there is no type).
    pub since: u8,
    /// See `since`.
    pub until: u8,
    /// The minor version that deprecated it; 0 when not known to be deprecated.
    pub deprecated: u8,
    /// The first minor version without it; 1 for a version before the oldest known that is not recorded,
    /// 0 when it is not removed.
    pub removed: u8,
    /// `GROUP/VERSION` to use instead, where it does not follow from the other versions of the kind.
    pub use_api_version: &'static str,
    /// The kind to use instead.
    pub use_kind: &'static str,
    /// What to do where nothing takes its place.
    pub note: &'static str,
    /// Whether a server serves it unless told otherwise.
    pub on_by_default: bool,
    /// Whether objects of the kind can be created at all.
    pub creatable: bool,
    /// `ingresses`.
    pub plural: &'static str,
    /// Whether its objects live in namespaces; `None` where it was removed long ago.
    pub scope: Option<Scope>,
    /// `ing`.
    pub short_names: &'static [&'static str],
    names: &'static [(u8, NameFormat)],
}

impl KindInfo {
    /// Whether a server of this version knows the kind (with all APIs switched on).
    pub fn serves(&self, kube: KubeVersion) -> bool {
        self.ty.is_some() && (self.since..=self.until).contains(&kube.minor())
    }

    /// `networking.k8s.io/v1`, `v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// What the server demands of `metadata.name`.
    pub fn name_format(&self, kube: KubeVersion) -> NameFormat {
        self.names
            .iter()
            .find(|(until, _)| kube.minor() <= *until)
            .map_or(NameFormat::PathSegment, |(_, format)| *format)
    }
}

/// A kind in one version of its group (`""`, `v1`, `Secret`), whether or not it is still served.
pub fn kind(group: &str, version: &str, kind: &str) -> Option<&'static KindInfo> {
    lookup::versions(group, kind)
        .iter()
        .find(|info| info.version == version)
}

/// A kind in a version of its group, or in the last version known of it.
pub fn known(group: &str, version: &str, name: &str) -> Option<&'static KindInfo> {
    kind(group, version, name).or_else(|| versions_of(group, name).last())
}

/// All versions of a kind in a group, by version.
pub fn versions_of(group: &str, kind: &str) -> &'static [KindInfo] {
    lookup::versions(group, kind)
}

/// All kinds in all versions, by group, kind and version.
pub fn kinds() -> &'static [KindInfo] {
    table::kinds()
}

/// Whether the API server itself serves, or once served, this group.
pub fn is_built_in(group: &str) -> bool {
    if !lookup::may_be_group(group) {
        return false; // nearly every group of a custom resource
    }
    !kinds_of(group).is_empty()
}

/// All kinds of a group in all versions, by kind and version.
pub fn kinds_of(group: &str) -> &'static [KindInfo] {
    let kinds = table::kinds();
    let first = kinds.partition_point(|info| info.group < group);
    let rest = kinds.get(first..).unwrap_or_default();
    let end = rest.partition_point(|info| info.group == group);
    rest.get(..end).unwrap_or_default()
}

/// The first and last minor version that the tables cover.
pub const COVERED: (u8, u8) = (table::OLDEST, table::NEWEST);
