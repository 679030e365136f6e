//! The schemas of a CustomResourceDefinition: they must be structural, and use only part of OpenAPI v3.

use std::borrow::Cow;

use super::crd_parts::{Parts, is_filled, is_true, text};
use super::{crd_default, crd_lists, crd_nested};
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::rules::Cx;
use crate::schema::constraints::fault;
use crate::yaml::{Kind, Scalar};

pub use super::crd_equal::{same, same_list};
pub use super::crd_path::find;

/// Schemas nested deeper are not looked into.
pub(super) const DEPTH: u32 = 90;
/// Nor are more schemas than this of one version: only aliases make so many.
const BUDGET: u32 = 200_000;

/// Where a schema stands, for the demands of structure.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    Root,
    Item,
    Field,
    /// Below `allOf`, `anyOf`, `oneOf`, `not`.
    Nested,
    /// Not judged for structure.
    Plain,
}

/// What the surroundings of a schema allow.
#[derive(Clone, Copy)]
struct Around {
    defaults: bool,
    meta: bool,
}

/// Walks the schema of a version.
pub struct Walker<'w, 't> {
    pub(super) cx: &'w mut Cx<'t>,
    pub(super) budget: u32,
    structural: bool,
    structural_faults: u32,
    defaults: bool,
}

impl<'w, 't> Walker<'w, 't> {
    /// A walker that reports to `cx`.
    pub fn new(cx: &'w mut Cx<'t>) -> Self {
        Walker {
            cx,
            budget: BUDGET,
            structural: true,
            structural_faults: 0,
            defaults: false,
        }
    }

    /// Whether a default was met.
    pub fn has_defaults(&self) -> bool {
        self.defaults
    }

    pub(super) fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0
    }

    /// The schema of a whole version.
    pub fn root(&mut self, root: &Field<'_, 't>, has_status: bool) {
        let Some(node) = root.value().filter(|node| node.is_map()) else {
            return;
        };
        let before = self.cx.count();
        let parts = Parts::of(node);
        if has_status {
            self.root_with_status(root, &parts);
        }
        if is_true(parts.nullable()) {
            let at = root.child("nullable");
            self.report(
                &at,
                ErrorType::Forbidden,
                "the object itself cannot be null",
                "remove `nullable`",
            );
        }
        let unsupported = crd_nested::unsupported(node, &mut self.budget);
        self.structural = unsupported.is_none();
        let around = Around {
            defaults: true,
            meta: false,
        };
        self.visit(root, &parts, Mode::Root, around, 0);
        if self.structural {
            self.structural_faults += crd_nested::completeness(self, root);
        }
        if self.structural && self.structural_faults == 0 && self.defaults {
            crd_default::check(self, root);
        }
        if let Some(name) = unsupported
            && self.cx.count() == before
        {
            let message = format!("the schema uses `{name}`, which the server does not support");
            self.report(root, ErrorType::Invalid, message, "remove it");
        }
    }

    /// With the status subresource the part for the status is validated by itself: nothing may span both.
    fn root_with_status(&mut self, root: &Field<'_, 't>, parts: &Parts<'t>) {
        const HELP: &str = "move it into `properties.spec`";
        let first = [parts.id(), parts.schema()]
            .into_iter()
            .any(|entry| !text(entry).is_empty())
            || parts.reference().is_some();
        let kind = text(parts.kind());
        if !first && !kind.is_empty() && kind != "object" {
            let at = root.child("type");
            let message = "the schema of the whole object must be of type `object`";
            self.report(&at, ErrorType::Invalid, message, "set `type: object`");
            return;
        }
        let forbidden = [
            parts.default(),
            parts.max_properties(),
            parts.min_properties(),
            parts.listed(),
            parts.all_of(),
            parts.one_of(),
            parts.any_of(),
            parts.not(),
            parts.additional_properties(),
            parts.pattern_properties(),
            parts.dependencies(),
            parts.additional_items(),
            parts.definitions(),
            parts.map_keys(),
            parts.list_type(),
            parts.map_type(),
        ];
        let flags = [parts.nullable(), parts.embedded(), parts.int_or_string()];
        if first || forbidden.iter().any(Option::is_some) || flags.iter().any(|entry| is_true(*entry)) {
            let message = "with the status subresource the root of the schema may only describe its type, properties and required fields";
            self.report(root, ErrorType::Invalid, message, HELP);
        }
    }

    pub(super) fn report(
        &mut self,
        at: &Field<'_, 't>,
        kind: ErrorType,
        message: impl Into<String>,
        help: impl Into<Cow<'static, str>>,
    ) {
        fault(self.cx, at, kind, message).help(help.into().into_owned());
    }

    pub(super) fn broken(
        &mut self,
        at: &Field<'_, 't>,
        kind: ErrorType,
        message: impl Into<String>,
        help: &'static str,
    ) {
        self.structural_faults += 1;
        self.report(at, kind, message, help);
    }

    fn visit(&mut self, s: &Field<'_, 't>, p: &Parts<'t>, mode: Mode, around: Around, depth: u32) {
        if depth > DEPTH || !self.spend() {
            return;
        }
        let mode = if self.structural { mode } else { Mode::Plain };
        self.defaults |= p.default().is_some();
        match mode {
            Mode::Plain => {}
            Mode::Nested => self.nested(s, p),
            _ => self.invariants(s, p, mode),
        }
        if mode != Mode::Plain {
            self.pattern(s, p);
        }
        self.openapi(s, p, around);
        crd_lists::list_and_map(self, s, p);
        crd_nested::rules(self, s, p);
        self.children(s, p, mode, around, depth);
    }

    fn step(&mut self, child: &Field<'_, 't>, mode: Mode, around: Around, depth: u32) {
        if let Some(node) = child.value().filter(|node| node.is_map()) {
            self.visit(child, &Parts::of(node), mode, around, depth + 1);
        }
    }

    fn children(&mut self, s: &Field<'_, 't>, p: &Parts<'t>, mode: Mode, around: Around, depth: u32) {
        let nested = matches!(mode, Mode::Nested | Mode::Plain);
        if let Some(entry) = p.additional_properties() {
            let mode = if nested { Mode::Plain } else { Mode::Field };
            let around = Around {
                defaults: around.defaults && !around.meta,
                ..around
            };
            self.step(&s.child_entry("additionalProperties", entry), mode, around, depth);
        }
        if let Some(entry) = p.properties() {
            let of_object = depth == 0 || is_true(p.embedded());
            let below = if nested { mode } else { Mode::Field };
            for property in s.child_entry("properties", entry).entries() {
                let mut around = around;
                if of_object && matches!(property.name(), "metadata" | "kind" | "apiVersion") {
                    around.meta = true;
                    around.defaults &= depth != 0;
                }
                if property.value().is_some_and(|value| value.is_null()) {
                    // A null is a schema that says nothing.
                    self.visit(&property, &Parts::NONE, below, around, depth + 1);
                    continue;
                }
                self.step(&property, below, around, depth);
            }
        }
        if let Some(entry) = p.items() {
            let items = s.child_entry("items", entry);
            let below = if nested { mode } else { Mode::Item };
            self.step(&items, below, around, depth);
            for item in items.items() {
                self.step(&item, Mode::Plain, around, depth);
            }
        }
        let below = match mode {
            Mode::Plain => Mode::Plain,
            _ => Mode::Nested,
        };
        if let Some(entry) = p.not() {
            self.step(&s.child_entry("not", entry), below, around, depth);
        }
        let pattern = crd_nested::is_int_or_string(p.any_of());
        for (name, entry) in [
            ("allOf", p.all_of()),
            ("oneOf", p.one_of()),
            ("anyOf", p.any_of()),
        ] {
            let Some(entry) = entry else { continue };
            let list = s.child_entry(name, entry);
            for (i, branch) in list.items().enumerate() {
                // Integer or string may be said in two ways.
                let said = match name {
                    "anyOf" => pattern && !nested,
                    _ => false,
                };
                let mode = if said { Mode::Plain } else { below };
                if name == "allOf" && i == 0 && !nested && self.structural {
                    self.first_of_all(&branch, around, depth);
                } else {
                    self.step(&branch, mode, around, depth);
                }
            }
        }
        for (name, entry) in [
            ("definitions", p.definitions()),
            ("dependencies", p.dependencies()),
        ] {
            if let Some(entry) = entry {
                for schema in s.child_entry(name, entry).entries() {
                    self.step(&schema, Mode::Plain, around, depth);
                }
            }
        }
    }

    /// The first branch of `allOf` may hold the two types of an int-or-string in its `anyOf`.
    fn first_of_all(&mut self, branch: &Field<'_, 't>, around: Around, depth: u32) {
        let Some(node) = branch.value().filter(|node| node.is_map()) else {
            return;
        };
        let mut parts = Parts::of(node);
        if crd_nested::is_int_or_string(parts.any_of())
            && let Some(entry) = parts.any_of()
        {
            parts.forget_any_of();
            for schema in branch.child_entry("anyOf", entry).items() {
                self.step(&schema, Mode::Plain, around, depth + 1);
            }
        }
        self.visit(branch, &parts, Mode::Nested, around, depth + 1);
    }

    fn openapi(&mut self, s: &Field<'_, 't>, p: &Parts<'t>, around: Around) {
        const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
        let kind = text(p.kind());
        if !kind.is_empty() && !TYPES.contains(&&*kind) && !self.cx.is_unrendered(&kind) {
            let at = s.child("type");
            let message = format!("{} is no type of a schema", crate::rules::quote(&kind));
            self.report(
                &at,
                ErrorType::NotSupported,
                message,
                "use `string`, `integer`, `number`, `boolean`, `array` or `object`",
            );
            if kind == "null" {
                self.report(
                    &at,
                    ErrorType::Forbidden,
                    "the type cannot be null",
                    "set `nullable: true` instead",
                );
            }
        }
        if p.default().is_some() && !around.defaults {
            let message = "no default can be given for fields of `apiVersion`, `kind` and `metadata`";
            self.report(&s.child("default"), ErrorType::Forbidden, message, "remove it");
        }
        for (name, set) in [
            ("id", !text(p.id()).is_empty()),
            ("additionalItems", p.additional_items().is_some()),
            ("patternProperties", is_filled(p.pattern_properties())),
            ("definitions", is_filled(p.definitions())),
            ("dependencies", p.dependencies().is_some()),
            ("$ref", p.reference().is_some()),
            ("uniqueItems", is_true(p.unique_items())),
        ] {
            if set {
                let message = format!("the server does not support `{name}` in a schema");
                let help = match name {
                    "uniqueItems" => "use `x-kubernetes-list-type: set`",
                    "$ref" | "definitions" => "write the schema out where it is used",
                    _ => "remove it",
                };
                self.report(&s.child(name), ErrorType::Forbidden, message, help);
            }
        }
        if p.items()
            .is_some_and(|items| items.value.kind() == Kind::Seq && items.value.items().next().is_some())
        {
            let message = "all items have one schema: a list of schemas is not supported";
            self.report(
                &s.child("items"),
                ErrorType::Forbidden,
                message,
                "write one schema",
            );
        }
        if around.meta && is_true(p.embedded()) {
            let at = s.child("x-kubernetes-embedded-resource");
            self.report(
                &at,
                ErrorType::Forbidden,
                "metadata holds no objects",
                "remove it",
            );
        }
        if let Some(entry) = p.additional_properties()
            && is_filled(p.properties())
            && entry.value.scalar() != Some(Scalar::Bool(true))
        {
            let message = "`properties` and `additionalProperties` exclude each other";
            self.report(
                &s.child("additionalProperties"),
                ErrorType::Forbidden,
                message,
                "keep one of them",
            );
        }
        if p.preserve()
            .is_some_and(|entry| entry.value.scalar() == Some(Scalar::Bool(false)))
        {
            let at = s.child("x-kubernetes-preserve-unknown-fields");
            self.report(
                &at,
                ErrorType::Invalid,
                "it can only be true or absent",
                "remove it",
            );
        }
    }
}
