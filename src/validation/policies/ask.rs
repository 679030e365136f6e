//! One object, or the pods that it makes, before one policy.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use super::matching::{Asked, Label, resources, selects};
use super::policy::{Binding, Policy, Validation};
use super::value::{Around, Namespace, Value};
use super::{Param, Policies, param_kind};
use crate::cel::{self, Memo, Program, Stop, Val};
use crate::context::Cx;
use crate::cut::cut;
use crate::graph::{Changes, Policing, Subject};
use crate::manifest::Object;
use crate::schema::{self, TypeId};
use crate::source::Span;
use crate::validation::custom::{MOST_WORDS, one_line};
use crate::yaml::Node;

/// Policies with more variables are not asked.
const MOST_VARIABLES: usize = 200;
/// As many steps are made for an object and a policy.
const MOST: u32 = 1_000_000;

/// What expressions are given.
pub(super) type Given<'v> = Val<'v, Value<'v>>;

/// An object, or a pod that it makes, before policies.
pub(super) struct Case<'v> {
    pub group: String,
    pub version: String,
    pub kind: Cow<'v, str>,
    pub resource: Cow<'v, str>,
    /// `None`: it is not known.
    pub is_namespaced: Option<bool>,
    /// What it is known by, if it is.
    pub name: Option<Cow<'v, str>>,
    pub subject: &'v Subject<'v>,
    pub root: Node<'v>,
    pub ty: Option<TypeId>,
    pub around: Around<'v>,
}

/// Something that a policy says no to.
pub(super) struct Denial<'p> {
    pub validation: &'p Validation<'p>,
    /// What the policy says; may be empty.
    pub why: String,
    /// What was looked at last; `None`: nothing of the object.
    pub place: Option<Span>,
}

impl<'v> Case<'v> {
    /// An object itself.
    pub(super) fn of(
        object: &Object<'v>,
        subject: &'v Subject<'v>,
        policies: &'v Policies<'_>,
        is_limited: bool,
        cx: &Cx<'_>,
    ) -> Case<'v> {
        let (group, kind) = (object.group(), &*object.kind);
        let info = schema::kind(group, object.version(), kind);
        let is_namespaced = policies.kinds.is_namespaced(group, object.version(), kind);
        let is_renamed = object.path(&["metadata", "generateName"]).is_some();
        Case {
            group: group.to_string(),
            version: object.version().to_string(),
            kind: object.kind.clone(),
            resource: policies.kinds.resource(group, kind),
            is_namespaced,
            name: object
                .name
                .clone()
                .filter(|name| !is_renamed && !cx.is_unrendered(name)),
            subject,
            root: object.root,
            ty: info.and_then(|info| info.ty),
            around: Around {
                kube: cx.kube(),
                placeholders: cx.fills_in(),
                namespace: match (is_namespaced, subject.namespace) {
                    (Some(false), _) => Namespace::None,
                    (Some(true), Some(name)) => Namespace::Named(name),
                    _ => Namespace::Open,
                },
                changes: subject.changes,
                renamed: is_renamed,
                is_pod: (group, kind) == ("", "Pod"),
                is_made: false,
                is_limited,
                is_moved: subject.is_moved,
                is_built: subject.is_built,
                has_profiles: has_profiles(object.path(&["metadata"])),
                takes_labels: matches!(kind, "Job" | "ReplicationController"),
                last: Cell::new(None),
            },
        }
    }

    /// The pods that the object makes from a template.
    pub(super) fn made(&self, template: Node<'v>) -> Case<'v> {
        Case {
            group: String::new(),
            version: "v1".to_string(),
            kind: "Pod".into(),
            resource: "pods".into(),
            is_namespaced: Some(true),
            name: None,
            root: template,
            ty: Some(schema::table::POD_TEMPLATE),
            subject: self.subject,
            around: Around {
                renamed: true,
                is_pod: true,
                is_made: true,
                has_profiles: has_profiles(template.get("metadata")),
                takes_labels: false,
                last: Cell::new(None),
                ..self.around
            },
        }
    }

    /// The file that it is in, by its index in the run.
    pub(super) fn file(&self) -> u32 {
        self.subject.file
    }

    /// What a policy says no to, as it is bound.
    pub(super) fn ask<'p, 'c>(
        &self,
        policy: &'p Policy<'c>,
        binding: &Binding<'c>,
        policies: &Policies<'c>,
        policing: &Policing<'_>,
        left: &Cell<u32>,
        cx: &Cx<'_>,
    ) -> Vec<Denial<'p>> {
        let is_matched = [policy.matching, binding.matching]
            .into_iter()
            .all(|matching| self.is_matched(matching, policies, policing));
        if !is_matched {
            return Vec::new();
        }
        let around = self.elsewhere();
        let namespace = self.namespace_object(policies, policing, &around);
        let mut spaces = match self.around.namespace {
            Namespace::Named(name) => Some(policies.spaces(name, self.subject.file, policing)),
            _ => None,
        };
        let tells = spaces
            .as_mut()
            .is_none_or(|spaces| spaces.all(|space| space.is_told));
        match self.params(policy, binding, policies, policing) {
            Some(params) if params.is_empty() => self.deny(policy, Val::Null, namespace, tells, left, cx),
            // Of several by one name it is not known which one is meant.
            Some(params) => {
                let mut found = None;
                for param in params {
                    let tells = tells && param.is_told;
                    let given = Val::Tree(Value::object(param.root, param.ty, &around));
                    let denials = self.deny(policy, given, namespace.clone(), tells, left, cx);
                    if denials.is_empty() {
                        return denials;
                    }
                    found = found.or(Some(denials));
                }
                found.unwrap_or_default()
            }
            None => Vec::new(),
        }
    }

    /// What surrounds an object of another file.
    fn elsewhere(&self) -> Around<'v> {
        Around {
            namespace: Namespace::Open,
            changes: Changes::default(),
            renamed: false,
            placeholders: true,
            is_pod: false,
            is_made: false,
            is_moved: false,
            is_built: false,
            has_profiles: false,
            takes_labels: false,
            last: Cell::new(None),
            ..self.around
        }
    }

    fn is_matched(
        &self,
        matching: Option<Node<'_>>,
        policies: &Policies<'_>,
        policing: &Policing<'_>,
    ) -> bool {
        let asked = Asked {
            group: &self.group,
            version: &self.version,
            resource: &self.resource,
            is_namespaced: self.is_namespaced,
            name: self.name.as_deref(),
        };
        if !resources(matching, &asked) {
            return false;
        }
        let selector = |name: &str| {
            matching
                .and_then(|matching| matching.get(name))
                .filter(|node| !node.is_null())
        };
        let is_namespace = (&*self.group, &*self.kind) == ("", "Namespace");
        let of_namespace = |key: &str| match self.around.namespace {
            _ if is_namespace && key == "kubernetes.io/metadata.name" => match &self.name {
                Some(name) => Label::Is(Cow::Borrowed(&**name)),
                None => Label::Open,
            },
            _ if is_namespace => self.label(key),
            Namespace::Named(name) => policies.namespace_label(name, self.subject.file, policing, key),
            _ => Label::Open,
        };
        let in_namespace = match selector("namespaceSelector") {
            // What is in no namespace is taken whatever is asked of namespaces.
            Some(selector) if self.is_namespaced != Some(false) || is_namespace => {
                selects(selector, &of_namespace) == Some(true)
            }
            _ => true,
        };
        in_namespace
            && selector("objectSelector")
                .is_none_or(|selector| selects(selector, &|key| self.label(key)) == Some(true))
    }

    /// A label of the object.
    fn label(&self, key: &str) -> Label<'v> {
        use crate::cel::Tree;
        let labels = || {
            let root = Value::object(self.root, self.ty, &self.around);
            let metadata = root.field("metadata")?;
            let labels = metadata.map_or(Ok(None), |metadata| metadata.field("labels"))?;
            let found = labels.map_or(Ok(None), |labels| labels.field(key))?;
            found.map(Tree::read).transpose()
        };
        match labels() {
            Ok(Some(Val::Str(value))) => Label::Is(Cow::Owned(value.into_owned())),
            Ok(None) => Label::Missing,
            _ => Label::Open,
        }
    }

    /// What a policy is given besides, if anything; of several one is meant. `None`: it is not known.
    fn params<'a, 'c>(
        &self,
        policy: &Policy<'c>,
        binding: &Binding<'c>,
        policies: &'a Policies<'c>,
        policing: &Policing<'_>,
    ) -> Option<Vec<&'a Param<'c>>> {
        let Some((group, kind)) = &policy.param_kind else {
            return Some(Vec::new());
        };
        let text = |name: &str| binding.param?.get(name).and_then(Node::str);
        let name = text("name")?;
        let known = policies
            .params
            .get(&(param_kind(group, kind), name.into_owned()))?;
        let wanted = text("namespace").or(match self.around.namespace {
            Namespace::Named(name) => Some(Cow::Borrowed(name)),
            _ => None,
        });
        // What says no namespace is in one that is not known here.
        let is_meant = |param: &&Param<'_>| {
            policing.holds_for(param.file, self.subject.file)
                && (param.namespace.is_none() || param.namespace.as_deref() == wanted.as_deref())
        };
        let meant: Vec<_> = known.iter().filter(is_meant).collect();
        let is_sure = |param: &&Param<'_>| param.is_sure && (param.namespace.is_some() || wanted.is_none());
        (!meant.is_empty() && meant.iter().all(is_sure)).then_some(meant)
    }

    /// The validations that do not hold.
    fn deny<'a, 'p: 'a>(
        &'a self,
        policy: &'p Policy<'_>,
        params: Given<'a>,
        namespace: Given<'a>,
        tells: bool,
        left: &Cell<u32>,
        cx: &Cx<'_>,
    ) -> Vec<Denial<'p>> {
        if policy.variables.len() > MOST_VARIABLES {
            return Vec::new();
        }
        // What is given besides is not to be told either, if the object is not.
        let tells = || tells && self.may_tell(cx);
        let mut given: Vec<Given<'a>> = vec![
            Val::Tree(Value::object(self.root, self.ty, &self.around)),
            Val::Null,
            self.request(),
            params,
            namespace,
            Val::Open,
            Val::Open,
        ];
        let mut own = MOST;
        let mut run = |program: &'a Option<Program>, given: &[Given<'a>]| {
            self.around.last.set(None);
            let program = program.as_ref().ok_or(Stop::Unknown)?;
            let before = own.min(left.get());
            let mut after = before;
            // What was read before is read again, since the last place counts.
            let answer = cel::run(program, given.to_vec(), &mut Memo::default(), &mut after);
            own -= before - after;
            left.set(left.get() - (before - after));
            answer
        };
        for condition in &policy.conditions {
            if !matches!(run(&condition.program, &given), Ok(Val::Bool(true))) {
                return Vec::new();
            }
        }
        let mut variables = Vec::new();
        let mut looked_at = Vec::new();
        for (name, expression) in &policy.variables {
            // What fails does so where it is used, which is not told here.
            let value = run(&expression.program, &given).unwrap_or(Val::Open);
            looked_at.push((name, self.around.last.get()));
            variables.push((Val::Str(Cow::Borrowed(&**name)), value));
            if let Some(all) = given.last_mut() {
                *all = Val::Map(Rc::new(variables.clone()));
            }
        }
        let mut denials = Vec::new();
        for validation in &policy.validations {
            let answer = run(&validation.test.program, &given);
            let last = self.around.last.get();
            let uses = |name: &str| validation.test.text.contains(&format!("variables.{name}"));
            let of_variable = || looked_at.iter().rev().find(|(name, _)| uses(name));
            let place = last.or_else(|| of_variable().and_then(|(_, last)| *last));
            let why = match answer {
                Ok(Val::Bool(false)) => {
                    let made = match tells() {
                        true => run(&validation.made, &given),
                        false => Err(Stop::Unknown),
                    };
                    match made {
                        Ok(Val::Str(text)) if !text.trim().is_empty() && !text.contains('\n') => {
                            one_line(&cut(&text, MOST_WORDS))
                        }
                        _ => one_line(&cut(&validation.message, MOST_WORDS)),
                    }
                }
                Err(Stop::Fails(why)) if !policy.ignores_faults => match tells() {
                    true => format!("its expression comes to nothing, since {why}"),
                    false => "its expression comes to nothing".to_string(),
                },
                _ => continue,
            };
            denials.push(Denial {
                validation,
                why,
                place,
            });
        }
        denials
    }

    /// Whether a message may be made of the object: an expression may do anything with what must not be shown.
    fn may_tell(&self, cx: &Cx<'_>) -> bool {
        !cx.is_masked(self.root.span()) && cx.file.hidden().is_empty()
    }
}

/// Whether annotations of a pod say how AppArmor confines it.
fn has_profiles(metadata: Option<Node<'_>>) -> bool {
    let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
    let keys = annotations.into_iter().flat_map(Node::entries);
    let mut keys = keys.filter_map(|entry| entry.key.key_text());
    keys.any(|key| key.starts_with("container.apparmor."))
}
