//! What runs pods, and what its namespace asks of them.

use super::asking::{Asking, Asks, LABEL, Level};
use super::builds::{Build, Builds};
use super::facts::{Facts, Role};
use super::filled::{Fill, Given};
use super::index::{Closeness, Index};
use super::paths::folder;
use crate::hash::HashMap;
use crate::placeholder::unrendered;

/// What runs pods: group, kind, and the way from the object to what a pod is.
pub const RUNNING: [(&str, &str, &[&str]); 8] = [
    ("", "Pod", &[]),
    ("", "ReplicationController", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
];

/// Of more things in namespaces of one name it is not asked which ones are meant.
const MOST: usize = 64;

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
    let spaces = Spaces::new(index);
    let mut held = Vec::new();
    for (file, facts) in (0..).zip(index.files) {
        if facts.role != Role::Checked {
            continue;
        }
        for (object, fact) in (0..).zip(&facts.objects) {
            let (group, kind) = (facts.str(fact.group), facts.str(fact.kind));
            if !RUNNING.iter().any(|(g, k, _)| (*g, *k) == (group, kind)) {
                continue;
            }
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
                .map(|place| spaces.standard(file, place))
                .min_by_key(|found| found.map(|(_, level, ..)| level));
            if let Some((place, _, by, asking)) = weakest.flatten() {
                add(place, by, asking, true);
            }
            // Where it may come into several namespaces, each has limits of its own.
            let mut places = places();
            if let (Some(place), None) = (places.next(), places.next()) {
                for (by, asking, is_sure) in spaces.limits(file, place) {
                    add(place, by, asking, is_sure);
                }
            }
        }
    }
    let mut builds = Builds::new(index);
    let mut changed: HashMap<(u32, &str), bool> = HashMap::default();
    held.retain(|one| {
        let kind = index.object(one.file, one.object).map(|object| object.kind);
        let kind = kind.map_or("", |kind| index.files[one.file as usize].str(kind));
        !index.is_built(one.file)
            || !*changed
                .entry((one.file, kind))
                .or_insert_with(|| builds.of(one.file).iter().any(|build| changes_pods(build, kind)))
    });
    held
}

/// A Namespace of the run.
#[derive(Clone, Copy)]
struct Space<'r> {
    file: u32,
    /// The standard that it enforces.
    standard: Option<(Level, &'r Asking)>,
}

/// The namespaces of a run, by their names, and by those that kustomizations may give them.
struct Spaces<'r> {
    index: &'r Index<'r>,
    /// The Namespaces themselves.
    objects: HashMap<&'r str, Vec<Space<'r>>>,
    /// What limits the pods in them, with the file that it is in.
    limits: HashMap<&'r str, Vec<(u32, &'r Asking)>>,
}

/// How surely two things of one namespace belong together; nothing is [`Closeness::Near`] that lies in another folder
/// and says no namespace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Far,
    Said,
    InFolder,
    Together,
}

impl<'r> Spaces<'r> {
    fn new(index: &'r Index<'r>) -> Self {
        let (mut objects, mut limits) = (HashMap::default(), HashMap::default());
        for (file, facts) in (0..).zip(index.files) {
            if facts.role == Role::Definitions {
                continue;
            }
            for (at, object) in (0..).zip(&facts.objects) {
                if (facts.str(object.group), facts.str(object.kind)) != ("", "Namespace") {
                    continue;
                }
                let mut own = facts.asking.iter().filter(|one| one.object == at);
                let standard = own.find_map(|one| match one.asks {
                    Asks::Standard { level, .. } if !index.sets_label(file, LABEL) => Some((level, one)),
                    _ => None,
                });
                let names = index.namespaces(file, facts.str(object.name));
                for name in names.filter(|name| !name.is_empty()) {
                    let spaces: &mut Vec<Space<'_>> = objects.entry(name).or_default();
                    spaces.push(Space { file, standard });
                }
            }
            for asking in &facts.asking {
                let object = index.object(file, asking.object);
                if let (Some(object), false) = (object, matches!(asking.asks, Asks::Standard { .. })) {
                    for place in index.namespaces(file, facts.str(object.namespace)) {
                        let all: &mut Vec<(u32, &Asking)> = limits.entry(place).or_default();
                        all.push((file, asking));
                    }
                }
            }
        }
        Spaces {
            index,
            objects,
            limits,
        }
    }

    fn folder(&self, file: u32) -> &'r str {
        folder(&self.index.files[file as usize].file)
    }

    fn nearness(&self, a: u32, b: u32, place: &str) -> Nearness {
        match self.index.closeness_of((a, place), (b, place)) {
            Closeness::Together => Nearness::Together,
            _ if self.folder(a) == self.folder(b) => Nearness::InFolder,
            Closeness::Near => Nearness::Said,
            Closeness::Apart => Nearness::Far,
        }
    }

    /// The standard that the Namespace of this name enforces that what stands in a file means.
    fn standard(&self, file: u32, place: &'r str) -> Option<(&'r str, Level, u32, &'r Asking)> {
        let spaces = self.objects.get(place).filter(|_| !unrendered(place))?;
        if spaces.len() > MOST {
            return None;
        }
        let nearness = |space: &&Space<'_>| self.nearness(file, space.file, place);
        let nearest = spaces.iter().map(|space| nearness(&space)).max()?;
        let nearest = spaces
            .iter()
            .filter(|space| nearest > Nearness::Far && nearness(space) == nearest);
        let weakest = nearest.min_by_key(|space| space.standard.map(|(level, _)| level))?;
        let (level, asking) = weakest.standard?;
        Some((place, level, weakest.file, asking))
    }

    /// What limits the pods of something in a file. What is filled in counts wherever it stands; all else where it is
    /// sure that it is meant.
    fn limits(&self, file: u32, place: &str) -> Vec<(u32, &'r Asking, bool)> {
        let Some(all) = self.limits.get(place).filter(|_| !unrendered(place)) else {
            return Vec::new();
        };
        if all.len() > MOST {
            return Vec::new();
        }
        let nearness = |by: u32| self.nearness(file, by, place);
        let nearest = all.iter().map(|(by, _)| nearness(*by)).max();
        let nearest = nearest.unwrap_or(Nearness::Far);
        // Without a namespace only what is applied together is in the same one.
        if nearest == Nearness::Far || (place.is_empty() && nearest != Nearness::Together) {
            return Vec::new();
        }
        let mut folders = all.iter().filter(|(by, _)| nearness(*by) == nearest);
        let first = folders.next().map(|(by, _)| self.folder(*by));
        let one_world = folders.all(|(by, _)| Some(self.folder(*by)) == first);
        let is_sure = |by: u32| nearness(by) == nearest && (one_world || nearest == Nearness::Together);
        let all = all.iter().map(|(by, asking)| (*by, *asking, is_sure(*by)));
        let counts = |(by, asking, is_sure): &(u32, &Asking, bool)| match asking.asks {
            Asks::Limit(_) | Asks::Request(_) => nearness(*by) > Nearness::Far,
            _ => *is_sure,
        };
        all.filter(counts).collect()
    }
}

/// Whether patches on the way may change what pods of this kind may do.
fn changes_pods(build: &Build<'_, '_>, kind: &str) -> bool {
    let mut patches = build.stages.iter().flat_map(|stage| &stage.patches);
    patches.any(|patching| patching.says_more || patching.fills(kind).any(|fill| is_asked_about(&fill)))
}

/// Whether a patch gives, or takes away, something that is asked about.
fn is_asked_about(fill: &Fill<'_>) -> bool {
    let last = fill.steps().last().unwrap_or_default();
    fill.value == Given::Nothing
        || ["securityContext", "host", "volumes", "apparmor", "resources"]
            .iter()
            .any(|word| fill.path.contains(word))
        || matches!(
            &*last,
            "" | "spec"
                | "jobTemplate"
                | "template"
                | "containers"
                | "initContainers"
                | "ephemeralContainers"
        )
}
