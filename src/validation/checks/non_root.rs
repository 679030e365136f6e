//! Containers that must not run as root and are told to.

use super::containers::LISTS;
use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::Field;

/// The kubelet looks at what holds for each container: its own `securityContext`, else that of the pod.
pub fn contradicted<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let pod = spec.child("securityContext");
    if spec.child("os").child("name").text().as_deref() == Some("windows") {
        return;
    }
    let (pod_flag, pod_user) = (pod.child("runAsNonRoot"), pod.child("runAsUser"));
    for list in LISTS {
        for container in spec.child(list).items() {
            let own = container.child("securityContext");
            let (flag, user) = (own.child("runAsNonRoot"), own.child("runAsUser"));
            let flag = if flag.is_set() { &flag } else { &pod_flag };
            let user = if user.is_set() { &user } else { &pod_user };
            if flag.bool() == Some(true) && user.is_set() && user.int() == Some(0) {
                let message = "user 0 is root, and `runAsNonRoot` lets nobody run as root: the container is not started";
                cx.report_as(ids::POD_ROOT_NOT_ALLOWED, user.place(), message)
                    .related(flag.place(), "it is forbidden here")
                    .help("use the number of another user, or remove `runAsNonRoot`");
                // What holds for all is said once.
                if !own.child("runAsUser").is_set() && !own.child("runAsNonRoot").is_set() {
                    return;
                }
            }
        }
    }
}
