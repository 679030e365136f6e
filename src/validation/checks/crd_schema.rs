//! The schemas of a CustomResourceDefinition: they must be structural, and use only part of OpenAPI v3.

use std::borrow::Cow;

use super::crd_default::In;
use super::crd_parts::{Parts, is_true};
use super::crd_rules::{Costs, Declared, Step};
use super::{crd_default, crd_enum, crd_lists, crd_nested, crd_openapi, expressions};
use crate::cel::{Env, most_often};
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, ErrorType};
use crate::manifest::Field;
use crate::validation::constraints::fault;
use crate::yaml::Entry;

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
pub(super) struct Around {
    /// Defaults may be given.
    pub defaults: bool,
    /// What a default would be part of, where the server judges it by its schema.
    pub default_of: Option<In>,
    /// It is within the metadata of an object.
    pub meta: bool,
    /// What was there before an update can be told.
    pub old: bool,
    /// The type of the schema around it, to rules, and how it hangs on that.
    pub declared: Declared,
    pub step: Step,
    /// How many such values one object has at the most; `None` where nothing bounds them.
    pub times: Option<u64>,
}

/// Walks the schema of a version.
pub struct Walker<'w, 't> {
    pub(super) cx: &'w mut Cx<'t>,
    pub(super) budget: u32,
    pub(super) structural: bool,
    /// Whether something was met that is unsupported, or looks so.
    doubtful: bool,
    structural_faults: u32,
    schema_faults: u32,
    defaults: bool,
    env: Env<'t>,
    /// Faults of defaults, which count only where the schema is structural.
    of_values: Vec<Diagnostic>,
    /// Faults of rules, which count only where the schema has no others.
    of_rules: Vec<Diagnostic>,
    /// The same where a default stands: the server reports them there.
    of_defaults: Vec<Diagnostic>,
    costs: Costs,
}

impl<'w, 't> Walker<'w, 't> {
    /// A walker that reports to `cx`.
    pub fn new(cx: &'w mut Cx<'t>) -> Self {
        Walker {
            env: Env::empty(cx.kube().minor()),
            cx,
            budget: BUDGET,
            structural: true,
            doubtful: false,
            structural_faults: 0,
            schema_faults: 0,
            defaults: false,
            of_values: Vec::new(),
            of_rules: Vec::new(),
            of_defaults: Vec::new(),
            costs: Costs::default(),
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
        let around = Around {
            defaults: true,
            default_of: Some(In::Object),
            meta: false,
            old: true,
            declared: Declared::Unasked,
            step: Step::Property,
            times: Some(1),
        };
        let (count, faults) = (self.cx.count(), self.schema_faults);
        self.visit(root, &parts, Mode::Root, around, 0);
        // Of a schema that is not supported the server does not judge the structure: what was found is taken back.
        let mut unsupported = None;
        if self.doubtful {
            self.budget = BUDGET;
            unsupported = crd_nested::unsupported(node, &mut self.budget);
        }
        if unsupported.is_some() {
            self.structural = false;
            self.cx.found.truncate(count);
            (self.structural_faults, self.schema_faults) = (0, faults);
            self.visit(root, &parts, Mode::Root, around, 0);
        } else {
            self.structural_faults += crd_nested::completeness(self, root, &parts);
        }
        if let Some(found) = self.costs.too_much(root, self.cx) {
            self.of_rules.extend(found);
        }
        // The server compiles rules only after all else is right.
        if self.structural && self.structural_faults == 0 {
            let last = match () {
                () if !self.of_values.is_empty() => &mut self.of_values,
                () if !self.of_defaults.is_empty() => &mut self.of_defaults,
                () => &mut self.of_rules,
            };
            self.cx.found.append(last);
        }
        if let Some(name) = unsupported
            && self.cx.count() == before
        {
            let message = format!("the schema uses `{name}`, which the server does not support");
            self.report(root, ErrorType::Invalid, message, "remove it");
        }
    }

    pub(super) fn report(
        &mut self,
        at: &Field<'_, 't>,
        kind: ErrorType,
        message: impl Into<String>,
        help: impl Into<Cow<'static, str>>,
    ) {
        self.schema_faults += 1;
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
        fault(self.cx, at, kind, message).help(help);
    }

    pub(super) fn visit(&mut self, s: &Field<'_, 't>, p: &Parts<'t>, mode: Mode, around: Around, depth: u32) {
        if depth > DEPTH || !self.spend() {
            return;
        }
        let mode = if self.structural { mode } else { Mode::Plain };
        match mode {
            Mode::Plain => {}
            Mode::Nested => self.nested(s, p),
            _ => self.invariants(s, p, mode),
        }
        if mode != Mode::Plain {
            self.pattern(s, p);
        }
        if p.default().is_some() {
            self.defaults = true;
            if self.structural
                && let Some(of) = around.default_of
            {
                let before = self.cx.count();
                crd_default::check(self, s, p, of, depth == 0);
                // Of a type that does not exist no value is.
                let kind = s.child("type");
                let of_type = kind.is_set().then(|| kind.place());
                let found = self.cx.found.drain(before..);
                self.of_values.extend(found.map(|finding| Diagnostic {
                    follows: of_type,
                    ..finding
                }));
            }
        }
        crd_enum::texts(p, self.cx);
        self.doubtful |= crd_nested::looks_unsupported(p);
        let faults = self.schema_faults;
        let around = Around {
            declared: around.declared.of(p, around.step),
            step: Step::Property,
            ..around
        };
        crd_openapi::check(self, s, p, around);
        crd_lists::list_and_map(self, s, p);
        crd_nested::rules(self, s, p);
        self.children(s, p, mode, around, depth);
        // As the server, which compiles rules only where nothing else is wrong.
        if let Some(entry) = p.validations()
            && self.schema_faults == faults
            && matches!(mode, Mode::Root | Mode::Item | Mode::Field)
        {
            if around.declared == Declared::Never {
                self.no_rules(&s.child_entry("x-kubernetes-validations", entry));
                return;
            }
            let default = p.default().map(|entry| s.child_entry("default", entry).path());
            self.rules(s, entry, depth == 0, around, default);
        }
    }

    /// Rules where nothing has a type that they could be compiled for.
    fn no_rules(&mut self, at: &Field<'_, 't>) {
        if !at.is_filled() {
            return;
        }
        let before = self.cx.count();
        let message = "rules need the type of what they judge: here the schema, or one around it, has no type, or it \
                       describes items or values of what has none";
        fault(self.cx, at, ErrorType::InternalError, message).help(
            "give the type of the field and of all around it, or move the rules to where types are known",
        );
        let found = self.cx.found.split_off(before);
        self.of_rules.extend(found);
    }

    fn rules(
        &mut self,
        s: &Field<'_, 't>,
        entry: Entry<'t>,
        root: bool,
        around: Around,
        default: Option<String>,
    ) {
        let Some(node) = s.value() else { return };
        let Some(kind) = self.env.schema(node, root, 0) else {
            return;
        };
        self.env.of_self(node, root);
        let mut often = None;
        for rule in s.child_entry("x-kubernetes-validations", entry).items() {
            if !self.spend() {
                return;
            }
            let before = self.cx.count();
            let judged = expressions::schema_rule(&rule, &kind, &mut self.env, around.old, self.cx);
            if judged.cost > 0 {
                let times = around.times;
                let often = times.unwrap_or_else(|| *often.get_or_insert_with(|| most_often(node, root)));
                let cost = judged.cost.saturating_mul(often);
                self.costs.add(&rule.child("rule"), cost, self.cx);
            }
            self.costs
                .add(&rule.child("messageExpression"), judged.message_cost, self.cx);
            let found = self.cx.found.split_off(before);
            if let (false, Some(path), Some(first)) = (judged.compiles, &default, found.first()) {
                let mut at_default = first.clone();
                if let Some(refusal) = &mut at_default.refusal {
                    refusal.field = path.clone();
                }
                self.of_defaults.push(at_default);
            }
            self.of_rules.extend(found);
        }
    }
}
