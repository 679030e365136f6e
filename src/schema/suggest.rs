//! What an author probably meant: near misses of fields and kinds, fields that stand elsewhere, old shapes.

use super::{KindInfo, TypeId, kinds, table};
use crate::near::nearest;
use crate::version::KubeVersion;

/// What to say about a field that a type does not have.
pub(crate) enum Unknown {
    /// What to write instead, in words.
    Old(&'static str),
    /// A field of the same type, spelled almost so.
    Near(&'static str),
    /// The type has the field in other versions only.
    OtherVersion(u8, u8),
    /// The field stands further down: `template.spec.containers`.
    Below(String),
    /// Nothing.
    Nothing,
}

pub(crate) fn unknown_field(ty: TypeId, name: &str, kube: KubeVersion) -> Unknown {
    if let Some(hint) = table::old_field(ty, name) {
        return Unknown::Old(hint);
    }
    if let Some(id) = table::name_id(name.as_bytes())
        && let Some(field) = table::fields(ty).find(|f| table::name_id(f.name().as_bytes()) == Some(id))
    {
        let (since, until) = field.versions();
        return Unknown::OtherVersion(since, until);
    }
    // A field that was meant for a type further down outranks a near miss of a spelling: `env` is no
    // misspelt `end`. A difference in case alone is always a slip.
    let fields = || ty.fields(kube).map(|field| field.name);
    if let Some(near) = fields().find(|field| field.eq_ignore_ascii_case(name)) {
        return Unknown::Near(near);
    }
    if let Some(near) = fields().find(|field| differ_in_number(field, name)) {
        return Unknown::Near(near);
    }
    if let Some(path) = below(ty, name, kube) {
        return Unknown::Below(path);
    }
    nearest(name, fields()).map_or(Unknown::Nothing, Unknown::Near)
}

/// Whether one of two words is the plural of the other: `volume` is more likely a slip than a field far below.
fn differ_in_number(a: &str, b: &str) -> bool {
    let is_plural = |many: &str, one: &str| {
        many.strip_prefix(one)
            .is_some_and(|end| matches!(end, "s" | "es"))
            || many
                .strip_suffix("ies")
                .is_some_and(|stem| one.strip_suffix('y') == Some(stem))
    };
    is_plural(a, b) || is_plural(b, a)
}

/// Fields that all objects have: what is meant is never far below.
const OF_OBJECTS: [&str; 4] = ["apiVersion", "kind", "metadata", "status"];

/// Where under a type a field of this name stands, breadth first: at one place only, or at one that every
/// object has (`containers[].env` rather than `initContainers[].env`).
pub(crate) fn below(ty: TypeId, name: &str, kube: KubeVersion) -> Option<String> {
    table::name_id(name.as_bytes()).filter(|_| !OF_OBJECTS.contains(&name))?;
    let mut level: Vec<(TypeId, String)> = vec![(ty, String::new())];
    let mut seen = vec![ty];
    for _ in 0..3 {
        let mut next = Vec::new();
        let mut found: Vec<(bool, String)> = Vec::new();
        for (ty, path) in &level {
            for field in ty.fields(kube) {
                let Some(inner) = field.ty.innermost() else {
                    continue;
                };
                // `status` is written by controllers, and metadata's fields are everywhere.
                if field.name == "status" || inner.group() == "meta" || seen.contains(&inner) {
                    continue;
                }
                seen.push(inner);
                let list = matches!(field.ty.shape(), super::Shape::List(_));
                let here = format!("{path}{}{}.", field.name, if list { "[]" } else { "" });
                if inner.field(name, kube).is_some() {
                    found.push((field.required, format!("{here}{name}")));
                }
                next.push((inner, here));
            }
        }
        if found.len() > 1 {
            found.retain(|(required, _)| *required);
            return found.pop().filter(|_| found.is_empty()).map(|(_, path)| path);
        }
        if let Some((_, path)) = found.pop() {
            return Some(path);
        }
        level = next;
    }
    None
}

/// The kind that is meant by a kind unknown in its group: in the group itself, else in any.
pub(crate) fn kind(group: &str, kind: &str, kube: KubeVersion) -> Option<&'static KindInfo> {
    let served = |info: &&KindInfo| info.serves(kube);
    let exact = kinds().iter().filter(served).filter(|info| info.kind == kind);
    if let Some(best) = best_version(exact) {
        return Some(best);
    }
    let words = |info: &'static KindInfo| {
        [info.kind, info.plural]
            .into_iter()
            .chain(info.short_names.iter().copied())
    };
    // `deployment`, `deployments` and `deploy` all mean Deployment.
    let other_name = kinds()
        .iter()
        .filter(served)
        .filter(|info| words(info).any(|word| word.eq_ignore_ascii_case(kind)));
    if let Some(best) = best_version(other_name) {
        return Some(best);
    }
    let own = kinds()
        .iter()
        .filter(served)
        .filter(|info| info.group == group)
        .map(|info| info.kind);
    let all = kinds().iter().filter(served).map(|info| info.kind);
    let name = nearest(kind, own).or_else(|| nearest(kind, all))?;
    best_version(kinds().iter().filter(served).filter(|info| info.kind == name))
}

/// The most stable version among kinds of one name; the core group before others.
fn best_version(infos: impl Iterator<Item = &'static KindInfo>) -> Option<&'static KindInfo> {
    infos.max_by_key(|info| (stability(info.version), std::cmp::Reverse(info.group)))
}

/// Orders versions as the API machinery does: `v2` > `v1` > `v1beta2` > `v1alpha1`.
pub fn stability(version: &str) -> (u8, u32, u32) {
    let rest = version.strip_prefix('v').unwrap_or(version);
    let (level, (major, minor)) = if let Some(parts) = rest.split_once("beta") {
        (1, parts)
    } else if let Some(parts) = rest.split_once("alpha") {
        (0, parts)
    } else {
        (2, (rest, ""))
    };
    (level, major.parse().unwrap_or(0), minor.parse().unwrap_or(0))
}

/// Whether a version is `v1`, `v2` …: neither alpha nor beta.
pub(crate) fn is_stable(version: &str) -> bool {
    // Both of these words hold an `a`.
    !version.bytes().any(|byte| byte == b'a')
}

/// The built-in group that is surely meant by one that the server does not serve, for a kind of that group.
pub(crate) fn group(group: &str, kind: &str, kube: KubeVersion) -> Option<&'static KindInfo> {
    if !super::lookup::may_be_kind(kind) {
        return None; // nearly every kind of a custom resource
    }
    let candidates = || {
        kinds()
            .iter()
            .filter(|info| info.kind == kind && info.serves(kube) && !info.group.is_empty())
    };
    if let Some(name) = nearest(group, candidates().map(|info| info.group)) {
        return best_version(candidates().filter(|info| info.group == name));
    }
    // Groups under the project's own domain that nobody but Kubernetes has kinds of these names in. What the server
    // writes into its audit log has kinds of its own.
    let own = group.strip_suffix(".k8s.io");
    own.filter(|own| !own.contains('.') && *own != "audit")
        .and_then(|_| best_version(candidates()))
}

/// The successor of a version that is not served: the most stable one of the same kind and group.
pub(crate) fn successor(group: &str, kind: &str, kube: KubeVersion) -> Option<&'static KindInfo> {
    best_version(
        super::versions_of(group, kind)
            .iter()
            .filter(|info| info.serves(kube)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_by_the_server() {
        let mut versions = ["v1alpha2", "v1", "v1beta1", "v2beta1", "v2", "v1beta2"];
        versions.sort_by_key(|v| stability(v));
        assert_eq!(
            versions,
            ["v1alpha2", "v1beta1", "v1beta2", "v2beta1", "v1", "v2"]
        );
    }
}
