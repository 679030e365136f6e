//! What runs pods, and what its namespace asks of them.

use super::asking::Asking;
use super::changed::Changed;
use super::facts::{Facts, Role};
use super::index::Index;
use super::spaces::Spaces;

/// The way from an object of this kind to what a pod is, where it describes pods.
pub fn way_to_pods(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    Some(match (group, kind) {
        ("", "Pod") => &[],
        ("", "PodTemplate") => &["template"],
        ("", "ReplicationController")
        | ("apps" | "extensions", "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job")
        | ("argoproj.io", "Rollout")
        | ("apps.openshift.io", "DeploymentConfig")
        | ("apps.kruise.io", "CloneSet" | "DaemonSet" | "StatefulSet" | "BroadcastJob")
        | ("serving.knative.dev", "Service" | "Configuration") => &["spec", "template"],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
        _ => return None,
    })
}

/// Whether an object of this kind runs pods that are as it says. Nobody runs a PodTemplate, and OpenShift and Knative put
/// into pods what is not said.
pub fn runs_pods(group: &str, kind: &str) -> bool {
    let adds_more = matches!(group, "apps.openshift.io" | "serving.knative.dev");
    !adds_more && kind != "PodTemplate" && way_to_pods(group, kind).is_some()
}

/// Something that runs pods, and something that is asked of them.
#[derive(Clone, Copy)]
pub struct Held<'r> {
    /// The file, by its index in the run.
    pub file: u32,
    /// The object, by its index in the file.
    pub object: u32,
    /// The name of the namespace; empty where none is said.
    pub namespace: &'r str,
    /// The file with what asks, by its index in the run.
    pub by: u32,
    /// What the file says.
    pub facts: &'r Facts,
    /// What is asked.
    pub asking: &'r Asking,
    /// Whether it is sure that it is asked of this one.
    pub is_sure: bool,
}

/// Whether something asks anything of pods.
pub fn anyone_asks(files: &[Facts]) -> bool {
    files.iter().any(|facts| !facts.asking.is_empty())
}

/// All that is asked of what runs pods, object by object. Where it is not sure which Namespace is meant, the one that
/// asks for least counts; what patches may change is left alone.
pub fn held<'r>(index: &'r Index<'r>) -> Vec<Held<'r>> {
    if !anyone_asks(index.files) {
        return Vec::new();
    }
    let mut changed = Changed::new(index);
    let spaces = Spaces::new(index, &mut changed);
    let mut held = Vec::new();
    for (file, facts) in (0..).zip(index.files) {
        if facts.role != Role::Checked {
            continue;
        }
        for (object, fact) in (0..).zip(&facts.objects) {
            let (group, kind) = (facts.str(fact.group), facts.str(fact.kind));
            if !runs_pods(group, kind) {
                continue;
            }
            let before = held.len();
            let mut add = |namespace, by: u32, asking, is_sure| {
                held.push(Held {
                    file,
                    object,
                    namespace,
                    by,
                    facts: &index.files[by as usize],
                    asking,
                    is_sure,
                });
            };
            let places = || index.namespaces(file, facts.str(fact.namespace));
            let weakest = places()
                .map(|place| Some((place, spaces.standard(file, place)?)))
                .min_by_key(|found| found.map(|(_, (asking, _))| asking.strictness()));
            if let Some((place, (asking, by))) = weakest.flatten() {
                add(place, by, asking, true);
            }
            // Where it may come into several namespaces, each has limits of its own.
            let mut places = places();
            if let (Some(place), None) = (places.next(), places.next()) {
                for (by, asking, is_sure) in spaces.limits(file, place) {
                    add(place, by, asking, is_sure);
                }
            }
            if held.len() > before && changed.may_be(file, kind, facts.str(fact.name)) {
                held.truncate(before);
            }
        }
    }
    held
}
