//! Ports of Services that lead to ports of pods by their names, and those that lead nowhere.

use std::borrow::Cow;
use std::ops::Range;

use super::POD;
use super::facts::{Facts, Text};
use super::index::Closeness;
use super::labels::{Labelling, Labels, Selecting};
use crate::hash::HashMap;
use crate::source::Span;
use crate::yaml::Node;

/// How many pods that may be selected, as far as their labels are known, are looked at for one port.
const MOST_LOOKED_AT: usize = 256;

/// A Service with more ports than this, or with pods that have more in all, is no manifest of people.
const MOST_PORTS: usize = 1_000;

/// As many fields of a patch are looked at; one with more may write any.
const MOST_FIELDS: usize = 2_000;

/// Words in the keys of labels and annotations by which meshes and operators are asked to put containers into pods.
const BRINGING: [&str; 3] = ["inject", "sidecar", "dapr.io/enabled"];
/// What such a label says when none are wanted.
const REFUSING: [&str; 4] = ["disabled", "false", "no", "off"];
/// How ports begin that meshes bring along: they may be asked to by a namespace, or for all pods.
const BROUGHT: [&str; 4] = ["dapr-", "envoy-", "http-envoy-prom", "linkerd-"];

/// How a port is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// `TCP`, which is also meant where nothing is said.
    Tcp,
    /// `UDP`
    Udp,
    /// `SCTP`
    Sctp,
}

impl Protocol {
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

/// A port of a Service that leads to none of the pods that the Service selects.
pub struct Astray<'r> {
    /// The selector of the Service.
    pub selecting: Selecting<'r>,
    /// The port.
    pub port: &'r Port,
    /// The pods, or what makes them; at least one.
    pub pods: Vec<Labelling<'r>>,
}

/// Whether a label or annotation asks somebody to put containers into pods.
pub(super) fn brings_containers(key: &str, value: &str) -> bool {
    BRINGING.iter().any(|word| has_word(key, word))
        && !REFUSING.iter().any(|no| value.eq_ignore_ascii_case(no))
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

impl<'r> Labels<'_, 'r> {
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
        let mut vague = None;
        for selecting in all.filter(|one| index.is_checked(one.file)) {
            let Some(pods) = self.known_pods(&selecting, complete, partial) else {
                continue;
            };
            let facts = &index.files[selecting.file as usize];
            for port in facts.ports(&selecting.fact.ports) {
                let name = facts.str(port.name);
                let brought = BROUGHT.iter().any(|start| name.starts_with(start));
                if brought || pods.iter().any(|one| self.has_port(one, name, port.protocol)) {
                    continue;
                }
                let vague = vague.get_or_insert_with(|| self.vague_pods());
                if !self.may_select(&selecting, name, vague) {
                    found.push(Astray {
                        selecting,
                        port,
                        pods: pods.clone(),
                    });
                }
            }
        }
        found
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
        let is_meant = |one: &Labelling<'r>| complete || self.is_near(selecting, one);
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

    fn has_port(&self, one: &Labelling<'r>, name: &str, protocol: Protocol) -> bool {
        let facts = &self.index.files[one.file as usize];
        let mut ports = self.ports(one).iter();
        ports.any(|port| port.protocol == protocol && facts.str(port.name) == name)
    }

    /// Pods whose labels are not all known, by the names of their ports; by none where those are not known either.
    fn vague_pods(&self) -> HashMap<Option<&'r str>, Vec<Labelling<'r>>> {
        let mut vague: HashMap<_, Vec<_>> = HashMap::default();
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

    /// Whether a Service may select pods that have a port of this name.
    fn may_select(
        &self,
        selecting: &Selecting<'r>,
        name: &'r str,
        vague: &HashMap<Option<&'r str>, Vec<Labelling<'r>>>,
    ) -> bool {
        let lists = [None, Some(name)];
        let mut lists = lists.iter().filter_map(|name| vague.get(name));
        lists.any(|list| {
            let may = |one: &Labelling<'r>| self.is_near(selecting, one) && self.may_fit(selecting, one);
            list.len() > MOST_LOOKED_AT || list.iter().any(may)
        })
    }
}
