//! ValidatingAdmissionPolicies of the run, asked about the objects of the run as the API server asks them when an object
//! is made.
//!
//! What only the server knows (who asks, what webhooks change, which labels the cluster's namespaces have) is not known
//! here, and an expression that looks at it says nothing. Where several policies of one name lie about, only what all of
//! them refuse is told.

mod added;
mod ask;
mod given;
mod kinds;
mod matching;
mod policy;
mod tree;
mod value;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use ask::{Case, Denial};
use kinds::Kinds;
use matching::Label;
use policy::{Binding, Policy};

use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::Severity;
use crate::graph::{Admitting, Policing, Subject, admitting, runs_pods, way_to_pods};
use crate::manifest::{File, Object};
use crate::placeholder::unrendered;
use crate::quote::quote;
use crate::schema;
use crate::validation::custom::{in_short, is_definition};
use crate::yaml::{Node, Scalar};

/// The policies of a run, and what they need to know.
#[derive(Default)]
pub struct Policies<'c> {
    policies: HashMap<String, Vec<Policy<'c>>>,
    /// By name.
    bindings: BTreeMap<String, Vec<Binding<'c>>>,
    /// By name.
    namespaces: HashMap<String, Vec<Space<'c>>>,
    /// By kind and name.
    params: HashMap<(String, String), Vec<Param<'c>>>,
    /// How rules call what is asked about.
    kinds: Kinds,
    /// How many steps the objects of one file may take.
    steps: u32,
}

/// As many steps are made for all objects of a run, and for those of one file in any case.
const MOST: u32 = 100_000_000;
const LEAST: u32 = 200_000;
/// Of more policies or bindings of one name it is not asked what all of them say.
const MOST_ALIKE: usize = 16;

/// A Namespace.
struct Space<'c> {
    file: u32,
    root: Node<'c>,
    /// Whether it is as it stands here.
    is_sure: bool,
    /// Whether words may be made of it.
    is_told: bool,
}

/// What a policy is given besides the object.
struct Param<'c> {
    file: u32,
    namespace: Option<Cow<'c, str>>,
    root: Node<'c>,
    ty: Option<schema::TypeId>,
    /// Whether it is as it stands here.
    is_sure: bool,
    /// Whether words may be made of it.
    is_told: bool,
}

impl<'c> Policies<'c> {
    /// Takes in a policy, a binding, or what policies have to know of, by its index in a file. `at` is the file's index in
    /// the run; `is_sure` tells whether the server takes it, and as it stands there.
    pub fn add(&mut self, file: &File<'c>, at: u32, object: u32, is_sure: bool) {
        let Some(object) = file.objects.get(object as usize) else {
            return;
        };
        let Some(name) = object.name.as_deref() else {
            return;
        };
        let is_sure = is_sure && parses(file, object);
        match admitting(object.group(), &object.kind) {
            // Older versions are served to those who ask for it.
            Some(_) if object.version() != "v1" => {}
            Some(Admitting::Policy) => {
                let policy = Policy::read(object, at, is_sure);
                self.policies.entry(name.to_string()).or_default().extend(policy);
            }
            Some(Admitting::Binding) => {
                let binding = Binding::read(object, at, is_sure);
                self.bindings.entry(name.to_string()).or_default().extend(binding);
            }
            Some(Admitting::Mutating) => {}
            None => {
                if is_definition(&object.api_version, &object.kind) {
                    self.kinds.define(object, is_sure);
                }
                self.add_known(file, at, object, is_sure);
            }
        }
    }

    /// Takes in a Namespace, or what policies are given.
    fn add_known(&mut self, file: &File<'c>, at: u32, object: &Object<'c>, is_sure: bool) {
        let name = object.name.as_deref().unwrap_or_default();
        let is_told = file.masked().is_empty() && file.hidden().is_empty();
        if object.is("", "Namespace") {
            self.namespaces.entry(name.to_string()).or_default().push(Space {
                file: at,
                root: object.root,
                is_sure,
                is_told,
            });
        }
        let known = schema::kind(object.group(), object.version(), &object.kind);
        let key = (param_kind(object.group(), &object.kind), name.to_string());
        self.params.entry(key).or_default().push(Param {
            file: at,
            namespace: object.namespace.clone(),
            root: object.root,
            ty: known.and_then(|info| info.ty),
            is_sure,
            is_told,
        });
    }

    /// Takes note of how many files have objects that are asked about.
    pub fn share(&mut self, files: usize) {
        let files = u32::try_from(files).unwrap_or(u32::MAX).max(1);
        self.steps = (MOST / files).max(LEAST);
    }

    /// What policies are given besides objects: group, kind and name.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str, String)> {
        self.bindings.values().flatten().flat_map(|binding| {
            let name = binding
                .param
                .and_then(|param| param.get("name"))
                .and_then(Node::str);
            let policies = self.policies.get(&*binding.policy).into_iter().flatten();
            policies.filter_map(move |policy| {
                let (group, kind) = policy.param_kind.as_ref()?;
                Some((&**group, &**kind, name.as_deref()?.to_string()))
            })
        })
    }

    /// Whether a policy may be about objects of a kind, or about the pods that they make, as far as one knows before
    /// definitions are read.
    pub fn may_be_asked(&self, group: &str, kind: &str) -> bool {
        match schema::is_built_in(group) {
            true => self.is_asked(group, kind),
            false => self
                .policies
                .values()
                .flatten()
                .any(|policy| policy.names_group(group)),
        }
    }

    /// Whether a policy may be about objects of a kind, or about the pods that they make.
    pub fn is_asked(&self, group: &str, kind: &str) -> bool {
        let resource = self.kinds.resource(group, kind);
        let policies = || self.policies.values().flatten();
        policies().any(|policy| policy.names(group, &resource))
            || (runs_pods(group, kind) && policies().any(|policy| policy.names("", "pods")))
    }

    /// The Namespaces that something in a file may be in, by their name.
    fn spaces<'a>(
        &'a self,
        name: &'a str,
        file: u32,
        policing: &'a Policing<'_>,
    ) -> impl Iterator<Item = &'a Space<'c>> {
        let spaces = self.namespaces.get(name).into_iter().flatten();
        spaces.filter(move |space| policing.holds_for(space.file, file))
    }

    /// A label of a namespace.
    fn namespace_label(&self, name: &str, file: u32, policing: &Policing<'_>, key: &str) -> Label<'_> {
        if key == "kubernetes.io/metadata.name" {
            return Label::Is(name.to_string().into());
        }
        let mut agreed: Option<Option<Cow<'_, str>>> = None;
        for space in self.spaces(name, file, policing) {
            let labels = space.root.path(&["metadata", "labels"]);
            let node = labels.and_then(|labels| labels.get(key));
            let value = node.and_then(Node::str);
            let mut keys = labels.into_iter().flat_map(Node::entries);
            let is_open = keys.any(|entry| entry.key.key_text().is_none_or(|key| unrendered(&key)));
            if is_open || (node.is_some() && value.as_deref().is_none_or(unrendered)) {
                return Label::Open;
            }
            let differs = agreed.as_ref().is_some_and(|agreed| *agreed != value);
            if !space.is_sure || differs || (value.is_none() && added::by_tools(key)) {
                return Label::Open;
            }
            agreed = Some(value);
        }
        match agreed {
            Some(Some(value)) => Label::Is(value),
            Some(None) => Label::Missing,
            None => Label::Open,
        }
    }
}

impl<'c> Policy<'c> {
    /// Whether it speaks of a resource at all.
    fn names(&self, group: &str, plural: &str) -> bool {
        self.rules().any(|rule| matching::names(rule, group, plural))
    }

    /// Whether it speaks of anything of a group.
    fn names_group(&self, group: &str) -> bool {
        self.rules().any(|rule| matching::names_group(rule, group))
    }

    fn rules(&self) -> impl Iterator<Item = Node<'c>> + use<'c> {
        let rules = self.matching.and_then(|matching| matching.get("resourceRules"));
        rules.into_iter().flat_map(Node::items)
    }
}

/// Of what does not parse only a part is known.
fn parses(file: &File<'_>, object: &Object<'_>) -> bool {
    let document = file.documents.get(object.document as usize);
    document.is_some_and(|document| document.chunk.error.is_none())
}

/// `ConfigMap.`
fn param_kind(group: &str, kind: &str) -> String {
    format!("{kind}.{group}")
}

/// Asks the policies about objects of one file.
pub fn check<'t>(
    file: &'t File<'t>,
    subjects: &[Subject<'_>],
    policies: &Policies<'_>,
    policing: &Policing<'_>,
    cx: &mut Cx<'t>,
) {
    let left = Cell::new(policies.steps);
    for subject in subjects {
        let object = file.objects.get(subject.object as usize);
        let Some(object) = object.filter(|object| parses(file, object)) else {
            continue;
        };
        let document = file.documents.get(object.document as usize);
        cx.document = document.map_or(0, |document| document.chunk.document);
        cx.object = Some(object.index);
        judge(object, subject, policies, policing, &left, cx);
    }
    cx.object = None;
}

fn judge<'t>(
    object: &Object<'t>,
    subject: &Subject<'_>,
    policies: &Policies<'_>,
    policing: &Policing<'_>,
    left: &Cell<u32>,
    cx: &mut Cx<'t>,
) {
    // kustomize leaves it out.
    let local = object.path(&["metadata", "annotations", "config.kubernetes.io/local-config"]);
    if local.is_some() {
        return;
    }
    let own = format!("this {}", object.kind);
    let mut cases = vec![(Case::of(object, subject, policies, policing.may_limit, cx), own)];
    let way = way_to_pods(object.group(), &object.kind).filter(|way| !way.is_empty());
    let scalar = |name: &str| object.path(&["spec", name]).and_then(Node::scalar);
    let has_none =
        scalar("replicas") == Some(Scalar::Int(0)) || scalar("suspend") == Some(Scalar::Bool(true));
    if let Some(template) = way.and_then(|way| object.path(way))
        && !has_none
        && runs_pods(object.group(), &object.kind)
        && let Some((of, _)) = cases.first()
    {
        let made = of.made(template);
        cases.push((made, format!("the pods of this {}", object.kind)));
    }
    for (case, what) in &cases {
        let mut told = Vec::new();
        for bindings in policies.bindings.values() {
            let Some((denials, binding, policy)) = agreed(bindings, case, policies, policing, left, cx)
            else {
                continue;
            };
            for denial in denials {
                // Several bindings may bind a policy.
                let said = (policy.file, denial.validation.span, denial.place);
                if told.contains(&said) {
                    continue;
                }
                told.push(said);
                tell(&denial, what, binding, policy, object, cx);
            }
        }
    }
}

/// What is refused by all bindings of one name that hold for the object, and by all policies that they may mean.
fn agreed<'p, 'c>(
    bindings: &'p [Binding<'c>],
    case: &Case<'_>,
    policies: &'p Policies<'c>,
    policing: &Policing<'_>,
    left: &Cell<u32>,
    cx: &Cx<'_>,
) -> Option<(Vec<Denial<'p>>, &'p Binding<'c>, &'p Policy<'c>)> {
    if bindings.len() > MOST_ALIKE {
        return None;
    }
    let mut first = None;
    for binding in bindings
        .iter()
        .filter(|one| policing.holds_for(one.file, case.file()))
    {
        let all = policies
            .policies
            .get(&*binding.policy)
            .map_or(&[][..], Vec::as_slice);
        if all.len() > MOST_ALIKE {
            return None;
        }
        for policy in all.iter().filter(|one| policing.holds_for(one.file, case.file())) {
            let is_sure = binding.is_sure && policy.is_sure;
            let found = match is_sure {
                true => case.ask(policy, binding, policies, policing, left, cx),
                false => Vec::new(),
            };
            if found.is_empty() {
                return None;
            }
            first = first.or(Some((found, binding, policy)));
        }
    }
    first
}

fn tell<'t>(
    denial: &Denial<'_>,
    what: &str,
    binding: &Binding<'_>,
    policy: &Policy<'_>,
    object: &Object<'t>,
    cx: &mut Cx<'t>,
) {
    let validation = denial.validation;
    let place = denial.place.unwrap_or_else(|| object.place());
    let name = quote(&policy.name);
    let why = match &*denial.why {
        "" => format!(", since {} does not hold", in_short(&validation.test.text)),
        why => format!(": {}", why.trim_end_matches('.')),
    };
    let (verb, outcome) = match binding.denies {
        true => ("refuses", ""),
        false => ("warns of", "; it is taken all the same"),
    };
    let message = format!("the ValidatingAdmissionPolicy {name} {verb} {what}{why}{outcome}");
    let bound = format!("{} binds it", quote(&binding.name));
    let report = cx.report_as(ids::ADMISSION_DENIED_BY_POLICY, place, message);
    let report = report.related_in(policy.file, validation.span, format!("it says so here; {bound}"));
    if !binding.denies {
        report.severity(Severity::Info);
    }
}
