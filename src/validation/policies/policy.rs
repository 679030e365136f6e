//! ValidatingAdmissionPolicies and their bindings, read from a file and made ready to be asked.

use std::borrow::Cow;

use crate::cel::Program;
use crate::manifest::Object;
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::Node;

/// What expressions are given, in this order.
pub(super) const VARIABLES: [&str; 7] = [
    "object",
    "oldObject",
    "request",
    "params",
    "namespaceObject",
    "authorizer",
    "variables",
];

/// A policy.
pub(super) struct Policy<'c> {
    /// The file that it stands in, by its index in the run.
    pub file: u32,
    pub name: Cow<'c, str>,
    /// Whether it holds as it stands here.
    pub is_sure: bool,
    /// What cannot be told for a fault of its own lets an object pass.
    pub ignores_faults: bool,
    pub matching: Option<Node<'c>>,
    pub conditions: Vec<Expression<'c>>,
    pub variables: Vec<(Cow<'c, str>, Expression<'c>)>,
    pub validations: Vec<Validation<'c>>,
    /// Group and kind of what it is given besides.
    pub param_kind: Option<(String, Cow<'c, str>)>,
}

/// An expression; it may be one that cannot be run here.
pub(super) struct Expression<'c> {
    pub text: Cow<'c, str>,
    pub program: Option<Program>,
}

/// What must be true.
pub(super) struct Validation<'c> {
    pub test: Expression<'c>,
    /// What it says when it is not; may be empty.
    pub message: Cow<'c, str>,
    /// The same, made of the object.
    pub made: Option<Program>,
    /// Where it stands.
    pub span: Span,
}

/// What binds a policy to objects.
pub(super) struct Binding<'c> {
    /// The file that it stands in, by its index in the run.
    pub file: u32,
    pub name: Cow<'c, str>,
    pub policy: Cow<'c, str>,
    pub is_sure: bool,
    /// Whether objects are refused; else there is only a warning.
    pub denies: bool,
    pub matching: Option<Node<'c>>,
    pub param: Option<Node<'c>>,
}

impl<'c> Expression<'c> {
    fn read(of: Node<'c>, name: &str) -> Expression<'c> {
        let text = of.get(name).and_then(Node::str).unwrap_or_default();
        let known = !text.is_empty() && !unrendered(&text);
        Expression {
            program: known.then(|| Program::new(&text, &VARIABLES)).flatten(),
            text,
        }
    }
}

fn each<'c>(of: Node<'c>, name: &str) -> impl Iterator<Item = Node<'c>> {
    of.get(name).into_iter().flat_map(Node::items)
}

fn text<'c>(of: Node<'c>, name: &str) -> Cow<'c, str> {
    of.get(name).and_then(Node::str).unwrap_or_default()
}

impl<'c> Policy<'c> {
    /// Reads a policy of a version that is served unless somebody asks for it.
    pub(super) fn read(object: &Object<'c>, file: u32, is_sure: bool) -> Option<Policy<'c>> {
        let spec = object.path(&["spec"])?;
        let kind = spec.get("paramKind").filter(|kind| !kind.is_null());
        let param_kind = kind.map(|kind| {
            let version = text(kind, "apiVersion");
            let group = version.split_once('/').map_or("", |(group, _)| group);
            (group.to_string(), text(kind, "kind"))
        });
        Some(Policy {
            file,
            name: object.name.clone()?,
            is_sure: is_sure && is_said(spec.get("matchConstraints")) && is_said(spec.get("failurePolicy")),
            ignores_faults: text(spec, "failurePolicy") == "Ignore",
            matching: spec.get("matchConstraints"),
            conditions: each(spec, "matchConditions")
                .map(|one| Expression::read(one, "expression"))
                .collect(),
            variables: each(spec, "variables")
                .map(|one| (text(one, "name"), Expression::read(one, "expression")))
                .collect(),
            validations: each(spec, "validations").map(validation).collect(),
            param_kind,
        })
    }
}

fn validation(of: Node<'_>) -> Validation<'_> {
    let expression = of.get("expression");
    Validation {
        test: Expression::read(of, "expression"),
        message: text(of, "message"),
        made: Expression::read(of, "messageExpression").program,
        span: expression.unwrap_or(of).span(),
    }
}

/// Whether nothing waits to be filled in.
fn is_said(part: Option<Node<'_>>) -> bool {
    part.is_none_or(|part| !unrendered(part.source()))
}

impl<'c> Binding<'c> {
    /// Reads a binding, unless it only has things written down.
    pub(super) fn read(object: &Object<'c>, file: u32, is_sure: bool) -> Option<Binding<'c>> {
        let spec = object.path(&["spec"])?;
        let acts =
            |word: &str| each(spec, "validationActions").any(|action| action.str().as_deref() == Some(word));
        if !acts("Deny") && !acts("Warn") {
            return None;
        }
        let set = |name: &str| spec.get(name).filter(|node| !node.is_null());
        Some(Binding {
            file,
            name: object.name.clone()?,
            policy: text(spec, "policyName"),
            is_sure: is_sure && is_said(Some(spec)),
            denies: acts("Deny"),
            matching: set("matchResources"),
            param: set("paramRef"),
        })
    }
}
