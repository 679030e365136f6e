//! Names of resources, as quotas, limits and nodes use them.

use crate::names::{self, Faults};
use crate::near::nearest;

/// What every node has, and a container can ask for.
const OF_NODES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

const COMPUTE: [&str; 6] = [
    "cpu",
    "memory",
    "limits.cpu",
    "limits.memory",
    "requests.cpu",
    "requests.memory",
];
const DISK: [&str; 3] = [
    "ephemeral-storage",
    "limits.ephemeral-storage",
    "requests.ephemeral-storage",
];
const COUNTED: [&str; 9] = [
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

/// Pages of memory of another size.
pub fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Whether a quota can count a resource without a domain.
pub fn is_for_quota(name: &str) -> bool {
    COMPUTE.contains(&name)
        || DISK.contains(&name)
        || COUNTED.contains(&name)
        || name == "requests.storage"
        || is_huge_page(name.strip_prefix("requests.").unwrap_or(name))
}

/// Whether the resource is one of Kubernetes' own.
pub fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Whether the resource is one of a device plugin.
pub fn is_extended(name: &str) -> bool {
    !is_native(name)
        && !name.starts_with("requests.")
        && names::qualified_name(&format!("requests.{name}")).is_empty()
}

/// Whether only whole numbers of it make sense.
pub fn is_whole(name: &str) -> bool {
    COUNTED.contains(&name) || is_extended(name)
}

/// Whether limits may exceed requests.
pub fn may_overcommit(name: &str) -> bool {
    is_native(name) && !is_huge_page(name)
}

/// Whether a quota for pods of a scope can count a resource.
pub fn fits_scope(name: &str, scope: &str) -> bool {
    match scope {
        "Terminating"
        | "NotTerminating"
        | "NotBestEffort"
        | "PriorityClass"
        | "CrossNamespacePodAffinity" => name == "pods" || COMPUTE.contains(&name),
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => matches!(name, "persistentvolumeclaims" | "requests.storage"),
        _ => true,
    }
}

/// Faults of the name of any resource.
pub fn faults(name: &str) -> Faults {
    let mut faults = names::qualified_name(name);
    if faults.is_empty() && !name.contains('/') && !is_for_quota(name) && name != "storage" {
        faults.push("is no resource of Kubernetes, and others need a domain before their name");
    }
    faults
}

/// Faults of the name of a resource in a quota.
pub fn quota_faults(name: &str) -> Faults {
    let mut faults = faults(name);
    if !name.contains('/') && !is_for_quota(name) {
        faults.push("cannot be counted by a quota");
    }
    faults
}

/// Faults of the name of a resource of containers.
pub fn container_faults(name: &str) -> Faults {
    let mut faults = faults(name);
    if !name.contains('/') {
        if !OF_NODES.contains(&name) && !is_huge_page(name) {
            faults.push("is no resource of a container");
        }
    } else if !is_native(name) && !is_extended(name) {
        faults.push("is no name of a resource that a node can offer");
    }
    faults
}

/// What to do about the name of a container's resource that is none.
pub fn meant(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    if lower == "gpu" {
        return "name it with the domain of who makes it, such as `nvidia.com/gpu`".into();
    }
    let begun = |known: &&str| lower.len() > 2 && known.starts_with(&*lower);
    let known = OF_NODES.into_iter().find(begun);
    match known.or_else(|| nearest(name, OF_NODES.into_iter())) {
        Some(known) => format!("did you mean `{known}`?"),
        None => {
            "use `cpu`, `memory` or `ephemeral-storage`; other names need a domain, as in `nvidia.com/gpu`"
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_resources_have_as_many_faults_as_the_server_counts() {
        for good in [
            "cpu",
            "hugepages-2Mi",
            "nvidia.com/gpu",
            "kubernetes.io/x",
            "memory",
            "ephemeral-storage",
        ] {
            assert!(container_faults(good).is_empty(), "{good}");
        }
        for (bad, count) in [
            ("gpu", 2),
            ("CPU", 2),
            ("storage", 1),
            ("pods", 1),
            ("requests.cpu", 1),
            ("", 3),
            ("a b", 2),
            ("UPPER.com/x", 2),
            ("requests.example.com/x", 1),
        ] {
            assert_eq!(container_faults(bad).len(), count, "{bad}");
        }
    }

    #[test]
    fn slips_in_names_of_resources_are_understood() {
        for (wrong, help) in [
            ("CPU", "did you mean `cpu`?"),
            ("cpus", "did you mean `cpu`?"),
            ("mem", "did you mean `memory`?"),
            ("Memory", "did you mean `memory`?"),
            ("ephemeralStorage", "did you mean `ephemeral-storage`?"),
            (
                "gpu",
                "name it with the domain of who makes it, such as `nvidia.com/gpu`",
            ),
        ] {
            assert_eq!(meant(wrong), help, "{wrong}");
        }
        assert!(meant("storage").starts_with("use `cpu`"));
    }
}
