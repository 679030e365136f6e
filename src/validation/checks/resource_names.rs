//! Names of resources, as quotas, limits and nodes use them.

use crate::names::{self, Faults};

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

/// Pages of memory of another size, asked for or counted.
pub fn is_huge(name: &str) -> bool {
    name.strip_prefix("requests.")
        .unwrap_or(name)
        .starts_with("hugepages-")
}

/// Whether a quota can count a resource without a domain.
pub fn is_for_quota(name: &str) -> bool {
    COMPUTE.contains(&name)
        || DISK.contains(&name)
        || COUNTED.contains(&name)
        || name == "requests.storage"
        || is_huge(name)
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
    is_native(name) && !name.starts_with("hugepages-")
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
        faults.push("is neither a resource of Kubernetes nor has it a domain");
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
        if !matches!(name, "cpu" | "memory" | "ephemeral-storage") && !name.starts_with("hugepages-") {
            faults.push("is no resource of containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        faults.push("is no valid name of a device plugin's resource");
    }
    faults
}
