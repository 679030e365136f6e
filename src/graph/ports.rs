//! Ports of Services that lead to ports of pods by their names, and those that lead nowhere.

use std::borrow::Cow;
use std::ops::Range;

use super::POD;
use super::facts::{Facts, Text};
use super::index::Closeness;
use super::labels::{Labelling, Labels, Selecting};
use crate::hash::{HashMap, HashSet};
use crate::source::Span;
use crate::yaml::Node;

/// How many pods that may be selected, as far as their labels are known, are looked at for one port.
const MOST_LOOKED_AT: usize = 256;

/// A Service with more ports than this, or with pods that have more in all, is no manifest of people.
const MOST_PORTS: usize = 1_000;

/// As many fields of a patch are looked at; one with more may write any.
const MOST_FIELDS: usize = 2_000;

/// Words in the keys of labels and annotations by which meshes and operators are asked to put containers into pods.
const BRINGING: [&str; 4] = ["inject", "sidecar", "dapr.io/enabled", "istio.io/rev"];
/// What such a label says when none are wanted.
const REFUSING: [&str; 4] = ["disabled", "false", "no", "off"];
/// How ports begin that meshes bring along: they may be asked to by a namespace, or for all pods.
const BROUGHT: [&str; 4] = ["dapr-", "envoy-", "http-envoy-prom", "linkerd-"];

/// How a port is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Protocol {
    /// `TCP`, which is also meant where nothing is said.
    Tcp,
    /// `UDP`
    Udp,
    /// `SCTP`
    Sctp,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];

    /// As manifests write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Sctp => "SCTP",
        }
    }
}

/// A port of a pod, or one of a Service that leads to one by its name.
#[derive(Clone, Copy, Debug)]
pub struct Port {
    /// What the pod calls it; may be empty.
    pub name: Text,
    /// The protocol: a port of another one is another port, whatever its name.
    pub protocol: Protocol,
    /// Its number; 0 when it is not known.
    pub number: u16,
    /// Where the name stands.
    pub span: Span,
    /// Whether an alias stands there.
    pub is_alias: bool,
}

/// The ports of pods, all of which are known.
#[derive(Clone, Debug)]
pub struct Ports {
    /// The ports, in [`Facts::ports`].
    pub range: Range<u32>,
    /// Where they stand, or could.
    pub span: Span,
}

/// The ports of a Service that lead to none of the pods that it selects.
pub struct Astray<'r> {
    /// The selector of the Service.
    pub selecting: Selecting<'r>,
    /// The ports; at least one.
    pub ports: Vec<&'r Port>,
    /// The pods, or what makes them; at least one.
    pub pods: Vec<Labelling<'r>>,
}

/// Pods by the names of their ports; by none where those are not known.
type ByPort<'r> = HashMap<Option<&'r str>, Vec<Labelling<'r>>>;

/// What else may bring a port, looked up once one is missing.
#[derive(Default)]
struct Doubts<'a, 'r> {
    /// Pods whose labels are not all known.
    vague: Option<ByPort<'r>>,
    /// The Namespaces into whose pods somebody puts containers.
    injected: Option<Injected<'a>>,
    /// Whether all that a kustomization, by its file, takes in is known.
    whole: HashMap<u32, bool>,
}

/// The Namespaces of a run into whose pods somebody puts containers.
#[derive(Default)]
struct Injected<'a> {
    /// Their names.
    names: HashSet<&'a str>,
    /// The files that they are in, each once.
    files: Vec<u32>,
}

/// Whether a label or annotation asks somebody to put containers into pods.
pub(super) fn brings_containers(key: &str, value: &str) -> bool {
    BRINGING.iter().any(|word| has_word(key, word))
        && !REFUSING.iter().any(|no| value.eq_ignore_ascii_case(no))
}

/// Whether somebody puts containers into the pods, or those of the Namespace, with these metadata.
pub(super) fn is_injected(metadata: Node<'_>) -> bool {
    let maps = ["annotations", "labels"]
        .iter()
        .filter_map(|key| metadata.get(key));
    maps.flat_map(Node::entries).any(|entry| {
        let key = entry.key.key_text().unwrap_or_default();
        brings_containers(&key, &entry.value.cooked().unwrap_or_default())
    })
}

/// Whether a text has a word of small letters in it, in any case.
fn has_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let mut places = text.windows(word.len());
    places.any(|place| place[0] | 0x20 == word[0] && place.eq_ignore_ascii_case(word))
}

/// Whether a step of a path leads to the ports of pods, or to what brings them containers.
pub(super) fn is_changed_at(step: &str) -> bool {
    step == "ports" || brings_containers(step, "")
}

/// Whether what a kustomization puts somewhere may change the ports of pods.
pub(super) fn may_be_changed_by(put: Node<'_>) -> bool {
    let mut open = vec![put];
    let mut seen = 0;
    while let Some(node) = open.pop() {
        seen += 1;
        // Aliases may make many of few.
        if seen + open.len() > MOST_FIELDS {
            return true;
        }
        for entry in node.entries() {
            if entry.key.key_text().is_some_and(|key| is_changed_at(&key)) {
                return true;
            }
            open.push(entry.value);
        }
        open.extend(node.items());
    }
    false
}

/// Whether a replacement at a path may change the ports of pods.
pub(super) fn may_be_replaced_at(steps: &[Cow<'_, str>]) -> bool {
    // All of a pod, or of its containers, may come from elsewhere.
    let whole = ["spec", "template", "containers", "initContainers"];
    let last = steps.last().is_some_and(|last| whole.contains(&&**last));
    last || steps.iter().any(|step| is_changed_at(step))
}

impl<'a, 'r> Labels<'a, 'r> {
    /// The ports, in files that are checked, that lead to a port which none of the selected pods has.
    ///
    /// `complete`: what is read is all there is, so that what a selector fits is what it means, however far away.
    /// `partial`: single files are checked, and what a kustomization patches in them is not seen.
    pub fn astray(&self, complete: bool, partial: bool) -> Vec<Astray<'r>> {
        let index = self.index;
        let all = (0..).zip(index.files).flat_map(|(file, facts)| {
            let selections = facts.selections.iter().filter(|fact| !fact.ports.is_empty());
            selections.map(move |fact| Selecting { file, fact })
        });
        let mut found = Vec::new();
        let mut doubts = Doubts::default();
        for selecting in all.filter(|one| index.is_checked(one.file)) {
            let Some(mut pods) = self.known_pods(&selecting, complete, partial) else {
                continue;
            };
            let mut ports = self.lacked(&selecting, &pods);
            if ports.is_empty() || self.may_have_others(&selecting, &pods, &mut doubts) {
                continue;
            }
            let vague = doubts.vague.get_or_insert_with(|| self.vague_pods());
            if self.may_select(&selecting, None, vague) {
                continue;
            }
            let facts = &index.files[selecting.file as usize];
            ports.retain(|port| !self.may_select(&selecting, Some(facts.str(port.name)), vague));
            // What only comes and goes is no evidence of what is meant.
            pods.retain(|one| !one.fact.passing);
            if !ports.is_empty() {
                found.push(Astray {
                    selecting,
                    ports,
                    pods,
                });
            }
        }
        found
    }

    /// The ports that lead to none of these pods.
    fn lacked(&self, selecting: &Selecting<'r>, pods: &[Labelling<'r>]) -> Vec<&'r Port> {
        let own = |one: &Labelling<'r>| {
            let facts: &'r Facts = &self.index.files[one.file as usize];
            let ports = self.ports(one).iter();
            ports.map(|port| (facts.str(port.name), port.protocol))
        };
        let there: HashSet<(&str, Protocol)> = pods.iter().flat_map(own).collect();
        let facts = &self.index.files[selecting.file as usize];
        let is_lacked = |port: &&Port| {
            let name = facts.str(port.name);
            let brought = BROUGHT.iter().any(|start| name.starts_with(start));
            !brought && !there.contains(&(name, port.protocol))
        };
        let ports = facts.ports(&selecting.fact.ports).iter();
        ports.filter(is_lacked).collect()
    }

    /// Whether there may be other pods for a Service than are seen, or other containers in those.
    fn may_have_others(
        &self,
        selecting: &Selecting<'r>,
        pods: &[Labelling<'r>],
        doubts: &mut Doubts<'a, 'r>,
    ) -> bool {
        let mut places = vec![self.place_of_selecting(selecting)];
        places.extend(pods.iter().map(|one| self.place(one)));
        places.sort_unstable();
        places.dedup();
        let injected = doubts.injected.get_or_insert_with(|| self.injected());
        self.may_be_injected(&places, injected) || self.is_partly_elsewhere(&places, &mut doubts.whole)
    }

    fn injected(&self) -> Injected<'a> {
        let index = self.index;
        let mut injected = Injected::default();
        for (file, facts) in (0..).zip(index.files) {
            let objects = facts.injected.iter().filter_map(|at| index.object(file, *at));
            for name in objects.map(|object| facts.str(object.name)) {
                // Who takes a Namespace in may give it another name.
                injected.names.insert(name);
                injected.names.extend(index.namespaces(file, name));
            }
            if !facts.injected.is_empty() {
                injected.files.push(file);
            }
        }
        injected
    }

    /// Whether somebody may put containers into pods at these places, which all are in one namespace.
    fn may_be_injected(&self, places: &[(u32, &str)], injected: &Injected<'_>) -> bool {
        let index = self.index;
        let spaces = places.iter().flat_map(|(file, own)| index.namespaces(*file, own));
        let mut stated = spaces.filter(|space| !space.is_empty()).peekable();
        if stated.peek().is_some() {
            return stated.any(|space| injected.names.contains(space));
        }
        // Where none is stated it may be the one that lies with them.
        let near = |file: &u32| {
            let mut own = places.iter();
            own.any(|(place, _)| index.closeness_of((*place, ""), (*file, "")) != Closeness::Apart)
        };
        injected.files.len() > MOST_LOOKED_AT || injected.files.iter().any(near)
    }

    /// Whether who takes in one of these places takes in something else that is not here, and may have pods.
    fn is_partly_elsewhere(&self, places: &[(u32, &str)], whole: &mut HashMap<u32, bool>) -> bool {
        let index = self.index;
        let mut roots = places.iter().flat_map(|(file, _)| index.overlays.taken_by(*file));
        roots.any(|root| !*whole.entry(*root).or_insert_with(|| index.is_whole(*root)))
    }

    /// The pods that a Service selects, if they are surely the ones that it means, and all their ports are known.
    fn known_pods(
        &self,
        selecting: &Selecting<'r>,
        complete: bool,
        partial: bool,
    ) -> Option<Vec<Labelling<'r>>> {
        let index = self.index;
        let changes = index.changes(selecting.file);
        let unseen = |file: u32| partial && index.is_taken_in(file);
        // A label that an operator gives its pods means those, which are not here.
        if changes.ports || changes.labels || unseen(selecting.file) || self.selects_by_given(selecting) {
            return None;
        }
        let pods = self.selected(selecting);
        let ports: usize = pods.iter().map(|one| self.ports(one).len()).sum();
        if ports.max(selecting.fact.ports.len()) > MOST_PORTS {
            return None;
        }
        let is_known = |one: &Labelling<'r>| {
            let changes = index.changes(one.file);
            one.fact.ports.is_some() && !changes.pod_ports && !changes.labels && !unseen(one.file)
        };
        // No Service means what only comes and goes, whatever its labels.
        let is_meant = |one: &Labelling<'r>| !one.fact.passing && (complete || self.is_near(selecting, one));
        (pods.iter().all(is_known) && pods.iter().any(is_meant)).then_some(pods)
    }

    fn is_near(&self, selecting: &Selecting<'r>, one: &Labelling<'r>) -> bool {
        let [a, b] = self.places(selecting, one);
        self.index.closeness_of(a, b) != Closeness::Apart
    }

    /// The ports of pods, where all are known.
    pub fn ports(&self, one: &Labelling<'r>) -> &'r [Port] {
        let facts: &'r Facts = &self.index.files[one.file as usize];
        let ports = one.fact.ports.as_ref();
        ports.map_or(&[], |ports| facts.ports(&ports.range))
    }

    /// Pods whose labels are not all known, by the names of their ports; by none where those are not known either.
    fn vague_pods(&self) -> ByPort<'r> {
        let mut vague = ByPort::default();
        for one in self.having.iter().filter(|one| one.fact.target == POD) {
            if !self.has_vague_labels(one) {
                continue;
            }
            let facts = &self.index.files[one.file as usize];
            if one.fact.ports.is_none() || self.index.changes(one.file).pod_ports {
                vague.entry(None).or_default().push(*one);
            }
            for port in self.ports(one) {
                vague.entry(Some(facts.str(port.name))).or_default().push(*one);
            }
        }
        vague
    }

    /// Whether a Service may select pods that have a port of this name, or with `None` pods with ports unknown here.
    fn may_select(&self, selecting: &Selecting<'r>, name: Option<&str>, vague: &ByPort<'r>) -> bool {
        vague.get(&name).is_some_and(|list| {
            let may = |one: &Labelling<'r>| self.is_near(selecting, one) && self.may_fit(selecting, one);
            list.len() > MOST_LOOKED_AT || list.iter().any(may)
        })
    }
}
